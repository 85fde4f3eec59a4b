//! How a finding can be closed by editing the manifest it is about.

use std::borrow::Cow;

use ironsides_tree::edit::{Edit, Operation};
use serde::Serialize;

/// A change to one object's manifest that closes a finding.
#[derive(Clone, Debug, PartialEq)]
pub struct Fix {
    /// Whether a program that runs today may stop working.
    pub safety: Safety,
    /// What it does, in the imperative: `set allowPrivilegeEscalation to false`. Lower case, no full stop.
    pub summary: Cow<'static, str>,
    /// What to try before it is rolled out; given where it is unsafe.
    pub test: Option<Cow<'static, str>>,
    /// The edits, in order; paths begin at the root of the object. Empty where nobody asked for them.
    pub edits: Vec<Edit>,
    /// The same as a JSON Patch (RFC 6902) of the object as it is. Empty where it would repeat a secret.
    pub patch: Vec<Operation>,
}

/// Whether a fix may break a program that runs today.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Safety {
    /// Nothing that a program could have relied on changes.
    Safe,
    /// A program may have relied on it: try it first.
    Unsafe,
}

impl Fix {
    /// The fix in one line, and what to try first where it is unsafe: `set privileged to false (may break the program:
    /// start it and …)`.
    pub fn told(&self) -> String {
        match (self.safety, &self.test) {
            (Safety::Safe, _) => self.summary.to_string(),
            (Safety::Unsafe, Some(test)) => format!("{} (may break the program: {test})", self.summary),
            (Safety::Unsafe, None) => format!("{} (may break the program)", self.summary),
        }
    }

    /// A fix that takes nothing away that a program could have relied on. Its edits are still to come.
    pub fn safe(summary: impl Into<Cow<'static, str>>) -> Self {
        let (edits, patch) = (Vec::new(), Vec::new());
        Self { safety: Safety::Safe, summary: summary.into(), test: None, edits, patch }
    }

    /// A fix that a program may not survive. `test` says what to try: `start it and write where it usually writes`.
    pub fn needs_test(summary: impl Into<Cow<'static, str>>, test: impl Into<Cow<'static, str>>) -> Self {
        let test = Some(test.into());
        Self { safety: Safety::Unsafe, test, ..Self::safe(summary) }
    }
}

impl Safety {
    /// `safe` or `unsafe`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Unsafe => "unsafe",
        }
    }
}
