//! What most formats say of a finding: where it points, how it came out, what lies behind it.

use std::borrow::Cow;

use ironsides_core::{Cause, Evidence, Finding, HostPlace, Severity, Source, Verdict};
use ironsides_tree::{Position, Span};

use crate::source::{SourceText, Sources};

/// Where a fact was found.
pub(crate) struct Place<'a> {
    /// The file as the user named it, `-` for standard input, the request to the API server, or node and place.
    pub(crate) path: Cow<'a, str>,
    /// Whether that is a file.
    pub(crate) is_file: bool,
    /// Whether that is a request to the API server, or a place on a node.
    pub(crate) is_live: bool,
    /// The bytes of the file; none for the file as a whole.
    pub(crate) span: Span,
    /// Its text, where it is at hand.
    pub(crate) text: Option<&'a SourceText>,
    /// First and last position, where they can be told.
    pub(crate) range: Option<(Position, Position)>,
}

impl<'a> Place<'a> {
    /// The place of a fact.
    pub(crate) fn of(fact: &'a Evidence, sources: &'a dyn Sources) -> Self {
        match &fact.source {
            Source::File { path, span } => {
                let text = sources.source(path);
                let range = text.and_then(|text| text.range(*span));
                Self { path: Cow::Borrowed(path), is_file: true, is_live: false, span: *span, text, range }
            }
            Source::Api { request } => Self::beyond_files(Cow::Borrowed(request), true),
            Source::Host { node, place } => Self::beyond_files(Cow::Owned(format!("{node}: {place}")), true),
        }
    }

    /// The place that a finding points at.
    pub(crate) fn of_finding(finding: &'a Finding, sources: &'a dyn Sources) -> Self {
        match finding.evidence.first() {
            Some(fact) => Self::of(fact, sources),
            None => Self::beyond_files(Cow::Borrowed(""), false),
        }
    }

    fn beyond_files(path: Cow<'a, str>, is_live: bool) -> Self {
        Self { path, is_file: false, is_live, span: Span::NONE, text: None, range: None }
    }

    /// The path for people.
    pub(crate) fn name(&self) -> &str {
        if self.path == "-" { "(standard input)" } else { &self.path }
    }

    /// The path for programs: relative to where the run began, without `./`.
    pub(crate) fn file(&self) -> &str {
        match &*self.path {
            "-" => "stdin",
            path => path.strip_prefix("./").unwrap_or(path),
        }
    }

    /// The line, where it can be told.
    pub(crate) fn line(&self) -> Option<u32> {
        self.range.map(|(start, _)| start.line)
    }

    /// `shop/cart.yaml:36:25`, as much of it as can be told.
    pub(crate) fn told(&self) -> String {
        match self.range {
            Some((start, _)) => format!("{}:{start}", self.name()),
            None => self.name().to_owned(),
        }
    }
}

/// How a finding came out. A waived failure is no failure, and no pass either.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    Fail,
    Unknown,
    Manual,
    Waived,
    NotApplicable,
    Pass,
}

impl Outcome {
    pub(crate) fn of(finding: &Finding) -> Self {
        match &finding.verdict {
            Verdict::Fail if finding.waived.is_some() => Self::Waived,
            Verdict::Fail => Self::Fail,
            Verdict::Unknown { .. } => Self::Unknown,
            Verdict::Manual { .. } => Self::Manual,
            Verdict::NotApplicable { .. } => Self::NotApplicable,
            Verdict::Pass => Self::Pass,
        }
    }

    /// The word of reports.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Unknown => "unknown",
            Self::Manual => "manual",
            Self::Waived => "waived",
            Self::NotApplicable => "not-applicable",
            Self::Pass => "pass",
        }
    }
}

/// How much a finding matters where not all can be kept; less is worse. Failures by severity, then what is open, then
/// the rest.
pub(crate) fn rank(finding: &Finding) -> usize {
    match Outcome::of(finding) {
        Outcome::Fail => match finding.severity {
            Severity::Critical => 0,
            Severity::High => 1,
            Severity::Medium => 2,
            Severity::Low => 3,
            Severity::Info => 4,
        },
        Outcome::Unknown => 5,
        Outcome::Manual => 6,
        Outcome::Waived => 7,
        Outcome::NotApplicable => 8,
        Outcome::Pass => 9,
    }
}

