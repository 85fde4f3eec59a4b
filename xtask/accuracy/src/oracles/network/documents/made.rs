//! The rules that the product makes of a document, in the form of the recorded ones.

use std::collections::{BTreeMap, BTreeSet};

use ironsides_network::matcher::Operator;
use ironsides_network::rule::{Action, Origin, Proxy};
use ironsides_network::{
    Cluster, Conjunct, Lowered, Matcher, Options, Policies, PortMatch, Profile, profile,
};

use super::recorded::{ANY_NAMESPACE, Key, Rules, addresses, condition, joined, name};

/// Ports, and what proxies ask.
type Traffic = (BTreeSet<String>, BTreeSet<String>);

/// The rules of the documents that were read, whatever an API server says to them.
pub(super) fn rules(policies: &Policies, node_selector_labels: bool) -> Rules {
    let options = Options {
        dual_stack: false,
        host_firewall: true,
        as_stored: true,
        node_selector_labels,
        ..Options::of(Profile::Cilium)
    };
    let lowered = profile::lower(Profile::Cilium, &Cluster::default(), policies, &options);
    let mut rules = Rules::default();
    // What a rule says is written once for each item of `toPorts`.
    let mut ported: BTreeMap<(String, Key, BTreeSet<String>), Traffic> = BTreeMap::new();
    for rule in &lowered.rules {
        let direction = rule.direction.field();
        let subjects = || rule.subject.0.iter().map(|conjunct| subject(&lowered, conjunct));
        let place = match &rule.origin {
            Origin::Policy(_, place) => place,
            Origin::Default(_) => {
                subjects().for_each(|subject| rules.guard(direction, true, &subject));
                continue;
            }
            Origin::Plugin(name) => {
                if name.starts_with("allow-any-") {
                    subjects().for_each(|subject| rules.guard(direction, false, &subject));
                }
                continue;
            }
        };
        // What is spared of proxies and names is Cilium's own doing.
        if rule.replaces_names() || (place.path.contains(".toPorts[") && rule.proxy.is_none()) {
            continue;
        }
        let verdict = match rule.action {
            Action::Allow => "allow",
            Action::Deny => "deny",
            Action::Pass(_) => "pass",
            Action::Break => "error",
        };
        let key = Key {
            level: rule.rank.0,
            direction,
            verdict: verdict.to_owned(),
            subject: joined(subjects()),
            ports: rule.ports.is_some().then(BTreeSet::new),
            l7: BTreeSet::new(),
            auth: rule.authentication.map(|mode| format!("{mode:?}")),
        };
        let peers = peers(&lowered, &rule.peers);
        let (ports, l7) = ported.entry((rule_path(&place.path), key, peers)).or_default();
        ports.extend(rule.ports.iter().flat_map(|ports| ports.iter().map(port)));
        l7.extend(rule.proxy.as_deref().map(|proxy| match proxy {
            Proxy::Http(rules) => format!("{rules:?}"),
            Proxy::Dns(rules) => format!("{rules:?}"),
        }));
    }
    for ((_, mut key, peers), (ports, l7)) in ported {
        key.ports = key.ports.map(|_| ports);
        key.l7 = l7;
        rules.add(key, peers);
    }
    // A direction that is closed is guarded as well.
    let closed: Vec<String> =
        rules.guards.iter().map(|guard| guard.replace(" is closed ", " is guarded ")).collect();
    for guard in closed {
        let is_closed = rules.guards.contains(&guard.replace(" is guarded ", " is closed "));
        if is_closed {
            rules.guards.remove(&guard);
        }
    }
    rules
}

/// `spec.ingress[0]` of all that is below it.
fn rule_path(path: &str) -> String {
    path.split_once(".toPorts").map_or(path, |(rule, _)| rule).to_owned()
}

fn conditions(lowered: &Lowered, conjunct: &Conjunct) -> Vec<String> {
    let text = |symbol| lowered.symbols.text(symbol);
    let one = |requirement: &ironsides_network::matcher::Requirement| {
        let key = text(requirement.key);
        match &requirement.operator {
            Operator::In(values) => {
                condition(key, "In", &values.iter().map(|value| text(*value)).collect::<Vec<_>>())
            }
            Operator::NotIn(values) => {
                condition(key, "NotIn", &values.iter().map(|value| text(*value)).collect::<Vec<_>>())
            }
            Operator::Exists => condition(key, "Exists", &[]),
            Operator::DoesNotExist => condition(key, "DoesNotExist", &[]),
        }
    };
    conjunct.requirements.iter().map(one).collect()
}

fn subject(lowered: &Lowered, conjunct: &Conjunct) -> String {
    let conditions = conditions(lowered, conjunct).into_iter();
    let conditions = conditions.filter(|condition| condition != ANY_NAMESPACE);
    joined(conditions.map(|condition| match condition.strip_prefix("ironsides-host:") {
        Some(rest) => format!("node:{rest}"),
        None => condition,
    }))
}

/// Peers; those that no address has are left out.
fn peers(lowered: &Lowered, matcher: &Matcher) -> BTreeSet<String> {
    let one = |conjunct: &Conjunct| {
        if let Some(name) =
            conjunct.condition.as_ref().and_then(|text| text.strip_suffix(" resolves to this address"))
        {
            return Some(format!("name {name}"));
        }
        // Groups of a cloud hold addresses that the recording has none of.
        if conjunct.condition.as_ref().is_some_and(|text| text.starts_with("the cloud counts")) {
            return None;
        }
        let conditions = conditions(lowered, conjunct);
        if conditions.iter().any(|condition| condition.starts_with("ironsides:")) {
            return None;
        }
        match &conjunct.addresses {
            Some(set) if set.is_empty() => None,
            Some(set) => Some(addresses(set)),
            None => Some(joined(conditions)),
        }
    };
    matcher.0.iter().filter_map(one).collect()
}

fn port(port: &PortMatch) -> String {
    match port {
        PortMatch::Range { protocol, first, last } => format!("{protocol} {first}-{last}"),
        PortMatch::Named { protocol, name: text } => format!("{protocol} {}", name(text)),
    }
}
