//! One JSON document, versioned and described by a schema. Findings are written as they come.

use std::io::{self, Write};

use ironsides_core::{Confidence, Evidence, Finding, Fingerprint, Severity, Source, Target, Verdict};
use serde::Serialize;
use serde_json::{Value, json};

use crate::Writer;
use crate::input::{Header, SourceText, Summary};

/// Raised in its first number when a reader of the old form would misread the new.
const SCHEMA_VERSION: &str = "1.0";

pub(crate) struct Json<W> {
    sink: W,
    header: Vec<Value>,
    first: bool,
}

impl<W: Write> Json<W> {
    pub(crate) fn new(sink: W) -> Self {
        Self { sink, header: Vec::new(), first: true }
    }
}

impl<W: Write> Writer for Json<W> {
    fn begin(&mut self, header: &Header) -> io::Result<()> {
        let tool = json!({ "name": "ironsides", "version": header.version });
        self.header =
            header.checks.iter().map(|check| serde_json::to_value(check).unwrap_or_default()).collect();
        write!(self.sink, "{{\n\"schemaVersion\": \"{SCHEMA_VERSION}\",\n\"tool\": {tool},\n\"findings\": [")
    }

    fn batch(&mut self, source: &SourceText, findings: &[Finding]) -> io::Result<()> {
        for finding in findings {
            self.sink.write_all(if self.first { b"\n" } else { b",\n" })?;
            self.first = false;
            serde_json::to_writer(&mut self.sink, &Shape::new(finding, source))?;
        }
        Ok(())
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        let checks: Vec<Value> = self
            .header
            .drain(..)
            .map(|mut check| {
                let id = check.get("id").and_then(Value::as_str).unwrap_or_default();
                let tally = summary.tallies.get(id).copied().unwrap_or_default();
                check["tally"] = serde_json::to_value(tally).unwrap_or_default();
                check
            })
            .collect();
        let total = summary.total();
        let failures: Value = Severity::ALL
            .into_iter()
            .map(|severity| (severity.as_str().to_owned(), summary.failures_of(severity).into()))
            .collect::<serde_json::Map<_, _>>()
            .into();
        let counts = json!({
            "files": summary.files,
            "documents": summary.documents,
            "objects": summary.objects,
            "formOnly": summary.form_only,
            "findings": failures,
            "checks": total,
            "decided": total.decided(),
            "complete": summary.is_complete(),
        });
        let line = |value: &Value| value.to_string();
        writeln!(self.sink, "\n],")?;
        writeln!(self.sink, "\"checks\": {},", lines(&checks))?;
        writeln!(self.sink, "\"podSecurity\": {},", lines(&values(&summary.pod_security)))?;
        writeln!(
            self.sink,
            "\"coverage\": {},",
            line(&serde_json::to_value(&summary.coverage).unwrap_or_default())
        )?;
        writeln!(self.sink, "\"problems\": {},", lines(&values(&summary.problems)))?;
        writeln!(self.sink, "\"summary\": {}\n}}", line(&counts))?;
        self.sink.flush()
    }
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
struct Shape<'a> {
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
}

impl<'a> Shape<'a> {
    fn new(finding: &'a Finding, source: &'a SourceText) -> Self {
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
            evidence: finding.evidence.iter().map(|fact| FactShape::new(fact, source)).collect(),
            fingerprint: finding.fingerprint,
        }
    }
}

impl<'a> FactShape<'a> {
    fn new(fact: &'a Evidence, source: &'a SourceText) -> Self {
        let place = match &fact.source {
            // Positions can be told only in the text at hand.
            Source::File { path, span } => match source.range(*span).filter(|_| path == source.path()) {
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
        };
        Self {
            looked_at: &fact.looked_at,
            raw: fact.raw.as_deref(),
            effective: fact.effective.as_deref(),
            rule: fact.rule.as_deref(),
            source: place,
        }
    }
}
