//! Policies of every kind, as they were written: types that say nothing more than the text, each part with its place.

pub mod cilium;
pub mod cluster_network_policy;
pub mod network_policy;
pub mod selector;

use cilium::CiliumPolicy;
use cluster_network_policy::ClusterNetworkPolicy;
use network_policy::NetworkPolicy;

use crate::place::Problem;

/// The policies of a cluster by kind, in the order in which they were read.
#[derive(Clone, Debug, Default)]
pub struct Policies {
    /// NetworkPolicy (networking.k8s.io/v1).
    pub network: Vec<NetworkPolicy>,
    /// ClusterNetworkPolicy (policy.networking.k8s.io/v1alpha2), AdminNetworkPolicy and BaselineAdminNetworkPolicy (v1alpha1).
    pub cluster: Vec<ClusterNetworkPolicy>,
    /// CiliumNetworkPolicy and CiliumClusterwideNetworkPolicy (cilium.io/v2).
    pub cilium: Vec<CiliumPolicy>,
    /// What is wrong with the documents, whoever enforces them: what the API server would refuse, what it would drop.
    pub problems: Vec<Problem>,
}
