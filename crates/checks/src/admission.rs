//! Checks of what the API server asks before it stores an object, and of what extends it.

use crate::check::Check;

mod admission_policy_without_binding;
mod api_service_unavailable;
mod api_service_without_tls_verification;
mod binding_that_denies_nothing;
mod dangling_webhook_service;
mod extension_without_endpoints;
mod unpruned_custom_resource;
mod webhook;
mod webhook_blocks_itself;
mod webhook_blocks_kube_system;
mod webhook_fails_open;
mod webhook_matches_everything;
mod webhook_outside_cluster;
mod webhook_sees_secrets;
mod webhook_without_ca_bundle;

const API_SERVICE: (&str, &str) = ("apiregistration.k8s.io", "APIService");
const GROUP: &str = "admissionregistration.k8s.io";
const VALIDATING: (&str, &str) = (GROUP, "ValidatingWebhookConfiguration");
const MUTATING: (&str, &str) = (GROUP, "MutatingWebhookConfiguration");
/// The kinds that hold webhooks.
const WEBHOOKS: &[(&str, &str)] = &[VALIDATING, MUTATING];

/// The checks of this family, in alphabetical order.
pub(crate) static CHECKS: &[&Check] = &[
    &admission_policy_without_binding::CHECK,
    &api_service_unavailable::CHECK,
    &api_service_without_tls_verification::CHECK,
    &binding_that_denies_nothing::CHECK,
    &dangling_webhook_service::CHECK,
    &extension_without_endpoints::CHECK,
    &unpruned_custom_resource::CHECK,
    &webhook_blocks_itself::CHECK,
    &webhook_blocks_kube_system::CHECK,
    &webhook_fails_open::CHECK,
    &webhook_matches_everything::CHECK,
    &webhook_outside_cluster::CHECK,
    &webhook_sees_secrets::CHECK,
    &webhook_without_ca_bundle::CHECK,
];
