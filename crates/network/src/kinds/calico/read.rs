//! Reading Calico's kinds.

use std::net::IpAddr;

use ipnet::IpNet;
use ironsides_tree::{Cursor, Node, Text};

use crate::kinds::calico::expression::Expression;
use crate::kinds::calico::fields;
use crate::kinds::calico::{Action, Calico, CalicoPolicy, Entity, HostEndpoint, Ports, Rule, Tier};
use crate::place::{Loss, Place, PolicyName, Problem};
use crate::port::Protocol;

impl Calico {
    /// Reads a document, if it is of one of Calico's kinds that decide. Says whether it is.
    pub fn read(&mut self, document: u32, at: &Cursor<'_>, problems: &mut Vec<Problem>) -> bool {
        let version = at.get("apiVersion").str().unwrap_or_default();
        if !matches!(version, "projectcalico.org/v3" | "crd.projectcalico.org/v1") {
            return false;
        }
        let mut reader = Reader { document, problems, lost: false };
        match at.get("kind").str().unwrap_or_default() {
            "Tier" => self.tiers.push(Reader::tier(at)),
            "HostEndpoint" => self.host_endpoints.push(HostEndpoint {
                name: text(&at.at(&["metadata", "name"])),
                node: text(&at.at(&["spec", "node"])),
                place: Place::of(document, at),
            }),
            kind @ ("NetworkPolicy"
            | "GlobalNetworkPolicy"
            | "StagedNetworkPolicy"
            | "StagedGlobalNetworkPolicy") => {
                if let Some(policy) = reader.policy(kind, at) {
                    self.policies.push(policy);
                }
            }
            _ => return false,
        }
        true
    }
}

struct Reader<'p> {
    document: u32,
    problems: &'p mut Vec<Problem>,
    /// Whether something was wrong for which Calico refuses the policy as a whole.
    lost: bool,
}

