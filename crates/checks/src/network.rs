//! Checks of network policies, and of namespaces and pods without.

use ironsides_core::Object;

use crate::check::{ANY_POD, Check};

mod addresses;
mod breadth;
mod cilium_block_of_pods;
mod cilium_clusterwide_lock;
mod cilium_default_deny_without_rules;
mod cilium_denial_locks;
mod cilium_empty_list_closes;
mod cilium_empty_list_opens;
mod cilium_empty_rule;
mod cilium_entity_everyone;
mod cilium_everyone_is_own_namespace;
mod cilium_group_missing;
mod cilium_header_match_without_refusal;
mod cilium_header_secret_missing;
mod cilium_header_without_space;
mod cilium_host_policy_cuts_node;
mod cilium_http_anchors;
mod cilium_http_get_without_head;
mod cilium_http_host_dots;
mod cilium_http_host_without_port;
mod cilium_http_method_case;
mod cilium_http_path_exact;
mod cilium_http_path_relative;
mod cilium_http_path_wide;
mod cilium_http_rule_refused_by_envoy;
mod cilium_http_rules_voided;
mod cilium_icmp_type_zero;
mod cilium_port_range_ignored;
mod cilium_service_without_selector;
mod cilium_services_missing;
mod cilium_subject_elsewhere;
mod cilium_unselectable_label;
mod cluster_policy_denies_pods_by_block;
mod cluster_policy_overrides_policies;
mod cluster_policy_pass_to_nothing;
mod cluster_policy_tie;
mod cluster_policy_unknown_peer;
mod dangling_namespace_selector;
mod dns_over_udp_alone;
mod dns_pods_unreachable;
mod duplicate_network_policy;
mod egress_to_anywhere;
mod egress_without_dns;
mod facts;
mod fqdn_double_star;
mod fqdn_not_looked_up;
mod fqdn_of_cluster;
mod fqdn_without_dns_rule;
mod ingress_from_all_namespaces;
mod ingress_from_anywhere;
mod isolation;
mod metadata_address_reachable;
mod model;
mod namespace_open_to_egress;
mod namespace_open_to_ingress;
mod namespace_without_network_policy;
mod network_plugin_without_policies;
mod network_policies_not_enforced;
mod network_policy_part_ignored;
mod network_policy_refused;
mod old_cluster_policy_kind;
mod place;
mod pod_without_network_policy;
mod policy;
mod policy_block_host_bits;
mod policy_block_of_pods;
mod policy_direction_without_rules;
mod policy_for_host_network_pods;
mod policy_peer_selects_nothing;
mod policy_port_nobody_names;
mod policy_port_of_service;
mod policy_port_protocol_mismatch;
mod policy_rule_denied;
mod policy_rule_redundant;
mod policy_selects_nothing;
mod policy_types_unwritten;
mod policy_without_pod_selector;
mod split_policy_peer;
mod unused_policy_rules;
mod webhook_closed_by_policy;

/// The kinds that these checks are about; `extensions` is where network policies were first.
const POLICY: &[(&str, &str)] = &[("networking.k8s.io", "NetworkPolicy"), ("extensions", "NetworkPolicy")];

/// What is looked up to tell whether pods are isolated.
const POLICIES: &[(&str, &str)] = &[
    ("networking.k8s.io", "NetworkPolicy"),
    ("extensions", "NetworkPolicy"),
    ("policy.networking.k8s.io", "ClusterNetworkPolicy"),
    ("policy.networking.k8s.io", "AdminNetworkPolicy"),
    ("policy.networking.k8s.io", "BaselineAdminNetworkPolicy"),
    ("cilium.io", "CiliumNetworkPolicy"),
    ("cilium.io", "CiliumClusterwideNetworkPolicy"),
    ("projectcalico.org", "NetworkPolicy"),
    ("projectcalico.org", "GlobalNetworkPolicy"),
    ("projectcalico.org", "Tier"),
    ("crd.projectcalico.org", "NetworkPolicy"),
    ("crd.projectcalico.org", "GlobalNetworkPolicy"),
    ("crd.projectcalico.org", "Tier"),
];

/// The same, what they may be about, and the agents of plug-ins among the pods.
const LOOKED_UP: &[(&str, &str)] = &[
    ANY_POD,
    ("", "Namespace"),
    ("networking.k8s.io", "NetworkPolicy"),
    ("extensions", "NetworkPolicy"),
    ("policy.networking.k8s.io", "ClusterNetworkPolicy"),
    ("policy.networking.k8s.io", "AdminNetworkPolicy"),
    ("policy.networking.k8s.io", "BaselineAdminNetworkPolicy"),
    ("cilium.io", "CiliumNetworkPolicy"),
    ("cilium.io", "CiliumClusterwideNetworkPolicy"),
    ("projectcalico.org", "NetworkPolicy"),
    ("projectcalico.org", "GlobalNetworkPolicy"),
    ("projectcalico.org", "Tier"),
    ("crd.projectcalico.org", "NetworkPolicy"),
    ("crd.projectcalico.org", "GlobalNetworkPolicy"),
    ("crd.projectcalico.org", "Tier"),
];

/// Policies of the whole cluster, the first form of them included.
const CLUSTER_POLICY: &[(&str, &str)] = &[
    ("policy.networking.k8s.io", "ClusterNetworkPolicy"),
    ("policy.networking.k8s.io", "AdminNetworkPolicy"),
    ("policy.networking.k8s.io", "BaselineAdminNetworkPolicy"),
];

