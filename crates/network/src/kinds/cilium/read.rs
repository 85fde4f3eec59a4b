//! Reading the documents.

use ironsides_schema::admit::{is_label_value, is_qualified};
use ironsides_tree::{Cursor, Node, Text, Value};

use crate::kinds::cilium::check::check;
use crate::kinds::cilium::decode::Decoder;
use crate::kinds::cilium::l7::{HeaderMatch, HttpRule, L7, Mismatch, Secret};
use crate::kinds::cilium::peer::{
    Cidr, CidrRule, Entity, FqdnSelector, Group, Peers, ServiceReference, address, prefix,
};
use crate::kinds::cilium::port::{IcmpField, IcmpRule, IcmpType, Listener, Port, PortRule};
use crate::kinds::cilium::selector::{EndpointSelector, LabelKey, Requirement};
use crate::kinds::cilium::spec::{DefaultDeny, Rule, Spec, Subject};
use crate::kinds::cilium::{CiliumPolicy, Stage, schema};
use crate::kinds::selector::Asked;
use crate::place::PolicyName;
use crate::rule::Direction;

impl CiliumPolicy {
    /// The kinds that are read into this type, both of the group `cilium.io`.
    pub const KINDS: [&'static str; 2] = ["CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy"];

    /// Reads a document of one of these kinds, as far as it can be read. `document` is its place among all that are read.
    pub fn read(document: u32, root: &Cursor<'_>) -> Self {
        let kind = root.get("kind").str().unwrap_or_default();
        let mut decoder = Decoder::new(document);
        let metadata = decoder.map(root.get("metadata")).unwrap_or_else(|| root.get("metadata"));
        let namespace = decoder.text(&metadata.get("namespace"));
        let namespace = if namespace.is_empty() { Text::new("default") } else { namespace };
        let name = PolicyName {
            kind: Text::new(kind),
            namespace: (kind == "CiliumNetworkPolicy").then_some(namespace),
            name: decoder.text(&metadata.get("name")),
        };
        decoder.refuse_unless(!name.name.is_empty(), &metadata, || "has no name".into());
        let mut specs = Vec::new();
        if let Some(at) = decoder.map(root.get("spec")) {
            specs.push(spec(&mut decoder, &at));
        }
        let more = decoder.list(&root.get("specs"));
        let any = more.is_some() || !specs.is_empty();
        decoder.refuse_unless(any, root, || "has neither spec nor specs".into());
        for at in more.unwrap_or_default() {
            if !at.is_set() {
                decoder.refuse(Stage::Panic, &at, "is null, and the agent crashes on it".into());
            } else if let Some(at) = decoder.map(at) {
                specs.push(spec(&mut decoder, &at));
            }
        }
        let place = decoder.place(root);
        let verdict = check(&specs, name.namespace.is_some());
        let refusal =
            [decoder.finish(), verdict.refusal].into_iter().flatten().min_by_key(|refusal| refusal.stage);
        let schema = schema::judge(document, root);
        let node_labels = verdict.node_labels;
        Self { name, place, specs, refusal, node_labels, schema: schema.refused, unknown: schema.dropped }
    }
}

/// Whether a field is written, be it as null.
fn is_written(at: &Cursor<'_>, key: &str) -> bool {
    at.node().and_then(Node::as_map).is_some_and(|map| map.get(key).is_some())
}

fn spec(decoder: &mut Decoder, at: &Cursor<'_>) -> Spec {
    let endpoints = written_selector(decoder, at, "endpointSelector");
    let nodes = written_selector(decoder, at, "nodeSelector");
    let subject = match (endpoints, nodes) {
        (Some(endpoints), None) => Subject::Endpoints(endpoints),
        (None, Some(nodes)) => Subject::Nodes(nodes),
        _ => Subject::Nothing,
    };
    let mut rules = Vec::new();
    for (key, direction, deny) in [
        ("ingress", Direction::Ingress, false),
        ("ingressDeny", Direction::Ingress, true),
        ("egress", Direction::Egress, false),
        ("egressDeny", Direction::Egress, true),
    ] {
        for (index, at) in (0..).zip(decoder.list(&at.get(key)).unwrap_or_default()) {
            rules.push(rule(decoder, &at, direction, deny, index));
        }
    }
    let default_deny = decoder.map(at.get("enableDefaultDeny")).map(|at| DefaultDeny {
        ingress: decoder.bool(&at.get("ingress")),
        egress: decoder.bool(&at.get("egress")),
    });
    labels(decoder, &at.get("labels"));
    if let Some(log) = decoder.map(at.get("log")) {
        decoder.text(&log.get("value"));
    }
    Spec {
        place: decoder.place(at),
        subject,
        rules,
        default_deny: default_deny.unwrap_or_default(),
        description: decoder.text(&at.get("description")),
    }
}

/// Labels of a rule: maps with a key, or texts like `k8s:app=web`.
fn labels(decoder: &mut Decoder, at: &Cursor<'_>) {
    for item in decoder.list(at).unwrap_or_default() {
        let is_label = match item.node().map(Node::value) {
            Some(Value::String(text)) => !text.is_empty(),
            Some(Value::Map(map)) => {
                let text = |key| map.get(key).is_none_or(|value| value.is_null() || value.as_str().is_some());
                let key = map.get("key").and_then(Node::as_str).is_some_and(|key| !key.is_empty());
                key && text("value") && text("source")
            }
            _ => false,
        };
        if !is_label {
            decoder.refuse(
                Stage::Decode,
                &item,
                "is no label: a label is a map with `key`, or a text".into(),
            );
        }
    }
}

fn rule(decoder: &mut Decoder, at: &Cursor<'_>, direction: Direction, deny: bool, index: u32) -> Rule {
    let place = decoder.place(at);
    let at = decoder.map(at.clone()).unwrap_or_else(|| at.clone());
    let authentication = decoder
        .map(at.get("authentication"))
        .filter(|_| !deny)
        .map(|authentication| decoder.text(&authentication.get("mode")));
    Rule {
        place,
        direction,
        deny,
        index,
        peers: peers(decoder, &at, direction, deny),
        ports: decoder.each(&at.get("toPorts"), |decoder, at| port_rule(decoder, at, deny)),
        icmps: decoder.each(&at.get("icmps"), icmp_rule),
        authentication,
    }
}

fn peers(decoder: &mut Decoder, at: &Cursor<'_>, direction: Direction, deny: bool) -> Peers {
    let egress = direction == Direction::Egress;
    let side = |ingress: &'static str, other: &'static str| at.get(if egress { other } else { ingress });
    Peers {
        endpoints: decoder.each(&side("fromEndpoints", "toEndpoints"), endpoint_selector),
        nodes: decoder.each(&side("fromNodes", "toNodes"), endpoint_selector),
        cidr: decoder.each(&side("fromCIDR", "toCIDR"), cidr),
        cidr_set: decoder.each(&side("fromCIDRSet", "toCIDRSet"), cidr_rule),
        entities: decoder
            .each(&side("fromEntities", "toEntities"), |decoder, at| Entity::named(&decoder.text(at))),
        services: egress.then(|| decoder.each(&at.get("toServices"), service)).flatten(),
        fqdns: (egress && !deny).then(|| decoder.each(&at.get("toFQDNs"), fqdn)).flatten(),
        groups: decoder.each(&side("fromGroups", "toGroups"), group),
        requires: decoder.texts(&side("fromRequires", "toRequires")),
    }
}

/// A selector that is there when it is written, be it as null.
fn written_selector(decoder: &mut Decoder, at: &Cursor<'_>, key: &'static str) -> Option<EndpointSelector> {
    is_written(at, key).then(|| endpoint_selector(decoder, &at.get(key)))
}

/// What the keys of a selector may look like, and whether the agent minds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keys {
    /// They may have a source.
    Sourced,
    /// They have none.
    Plain,
    /// They have none, and nobody looks whether they could be keys.
    Unchecked,
}

