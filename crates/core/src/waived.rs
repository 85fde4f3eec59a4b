//! That somebody answers for a finding.

use std::sync::Arc;

use serde::Serialize;

/// A waiver that applies to a finding: it is counted and can be shown, and fails nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Waived {
    /// Where the waiver stands.
    pub by: WaivedBy,
    /// Why, in the words of who wrote it.
    pub reason: String,
    /// The last day it holds, `2026-12-31`; `None` where it never ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
    /// Who answers for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The file and line, or the object, that holds it: `.ironsides.yaml:12`, `.trivyignore:3`.
    pub place: Arc<str>,
}

/// The ways to waive a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum WaivedBy {
    /// An entry of the configuration file.
    File,
    /// A comment beside the line: `# ironsides: allow[check] reason`.
    Comment,
    /// An annotation of the object.
    Annotation,
    /// The ignore file, comment or annotation of another tool.
    Foreign,
    /// It stood in the baseline.
    Baseline,
}
