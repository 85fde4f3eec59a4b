//! Checks of the controller manager's flags, wherever one runs or a pod starts one.

use ironsides_settings::Component;

use crate::check::Check;

mod controller_manager_exposed;
mod controller_manager_kubelet_rotation_off;
mod controller_manager_old_tls_version;
mod controller_manager_pod_gc_threshold;
mod controller_manager_profiling;
mod controller_manager_removed_flag;
mod controller_manager_root_ca_unset;
mod controller_manager_service_account_key_unset;
mod controller_manager_shared_credentials;
mod controller_manager_weak_tls_suites;

/// What these checks are asked about.
const KUBE_CONTROLLER_MANAGER: &[Component] = &[Component::KubeControllerManager];

/// The checks of this family, in alphabetical order.
pub(crate) const CHECKS: &[&Check] = &[
    &controller_manager_exposed::CHECK,
    &controller_manager_kubelet_rotation_off::CHECK,
    &controller_manager_old_tls_version::CHECK,
    &controller_manager_pod_gc_threshold::CHECK,
    &controller_manager_profiling::CHECK,
    &controller_manager_removed_flag::CHECK,
    &controller_manager_root_ca_unset::CHECK,
    &controller_manager_service_account_key_unset::CHECK,
    &controller_manager_shared_credentials::CHECK,
    &controller_manager_weak_tls_suites::CHECK,
];
