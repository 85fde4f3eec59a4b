//! The files that flags name and those of the host, which every distribution needs in much the same form.

pub(crate) mod admission;
pub(crate) mod audit_policy;
pub(crate) mod authentication;
pub(crate) mod encryption;
pub(crate) mod firewall;
pub(crate) mod modes;
pub(crate) mod sysctl;

use crate::distribution::Distribution;

/// The admission configuration.
pub(crate) const ADMISSION: &str = "admission.yaml";
/// The authentication configuration.
pub(crate) const AUTHENTICATION: &str = "authentication.yaml";
/// The audit policy.
pub(crate) const AUDIT_POLICY: &str = "audit-policy.yaml";
/// The encryption configuration, with its key.
pub(crate) const ENCRYPTION: &str = "encryption.yaml";

/// Where the API server finds one of them.
pub(crate) fn server_path(distribution: Distribution, name: &str) -> String {
    format!("{}/{name}", distribution.server_folder())
}

/// A file that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Where it stands in the generated folder, with `/` between names.
    pub path: String,
    /// Its text.
    pub text: String,
    /// Its permissions.
    pub mode: u32,
    /// What it is: a phrase.
    pub what: &'static str,
    /// Whether the key is in it that encrypts Secrets.
    pub holds_key: bool,
}

impl Output {
    pub(crate) fn new(path: impl Into<String>, text: String, what: &'static str) -> Self {
        Self { path: path.into(), text, mode: 0o644, what, holds_key: false }
    }

    pub(crate) fn secret(self) -> Self {
        Self { mode: 0o600, ..self }
    }

    pub(crate) fn with_key(self) -> Self {
        Self { holds_key: true, ..self.secret() }
    }
}