fn endpoint_selector(decoder: &mut Decoder, at: &Cursor<'_>) -> EndpointSelector {
    selector(decoder, at, Keys::Sourced)
}

fn selector(decoder: &mut Decoder, at: &Cursor<'_>, keys: Keys) -> EndpointSelector {
    let place = decoder.place(at);
    let Some(at) = decoder.map(at.clone()) else {
        return EndpointSelector { place, requirements: Vec::new() };
    };
    let mut requirements = Vec::new();
    for (key, value) in decoder.pairs(at.get("matchLabels")) {
        let written = requirement(decoder, &at, keys, &key, Asked::In(vec![value]));
        // Spellings of one key are one entry of a map, and the agent keeps one of them: the one that names its source.
        if requirements.iter().all(|known: &Requirement| known.key != written.key) {
            requirements.push(written);
        }
    }
    for at in decoder.list(&at.get("matchExpressions")).unwrap_or_default() {
        let at = decoder.map(at.clone()).unwrap_or(at);
        let key = decoder.text(&at.get("key"));
        let values = decoder.texts(&at.get("values")).unwrap_or_default();
        let operator = decoder.text(&at.get("operator"));
        let none = values.is_empty();
        let (asked, right) = match operator.as_str() {
            "In" => (Asked::In(values), !none),
            "NotIn" => (Asked::NotIn(values), !none),
            "Exists" => (Asked::Exists, none),
            "DoesNotExist" => (Asked::DoesNotExist, none),
            _ => {
                let message = format!("`{operator}` is none of In, NotIn, Exists and DoesNotExist");
                decoder.refuse_unless(keys == Keys::Unchecked, &at, || message);
                // Asks for what nothing has.
                (Asked::In(Vec::new()), true)
            }
        };
        decoder.refuse_unless(right || keys == Keys::Unchecked, &at, || {
            format!("values must be given with In and NotIn, and with no other operator; this is {operator}")
        });
        requirements.push(requirement(decoder, &at, keys, &key, asked));
    }
    EndpointSelector { place, requirements }
}

