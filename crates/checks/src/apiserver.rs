//! Checks of the API server's own flags, wherever one runs or a pod starts one.

use ironsides_settings::Component;

use crate::check::Check;

mod apiserver_profiling;

/// What these checks are asked about.
const KUBE_APISERVER: &[Component] = &[Component::KubeApiserver];

pub(crate) const CHECKS: &[&Check] = &[&apiserver_profiling::CHECK];