impl Reader<'_> {
    /// Notes a fault for which the whole object is refused.
    fn refuse(&mut self, at: &Cursor<'_>, message: &str) {
        self.lost = true;
        let place = Place::of(self.document, at);
        let message = format!("{message}; Calico refuses the policy, so it has no effect");
        self.problems.push(Problem { place, message, loss: Loss::Policy });
    }

    fn tier(at: &Cursor<'_>) -> Tier {
        let name = text(&at.at(&["metadata", "name"]));
        let written = at.at(&["spec", "defaultAction"]).str().unwrap_or_default();
        let passes = written == "Pass" || written.is_empty() && name.starts_with("kube-");
        Tier { order: float(&at.at(&["spec", "order"])), passes, name }
    }

    fn policy(&mut self, kind: &str, at: &Cursor<'_>) -> Option<CalicoPolicy> {
        let spec = at.get("spec");
        let global = kind.ends_with("GlobalNetworkPolicy");
        let metadata = at.get("metadata");
        for at in ["name", "namespace"].map(|field| metadata.get(field)) {
            if at.is_set() && at.str().is_none() {
                self.refuse(&at, "it is no string");
            }
        }
        let namespace = metadata.get("namespace").str().unwrap_or("default");
        let name = PolicyName {
            kind: Text::new(format!("{kind}.projectcalico.org")),
            namespace: (!global).then(|| Text::new(namespace)),
            name: text(&metadata.get("name")),
        };
        let tier = spec.get("tier").str().filter(|tier| !tier.is_empty()).unwrap_or("default");
        let (ingress, egress) = (self.rules(&spec.get("ingress")), self.rules(&spec.get("egress")));
        let types: Vec<&str> = spec.get("types").items().filter_map(|at| at.str()).collect();
        let guards_in = if types.is_empty() {
            !ingress.is_empty() || egress.is_empty()
        } else {
            types.contains(&"Ingress")
        };
        let guards_out = if types.is_empty() { !egress.is_empty() } else { types.contains(&"Egress") };
        for (written, direction, guards) in
            [(&ingress, "Ingress", guards_in), (&egress, "Egress", guards_out)]
        {
            if !written.is_empty() && !guards {
                let place = Place::of(self.document, &spec.get("types"));
                let message = format!(
                    "the types do not name {direction}, so the rules of that direction have no effect"
                );
                self.problems.push(Problem { place, message, loss: Loss::Part });
            }
        }
        fields::unknown(self.document, kind, &spec, self.problems);
        let for_hosts = spec.get("preDNAT").is(true) || spec.get("doNotTrack").is(true);
        let policy = CalicoPolicy {
            name,
            place: Place::of(self.document, at),
            tier: Text::new(tier),
            order: float(&spec.get("order")),
            selector: self.expression(&spec.get("selector")).unwrap_or(Expression::All),
            namespace_selector: if global { self.expression(&spec.get("namespaceSelector")) } else { None },
            service_account_selector: self.expression(&spec.get("serviceAccountSelector")),
            ingress: guards_in.then_some(ingress),
            egress: guards_out.then_some(egress),
            staged: kind.starts_with("Staged"),
            for_hosts,
        };
        (!self.lost).then_some(policy)
    }

    fn rules(&mut self, at: &Cursor<'_>) -> Vec<Rule> {
        at.items().map(|at| self.rule(&at)).collect()
    }

    fn rule(&mut self, at: &Cursor<'_>) -> Rule {
        let action = match at.get("action").str().unwrap_or_default() {
            "Allow" => Action::Allow,
            "Deny" => Action::Deny,
            "Log" => Action::Log,
            "Pass" => Action::Pass,
            other => {
                self.refuse(&at.get("action"), &format!("{other:?} is none of Allow, Deny, Log and Pass"));
                Action::Deny
            }
        };
        let rule = Rule {
            place: Place::of(self.document, at),
            action,
            version: at.get("ipVersion").int().and_then(|version| u8::try_from(version).ok()),
            protocol: self.protocol(&at.get("protocol")),
            not_protocol: self.protocol(&at.get("notProtocol")),
            icmp: Self::icmp(&at.get("icmp")),
            not_icmp: Self::icmp(&at.get("notICMP")),
            http: at.get("http").is_set(),
            domains: ["source", "destination"]
                .iter()
                .any(|end| at.at(&[end, fields::DOMAINS]).items().next().is_some()),
            source: self.entity(&at.get("source")),
            destination: self.entity(&at.get("destination")),
        };
        let has_ports = |entity: &Entity| entity.ports.is_some() || !entity.not_ports.is_empty();
        let takes_ports = rule.protocol.is_some_and(Protocol::has_ports);
        if (has_ports(&rule.source) || has_ports(&rule.destination)) && !takes_ports {
            self.refuse(at, "ports need a protocol that has them (TCP, UDP or SCTP)");
        }
        rule
    }

    fn entity(&mut self, at: &Cursor<'_>) -> Entity {
        let accounts = at.get("serviceAccounts");
        let services = at.get("services");
        Entity {
            nets: at.get("nets").items().next().is_some().then(|| self.nets(&at.get("nets"))),
            not_nets: self.nets(&at.get("notNets")),
            selector: self.expression(&at.get("selector")),
            not_selector: self.expression(&at.get("notSelector")),
            namespace_selector: self.expression(&at.get("namespaceSelector")),
            service_accounts: accounts
                .get("names")
                .items()
                .filter_map(|at| at.str().map(Text::new))
                .collect(),
            service_account_selector: self.expression(&accounts.get("selector")),
            service: services
                .get("name")
                .str()
                .map(|name| (text(&services.get("namespace")), Text::new(name))),
            ports: at.get("ports").items().next().is_some().then(|| self.ports(&at.get("ports"))),
            not_ports: self.ports(&at.get("notPorts")),
        }
    }

    fn expression(&mut self, at: &Cursor<'_>) -> Option<Expression> {
        let text = at.str().filter(|text| !text.trim_matches([' ', '\t']).is_empty())?;
        match Expression::parse(text) {
            Ok(expression) => Some(expression),
            Err(why) => {
                self.refuse(at, &format!("the selector {text:?} cannot be read: {why}"));
                None
            }
        }
    }

    fn nets(&mut self, at: &Cursor<'_>) -> Vec<IpNet> {
        let mut nets = Vec::new();
        for item in at.items() {
            let text = item.str().unwrap_or_default();
            match text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from)) {
                Some(net) => nets.push(net),
                None => self.refuse(&item, &format!("{text:?} is no block of addresses such as 10.0.0.0/8")),
            }
        }
        nets
    }

    fn ports(&mut self, at: &Cursor<'_>) -> Vec<Ports> {
        let mut ports = Vec::new();
        for item in at.items() {
            let number = |text: &str| text.trim().parse::<u16>().ok();
            let read = match (item.int(), item.str()) {
                (Some(port), _) => u16::try_from(port).ok().map(|port| Ports::Range(port, port)),
                (None, Some(text)) => match text.split_once(':') {
                    Some((first, last)) => match (number(first), number(last)) {
                        (Some(first), Some(last)) if first <= last => Some(Ports::Range(first, last)),
                        _ => None,
                    },
                    None => Some(
                        number(text)
                            .map_or_else(|| Ports::Name(Text::new(text)), |port| Ports::Range(port, port)),
                    ),
                },
                (None, None) => None,
            };
            match read {
                Some(read) => ports.push(read),
                None => self
                    .refuse(&item, "a port is a number from 0 to 65535, a range such as \"80:90\" or a name"),
            }
        }
        ports
    }

    fn protocol(&mut self, at: &Cursor<'_>) -> Option<Protocol> {
        let number = at.int().and_then(|number| u8::try_from(number).ok());
        let read = match at.str() {
            Some("UDPLite") => Some(Protocol::Other(136)),
            Some(text) => Protocol::named(text).or_else(|| text.parse().ok().map(Protocol::numbered)),
            None => number.map(Protocol::numbered),
        };
        if read.is_none() && at.is_set() {
            self.refuse(at, "a protocol is TCP, UDP, SCTP, UDPLite, ICMP, ICMPv6 or a number from 1 to 255");
        }
        read
    }

    fn icmp(at: &Cursor<'_>) -> Option<(u8, Option<u8>)> {
        let number = |field: &'static str| at.get(field).int().and_then(|number| u8::try_from(number).ok());
        number("type").map(|kind| (kind, number("code")))
    }
}

fn text(at: &Cursor<'_>) -> Text {
    at.str().map(Text::new).unwrap_or_default()
}

fn float(at: &Cursor<'_>) -> Option<f64> {
    at.node().and_then(Node::as_f64)
}
