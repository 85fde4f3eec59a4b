//! Cilium 1.20, and how it reads its own kinds, NetworkPolicy and ClusterNetworkPolicy.
//!
//! Cilium decides by identity: the labels by which the agent of a node knows an address. Pods with the same labels are
//! one to it, nodes are `host` on themselves and `remote-node` elsewhere, and outside addresses are told apart only as
//! far as policies list blocks, groups of blocks and names. So views hold the labels of identities, and selectors ask
//! for them with their source (`k8s:app`, or `any:app` for whichever source).

mod beyond;
mod blocks;
mod cluster_network_policy;
mod conflicts;
mod defaults;
mod filter;
pub mod identity;
pub mod label;
mod lowering;
mod network_policy;
mod peers;
mod policy;
mod ports;
mod resolvers;
mod selector;
mod services;
mod unplaced;
mod views;

use crate::cluster::Cluster;
use crate::kinds::Policies;
use crate::lowered::Lowered;
use crate::profile::{Enforcement, Options, Profile};

use identity::Identities;
use lowering::Lowering;

/// A cluster and its policies under Cilium.
pub fn lower(cluster: &Cluster, policies: &Policies, options: &Options) -> Lowered {
    let Lowering { blocks, mut symbols, mut rules, policies, problems, .. } =
        lowered(cluster, policies, options);
    let identities = Identities::new(cluster, options, blocks.listed, blocks.names);
    let asked = views::Asked { sets: &blocks.sets, names: &blocks.asked_names };
    let views = views::build(cluster, *options, &identities, asked, &mut symbols);
    resolvers::lower(&mut rules, &views.all);
    unplaced::lower(&mut rules, &views.all, &views.guessed, &symbols);
    rules.sort_by_key(|rule| (rule.direction, rule.rank));
    Lowered {
        profile: Profile::Cilium,
        symbols,
        policies,
        rules,
        views: views.all,
        pods: views.pods,
        nodes: views.nodes,
        outside: views.outside,
        names: views.names,
        problems,
        basis: None,
    }
}

/// The identities that the agents keep for a cluster and its policies.
pub fn identities<'a>(cluster: &'a Cluster, policies: &Policies, options: &'a Options) -> Identities<'a> {
    let lowering = lowered(cluster, policies, options);
    Identities::new(cluster, options, lowering.blocks.listed, lowering.blocks.names)
}

fn lowered<'a>(cluster: &'a Cluster, policies: &Policies, options: &'a Options) -> Lowering<'a> {
    let mut lowering = Lowering::new(cluster, options);
    for policy in &policies.network {
        network_policy::lower(policy, &mut lowering);
    }
    for policy in &policies.cilium {
        policy::lower(policy, &mut lowering);
    }
    for policy in &policies.cluster {
        cluster_network_policy::lower(policy, &mut lowering);
    }
    if options.enforcement == Enforcement::Never {
        lowering.rules.clear();
        return lowering;
    }
    let asking = std::mem::take(&mut lowering.asking);
    beyond::merge(&mut lowering.rules, &asking);
    let claims = std::mem::take(&mut lowering.claims);
    claims.lower(&mut lowering);
    defaults::lower(&mut lowering);
    lowering
}
