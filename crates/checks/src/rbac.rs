//! Checks of RBAC: what roles allow, and whom bindings give them to.

use crate::check::Check;

mod aggregation_of_everything;
mod anonymous_bound;
mod anonymous_public_info;
mod authenticated_users_bound;
pub(crate) mod binding;
mod binding_without_subjects;
mod certificate_approval_allowed;
mod cluster_admin_bound;
mod cluster_wide_binding;
mod config_maps_writable;
mod custom_resource_definitions_writable;
mod default_service_account_bound;
mod ephemeral_containers_allowed;
mod escalate_or_bind_allowed;
mod event_deletion_allowed;
mod grant_without_namespace;
pub(crate) mod holders;
mod impersonation_allowed;
mod ineffective_rule;
mod masters_group_bound;
mod namespaces_writable;
mod networking_writable;
mod nodes_proxy_allowed;
mod nodes_writable;
mod persistent_volume_creation_allowed;
mod pod_creation_allowed;
mod pod_exec_bound;
mod pod_logs_deletable;
mod pods_attach_allowed;
mod pods_exec_allowed;
mod pods_portforward_allowed;
mod readers;
mod role_aggregated_into_built_in;
mod roles_writable;
mod rule;
mod secret_readable_by_others;
mod secrets_readable;
mod secrets_writable;
mod service_account_automounts_token;
mod service_account_lists_secrets;
mod service_account_token_secret;
mod services_proxy_allowed;
mod subject_without_namespace;
mod takeover_by_everybody;
mod token_creation_allowed;
mod unlimited_core_group;
mod unlimited_role;
mod unused_role;
mod webhook_configuration_writable;
mod wildcard_api_groups;
mod wildcard_resources;
mod wildcard_urls;
mod wildcard_verbs;
mod workload_creation_allowed;
mod workload_deletion_allowed;

/// The API group of RBAC.
const GROUP: &str = "rbac.authorization.k8s.io";
const ROLE: (&str, &str) = (GROUP, "Role");
const CLUSTER_ROLE: (&str, &str) = (GROUP, "ClusterRole");

/// The kinds that hold rules.
pub(crate) const ROLES: &[(&str, &str)] = &[ROLE, CLUSTER_ROLE];
const CLUSTER_ROLES: &[(&str, &str)] = &[CLUSTER_ROLE];
const SERVICE_ACCOUNT: &[(&str, &str)] = &[("", "ServiceAccount")];
const SECRET: &[(&str, &str)] = &[("", "Secret")];
/// The kinds that give roles to subjects.
pub(crate) const BINDINGS: &[(&str, &str)] = &[(GROUP, "RoleBinding"), (GROUP, "ClusterRoleBinding")];

/// The checks of this family, in alphabetical order.
pub(crate) static CHECKS: &[&Check] = &[
    &aggregation_of_everything::CHECK,
    &anonymous_bound::CHECK,
    &anonymous_public_info::CHECK,
    &authenticated_users_bound::CHECK,
    &binding_without_subjects::CHECK,
    &certificate_approval_allowed::CHECK,
    &cluster_admin_bound::CHECK,
    &cluster_wide_binding::CHECK,
    &config_maps_writable::CHECK,
    &custom_resource_definitions_writable::CHECK,
    &default_service_account_bound::CHECK,
    &ephemeral_containers_allowed::CHECK,
    &escalate_or_bind_allowed::CHECK,
    &event_deletion_allowed::CHECK,
    &grant_without_namespace::CHECK,
    &impersonation_allowed::CHECK,
    &ineffective_rule::CHECK,
    &masters_group_bound::CHECK,
    &namespaces_writable::CHECK,
    &networking_writable::CHECK,
    &nodes_proxy_allowed::CHECK,
    &nodes_writable::CHECK,
    &persistent_volume_creation_allowed::CHECK,
    &pod_creation_allowed::CHECK,
    &pod_exec_bound::CHECK,
    &pod_logs_deletable::CHECK,
    &pods_attach_allowed::CHECK,
    &pods_exec_allowed::CHECK,
    &pods_portforward_allowed::CHECK,
    &role_aggregated_into_built_in::CHECK,
    &roles_writable::CHECK,
    &secret_readable_by_others::CHECK,
    &secrets_readable::CHECK,
    &secrets_writable::CHECK,
    &service_account_automounts_token::CHECK,
    &service_account_lists_secrets::CHECK,
    &service_account_token_secret::CHECK,
    &services_proxy_allowed::CHECK,
    &subject_without_namespace::CHECK,
    &takeover_by_everybody::CHECK,
    &token_creation_allowed::CHECK,
    &unlimited_core_group::CHECK,
    &unlimited_role::CHECK,
    &unused_role::CHECK,
    &webhook_configuration_writable::CHECK,
    &wildcard_api_groups::CHECK,
    &wildcard_resources::CHECK,
    &wildcard_urls::CHECK,
    &wildcard_verbs::CHECK,
    &workload_creation_allowed::CHECK,
    &workload_deletion_allowed::CHECK,
];
