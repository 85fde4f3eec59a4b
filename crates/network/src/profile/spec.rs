//! The Kubernetes kinds as their texts define them, NetworkPolicy, ClusterNetworkPolicy and its two predecessors: the profiles
//! `spec`, `ovn` and `antrea`.
//!
//! What holds for all of them:
//!
//! * A pod that uses the network of its node is that node: no policy guards it, no selector of pods takes it as a peer.
//! * NetworkPolicy never comes between a pod and its own node ("Network Policies" in the Kubernetes documentation). The texts of
//!   the cluster's policies make no such exception.
//! * Blocks take whatever has an address in them, pods and nodes too; the conformance tests of NetworkPolicy and the text of
//!   `networks` both ask for that.
//! * What the texts leave open depends: ICMP under NetworkPolicy, the order of policies of one priority, pods that have no
//!   address yet under a block, the own node of a pod that is on none yet, names nobody has looked up.
//!
//! A plug-in differs from `spec` only where a source says so. OVN-Kubernetes: NetworkPolicy guards TCP, UDP, SCTP and ICMP, and
//! nothing else (OpenShift's documentation of NetworkPolicy). OVN-Kubernetes and Antrea enforce the kinds of v1alpha1, not
//! ClusterNetworkPolicy (their documentation of AdminNetworkPolicy).

pub(crate) mod basis;
mod blocks;
mod builder;
mod cluster_policy;
mod domains;
pub(super) mod keys;
mod network_policy;
mod own_node;
mod views;

use crate::cluster::Cluster;
use crate::kinds::Policies;
use crate::lowered::Lowered;
use crate::place::{Loss, Place, PolicyName, Problem};
use crate::profile::{Options, Profile};
use crate::rule::Rank;

use builder::Builder;

/// Where plug-ins read the Kubernetes kinds in different ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// What NetworkPolicy guards beside TCP, UDP and SCTP.
    pub others: Others,
    /// Whether ClusterNetworkPolicy is enforced, beside AdminNetworkPolicy and BaselineAdminNetworkPolicy.
    pub cluster_network_policy: bool,
}

/// Which protocols NetworkPolicy guards beside TCP, UDP and SCTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Others {
    /// ICMP and no more.
    Icmp,
    /// Nobody says: it depends.
    Open,
}

impl Reading {
    /// How a profile reads them.
    pub fn of(profile: Profile) -> Self {
        Self {
            others: if profile == Profile::Ovn { Others::Icmp } else { Others::Open },
            cluster_network_policy: !matches!(profile, Profile::Ovn | Profile::Antrea),
        }
    }
}

/// Where the tiers begin and end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tiers {
    /// The first rank of the Admin tier.
    pub admin: Rank,
    /// That of NetworkPolicy: the own node, then allowing rules, then the default denial.
    pub network: Rank,
    /// The first rank of the Baseline tier.
    pub baseline: Rank,
    /// Behind everything.
    pub end: Rank,
}

impl Default for Tiers {
    fn default() -> Self {
        Self {
            admin: Rank(0x1000_0000),
            network: Rank(0x4000_0000),
            baseline: Rank(0x7000_0000),
            end: Rank(u32::MAX),
        }
    }
}

/// What a cluster and its policies are under `spec`, `ovn` and `antrea`.
pub fn lower(profile: Profile, cluster: &Cluster, policies: &Policies, options: &Options) -> Lowered {
    lower_again(profile, cluster, policies, *options, None)
}

/// The same, with the views of what the cluster was before its policies changed, where these still tell all that counts.
pub(super) fn lower_again(
    profile: Profile,
    cluster: &Cluster,
    policies: &Policies,
    options: Options,
    before: Option<&Lowered>,
) -> Lowered {
    let tiers = Tiers::default();
    let symbols = before.map(|before| before.symbols.clone()).unwrap_or_default();
    let mut builder = Builder::new(cluster, &options, Reading::of(profile), symbols);
    let nodes = cluster_policy::lower(&mut builder, &policies.cluster, tiers, profile);
    own_node::lower(&mut builder, tiers, nodes);
    network_policy::lower(&mut builder, &policies.network, tiers);
    for policy in &policies.cilium {
        builder.problems.push(foreign(&policy.name, &policy.place, "Cilium", profile));
    }
    for policy in &policies.calico.policies {
        builder.problems.push(foreign(&policy.name, &policy.place, "Calico", profile));
    }
    builder.finish(profile, before)
}

/// The condition that a plug-in asks one policy before another of the same tier and priority.
pub fn turn(first: &str, other: &str) -> String {
    format!("the plug-in asks {first} before {other} of the same priority")
}

/// A policy of another plug-in has no effect.
fn foreign(name: &PolicyName, place: &Place, of: &str, profile: Profile) -> Problem {
    let message = format!("{name} is a policy of {of}: nobody enforces it under the profile {profile}");
    Problem { place: place.clone(), message, loss: Loss::Policy }
}

/// A policy that the API server refuses does not exist, unless the documents count as they are. Then a peer that says nothing
/// takes nobody.
pub(super) fn refused(options: Options, name: &PolicyName, refused: &[Problem]) -> Option<Problem> {
    if options.as_stored { None } else { refusal(name, refused) }
}

/// What is told of a policy that the API server refuses, with the first of its reasons.
pub(super) fn refusal(name: &PolicyName, refused: &[Problem]) -> Option<Problem> {
    let first = refused.first()?;
    let message = format!("the API server refuses {name}: {}", first.message);
    Some(Problem { place: first.place.clone(), message, loss: Loss::Policy })
}
