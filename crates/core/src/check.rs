//! What is known about a check before it runs.

use serde::Serialize;

use crate::severity::Severity;

/// The card of a check: everything that reports, the catalogue and the documentation need.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckMeta {
    /// Kebab-case; names the bad pattern, so that "allow ID" reads well. Never changes.
    pub id: &'static str,
    /// One line: what is wrong when it fires; lower case, no full stop.
    pub title: &'static str,
    /// How bad a finding is unless the finding says otherwise.
    pub severity: Severity,
    /// The folder it lives in: `workload`, `rbac`, `network`, …
    pub family: &'static str,
    /// The version of Ironsides that brought it.
    pub since: &'static str,
    /// The page: why, fix, examples, exceptions.
    #[serde(skip)]
    pub page: &'static str,
}