/// Every kind of network policy, as API group and kind.
pub const ANY_POLICY: &[(&str, &str)] = &[
    ("networking.k8s.io", "NetworkPolicy"),
    ("extensions", "NetworkPolicy"),
    ("policy.networking.k8s.io", "ClusterNetworkPolicy"),
    ("policy.networking.k8s.io", "AdminNetworkPolicy"),
    ("policy.networking.k8s.io", "BaselineAdminNetworkPolicy"),
    ("cilium.io", "CiliumNetworkPolicy"),
    ("cilium.io", "CiliumClusterwideNetworkPolicy"),
    ("projectcalico.org", "NetworkPolicy"),
    ("projectcalico.org", "GlobalNetworkPolicy"),
    ("crd.projectcalico.org", "NetworkPolicy"),
    ("crd.projectcalico.org", "GlobalNetworkPolicy"),
];

/// Cilium's own kinds.
const CILIUM_POLICY: &[(&str, &str)] =
    &[("cilium.io", "CiliumNetworkPolicy"), ("cilium.io", "CiliumClusterwideNetworkPolicy")];

const SERVICE: &[(&str, &str)] = &[("", "Service")];

const NAMESPACE: &[(&str, &str)] = &[("", "Namespace")];

/// Why a namespace is not asked for policies: the control plane's own, in which providers keep theirs.
fn excused(namespace: &Object) -> Option<&'static str> {
    let name = &*namespace.reference().name;
    let own = matches!(name, "kube-system" | "kube-public" | "kube-node-lease");
    own.then_some("the namespace belongs to the cluster itself")
}

/// The checks of this family, in alphabetical order.
pub(crate) static CHECKS: &[&Check] = &[
    &cilium_block_of_pods::CHECK,
    &cilium_clusterwide_lock::CHECK,
    &cilium_default_deny_without_rules::CHECK,
    &cilium_denial_locks::CHECK,
    &cilium_empty_list_closes::CHECK,
    &cilium_empty_list_opens::CHECK,
    &cilium_empty_rule::CHECK,
    &cilium_entity_everyone::CHECK,
    &cilium_everyone_is_own_namespace::CHECK,
    &cilium_group_missing::CHECK,
    &cilium_header_match_without_refusal::CHECK,
    &cilium_header_secret_missing::CHECK,
    &cilium_header_without_space::CHECK,
    &cilium_host_policy_cuts_node::CHECK,
    &cilium_http_anchors::CHECK,
    &cilium_http_get_without_head::CHECK,
    &cilium_http_host_dots::CHECK,
    &cilium_http_host_without_port::CHECK,
    &cilium_http_method_case::CHECK,
    &cilium_http_path_exact::CHECK,
    &cilium_http_path_relative::CHECK,
    &cilium_http_path_wide::CHECK,
    &cilium_http_rule_refused_by_envoy::CHECK,
    &cilium_http_rules_voided::CHECK,
    &cilium_icmp_type_zero::CHECK,
    &cilium_port_range_ignored::CHECK,
    &cilium_service_without_selector::CHECK,
    &cilium_services_missing::CHECK,
    &cilium_subject_elsewhere::CHECK,
    &cilium_unselectable_label::CHECK,
    &cluster_policy_denies_pods_by_block::CHECK,
    &cluster_policy_overrides_policies::CHECK,
    &cluster_policy_pass_to_nothing::CHECK,
    &cluster_policy_tie::CHECK,
    &cluster_policy_unknown_peer::CHECK,
    &dangling_namespace_selector::CHECK,
    &dns_over_udp_alone::CHECK,
    &dns_pods_unreachable::CHECK,
    &duplicate_network_policy::CHECK,
    &egress_to_anywhere::CHECK,
    &egress_without_dns::CHECK,
    &fqdn_double_star::CHECK,
    &fqdn_not_looked_up::CHECK,
    &fqdn_of_cluster::CHECK,
    &fqdn_without_dns_rule::CHECK,
    &ingress_from_all_namespaces::CHECK,
    &ingress_from_anywhere::CHECK,
    &metadata_address_reachable::CHECK,
    &namespace_open_to_egress::CHECK,
    &namespace_open_to_ingress::CHECK,
    &namespace_without_network_policy::CHECK,
    &network_plugin_without_policies::CHECK,
    &network_policies_not_enforced::CHECK,
    &network_policy_part_ignored::CHECK,
    &network_policy_refused::CHECK,
    &old_cluster_policy_kind::CHECK,
    &pod_without_network_policy::CHECK,
    &policy_block_host_bits::CHECK,
    &policy_block_of_pods::CHECK,
    &policy_direction_without_rules::CHECK,
    &policy_for_host_network_pods::CHECK,
    &policy_peer_selects_nothing::CHECK,
    &policy_port_nobody_names::CHECK,
    &policy_port_of_service::CHECK,
    &policy_port_protocol_mismatch::CHECK,
    &policy_rule_denied::CHECK,
    &policy_rule_redundant::CHECK,
    &policy_selects_nothing::CHECK,
    &policy_types_unwritten::CHECK,
    &policy_without_pod_selector::CHECK,
    &split_policy_peer::CHECK,
    &unused_policy_rules::CHECK,
    &webhook_closed_by_policy::CHECK,
];
