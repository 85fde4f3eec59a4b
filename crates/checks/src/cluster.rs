//! Checks of the cluster itself: its API server and its nodes.

use crate::check::Check;

mod address;
mod anonymous_request_answered;
mod api_server_at_public_address;
mod api_server_exposed;
mod kubelet_version_skew;

/// The checks of this family, in alphabetical order.
pub(crate) static CHECKS: &[&Check] = &[
    &anonymous_request_answered::CHECK,
    &api_server_at_public_address::CHECK,
    &api_server_exposed::CHECK,
    &kubelet_version_skew::CHECK,
];

/// The Service and the Endpoints by which an API server makes itself known.
const API_SERVER: &str = "kubernetes";
