//! Checks of what the API server asks before it stores an object, and of what extends it.

use crate::check::Check;

mod admission_policy_without_binding;
mod api_service_without_tls_verification;
mod binding_that_denies_nothing;
mod dangling_webhook_service;
mod unpruned_custom_resource;
mod webhook_fails_open;
mod webhook_outside_cluster;
mod webhook_sees_secrets;

const GROUP: &str = "admissionregistration.k8s.io";
const VALIDATING: (&str, &str) = (GROUP, "ValidatingWebhookConfiguration");
const MUTATING: (&str, &str) = (GROUP, "MutatingWebhookConfiguration");
/// The kinds that hold webhooks.
const WEBHOOKS: &[(&str, &str)] = &[VALIDATING, MUTATING];

/// The checks of this family, in alphabetical order.
pub(crate) static CHECKS: &[&Check] = &[
    &admission_policy_without_binding::CHECK,
    &api_service_without_tls_verification::CHECK,
    &binding_that_denies_nothing::CHECK,
    &dangling_webhook_service::CHECK,
    &unpruned_custom_resource::CHECK,
    &webhook_fails_open::CHECK,
    &webhook_outside_cluster::CHECK,
    &webhook_sees_secrets::CHECK,
];
