//! Checks of how kubelets are set, wherever one runs.

use crate::check::Check;

mod kubelet_anonymous_auth;
mod kubelet_authorizes_everything;
mod kubelet_changes_kernel_settings;
mod kubelet_endless_streams;
mod kubelet_health_exposed;
mod kubelet_hostname_override;
mod kubelet_keeps_client_certificate;
mod kubelet_keeps_serving_certificate;
mod kubelet_leaves_iptables;
mod kubelet_pods_from_url;
mod kubelet_read_only_port;
mod kubelet_seccomp_unset;
mod kubelet_self_signed_certificate;
mod kubelet_unlimited_events;
mod kubelet_unlimited_pids;
mod kubelet_unsafe_sysctls;
mod kubelet_weak_ciphers;
mod kubelet_weak_tls_version;
mod kubelet_without_client_ca;
mod kubelet_would_not_start;

use ironsides_settings::Component;

/// What most of these checks are asked about.
const KUBELET: &[Component] = &[Component::Kubelet];

pub(crate) const CHECKS: &[&Check] = &[
    &kubelet_anonymous_auth::CHECK,
    &kubelet_authorizes_everything::CHECK,
    &kubelet_changes_kernel_settings::CHECK,
    &kubelet_endless_streams::CHECK,
    &kubelet_health_exposed::CHECK,
    &kubelet_hostname_override::CHECK,
    &kubelet_keeps_client_certificate::CHECK,
    &kubelet_keeps_serving_certificate::CHECK,
    &kubelet_leaves_iptables::CHECK,
    &kubelet_pods_from_url::CHECK,
    &kubelet_read_only_port::CHECK,
    &kubelet_seccomp_unset::CHECK,
    &kubelet_self_signed_certificate::CHECK,
    &kubelet_unlimited_events::CHECK,
    &kubelet_unlimited_pids::CHECK,
    &kubelet_unsafe_sysctls::CHECK,
    &kubelet_weak_ciphers::CHECK,
    &kubelet_weak_tls_version::CHECK,
    &kubelet_without_client_ca::CHECK,
    &kubelet_would_not_start::CHECK,
];
