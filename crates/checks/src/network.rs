//! Checks of network policies, and of namespaces and pods without.

use ironsides_core::Object;

use crate::check::{ANY_POD, Check};

mod address;
mod dangling_namespace_selector;
mod egress_to_anywhere;
mod egress_without_dns;
mod ingress_from_all_namespaces;
mod ingress_from_anywhere;
mod isolation;
mod metadata_address_reachable;
mod namespace_open_to_egress;
mod namespace_open_to_ingress;
mod namespace_without_network_policy;
mod network_plugin_without_policies;
mod place;
mod pod_without_network_policy;
mod policy;
mod policy_direction_without_rules;
mod policy_selects_nothing;
mod policy_types_unwritten;
mod policy_without_pod_selector;
mod unused_policy_rules;

/// The kinds that these checks are about; `extensions` is where network policies were first.
const POLICY: &[(&str, &str)] = &[("networking.k8s.io", "NetworkPolicy"), ("extensions", "NetworkPolicy")];

/// What is looked up to tell whether pods are isolated.
const POLICIES: &[(&str, &str)] = &[
    ("networking.k8s.io", "NetworkPolicy"),
    ("extensions", "NetworkPolicy"),
    ("cilium.io", "CiliumNetworkPolicy"),
    ("cilium.io", "CiliumClusterwideNetworkPolicy"),
];

/// The same, and the pods themselves.
const LOOKED_UP: &[(&str, &str)] = &[
    ANY_POD,
    ("networking.k8s.io", "NetworkPolicy"),
    ("extensions", "NetworkPolicy"),
    ("cilium.io", "CiliumNetworkPolicy"),
    ("cilium.io", "CiliumClusterwideNetworkPolicy"),
];

const NAMESPACE: &[(&str, &str)] = &[("", "Namespace")];

/// Why a namespace is not asked for policies: the control plane's own, in which providers keep theirs.
fn excused(namespace: &Object) -> Option<&'static str> {
    let name = &*namespace.reference().name;
    let own = matches!(name, "kube-system" | "kube-public" | "kube-node-lease");
    own.then_some("the namespace belongs to the cluster itself")
}

/// The checks of this family, in alphabetical order.
pub(crate) static CHECKS: &[&Check] = &[
    &dangling_namespace_selector::CHECK,
    &egress_to_anywhere::CHECK,
    &egress_without_dns::CHECK,
    &ingress_from_all_namespaces::CHECK,
    &ingress_from_anywhere::CHECK,
    &metadata_address_reachable::CHECK,
    &namespace_open_to_egress::CHECK,
    &namespace_open_to_ingress::CHECK,
    &namespace_without_network_policy::CHECK,
    &network_plugin_without_policies::CHECK,
    &pod_without_network_policy::CHECK,
    &policy_direction_without_rules::CHECK,
    &policy_selects_nothing::CHECK,
    &policy_types_unwritten::CHECK,
    &policy_without_pod_selector::CHECK,
    &unused_policy_rules::CHECK,
];