fn requirement(decoder: &mut Decoder, at: &Cursor<'_>, keys: Keys, key: &str, asked: Asked) -> Requirement {
    let (source, name) = key.split_once(':').map_or((None, key), |(source, name)| (Some(source), name));
    let sourced = source.is_none_or(|source| {
        let plain = !source.is_empty() && source.bytes().all(|byte| byte.is_ascii_alphanumeric());
        plain && keys == Keys::Sourced
    });
    let unchecked = keys == Keys::Unchecked;
    decoder.refuse_unless(unchecked || (sourced && is_qualified(name)), at, || {
        format!("`{key}` is no key of a label")
    });
    if let Asked::In(values) | Asked::NotIn(values) = &asked {
        let wrong = values.iter().find(|value| !is_label_value(value));
        decoder.refuse_unless(unchecked || wrong.is_none(), at, || {
            format!("`{}` is no value of a label", wrong.map(Text::as_str).unwrap_or_default())
        });
    }
    let key = if keys == Keys::Sourced { LabelKey::read(key) } else { LabelKey::new("", key) };
    Requirement { key, operator: asked }
}

fn cidr(decoder: &mut Decoder, at: &Cursor<'_>) -> Cidr {
    let text = decoder.text(at);
    let block = prefix(&text).or_else(|| address(&text));
    Cidr { place: decoder.place(at), text, block }
}

