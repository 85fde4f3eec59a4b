//! One JSON document, versioned and described by a schema. Findings are written as they come.

use std::io::{self, Write};

use ironsides_core::{
    Cause, CheckMeta, Compliance, Confidence, Evidence, Finding, Fingerprint, Fix, Safety, Severity, Source,
    Target, Verdict, Waived,
};
use ironsides_tree::print;
use serde::Serialize;
use serde_json::{Value, json};

use crate::Writer;
use crate::input::{Header, Summary};
use crate::source::Sources;

/// Raised in its first number when a reader of the old form would misread the new.
pub(crate) const SCHEMA_VERSION: &str = "1.2";

pub(crate) struct Json<W> {
    sink: W,
    checks: Vec<&'static CheckMeta>,
    first: bool,
}

impl<W: Write> Json<W> {
    pub(crate) fn new(sink: W) -> Self {
        Self { sink, checks: Vec::new(), first: true }
    }
}

impl<W: Write> Writer for Json<W> {
    fn begin(&mut self, header: &Header) -> io::Result<()> {
        let tool = json!({ "name": "ironsides", "version": header.version });
        self.checks.clone_from(&header.checks);
        write!(self.sink, "{{\n\"schemaVersion\": \"{SCHEMA_VERSION}\",\n\"tool\": {tool},\n\"findings\": [")
    }

    fn batch(&mut self, sources: &dyn Sources, findings: &[Finding]) -> io::Result<()> {
        for finding in findings {
            self.sink.write_all(if self.first { b"\n" } else { b",\n" })?;
            self.first = false;
            serde_json::to_writer(&mut self.sink, &Shape::new(finding, sources))?;
        }
        Ok(())
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        writeln!(self.sink, "\n],")?;
        let sections = sections(&self.checks, summary);
        let last = sections.len();
        for (at, (key, value)) in (1..).zip(&sections) {
            let text = value.as_array().map_or_else(|| value.to_string(), |values| lines(values));
            writeln!(self.sink, "\"{key}\": {text}{}", if at == last { "\n}" } else { "," })?;
        }
        self.sink.flush()
    }
}

/// What a report tells besides findings, by key, in order.
pub(crate) fn sections(cards: &[&'static CheckMeta], summary: &Summary) -> [(&'static str, Value); 6] {
    [
        ("checks", checks(cards, summary).into()),
        ("podSecurity", values(&summary.pod_security).into()),
        ("compliance", compliance(summary).into()),
        ("coverage", serde_json::to_value(&summary.coverage).unwrap_or_default()),
        ("problems", values(&summary.problems).into()),
        ("summary", counts(summary)),
    ]
}

/// Frameworks with their scores.
fn compliance(summary: &Summary) -> Vec<Value> {
    let with_score = |compliance: &Compliance| {
        let mut value = serde_json::to_value(compliance).unwrap_or_default();
        value["score"] = json!(compliance.score());
        value["decided"] = json!(compliance.decided());
        value
    };
    summary.compliance.iter().map(with_score).collect()
}

/// The cards of the checks with their tallies.
fn checks(cards: &[&'static CheckMeta], summary: &Summary) -> Vec<Value> {
    let card = |check: &&'static CheckMeta| {
        let mut card = serde_json::to_value(check).unwrap_or_default();
        let tally = summary.tallies.get(check.id).copied().unwrap_or_default();
        card["tally"] = serde_json::to_value(tally).unwrap_or_default();
        card
    };
    cards.iter().map(card).collect()
}

/// The counts of the run.
fn counts(summary: &Summary) -> Value {
    let total = summary.total();
    let failures: serde_json::Map<String, Value> = Severity::ALL
        .into_iter()
        .map(|severity| (severity.as_str().to_owned(), summary.failures_of(severity).into()))
        .collect();
    let mut counts = json!({
        "files": summary.files,
        "charts": summary.charts,
        "kustomizations": summary.kustomizations,
        "documents": summary.documents,
        "objects": summary.objects,
        "formOnly": summary.form_only,
        "findings": failures,
        "waived": summary.waived,
        "exceptions": summary.exceptions,
        "checks": total,
        "decided": total.decided(),
        "complete": summary.is_complete(),
    });
    if let Some(cluster) = &summary.cluster {
        counts["cluster"] = serde_json::to_value(cluster).unwrap_or_default();
    }
    counts
}

fn values<T: Serialize>(items: &[T]) -> Vec<Value> {
    items.iter().map(|item| serde_json::to_value(item).unwrap_or_default()).collect()
}

