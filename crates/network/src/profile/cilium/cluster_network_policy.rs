//! ClusterNetworkPolicy as Cilium reads it.

use std::sync::Arc;

use crate::kinds::cilium::{DnsRule, LabelKey};
use crate::kinds::cluster_network_policy::{
    Action as Written, ClusterNetworkPolicy, Rule, Subject, Tier, Who,
};
use crate::kinds::selector::Asked;
use crate::l7::dns::DnsRules;
use crate::matcher::{Conjunct, Matcher};
use crate::place::Loss;
use crate::port::{PortMatch, Protocol};
use crate::profile::cilium::lowering::{Guard, Lowering, Traffic, Writer, rank};
use crate::profile::cilium::ports;
use crate::profile::cilium::selector::Labels;
use crate::profile::spec::refused;
use crate::rule::{Action, Proxy, Rank};

/// The one kind of the three that Cilium knows.
const KIND: &str = "ClusterNetworkPolicy";

/// Adds the rules of a policy.
pub(super) fn lower(policy: &ClusterNetworkPolicy, lowering: &mut Lowering<'_>) {
    let options = lowering.options;
    let mut lost = |message: String| lowering.problem(&policy.place, Loss::Policy, message);
    if policy.name.kind != KIND {
        return lost(format!("{} has no effect: Cilium does not know the kind", policy.name));
    }
    if let Some(problem) = refused(*options, &policy.name, &policy.refused) {
        return lowering.problem(&problem.place, problem.loss, problem.message);
    }
    let nodes = |rule: &Rule| rule.peers.iter().any(|peer| matches!(peer.who, Who::Nodes(_)));
    if !options.node_selector_labels && policy.rules.iter().any(nodes) {
        return lost(format!(
            "{} has no effect: Cilium refuses `nodes` unless it keeps labels of nodes",
            policy.name
        ));
    }
    let subject = match &policy.subject {
        Subject::Namespaces(namespaces) => Labels::namespaces(namespaces),
        Subject::Pods { namespaces, pods } => {
            Labels::namespaces(namespaces).and(Labels::kubernetes(pods, ""))
        }
        Subject::Nothing => return lost(format!("{} has no effect: it has no subject", policy.name)),
    };
    let subject = lowering.pods(subject);
    let number = lowering.policy(&policy.name);
    for rule in &policy.rules {
        lower_rule(policy, rule, number, &subject, lowering);
    }
}

fn lower_rule(
    policy: &ClusterNetworkPolicy,
    rule: &Rule,
    number: u32,
    subject: &Arc<Matcher>,
    lowering: &mut Lowering<'_>,
) {
    let (tier, next) = match policy.tier {
        Tier::Admin => (rank::ADMIN, rank::NORMAL),
        Tier::Baseline => (rank::BASELINE, rank::LOCAL),
    };
    // A rule comes a hundredth of a priority after the one before it.
    let level =
        u32::try_from(policy.priority).unwrap_or_default().saturating_mul(100).saturating_add(rule.index);
    let writer = Writer {
        policy: number,
        place: rule.place.clone(),
        subject: Arc::clone(subject),
        direction: rule.direction,
        rank: Rank(tier.0.saturating_add(level).min(next.0.saturating_sub(1))),
    };
    let action = match rule.action {
        Written::Accept | Written::Unknown => Action::Allow,
        Written::Deny => Action::Deny,
        Written::Pass => Action::Pass(next),
    };
    let ports: Option<Arc<[PortMatch]>> =
        rule.ports.as_ref().filter(|ports| !ports.is_empty()).map(|ports| {
            ports.iter().flat_map(|port| ports::of_kubernetes(port.protocol, port.port.as_ref())).collect()
        });
    let traffic = Traffic { ports, ..Traffic::default() };
    let mut wrote = false;
    let mut write = |action: Action, peers: Vec<Conjunct>, traffic: Traffic, lowering: &mut Lowering<'_>| {
        wrote = true;
        lowering.write(&writer, action, Arc::new(Matcher(peers)), traffic);
    };
    if rule.peers.is_empty() {
        write(action, vec![Conjunct::default()], traffic.clone(), lowering);
    }
    let mut peers = Vec::new();
    for peer in &rule.peers {
        match &peer.who {
            Who::Pods(Subject::Namespaces(namespaces)) => {
                peers.extend(Labels::namespaces(namespaces).conjuncts(&mut lowering.symbols));
            }
            Who::Pods(Subject::Pods { namespaces, pods }) => {
                let labels = Labels::namespaces(namespaces).and(Labels::kubernetes(pods, "")).in_cluster();
                peers.extend(labels.conjuncts(&mut lowering.symbols));
            }
            Who::Nodes(selector) => {
                for kind in ["host", "remote-node"] {
                    let key = |name: &str| LabelKey::new("node", name);
                    let asked = selector.0.iter().map(|one| (key(&one.key), one.operator.clone()));
                    let labels =
                        Labels(asked.collect()).with(LabelKey::new(LabelKey::RESERVED, kind), Asked::Exists);
                    peers.extend(labels.in_cluster().conjuncts(&mut lowering.symbols));
                }
            }
            Who::Networks(blocks) => {
                for &block in blocks {
                    peers.extend(lowering.blocks.block(block, &[], &mut lowering.symbols));
                }
            }
            Who::DomainNames(names) => {
                let rules: Vec<DnsRule> = names.iter().map(|name| dns_rule(name)).collect();
                for rule in &rules {
                    peers.extend(lowering.blocks.name(rule, &mut lowering.symbols));
                }
                let proxy = Some(Arc::new(Proxy::Dns(DnsRules::new(&rules))));
                let resolver = Labels(vec![(
                    LabelKey::new(LabelKey::ANY, "k8s-app"),
                    Asked::In(vec!["kube-dns".into()]),
                )]);
                let resolver = resolver.conjuncts(&mut lowering.symbols);
                let named = |name: &'static str| {
                    let named = move |protocol| PortMatch::Named { protocol, name: name.into() };
                    Protocol::WITH_PORTS.map(named)
                };
                let ports = Some(["dns", "dns-tcp"].into_iter().flat_map(named).collect());
                write(Action::Allow, resolver, Traffic { ports, proxy, authentication: None }, lowering);
            }
            Who::Pods(Subject::Nothing) | Who::Unknown => {
                if action == Action::Allow {
                    lowering.problem(&peer.place, Loss::Part, "a peer that says nothing is left out");
                } else {
                    let message = "a peer that says nothing denies everyone";
                    lowering.problem(&peer.place, Loss::Nothing, message);
                    write(Action::Deny, vec![Conjunct::default()], traffic.clone(), lowering);
                }
            }
        }
    }
    if !peers.is_empty() {
        write(action, peers, traffic, lowering);
    }
    if wrote {
        lowering.guard(Guard {
            policy: number,
            direction: rule.direction,
            subject: Arc::clone(subject),
            closes: false,
            passes: matches!(action, Action::Pass(_)),
        });
    }
}

/// A name of a domain as a rule on DNS: `*.` in front stands for one or more labels.
fn dns_rule(name: &str) -> DnsRule {
    match name.strip_prefix("*.") {
        Some(_) => DnsRule { pattern: format!("*{name}").into(), ..DnsRule::default() },
        None => DnsRule { name: name.into(), ..DnsRule::default() },
    }
}