fn cidr_rule(decoder: &mut Decoder, at: &Cursor<'_>) -> CidrRule {
    let place = decoder.place(at);
    let Some(at) = decoder.map(at.clone()) else { return CidrRule { place, ..CidrRule::default() } };
    CidrRule {
        place,
        cidr: Some(cidr(decoder, &at.get("cidr"))).filter(|cidr| !cidr.text.is_empty()),
        group: decoder.text(&at.get("cidrGroupRef")),
        group_selector: is_written(&at, "cidrGroupSelector")
            .then(|| selector(decoder, &at.get("cidrGroupSelector"), Keys::Plain)),
        except: decoder.each(&at.get("except"), cidr).unwrap_or_default(),
    }
}

fn service(decoder: &mut Decoder, at: &Cursor<'_>) -> ServiceReference {
    let place = decoder.place(at);
    let Some(at) = decoder.map(at.clone()) else { return ServiceReference { place, ..Default::default() } };
    let named = decoder.map(at.get("k8sService"));
    let selected = decoder.map(at.get("k8sServiceSelector"));
    ServiceReference {
        place,
        named: named.map(|at| (decoder.text(&at.get("serviceName")), decoder.text(&at.get("namespace")))),
        selected: selected.map(|at| {
            let selector =
                is_written(&at, "selector").then(|| selector(decoder, &at.get("selector"), Keys::Unchecked));
            (selector, decoder.text(&at.get("namespace")))
        }),
    }
}

fn fqdn(decoder: &mut Decoder, at: &Cursor<'_>) -> FqdnSelector {
    let place = decoder.place(at);
    let Some(at) = decoder.map(at.clone()) else { return FqdnSelector { place, ..Default::default() } };
    FqdnSelector {
        place,
        name: decoder.text(&at.get("matchName")),
        pattern: decoder.text(&at.get("matchPattern")),
    }
}

fn group(decoder: &mut Decoder, at: &Cursor<'_>) -> Group {
    let place = decoder.place(at);
    let aws = decoder.map(at.clone()).and_then(|at| decoder.map(at.get("aws")));
    let Some(aws) = aws else { return Group { place, ..Default::default() } };
    Group {
        place,
        labels: decoder.pairs(aws.get("labels")),
        ids: decoder.texts(&aws.get("securityGroupsIds")).unwrap_or_default(),
        names: decoder.texts(&aws.get("securityGroupsNames")).unwrap_or_default(),
        region: decoder.text(&aws.get("region")),
        aws: true,
    }
}

fn port_rule(decoder: &mut Decoder, at: &Cursor<'_>, deny: bool) -> PortRule {
    let place = decoder.place(at);
    let Some(at) = decoder.map(at.clone()) else { return PortRule { place, ..Default::default() } };
    let ports = decoder.each(&at.get("ports"), port);
    if deny {
        return PortRule { place, ports, ..Default::default() };
    }
    PortRule {
        place,
        ports,
        terminating_tls: tls(decoder, at.get("terminatingTLS")),
        originating_tls: tls(decoder, at.get("originatingTLS")),
        server_names: decoder.texts(&at.get("serverNames")).unwrap_or_default(),
        listener: decoder.map(at.get("listener")).map(|at| listener(decoder, &at)),
        rules: decoder.map(at.get("rules")).map(|at| l7(decoder, &at)),
    }
}

fn port(decoder: &mut Decoder, at: &Cursor<'_>) -> Port {
    let place = decoder.place(at);
    let Some(at) = decoder.map(at.clone()) else { return Port { place, ..Default::default() } };
    Port {
        place,
        port: decoder.text(&at.get("port")),
        end_port: decoder.int(&at.get("endPort"), i32::MIN.into(), i32::MAX.into()),
        protocol: decoder.text(&at.get("protocol")),
    }
}

fn tls(decoder: &mut Decoder, at: Cursor<'_>) -> bool {
    let Some(at) = decoder.map(at) else { return false };
    secret(decoder, at.get("secret"));
    for key in ["trustedCA", "certificate", "privateKey"] {
        decoder.text(&at.get(key));
    }
    true
}

