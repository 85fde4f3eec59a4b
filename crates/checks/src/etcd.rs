//! Checks of etcd, the store of the API server, wherever one runs or a pod starts one.

use ironsides_settings::Component;

use crate::check::Check;

mod etcd_auto_tls;
mod etcd_certificate_unset;
mod etcd_client_cert_auth_off;
mod etcd_metrics_exposed;
mod etcd_peer_auto_tls;
mod etcd_peer_certificate_unset;
mod etcd_peer_client_cert_auth_off;
mod etcd_plaintext_urls;
mod etcd_profiling;
mod etcd_shared_ca;
mod etcd_weak_tls_suites;
mod side;

/// What these checks are asked about.
const ETCD: &[Component] = &[Component::Etcd];

/// The checks of this family, in alphabetical order.
pub(crate) const CHECKS: &[&Check] = &[
    &etcd_auto_tls::CHECK,
    &etcd_certificate_unset::CHECK,
    &etcd_client_cert_auth_off::CHECK,
    &etcd_metrics_exposed::CHECK,
    &etcd_peer_auto_tls::CHECK,
    &etcd_peer_certificate_unset::CHECK,
    &etcd_peer_client_cert_auth_off::CHECK,
    &etcd_plaintext_urls::CHECK,
    &etcd_profiling::CHECK,
    &etcd_shared_ca::CHECK,
    &etcd_weak_tls_suites::CHECK,
];
