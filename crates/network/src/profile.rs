//! The plug-ins that enforce policies, and how they read them.

pub mod calico;
pub mod cilium;
pub mod detect;
pub mod np_guard;
pub mod spec;

use std::fmt;

use crate::cluster::Cluster;
use crate::kinds::Policies;
use crate::lowered::Lowered;

/// Which plug-in enforces. The same policies mean different things to each: every answer names the profile it was given under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Profile {
    /// The texts of the Kubernetes APIs, followed to the letter: NetworkPolicy, ClusterNetworkPolicy, AdminNetworkPolicy and
    /// BaselineAdminNetworkPolicy. What they leave open depends.
    Spec,
    /// Calico: NetworkPolicy and ClusterNetworkPolicy among its own tiers.
    Calico,
    /// Cilium: NetworkPolicy and ClusterNetworkPolicy among its own kinds, by identity rather than address.
    Cilium,
    /// OVN-Kubernetes.
    Ovn,
    /// Antrea.
    Antrea,
    /// What netpol-analyzer assumes: blocks never hold pods, and TCP, UDP and SCTP are all traffic there is.
    NpGuard,
}

impl Profile {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Spec, Self::Calico, Self::Cilium, Self::Ovn, Self::Antrea, Self::NpGuard];

    /// As it is written on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Spec => "spec",
            Self::Calico => "calico",
            Self::Cilium => "cilium",
            Self::Ovn => "ovn",
            Self::Antrea => "antrea",
            Self::NpGuard => "np-guard",
        }
    }

    /// The profile of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| profile.name() == name)
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// Settings of the plug-in on which verdicts depend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// When pods are isolated (`enable-policy` of Cilium).
    pub enforcement: Enforcement,
    /// Whether policies guard nodes themselves (`enable-host-firewall` of Cilium).
    pub host_firewall: bool,
    /// Whether the cluster has IPv6 beside IPv4.
    pub dual_stack: bool,
    /// Whether blocks take pods by their addresses (`policy-cidr-match-mode=pods` of Cilium).
    pub blocks_hold_pods: bool,
    /// Whether blocks take nodes by their addresses (`policy-cidr-match-mode=nodes` of Cilium).
    pub blocks_hold_nodes: bool,
    /// Whether nodes can be selected by their labels (`enable-node-selector-labels` of Cilium).
    pub node_selector_labels: bool,
    /// Whether a node always reaches the pods on it (`allow-localhost=always` of Cilium).
    pub allow_local_host: bool,
    /// Whether the documents count as a plug-in would find them, whatever an API server says of them. Otherwise those that it
    /// refuses do not exist.
    pub as_stored: bool,
}

/// When pods are isolated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Enforcement {
    /// When a policy says so.
    #[default]
    Default,
    /// Always.
    Always,
    /// Never: policies have no effect.
    Never,
}

impl Options {
    /// What a plug-in does where nobody has set anything.
    pub fn of(profile: Profile) -> Self {
        Self {
            enforcement: Enforcement::Default,
            host_firewall: false,
            dual_stack: true,
            blocks_hold_pods: !matches!(profile, Profile::Cilium | Profile::NpGuard),
            blocks_hold_nodes: !matches!(profile, Profile::Cilium | Profile::NpGuard),
            node_selector_labels: false,
            allow_local_host: true,
            as_stored: false,
        }
    }
}

/// What a cluster and its policies are for a plug-in.
pub type Lower = fn(&Cluster, &Policies, &Options) -> Lowered;

/// What a cluster is under the same profile after its policies have changed. `before` must be of the same cluster: what was
/// found out about that is kept where the profile allows, so that a change of one policy costs less than the whole.
pub fn lower_again(before: &Lowered, cluster: &Cluster, policies: &Policies, options: &Options) -> Lowered {
    let profile = before.profile;
    match profile {
        Profile::Spec | Profile::Ovn | Profile::Antrea => {
            let before = Some(before).filter(|before| {
                before.pods.len() == cluster.pods.len() && before.nodes.len() == cluster.nodes.len()
            });
            spec::lower_again(profile, cluster, policies, *options, before)
        }
        Profile::Calico | Profile::Cilium | Profile::NpGuard => lower(profile, cluster, policies, options),
    }
}

/// What a cluster and its policies are under a profile.
pub fn lower(profile: Profile, cluster: &Cluster, policies: &Policies, options: &Options) -> Lowered {
    match profile {
        Profile::Spec | Profile::Ovn | Profile::Antrea => spec::lower(profile, cluster, policies, options),
        Profile::Calico => calico::lower(cluster, policies, options),
        Profile::NpGuard => np_guard::lower(cluster, policies, options),
        Profile::Cilium => cilium::lower(cluster, policies, options),
    }
}
