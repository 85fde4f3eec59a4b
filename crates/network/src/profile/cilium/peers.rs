//! The peers of a rule of CiliumNetworkPolicy and CiliumClusterwideNetworkPolicy.

use crate::kinds::cilium::LabelKey;
use crate::kinds::cilium::{Entity, Peers, Rule};
use crate::kinds::selector::Asked;
use crate::matcher::{Conjunct, Matcher};
use crate::place::Loss;
use crate::profile::cilium::label::{CLUSTER, CLUSTER_NAME};
use crate::profile::cilium::lowering::Lowering;
use crate::profile::cilium::selector::Labels;
use crate::profile::cilium::services;

/// What the entities `cluster` and `cluster-mesh` have in common.
const OF_CLUSTER: [&str; 7] =
    ["host", "remote-node", "init", "ingress", "health", "unmanaged", "kube-apiserver"];

/// The peers of a rule in a namespace (`None`: of the whole cluster). `ported` is whether the rule names traffic: then
/// a rule that names no peers takes everyone, else nobody.
pub(super) fn matcher(
    rule: &Rule,
    namespace: Option<&str>,
    ported: bool,
    lowering: &mut Lowering<'_>,
) -> Matcher {
    let peers = &rule.peers;
    let mut all: Vec<Conjunct> = Vec::new();
    let mut named = false;
    if let Some(list) = empty(peers) {
        let message = format!("the empty list of {list} selects nobody, whatever stands beside it");
        lowering.problem(&rule.place, Loss::Nothing, message);
        return Matcher::nobody();
    }
    for selector in peers.endpoints.iter().flatten() {
        named = true;
        lowering.unselectable(selector);
        all.extend(Labels::written(selector).peer(namespace).conjuncts(&mut lowering.symbols));
    }
    for selector in peers.nodes.iter().flatten() {
        named = true;
        let remote = LabelKey::new(LabelKey::RESERVED, "remote-node");
        let labels = Labels::written(selector).with(remote, Asked::Exists).in_cluster();
        all.extend(labels.conjuncts(&mut lowering.symbols));
    }
    for entity in peers.entities.iter().flatten() {
        named = true;
        for labels in self::entity(entity) {
            all.extend(labels.conjuncts(&mut lowering.symbols));
        }
    }
    for cidr in peers.cidr.iter().flatten() {
        named = true;
        let Some(block) = cidr.block else { continue };
        all.extend(lowering.blocks.block(block, &[], &mut lowering.symbols));
    }
    for set in peers.cidr_set.iter().flatten() {
        named = true;
        if !lowering.blocks.knows(set) {
            let message = format!("there is no CiliumCIDRGroup {}: nobody is selected", set.group);
            lowering.problem(&set.place, Loss::Part, message);
        }
        all.extend(lowering.blocks.rule(set, &mut lowering.symbols));
    }
    for reference in peers.services.iter().flatten() {
        let found = services::peers(reference, lowering);
        if found.is_empty() {
            lowering.problem(&reference.place, Loss::Part, "no service that was read is meant");
        }
        named |= !found.is_empty();
        all.extend(found);
    }
    for name in peers.fqdns.iter().flatten() {
        named = true;
        all.extend(lowering.blocks.name(name, &mut lowering.symbols));
    }
    for group in peers.groups.iter().flatten() {
        named = true;
        all.extend(lowering.blocks.cloud(&group.place, &mut lowering.symbols));
    }
    if !named && ported {
        if peers.services.as_ref().is_some_and(|services| !services.is_empty()) {
            let message = "none of its services is there: Cilium opens the ports to everyone";
            lowering.problem(&rule.place, Loss::Nothing, message);
        }
        return Matcher::everybody();
    }
    let mut distinct: Vec<Conjunct> = Vec::with_capacity(all.len());
    for conjunct in all {
        if !distinct.contains(&conjunct) {
            distinct.push(conjunct);
        }
    }
    Matcher(distinct)
}

/// The list of peers that is empty and so selects nobody.
fn empty(peers: &Peers) -> Option<&'static str> {
    fn is_empty<T>(list: Option<&Vec<T>>) -> bool {
        list.is_some_and(Vec::is_empty)
    }
    [
        ("endpoints", is_empty(peers.endpoints.as_ref())),
        ("nodes", is_empty(peers.nodes.as_ref())),
        ("entities", is_empty(peers.entities.as_ref())),
        ("blocks", is_empty(peers.cidr.as_ref()) || is_empty(peers.cidr_set.as_ref())),
    ]
    .into_iter()
    .find_map(|(name, empty)| empty.then_some(name))
}

/// Whom an entity means.
fn entity(entity: &Entity) -> Vec<Labels> {
    let reserved = |names: &[&str]| names.iter().map(|name| Labels::reserved(name)).collect::<Vec<_>>();
    let cluster = |asked: Asked| {
        let mut all = reserved(&OF_CLUSTER);
        all.push(Labels::default().with(LabelKey::new(LabelKey::K8S, CLUSTER), asked));
        all
    };
    match entity {
        Entity::All => vec![Labels::default()],
        Entity::World => reserved(&["world", "world-ipv4", "world-ipv6"]),
        Entity::Cluster => cluster(Asked::In(vec![CLUSTER_NAME.into()])),
        Entity::ClusterMesh => cluster(Asked::Exists),
        Entity::Unknown(_) => Vec::new(),
        known => reserved(&[known.word()]),
    }
}
