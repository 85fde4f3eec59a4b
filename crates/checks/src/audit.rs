//! Checks of auditing: what policies say otherwise than it looks, what they leave unrecorded, and with which flags API
//! servers keep the log.

use crate::check::Check;

mod act;
mod all_bodies_in_audit_log;
mod anonymous_requests_unrecorded;
mod audit_backend_without_policy;
mod audit_entry_without_group;
mod audit_events_dropped;
mod audit_events_truncated;
mod audit_log_on_standard_output;
mod audit_names_on_nameless_requests;
mod audit_namespace_of_global_resource;
mod audit_noise_recorded;
mod audit_pattern_without_effect;
mod audit_policy_file_records_bodies;
mod audit_policy_file_unset;
mod audit_policy_refused;
mod audit_policy_without_backend;
mod audit_policy_without_catch_all;
mod audit_rule_without_deletecollection;
mod audit_subresources_with_resource;
mod bodies;
mod config_map_bodies_in_audit_log;
mod duplicate_audit_rule;
mod event_deletion_unrecorded;
mod exec_recorded_for_create_only;
mod failed_logins_unrecorded;
mod few_audit_log_backups;
mod impossible_audit_user;
mod impossible_audit_verb;
mod known;
mod legacy_audit_log_format;
mod lint;
mod managed_fields_recorded;
mod misplaced_audit_resource;
mod mounts;
mod panics_unrecorded;
mod request_received_recorded;
mod resource_paths_in_audit_rule;
mod response_complete_omitted;
mod role_changes_without_bodies;
mod rotation;
mod secret_bodies_in_audit_log;
mod sensitive_requests_unrecorded;
mod server;
mod session_start_unrecorded;
mod shadowed_audit_rule;
mod short_audit_log_age;
mod small_audit_log_files;
mod token_bodies_in_audit_log;
mod trusted_components_unrecorded;
mod trusted_users_unrecorded;
mod unknown_audit_field;
mod unmounted_audit_configuration;
mod unmounted_audit_log;

pub(crate) use lint::Audited;

/// The kind of audit policies. No server has objects of it: it is the kind of a file.
const POLICY: &[(&str, &str)] = &[("audit.k8s.io", "Policy")];

/// The checks of this family, in alphabetical order.
pub(crate) static CHECKS: &[&Check] = &[
    &all_bodies_in_audit_log::CHECK,
    &anonymous_requests_unrecorded::CHECK,
    &audit_backend_without_policy::CHECK,
    &audit_entry_without_group::CHECK,
    &audit_events_dropped::CHECK,
    &audit_events_truncated::CHECK,
    &audit_log_on_standard_output::CHECK,
    &audit_names_on_nameless_requests::CHECK,
    &audit_namespace_of_global_resource::CHECK,
    &audit_noise_recorded::CHECK,
    &audit_pattern_without_effect::CHECK,
    &audit_policy_file_records_bodies::CHECK,
    &audit_policy_file_unset::CHECK,
    &audit_policy_refused::CHECK,
    &audit_policy_without_backend::CHECK,
    &audit_policy_without_catch_all::CHECK,
    &audit_rule_without_deletecollection::CHECK,
    &audit_subresources_with_resource::CHECK,
    &config_map_bodies_in_audit_log::CHECK,
    &duplicate_audit_rule::CHECK,
    &event_deletion_unrecorded::CHECK,
    &exec_recorded_for_create_only::CHECK,
    &failed_logins_unrecorded::CHECK,
    &few_audit_log_backups::CHECK,
    &impossible_audit_user::CHECK,
    &impossible_audit_verb::CHECK,
    &legacy_audit_log_format::CHECK,
    &managed_fields_recorded::CHECK,
    &misplaced_audit_resource::CHECK,
    &panics_unrecorded::CHECK,
    &request_received_recorded::CHECK,
    &resource_paths_in_audit_rule::CHECK,
    &response_complete_omitted::CHECK,
    &role_changes_without_bodies::CHECK,
    &secret_bodies_in_audit_log::CHECK,
    &sensitive_requests_unrecorded::CHECK,
    &session_start_unrecorded::CHECK,
    &shadowed_audit_rule::CHECK,
    &short_audit_log_age::CHECK,
    &small_audit_log_files::CHECK,
    &token_bodies_in_audit_log::CHECK,
    &trusted_components_unrecorded::CHECK,
    &trusted_users_unrecorded::CHECK,
    &unknown_audit_field::CHECK,
    &unmounted_audit_configuration::CHECK,
    &unmounted_audit_log::CHECK,
];
