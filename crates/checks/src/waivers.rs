//! Waivers that stand beside what they waive: comments and annotations, our own and those of other tools.
//!
//! Our own, as a comment or as annotations:
//!
//! ```yaml
//! # ironsides: allow[host-network, host-port] until 2027-01-31 binds the ports of the node
//! metadata:
//!   annotations:
//!     ironsides.dev/allow: host-network, host-port
//!     ironsides.dev/reason: binds the ports of the node
//!     ironsides.dev/expires: "2027-01-31"
//! ```

mod annotation;
mod comment;
mod file;
mod kubescape;
mod linters;
mod trivy;

use std::sync::Arc;

use ironsides_core::{
    CheckMeta, Confidence, Entry, Evidence, Finding, Fingerprint, Scope, Source, Target, Verdict, Waiver,
};
use ironsides_tree::{Span, Text};

pub use annotation::of_object;
pub use comment::of_text;
pub use file::IgnoreFile;
pub use kubescape::kubescape_exceptions;
pub use linters::{checkov, kube_linter, polaris};
pub use trivy::{trivyignore, trivyignore_yaml};

use crate::foreign::{Mapping, Tool};

/// What was read of waivers.
#[derive(Clone, Debug, Default)]
pub struct Noted {
    /// The waivers.
    pub waivers: Vec<Waiver>,
    /// What looks like one of ours and cannot be read.
    pub faults: Vec<WaiverFault>,
    /// What other tools' exceptions came to, one an id.
    pub foreign: Vec<ForeignEntry>,
}

impl Noted {
    /// Whether nothing was read.
    pub fn is_empty(&self) -> bool {
        self.waivers.is_empty() && self.faults.is_empty() && self.foreign.is_empty()
    }

    /// Adds what was read elsewhere.
    pub fn append(&mut self, other: Self) {
        self.waivers.extend(other.waivers);
        self.faults.extend(other.faults);
        self.foreign.extend(other.foreign);
    }
}

/// Something that looks like one of our waivers and is none.
#[derive(Clone, Debug)]
pub struct WaiverFault {
    /// What is wrong: lower case first letter, no full stop.
    pub message: String,
    /// The object, where it stands in one's annotations.
    pub target: Option<Arc<Target>>,
    /// The file.
    pub path: Arc<str>,
    /// What it is there: `comment`, `metadata.annotations[ironsides.dev/allow]`.
    pub field: Arc<str>,
    /// Where in the file.
    pub span: Span,
}

/// An id in an exception of another tool, and what it came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignEntry {
    /// The tool.
    pub tool: Tool,
    /// Where it was read: `.trivyignore`, or `comments` and `annotations`.
    pub source: Arc<str>,
    /// The line there, from 1; 0 where it is not known.
    pub line: u32,
    /// The id as it is written.
    pub id: String,
    /// Why it waives nothing; `None` where it applies to checks of ours.
    pub why_not: Option<String>,
}

/// Where something was read.
pub struct Place<'a> {
    /// The file, as findings name it.
    pub path: &'a Arc<str>,
    /// The line of a byte, from 1; 0 where it is not known.
    pub line: &'a dyn Fn(u32) -> u32,
}

/// One waiver, or what should have been one, as the checks of waivers see it.
pub struct WaiverCase<'a> {
    /// What was read.
    pub read: Result<&'a Entry, &'a WaiverFault>,
    /// Whether everything was looked at that the waiver could be about, by the id of a check.
    pub is_scanned: &'a dyn Fn(&Waiver, &str) -> bool,
}

impl WaiverCase<'_> {
    /// The waiver, where it could be read.
    pub(crate) fn entry(&self) -> Option<&Entry> {
        self.read.ok()
    }

    /// What it waives, in words: `host-pid`, `host-pid and host-port`, `every check`.
    pub(crate) fn what(&self) -> String {
        match self.entry().map(|entry| &entry.waiver().checks) {
            Some(Some(checks)) => and(checks),
            _ => "every check".into(),
        }
    }
}

impl WaiverCase<'_> {
    /// A finding about the waiver, at its place.
    pub(crate) fn finding(&self, check: &CheckMeta, message: String) -> Finding {
        let (path, field, span, about) = match self.read {
            Ok(entry) => {
                let waiver = entry.waiver();
                let about = match &waiver.scope {
                    Scope::Object(target) => Some(target),
                    Scope::Matching(_) | Scope::Text { .. } => None,
                };
                (&waiver.path, &waiver.field, waiver.span, about)
            }
            Err(fault) => (&fault.path, &fault.field, fault.span, fault.target.as_ref()),
        };
        let file = || Arc::new(Target::File { path: path.to_string(), node: None });
        let target = about.map_or_else(file, Arc::clone);
        let source = Source::File { path: Arc::clone(path), span };
        let looked_at = Arc::clone(field);
        let fact = Evidence { looked_at, raw: None, effective: None, rule: None, source, causes: Vec::new() };
        Finding {
            check: check.id,
            fingerprint: Fingerprint::new(check.id, &target, field, &message),
            target,
            verdict: Verdict::Fail,
            message,
            severity: check.severity,
            confidence: Confidence::High,
            path: Arc::clone(field),
            evidence: vec![fact],
            fix: None,
            waived: None,
            pods: 0,
        }
    }
}

/// `a`, `a and b`, `a, b and c`
pub(crate) fn and(words: &[Text]) -> String {
    match words {
        [] => String::new(),
        [one] => one.to_string(),
        [others @ .., last] => format!("{} and {last}", others.join(", ")),
    }
}

/// Our checks for an id of another tool, or why there are none.
pub(crate) fn map(tool: Tool, id: &str) -> Result<Vec<Text>, String> {
    match crate::foreign::checks(tool, id) {
        Mapping::Mapped(checks) => Ok(checks.iter().map(|check| Text::new_static(check.meta.id)).collect()),
        Mapping::Unmapped(why) => Err(why.to_owned()),
        Mapping::Unknown => {
            Err(format!("{} has no rule for Kubernetes of this name that is known here", tool.name()))
        }
    }
}
