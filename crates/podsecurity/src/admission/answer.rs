//! What is answered.

use std::collections::BTreeMap;

/// The audit annotation that names the policy a pod was held to.
pub const ENFORCE_POLICY: &str = "pod-security.kubernetes.io/enforce-policy";
/// The audit annotation that holds what violates the audited policy.
pub const AUDIT_VIOLATIONS: &str = "pod-security.kubernetes.io/audit-violations";
/// The audit annotation that says why a request was not looked at: `user`, `namespace` or `runtimeClass`.
pub const EXEMPT: &str = "pod-security.kubernetes.io/exempt";
/// The audit annotation that says what kept a request from being judged as it should be.
pub const ERROR: &str = "pod-security.kubernetes.io/error";

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status.
    pub code: u16,
    /// The reason in the status: `Forbidden`, `Invalid`, `InternalError`.
    pub reason: &'static str,
    /// The message in the status.
    pub message: String,
}

/// The plug-in's answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// Why the request is refused, or `None` where it is allowed.
    pub refusal: Option<Refusal>,
    /// Warnings to whoever sent it.
    pub warnings: Vec<String>,
    /// Annotations of the audit event.
    pub audit: BTreeMap<&'static str, String>,
}

impl Answer {
    /// Whether the request is allowed.
    pub fn is_allowed(&self) -> bool {
        self.refusal.is_none()
    }

    pub(super) fn exempt(why: &str) -> Self {
        Self::audited(EXEMPT, why.to_owned())
    }

    pub(super) fn audited(key: &'static str, value: String) -> Self {
        Self { audit: BTreeMap::from([(key, value)]), ..Self::default() }
    }

    pub(super) fn refused(code: u16, reason: &'static str, message: String) -> Self {
        Self { refusal: Some(Refusal { code, reason, message }), ..Self::default() }
    }
}
