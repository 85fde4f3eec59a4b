//! Checks of the API server's own flags, wherever one runs or a pod starts one.

use ironsides_settings::Component;

use crate::check::Check;

mod apiserver_always_admit;
mod apiserver_always_allow;
mod apiserver_anonymous_auth;
mod apiserver_attribute_file_authorizer;
mod apiserver_audit_log_path_unset;
mod apiserver_audit_policy_gaps;
mod apiserver_bootstrap_tokens_for_users;
mod apiserver_cached_images_shared;
mod apiserver_certificates_for_users;
mod apiserver_client_ca_unset;
mod apiserver_debug_socket;
mod apiserver_encryption_unset;
mod apiserver_etcd_ca_unset;
mod apiserver_etcd_client_certificate_unset;
mod apiserver_event_rate_unlimited;
mod apiserver_extended_token_expiration;
mod apiserver_external_ips_allowed;
mod apiserver_kms_v1;
mod apiserver_kubelet_certificate_unverified;
mod apiserver_kubelet_client_certificate_unset;
mod apiserver_namespace_lifecycle_disabled;
mod apiserver_node_authorizer_missing;
mod apiserver_node_restriction_missing;
mod apiserver_old_tls_version;
mod apiserver_plaintext_etcd;
mod apiserver_pod_security_default_privileged;
mod apiserver_pod_security_disabled;
mod apiserver_profiling;
mod apiserver_rbac_authorizer_missing;
mod apiserver_removed_flag;
mod apiserver_removed_plugin;
mod apiserver_request_timeout;
mod apiserver_secrets_unencrypted;
mod apiserver_service_account_admission_disabled;
mod apiserver_service_account_issuer;
mod apiserver_service_account_key_file_unset;
mod apiserver_service_account_lookup_off;
mod apiserver_service_account_tokens_for_users;
mod apiserver_serving_certificate_unset;
mod apiserver_token_auth_file;
mod apiserver_validating_webhooks_disabled;
mod apiserver_weak_tls_suites;
mod apiserver_webhook_before_node;
mod authorization;
mod encryption;
mod plugins;

/// What these checks are asked about.
const KUBE_APISERVER: &[Component] = &[Component::KubeApiserver];

/// The checks of this family, in alphabetical order.
pub(crate) const CHECKS: &[&Check] = &[
    &apiserver_always_admit::CHECK,
    &apiserver_always_allow::CHECK,
    &apiserver_anonymous_auth::CHECK,
    &apiserver_attribute_file_authorizer::CHECK,
    &apiserver_audit_log_path_unset::CHECK,
    &apiserver_audit_policy_gaps::CHECK,
    &apiserver_bootstrap_tokens_for_users::CHECK,
    &apiserver_cached_images_shared::CHECK,
    &apiserver_certificates_for_users::CHECK,
    &apiserver_client_ca_unset::CHECK,
    &apiserver_debug_socket::CHECK,
    &apiserver_encryption_unset::CHECK,
    &apiserver_etcd_ca_unset::CHECK,
    &apiserver_etcd_client_certificate_unset::CHECK,
    &apiserver_event_rate_unlimited::CHECK,
    &apiserver_extended_token_expiration::CHECK,
    &apiserver_external_ips_allowed::CHECK,
    &apiserver_kms_v1::CHECK,
    &apiserver_kubelet_certificate_unverified::CHECK,
    &apiserver_kubelet_client_certificate_unset::CHECK,
    &apiserver_namespace_lifecycle_disabled::CHECK,
    &apiserver_node_authorizer_missing::CHECK,
    &apiserver_node_restriction_missing::CHECK,
    &apiserver_old_tls_version::CHECK,
    &apiserver_plaintext_etcd::CHECK,
    &apiserver_pod_security_default_privileged::CHECK,
    &apiserver_pod_security_disabled::CHECK,
    &apiserver_profiling::CHECK,
    &apiserver_rbac_authorizer_missing::CHECK,
    &apiserver_removed_flag::CHECK,
    &apiserver_removed_plugin::CHECK,
    &apiserver_request_timeout::CHECK,
    &apiserver_secrets_unencrypted::CHECK,
    &apiserver_service_account_admission_disabled::CHECK,
    &apiserver_service_account_issuer::CHECK,
    &apiserver_service_account_key_file_unset::CHECK,
    &apiserver_service_account_lookup_off::CHECK,
    &apiserver_service_account_tokens_for_users::CHECK,
    &apiserver_serving_certificate_unset::CHECK,
    &apiserver_token_auth_file::CHECK,
    &apiserver_validating_webhooks_disabled::CHECK,
    &apiserver_weak_tls_suites::CHECK,
    &apiserver_webhook_before_node::CHECK,
];
