//! SARIF 2.1.0 (OASIS): the few parts of the model that a posture scanner needs.

use std::fmt::Write as _;
use std::io::{self, Write};

use ironsides_core::{CheckMeta, Finding, Severity, Source, Verdict};
use serde_json::{Value, json};

use crate::Writer;
use crate::input::{Header, SourceText, Summary};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

pub(crate) struct Sarif<W> {
    sink: W,
    ids: Vec<&'static str>,
    first: bool,
}

impl<W: Write> Sarif<W> {
    pub(crate) fn new(sink: W) -> Self {
        Self { sink, ids: Vec::new(), first: true }
    }
}

impl<W: Write> Writer for Sarif<W> {
    fn begin(&mut self, header: &Header) -> io::Result<()> {
        self.ids = header.checks.iter().map(|check| check.id).collect();
        let rules: Vec<Value> = header.checks.iter().map(|check| rule(check)).collect();
        let driver = json!({ "name": "ironsides", "version": header.version, "semanticVersion": header.version, "rules": rules });
        writeln!(self.sink, "{{\n\"$schema\": \"{SCHEMA}\",\n\"version\": \"2.1.0\",\n\"runs\": [{{")?;
        writeln!(self.sink, "\"tool\": {},", json!({ "driver": driver }))?;
        write!(self.sink, "\"columnKind\": \"unicodeCodePoints\",\n\"results\": [")
    }

    fn batch(&mut self, source: &SourceText, findings: &[Finding]) -> io::Result<()> {
        for finding in findings {
            self.sink.write_all(if self.first { b"\n" } else { b",\n" })?;
            self.first = false;
            let index = self.ids.iter().position(|id| *id == finding.check);
            serde_json::to_writer(&mut self.sink, &result(finding, index, source))?;
        }
        Ok(())
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        let mut notes: Vec<Value> = summary
            .problems
            .iter()
            .map(|problem| {
                let mut location =
                    json!({ "physicalLocation": { "artifactLocation": { "uri": uri(&problem.path) } } });
                if let Some(line) = problem.line {
                    let column = problem.column.unwrap_or(1);
                    location["physicalLocation"]["region"] =
                        json!({ "startLine": line, "startColumn": column });
                }
                let text = match &problem.hint {
                    Some(hint) => format!("{}; {hint}", problem.message),
                    None => problem.message.clone(),
                };
                json!({ "level": "error", "message": { "text": text }, "locations": [location] })
            })
            .collect();
        // What could not be read at one place is told above; here what was not seen at all.
        notes.extend(
            summary
                .coverage
                .gaps()
                .filter(|(fact, _)| !matches!(fact, ironsides_core::Fact::File { .. }))
                .map(|(_, why)| json!({ "level": "warning", "message": { "text": why } })),
        );
        let undecided = summary.total().unknown;
        if undecided > 0 {
            let text = format!("{undecided} checks could not be decided; see the results of kind \"open\"");
            notes.push(json!({ "level": "warning", "message": { "text": text } }));
        }
        let invocation =
            json!({ "executionSuccessful": summary.is_complete(), "toolExecutionNotifications": notes });
        writeln!(self.sink, "\n],\n\"invocations\": [{invocation}]\n}}]\n}}")?;
        self.sink.flush()
    }
}

fn rule(check: &CheckMeta) -> Value {
    json!({
        "id": check.id,
        "shortDescription": { "text": check.title },
        "fullDescription": { "text": first_paragraph(check.page) },
        "help": { "text": check.page, "markdown": check.page },
        "defaultConfiguration": { "level": level(check.severity) },
        "properties": { "security-severity": score(check.severity), "tags": ["security", check.family] },
    })
}

fn first_paragraph(page: &str) -> String {
    page.split("\n\n").next().unwrap_or_default().replace('\n', " ")
}

fn result(finding: &Finding, index: Option<usize>, source: &SourceText) -> Value {
    // The standard wants level "none" for everything that is no failure.
    let (kind, level) = match finding.verdict {
        Verdict::Fail => ("fail", level(finding.severity)),
        Verdict::Pass => ("pass", "none"),
        Verdict::NotApplicable { .. } => ("notApplicable", "none"),
        Verdict::Unknown { .. } => ("open", "none"),
        Verdict::Manual { .. } => ("review", "none"),
    };
    let mut text = format!("{}: {}", finding.target, finding.message);
    if let Some(reason) = finding.verdict.reason() {
        text = format!("{text} ({reason})");
    }
    let mut result = json!({
        "ruleId": finding.check,
        "kind": kind,
        "level": level,
        "message": { "text": text },
        "locations": [location(finding, source)],
        "partialFingerprints": { "ironsides/v1": finding.fingerprint.to_string() },
    });
    if let Some(index) = index {
        result["ruleIndex"] = index.into();
    }
    result
}

fn location(finding: &Finding, source: &SourceText) -> Value {
    let mut location = json!({
        "logicalLocations": [{ "fullyQualifiedName": format!("{} {}", finding.target, finding.path).trim_end(), "kind": "object" }],
    });
    if let Some(Source::File { path, span }) = finding.evidence.first().map(|fact| &fact.source) {
        location["physicalLocation"] = json!({ "artifactLocation": { "uri": uri(path) } });
        if let Some((start, end)) = source.range(*span).filter(|_| path == source.path()) {
            location["physicalLocation"]["region"] = json!({
                "startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column,
            });
        }
    }
    location
}

/// A path as a URI reference: relative paths stay relative (to the root of the checkout).
fn uri(path: &str) -> String {
    if path == "-" {
        return "stdin".into();
    }
    let path = path.strip_prefix("./").unwrap_or(path);
    let mut uri = String::from(if path.starts_with('/') { "file://" } else { "" });
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z'
            | b'A'..=b'Z'
            | b'0'..=b'9'
            | b'-'
            | b'.'
            | b'_'
            | b'~'
            | b'/'
            | b'+'
            | b'='
            | b'@' => uri.push(char::from(byte)),
            _ => _ = write!(uri, "%{byte:02X}"),
        }
    }
    uri
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// The number by which GitHub sorts: over 9.0 critical, 7.0 high, 4.0 medium, else low.
fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "3.0",
        Severity::Info => "1.0",
    }
}
