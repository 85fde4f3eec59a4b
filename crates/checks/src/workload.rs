//! What a pod asks for, wherever it is written.

use crate::check::Check;

mod added_capability;
mod apparmor_unconfined;
mod capabilities_not_dropped;
mod capability;
mod command;
mod contradictory_escalation_setting;
mod control_plane_toleration;
mod crypto_miner;
mod dangerous_capability;
mod default_service_account;
mod deprecated_apparmor_annotation;
mod deprecated_service_account_field;
mod download_piped_to_shell;
mod duplicate_container_port;
mod duplicate_environment_variable;
mod ephemeral_container;
mod helm_tiller;
mod host_alias;
mod host_ipc;
mod host_network;
mod host_network_without_cluster_dns;
mod host_path;
mod host_path_volume;
mod host_pid;
mod host_port;
mod ignored_seccomp_annotation;
mod incomplete_localhost_profile;
mod interactive_container;
mod kubernetes_dashboard;
mod long_lived_token;
mod low_group_id;
mod low_user_id;
mod missing_cpu_limit;
mod missing_cpu_request;
mod missing_ephemeral_storage_limit;
mod missing_liveness_probe;
mod missing_memory_limit;
mod missing_memory_request;
mod missing_priority_class;
mod missing_readiness_probe;
mod misspelt_capability;
mod mount_propagation;
mod needless_capability;
mod net_raw_capability;
mod pinned_node;
mod pod_holds_cluster_admin;
mod possible_root_user;
mod privilege_escalation_allowed;
mod privileged_container;
mod privileged_port;
mod probe_host;
mod probes;
mod quantity;
mod request_above_limit;
mod resources;
mod restricted_volume_type;
mod reverse_shell;
mod root_group;
mod root_user;
mod runtime_socket;
mod seccomp_unconfined;
mod seccomp_unset;
mod secret_from_environment;
mod secret_in_command;
mod secret_in_environment;
mod security_context;
mod selinux_options;
mod sensitive_host_path;
mod service_account;
mod service_account_token_mounted;
mod service_account_token_requested;
mod shared_process_namespace;
mod shared_user_namespace;
mod ssh_port;
mod sub_path_mount;
mod system_priority_class;
mod tolerates_everything;
mod unbounded_memory_volume;
mod unbounded_scratch_volume;
mod unconfined_container;
mod unmasked_proc_mount;
mod unsafe_sysctl;
mod useless_service_account_token;
mod windows_administrator;
mod windows_host_process;
mod writable_host_path;
mod writable_root_filesystem;

pub(crate) use resources::request;
pub(crate) use secret_in_command::{each as each_command, secret as command_secret};
pub(crate) use secret_in_environment::{by_form, is_password, is_secret, secret};

/// The checks of this family, in alphabetical order.
pub(crate) static CHECKS: &[&Check] = &[
    &added_capability::CHECK,
    &apparmor_unconfined::CHECK,
    &capabilities_not_dropped::CHECK,
    &contradictory_escalation_setting::CHECK,
    &control_plane_toleration::CHECK,
    &crypto_miner::CHECK,
    &dangerous_capability::CHECK,
    &default_service_account::CHECK,
    &deprecated_apparmor_annotation::CHECK,
    &deprecated_service_account_field::CHECK,
    &download_piped_to_shell::CHECK,
    &duplicate_container_port::CHECK,
    &duplicate_environment_variable::CHECK,
    &ephemeral_container::CHECK,
    &helm_tiller::CHECK,
    &host_alias::CHECK,
    &host_ipc::CHECK,
    &host_network::CHECK,
    &host_network_without_cluster_dns::CHECK,
    &host_path_volume::CHECK,
    &host_pid::CHECK,
    &host_port::CHECK,
    &ignored_seccomp_annotation::CHECK,
    &incomplete_localhost_profile::CHECK,
    &interactive_container::CHECK,
    &kubernetes_dashboard::CHECK,
    &long_lived_token::CHECK,
    &low_group_id::CHECK,
    &low_user_id::CHECK,
    &missing_cpu_limit::CHECK,
    &missing_cpu_request::CHECK,
    &missing_ephemeral_storage_limit::CHECK,
    &missing_liveness_probe::CHECK,
    &missing_memory_limit::CHECK,
    &missing_memory_request::CHECK,
    &missing_priority_class::CHECK,
    &missing_readiness_probe::CHECK,
    &misspelt_capability::CHECK,
    &mount_propagation::CHECK,
    &needless_capability::CHECK,
    &net_raw_capability::CHECK,
    &pinned_node::CHECK,
    &pod_holds_cluster_admin::CHECK,
    &possible_root_user::CHECK,
    &privilege_escalation_allowed::CHECK,
    &privileged_container::CHECK,
    &privileged_port::CHECK,
    &probe_host::CHECK,
    &request_above_limit::CHECK,
    &restricted_volume_type::CHECK,
    &reverse_shell::CHECK,
    &root_group::CHECK,
    &root_user::CHECK,
    &runtime_socket::CHECK,
    &seccomp_unconfined::CHECK,
    &seccomp_unset::CHECK,
    &secret_from_environment::CHECK,
    &secret_in_command::CHECK,
    &secret_in_environment::CHECK,
    &selinux_options::CHECK,
    &sensitive_host_path::CHECK,
    &service_account_token_mounted::CHECK,
    &service_account_token_requested::CHECK,
    &shared_process_namespace::CHECK,
    &shared_user_namespace::CHECK,
    &ssh_port::CHECK,
    &sub_path_mount::CHECK,
    &system_priority_class::CHECK,
    &tolerates_everything::CHECK,
    &unbounded_memory_volume::CHECK,
    &unbounded_scratch_volume::CHECK,
    &unconfined_container::CHECK,
    &unmasked_proc_mount::CHECK,
    &unsafe_sysctl::CHECK,
    &useless_service_account_token::CHECK,
    &windows_administrator::CHECK,
    &windows_host_process::CHECK,
    &writable_host_path::CHECK,
    &writable_root_filesystem::CHECK,
];
