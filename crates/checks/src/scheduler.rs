//! Checks of the scheduler's flags and its configuration, wherever one runs or a pod starts one.

use ironsides_settings::Component;

use crate::check::Check;

mod scheduler_exposed;
mod scheduler_old_tls_version;
mod scheduler_profiling;
mod scheduler_removed_flag;
mod scheduler_weak_tls_suites;

/// What these checks are asked about.
const KUBE_SCHEDULER: &[Component] = &[Component::KubeScheduler];

/// The checks of this family, in alphabetical order.
pub(crate) const CHECKS: &[&Check] = &[
    &scheduler_exposed::CHECK,
    &scheduler_old_tls_version::CHECK,
    &scheduler_profiling::CHECK,
    &scheduler_removed_flag::CHECK,
    &scheduler_weak_tls_suites::CHECK,
];
