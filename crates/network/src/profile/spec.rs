//! The Kubernetes kinds as their texts define them: NetworkPolicy, ClusterNetworkPolicy and its two predecessors. The profiles
//! `spec`, `ovn` and `antrea` are made here; others take the parts that they share.
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

pub mod blocks;
pub mod builder;
pub mod cluster_policy;
pub mod domains;
pub mod keys;
pub mod network_policy;
pub mod own_node;
mod views;

use crate::cluster::Cluster;
use crate::kinds::Policies;
use crate::lowered::Lowered;
use crate::place::{Loss, Place, PolicyName, Problem};
use crate::profile::{Options, Profile};
use crate::rule::Rank;

use builder::Builder;

/// How an enforcer reads the Kubernetes kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Whether a pod in the network of its node is that node, rather than a pod like others.
    pub host_network_is_node: bool,
    /// Whether a pod and its own node reach each other whatever NetworkPolicy says.
    pub own_node_exempt: bool,
    /// What NetworkPolicy guards beside TCP, UDP and SCTP.
    pub others: Others,
    /// In which order policies of one priority are asked.
    pub ties: Ties,
    /// Whether ClusterNetworkPolicy is enforced.
    pub cluster_network_policy: bool,
    /// Whether AdminNetworkPolicy and BaselineAdminNetworkPolicy are enforced.
    pub admin_network_policy: bool,
}

/// Whether NetworkPolicy guards other protocols than TCP, UDP and SCTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Others {
    /// It does.
    Guarded,
    /// It guards ICMP and no more.
    Icmp,
    /// Nobody says: it depends.
    Open,
}

/// In which order cluster policies of one tier and priority are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ties {
    /// Nobody says: where they disagree, it depends.
    Open,
    /// By their names.
    ByName,
}

impl Reading {
    /// How a profile reads them.
    pub fn of(profile: Profile) -> Self {
        let spec = Self {
            host_network_is_node: true,
            own_node_exempt: true,
            others: Others::Open,
            ties: Ties::Open,
            cluster_network_policy: true,
            admin_network_policy: true,
        };
        match profile {
            Profile::Ovn => Self { others: Others::Icmp, cluster_network_policy: false, ..spec },
            Profile::Antrea => Self { cluster_network_policy: false, ..spec },
            _ => spec,
        }
    }
}

/// Where the tiers begin and end. A profile with tiers of its own puts its ranks between them.
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
    lower_as(profile, Reading::of(profile), cluster, policies, options)
}

/// What a cluster and its Kubernetes policies are for whoever reads them in a way of its own.
pub fn lower_as(
    profile: Profile,
    reading: Reading,
    cluster: &Cluster,
    policies: &Policies,
    options: &Options,
) -> Lowered {
    let tiers = Tiers::default();
    let mut builder = Builder::new(cluster, options, reading);
    let nodes = cluster_policy::lower(&mut builder, &policies.cluster, tiers, profile);
    own_node::lower(&mut builder, tiers, nodes);
    network_policy::lower(&mut builder, &policies.network, tiers);
    for policy in &policies.cilium {
        builder.problems.push(foreign(&policy.name, &policy.place, "Cilium", profile));
    }
    builder.finish(profile)
}

/// A policy of another plug-in has no effect.
pub fn foreign(name: &PolicyName, place: &Place, of: &str, profile: Profile) -> Problem {
    let message = format!("{name} is a policy of {of}: nobody enforces it under the profile {profile}");
    Problem { place: place.clone(), message, loss: Loss::Policy }
}

/// A policy that the API server refuses does not exist.
pub fn refused(name: &PolicyName, refused: &[Problem]) -> Option<Problem> {
    let first = refused.first()?;
    let message = format!("the API server refuses {name}: {}", first.message);
    Some(Problem { place: first.place.clone(), message, loss: Loss::Policy })
}