fn secret(decoder: &mut Decoder, at: Cursor<'_>) -> Option<Secret> {
    let at = decoder.map(at)?;
    Some(Secret { namespace: decoder.text(&at.get("namespace")), name: decoder.text(&at.get("name")) })
}

fn listener(decoder: &mut Decoder, at: &Cursor<'_>) -> Listener {
    let config = decoder.map(at.get("envoyConfig"));
    let config = config.map(|at| (decoder.text(&at.get("kind")), decoder.text(&at.get("name"))));
    Listener {
        name: decoder.text(&at.get("name")),
        config: config.map(|(_, name)| name).unwrap_or_default(),
        priority: decoder.int(&at.get("priority"), 0, u8::MAX.into()),
    }
}

fn l7(decoder: &mut Decoder, at: &Cursor<'_>) -> L7 {
    L7 {
        place: decoder.place(at),
        http: decoder.each(&at.get("http"), http_rule),
        dns: decoder.each(&at.get("dns"), fqdn),
    }
}

fn http_rule(decoder: &mut Decoder, at: &Cursor<'_>) -> HttpRule {
    let place = decoder.place(at);
    let Some(at) = decoder.map(at.clone()) else { return HttpRule { place, ..Default::default() } };
    HttpRule {
        place,
        path: decoder.text(&at.get("path")),
        method: decoder.text(&at.get("method")),
        host: decoder.text(&at.get("host")),
        headers: decoder.texts(&at.get("headers")).unwrap_or_default(),
        header_matches: decoder.each(&at.get("headerMatches"), header_match).unwrap_or_default(),
    }
}

fn header_match(decoder: &mut Decoder, at: &Cursor<'_>) -> HeaderMatch {
    let place = decoder.place(at);
    if !at.is_set() {
        decoder.refuse(Stage::Panic, at, "is null, and the agent crashes on it".into());
    }
    let Some(at) = decoder.map(at.clone()) else { return HeaderMatch { place, ..Default::default() } };
    HeaderMatch {
        place,
        name: decoder.text(&at.get("name")),
        value: decoder.text(&at.get("value")),
        secret: secret(decoder, at.get("secret")),
        mismatch: Mismatch::named(&decoder.text(&at.get("mismatch"))),
    }
}

fn icmp_rule(decoder: &mut Decoder, at: &Cursor<'_>) -> IcmpRule {
    let place = decoder.place(at);
    let Some(at) = decoder.map(at.clone()) else { return IcmpRule { place, ..Default::default() } };
    IcmpRule { place, fields: decoder.each(&at.get("fields"), icmp_field).unwrap_or_default() }
}

fn icmp_field(decoder: &mut Decoder, at: &Cursor<'_>) -> IcmpField {
    let place = decoder.place(at);
    let fields = at.node().is_none_or(|node| node.as_map().is_some());
    let Some(fields) = fields.then(|| at.clone()).or_else(|| decoder.map(at.clone())) else {
        return IcmpField { place, ..Default::default() };
    };
    let family = decoder.text(&fields.get("family"));
    let kind = match fields.get("type").node().map(Node::value) {
        Some(Value::String(text)) => Some(IcmpType::Text(text.clone())),
        Some(_) => {
            let type_ = fields.get("type");
            Some(IcmpType::Number(decoder.int(&type_, i32::MIN.into(), i32::MAX.into())))
        }
        None => None,
    };
    let field = IcmpField { place, family, kind };
    if field.kind.is_none() {
        decoder.refuse(Stage::DecodePanic, at, "has no `type`: the agent crashes on it".into());
    } else if field.number().is_none() {
        let family = if field.is_v6() { "IPv6" } else { "IPv4" };
        decoder.refuse(
            Stage::Decode,
            &fields.get("type"),
            format!(
                "is no type of ICMP messages of {family}: a number from 0 to 255, or a name like EchoRequest"
            ),
        );
    }
    field
}
