//! What a check of another tool's benchmark file said, by the file's own rules.

use serde::Serialize;

/// A check of a benchmark file (kube-bench's form), and what it came to on one host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Audited {
    /// The state, in the tool's words.
    pub state: AuditState,
    /// Whether the check counts: those that do not warn instead of failing.
    pub scored: bool,
    /// The type of the check: `manual`, `skip`, or empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub kind: String,
    /// The file: its id and its title.
    pub chapter: [String; 2],
    /// The type of node that the file is for: `master`, `node`.
    pub node_type: String,
    /// The benchmark as the file names it.
    pub version: String,
    /// The group within the file: its id and its title.
    pub section: [String; 2],
    /// Whether every line of the output has to pass.
    pub multiple: bool,
    /// The command whose output is asked for flags, as it would run. Nothing is run.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub audit: String,
    /// The command whose output is asked for variables of the environment.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub audit_env: String,
    /// The command whose output is asked for paths of a configuration.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub audit_config: String,
    /// What the file says is to be done.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub remediation: String,
    /// What was expected, in the tool's words.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub expected: String,
    /// What the commands would have printed.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub actual: String,
    /// Why the state is what it is, where no test decided it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// The states of such checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum AuditState {
    /// The test holds.
    Pass,
    /// It does not, and the check is scored.
    Fail,
    /// It does not, and the check is not scored; or a person must look.
    Warn,
    /// The check is marked to be skipped.
    Info,
    /// The command cannot be answered from the facts. The tool itself has no such state.
    Unknown,
}
