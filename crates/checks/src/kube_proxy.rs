//! Checks of kube-proxy's configuration, wherever one runs or a pod starts one.

use ironsides_settings::Component;

use crate::check::Check;

mod kube_proxy_metrics_exposed;
mod kube_proxy_profiling;

/// What these checks are asked about.
const KUBE_PROXY: &[Component] = &[Component::KubeProxy];

/// The checks of this family, in alphabetical order.
pub(crate) const CHECKS: &[&Check] = &[&kube_proxy_metrics_exposed::CHECK, &kube_proxy_profiling::CHECK];