/// A JSON array with one element a line, so that reports can be compared line by line.
fn lines(values: &[Value]) -> String {
    if values.is_empty() {
        return "[]".into();
    }
    let lines: Vec<String> = values.iter().map(ToString::to_string).collect();
    format!("[\n{}\n]", lines.join(",\n"))
}

/// A finding as it is written.
#[derive(Serialize)]
pub(crate) struct Shape<'a> {
    check: &'a str,
    severity: Severity,
    confidence: Confidence,
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none", rename = "lookAt")]
    look_at: Option<&'a str>,
    message: &'a str,
    target: &'a Target,
    path: &'a str,
    evidence: Vec<FactShape<'a>>,
    fingerprint: Fingerprint,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<FixShape<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waived: Option<&'a Waived>,
    #[serde(skip_serializing_if = "is_zero")]
    pods: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

#[derive(Serialize)]
struct FixShape<'a> {
    safety: Safety,
    summary: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    test: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    patch: Vec<OperationShape<'a>>,
}

/// An operation of a JSON Patch.
#[derive(Serialize)]
struct OperationShape<'a> {
    op: &'static str,
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Value>,
}

impl<'a> FixShape<'a> {
    fn new(fix: &'a Fix) -> Self {
        let patch = fix.patch.iter().map(|operation| OperationShape {
            op: operation.op,
            path: &operation.path,
            value: operation.value.as_ref().and_then(|value| serde_json::from_str(&print::json(value)).ok()),
        });
        let test = fix.test.as_deref();
        Self { safety: fix.safety, summary: &fix.summary, test, patch: patch.collect() }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FactShape<'a> {
    looked_at: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    effective: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'a str>,
    source: PlaceShape<'a>,
    #[serde(skip_serializing_if = "no_causes")]
    causes: &'a [Cause],
}

fn no_causes(causes: &[Cause]) -> bool {
    causes.is_empty()
}

/// The place of a fact; the numbers are there where it has text.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
enum PlaceShape<'a> {
    File {
        path: &'a str,
        line: u32,
        column: u32,
        end_line: u32,
        end_column: u32,
        byte_start: u32,
        byte_end: u32,
    },
    #[serde(rename = "file")]
    Unplaced {
        path: &'a str,
    },
    Api {
        request: &'a str,
    },
    Host {
        node: &'a str,
        place: String,
    },
}

impl<'a> Shape<'a> {
    pub(crate) fn new(finding: &'a Finding, sources: &'a dyn Sources) -> Self {
        let (mut why, mut missing, mut look_at) = (None, None, None);
        match &finding.verdict {
            Verdict::Pass | Verdict::Fail => {}
            Verdict::NotApplicable { why: said } => why = Some(said.as_str()),
            Verdict::Unknown { missing: said } => missing = Some(said.as_str()),
            Verdict::Manual { look_at: said } => look_at = Some(said.as_str()),
        }
        Self {
            check: finding.check,
            severity: finding.severity,
            confidence: finding.confidence,
            verdict: finding.verdict.as_str(),
            why,
            missing,
            look_at,
            message: &finding.message,
            target: &finding.target,
            path: &finding.path,
            evidence: finding.evidence.iter().map(|fact| FactShape::new(fact, sources)).collect(),
            fingerprint: finding.fingerprint,
            fix: finding.fix.as_deref().map(FixShape::new),
            waived: finding.waived.as_deref(),
            pods: finding.pods,
        }
    }
}

impl<'a> FactShape<'a> {
    fn new(fact: &'a Evidence, sources: &'a dyn Sources) -> Self {
        let place = match &fact.source {
            // Positions can be told only in a text at hand.
            Source::File { path, span } => match sources.source(path).and_then(|text| text.range(*span)) {
                Some((start, end)) => PlaceShape::File {
                    path,
                    line: start.line,
                    column: start.column,
                    end_line: end.line,
                    end_column: end.column,
                    byte_start: span.start,
                    byte_end: span.end,
                },
                None => PlaceShape::Unplaced { path },
            },
            Source::Api { request } => PlaceShape::Api { request },
            Source::Host { node, place } => PlaceShape::Host { node, place: place.to_string() },
        };
        Self {
            looked_at: &fact.looked_at,
            raw: fact.raw.as_deref(),
            effective: fact.effective.as_deref(),
            rule: fact.rule.as_deref(),
            source: place,
            causes: &fact.causes,
        }
    }
}
