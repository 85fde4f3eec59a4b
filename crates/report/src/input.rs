//! What a report is made of, besides findings.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use ironsides_core::{CheckMeta, Coverage, Severity, Tallies, Tally};
use ironsides_tree::{Lines, Position, Span};
use serde::Serialize;

/// What is known before the first finding.
#[derive(Clone, Debug)]
pub struct Header {
    /// The version of Ironsides.
    pub version: &'static str,
    /// The cards of the checks that run, in catalogue order.
    pub checks: Vec<&'static CheckMeta>,
}

/// A source of findings and its text, for lines and snippets.
#[derive(Debug)]
pub struct SourceText {
    path: Arc<str>,
    text: Arc<str>,
    lines: OnceLock<Lines>,
    /// Spans that hold secrets, by their start.
    secrets: Mutex<BTreeMap<u32, u32>>,
}

impl SourceText {
    /// A source by the path the user named (`-` for standard input).
    pub fn new(path: Arc<str>, text: Arc<str>) -> Self {
        Self { path, text, lines: OnceLock::new(), secrets: Mutex::default() }
    }

    /// The path.
    pub fn path(&self) -> &Arc<str> {
        &self.path
    }

    /// The text.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// Its lines, read on first use.
    pub fn lines(&self) -> &Lines {
        self.lines.get_or_init(|| Lines::new(&self.text))
    }

    /// Notes that a span holds a secret: no snippet shows it from now on.
    pub fn conceal(&self, span: Span) {
        let mut secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        let end = secrets.entry(span.start).or_default();
        *end = span.end.max(*end);
    }

    /// A part of the text, by its bytes, as it may be shown: every character of a secret has become a star.
    pub fn shown(&self, from: usize, to: usize) -> Cow<'_, str> {
        let part = self.text.get(from..to).unwrap_or_default();
        let fit = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        // Secrets do not overlap, so of those that begin before only the last reaches into the part.
        let before = secrets.range(..fit(from)).next_back().filter(|(_, end)| **end > fit(from));
        let touching: Vec<(u32, u32)> =
            before.into_iter().chain(secrets.range(fit(from)..fit(to))).map(|(a, b)| (*a, *b)).collect();
        if touching.is_empty() {
            return part.into();
        }
        let secret = |at: usize| touching.iter().any(|(start, end)| (*start..*end).contains(&fit(from + at)));
        let hide = |(at, c): (usize, char)| if secret(at) && !c.is_whitespace() { '*' } else { c };
        part.char_indices().map(hide).collect()
    }

    /// The first and last position of a span, `None` where it has no text.
    pub fn range(&self, span: Span) -> Option<(Position, Position)> {
        let lines = self.lines();
        span.is_some().then(|| (lines.position(&self.text, span.start), lines.position(&self.text, span.end)))
    }
}

/// Something that was asked for and could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// The file or stream.
    pub path: String,
    /// Where in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Where in the line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// The highest Pod Security level that a namespace's pods allow today.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NamespaceLevel {
    /// The namespace; `None` for manifests that name none.
    pub namespace: Option<String>,
    /// The version of the policy, `v1.37`.
    pub version: String,
    /// The level its pods could be held to: `privileged`, `baseline` or `restricted`; `None` where pods that could not
    /// be judged leave it open.
    pub could_enforce: Option<&'static str>,
    /// The level its label enforces, where the namespace itself was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enforces: Option<String>,
    /// How many pods and templates were judged.
    pub pods: u64,
    /// What stands in the way of the next level, at most a few named.
    pub blockers: Vec<Blocker>,
    /// How many objects stand in the way, named or not.
    pub blocked_by: u64,
    /// Objects that could not be judged because the API server would refuse them.
    pub undecided: u64,
    /// What breaks when the policy version moves to the one asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub upgrade: Vec<Blocker>,
}

/// An object that a Pod Security level would refuse.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Blocker {
    /// The object: `Deployment shop/cart`.
    pub object: String,
    /// The level that refuses it.
    pub level: &'static str,
    /// The server's reasons, without details.
    pub reasons: Vec<String>,
}

/// What is known after the last finding.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Files and streams that were read.
    pub files: u64,
    /// Documents in them.
    pub documents: u64,
    /// Kubernetes objects among those.
    pub objects: u64,
    /// Objects of which only the form (kind, fields, types, keys) was checked, by kind: no check asks more of them yet.
    pub form_only: BTreeMap<String, u64>,
    /// Answers by check.
    pub tallies: Tallies,
    /// Failures by check, with the worst severity among them.
    pub failures_by_check: BTreeMap<&'static str, (Severity, u64)>,
    /// Failures by severity, the worst first.
    pub failures: [u64; 5],
    /// What was and was not seen.
    pub coverage: Coverage,
    /// What could not be read, in order.
    pub problems: Vec<Problem>,
    /// Pod Security, a row a namespace.
    pub pod_security: Vec<NamespaceLevel>,
}

impl Summary {
    /// All tallies together.
    pub fn total(&self) -> Tally {
        let mut total = Tally::default();
        self.tallies.values().for_each(|tally| total.add(*tally));
        total
    }

    /// How many failures there are of a severity.
    pub fn failures_of(&self, severity: Severity) -> u64 {
        let at = Severity::ALL.iter().position(|known| *known == severity);
        at.and_then(|at| self.failures.get(at)).copied().unwrap_or_default()
    }

    /// Counts a failure.
    pub fn count_failure(&mut self, check: &'static str, severity: Severity) {
        let (worst, count) = self.failures_by_check.entry(check).or_insert((severity, 0));
        *worst = severity.max(*worst);
        *count += 1;
        let at = Severity::ALL.iter().position(|known| *known == severity);
        if let Some(count) = at.and_then(|at| self.failures.get_mut(at)) {
            *count += 1;
        }
    }

    /// Failures of this severity or worse.
    pub fn failures_from(&self, severity: Severity) -> u64 {
        Severity::ALL
            .into_iter()
            .filter(|known| *known >= severity)
            .map(|known| self.failures_of(known))
            .sum()
    }

    /// Whether all that was asked for was read and decided.
    pub fn is_complete(&self) -> bool {
        let undecided = self.pod_security.iter().any(|row| row.undecided > 0);
        self.problems.is_empty() && self.coverage.is_complete() && self.total().unknown == 0 && !undecided
    }
}