/// The message with the reason of its verdict.
pub(crate) fn message(finding: &Finding) -> Cow<'_, str> {
    match (finding.verdict.reason(), pods(finding)) {
        (Some(reason), _) => format!("{} ({reason})", finding.message).into(),
        (None, Some(pods)) => format!("{} ({pods})", finding.message).into(),
        (None, None) => finding.message.as_str().into(),
    }
}

/// What lies behind a rendered value: `from .Values.image.tag (values.yaml:7)`.
pub(crate) fn cause(cause: &Cause) -> String {
    match (&cause.path, cause.line) {
        (Some(path), Some(line)) => format!("from {} ({path}:{line})", cause.what),
        (Some(path), None) => format!("from {} ({path})", cause.what),
        (None, _) => format!("from {}", cause.what),
    }
}

/// All that lies behind what a finding points at, in one line; empty where it was written as it stands.
pub(crate) fn causes(finding: &Finding) -> String {
    let all = finding.evidence.first().map(|fact| fact.causes.as_slice()).unwrap_or_default();
    all.iter().map(cause).collect::<Vec<_>>().join(", ")
}

/// What was found at a place of an object of a cluster, of which no text can be shown:
/// `spec.containers[0].image: redis`.
pub(crate) fn live_value(finding: &Finding) -> Option<String> {
    let fact = finding.evidence.first().filter(|fact| matches!(fact.source, Source::Api { .. }))?;
    if fact.looked_at.is_empty() || finding.path.is_empty() || finding.verdict == Verdict::Pass {
        return None;
    }
    Some(format!("{}: {}", fact.looked_at, fact.raw.as_deref().unwrap_or("not set")))
}

/// Where a finding about a node points, which stands above none of its lines: `kube-apiserver (812) --profiling=true`.
pub(crate) fn on_node(finding: &Finding) -> Option<String> {
    match &finding.evidence.first()?.source {
        Source::Host { place: HostPlace::Whole, .. } | Source::File { .. } | Source::Api { .. } => None,
        Source::Host { place, .. } => Some(place.to_string()),
    }
}

/// The pods that share a finding with what made them: `and so do 3 pods of it`.
pub(crate) fn pods(finding: &Finding) -> Option<String> {
    match finding.pods {
        0 => None,
        1 => Some("1 running pod of it has this too".into()),
        count => Some(format!("{count} running pods of it have this too")),
    }
}

/// The reason and the end of a waiver, for people: `accepted for the demo; until 2026-12-31 (.ironsides.yaml:12)`.
pub(crate) fn waiver(finding: &Finding) -> Option<String> {
    let waived = finding.waived.as_deref()?;
    let until = waived.expires.as_deref().map(|day| format!("; until {day}")).unwrap_or_default();
    let owner = waived.owner.as_deref().map(|owner| format!("; {owner}")).unwrap_or_default();
    Some(format!("{}{owner}{until} ({})", waived.reason, waived.place))
}

/// A text cut to so many characters, the cut marked with an ellipsis.
pub(crate) fn cut(text: &str, most: usize) -> Cow<'_, str> {
    if text.char_indices().nth(most).is_none() {
        return text.into();
    }
    let end = text.char_indices().nth(most.saturating_sub(1)).map_or(0, |(at, _)| at);
    format!("{}…", text.get(..end).unwrap_or_default()).into()
}

/// Whether two findings say of a whole object that nothing can be said, for the same reason.
pub(crate) fn is_same_unknown(a: &Finding, b: &Finding) -> bool {
    let whole =
        |finding: &Finding| matches!(finding.verdict, Verdict::Unknown { .. }) && finding.path.is_empty();
    whole(a) && whole(b) && a.verdict == b.verdict
}

/// The word for so many.
pub(crate) fn count_word(count: u64, one: &'static str, many: &'static str) -> &'static str {
    if count == 1 { one } else { many }
}
