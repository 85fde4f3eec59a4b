//! SARIF 2.1.0 (OASIS): the few parts of the model that a posture scanner needs.

use std::fmt::Write as _;
use std::io::{self, Write};

use ironsides_core::{CheckMeta, Evidence, Finding, Severity, Verdict, WaivedBy};
use serde_json::{Value, json};

use crate::input::{Header, Summary};
use crate::place::{self, Place, cut};
use crate::source::Sources;
use crate::worst::Worst;
use crate::{Writer, gap};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// GitHub refuses runs with more results than this.
const RESULTS: usize = 25_000;
/// GitHub shows so many locations of a result.
const LOCATIONS: usize = 100;
/// Texts longer than this are cut, so that a hostile name does not make the file too large to upload.
const TEXT: usize = 4_000;

/// Results wait until the end, since a run with too many is refused: the worst [`RESULTS`] are written.
pub(crate) struct Sarif<W> {
    sink: W,
    ids: Vec<&'static str>,
    results: Worst<Box<[u8]>>,
}

impl<W: Write> Sarif<W> {
    pub(crate) fn new(sink: W) -> Self {
        Self { sink, ids: Vec::new(), results: Worst::new(RESULTS) }
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

    fn batch(&mut self, sources: &dyn Sources, findings: &[Finding]) -> io::Result<()> {
        for finding in findings {
            let rank = place::rank(finding);
            if self.results.wants(rank) {
                let index = self.ids.iter().position(|id| *id == finding.check);
                let result = serde_json::to_vec(&result(finding, index, sources))?;
                self.results.push(rank, result.into());
            }
        }
        Ok(())
    }

    fn cut(&self) -> Option<String> {
        let count = self.results.left_out();
        (count > 0).then(|| {
            format!("{count} results of least severity are left out: GitHub refuses more than {RESULTS}")
        })
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        for (at, result) in self.results.in_order().enumerate() {
            self.sink.write_all(if at == 0 { b"\n" } else { b",\n" })?;
            self.sink.write_all(&result)?;
        }
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
        notes.extend(gap::each(&summary.coverage).map(
            |(what, why)| json!({ "level": "warning", "message": { "text": format!("{what}: {why}") } }),
        ));
        let undecided = summary.total().unknown;
        if undecided > 0 {
            let text = format!("{undecided} checks could not be decided; see the results of kind \"open\"");
            notes.push(json!({ "level": "warning", "message": { "text": text } }));
        }
        if let Some(text) = self.cut() {
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

fn result(finding: &Finding, index: Option<usize>, sources: &dyn Sources) -> Value {
    // The standard wants level "none" for everything that is no failure.
    let (kind, level) = match finding.verdict {
        Verdict::Fail => ("fail", level(finding.severity)),
        Verdict::Pass => ("pass", "none"),
        Verdict::NotApplicable { .. } => ("notApplicable", "none"),
        Verdict::Unknown { .. } => ("open", "none"),
        Verdict::Manual { .. } => ("review", "none"),
    };
    let text = format!("{}: {}", finding.target, place::message(finding));
    let mut result = json!({
        "ruleId": finding.check,
        "kind": kind,
        "level": level,
        "message": { "text": cut(&text, TEXT) },
        "locations": [location(finding, sources)],
        "partialFingerprints": { "ironsides/v1": finding.fingerprint.to_string() },
    });
    if let Some(index) = index {
        result["ruleIndex"] = index.into();
    }
    let related = related(finding, sources);
    if !related.is_empty() {
        result["relatedLocations"] = related.into();
    }
    if let Some(waived) = &finding.waived {
        let kind = match waived.by {
            WaivedBy::Comment | WaivedBy::Annotation => "inSource",
            WaivedBy::File | WaivedBy::Foreign | WaivedBy::Baseline => "external",
        };
        let why = place::waiver(finding).unwrap_or_default();
        result["suppressions"] =
            json!([{ "kind": kind, "status": "accepted", "justification": cut(&why, TEXT) }]);
    }
    if let Some(fix) = &finding.fix {
        let mut about = json!({ "summary": fix.summary, "safety": fix.safety });
        if let Some(test) = &fix.test {
            about["test"] = test.as_ref().into();
        }
        result["properties"] = json!({ "fix": about });
    }
    result
}

fn location(finding: &Finding, sources: &dyn Sources) -> Value {
    let name = format!("{} {}", finding.target, finding.path);
    let mut location = json!({
        "logicalLocations": [{ "fullyQualifiedName": cut(name.trim_end(), TEXT), "kind": "object" }],
    });
    if let Some(physical) = finding.evidence.first().and_then(|fact| physical(fact, sources)) {
        location["physicalLocation"] = physical;
    }
    location
}

fn physical(fact: &Evidence, sources: &dyn Sources) -> Option<Value> {
    let place = Place::of(fact, sources);
    let mut physical = json!({ "artifactLocation": { "uri": uri(&place.path) } });
    if let Some((start, end)) = place.range {
        physical["region"] = json!({
            "startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column,
        });
    }
    place.is_file.then_some(physical)
}

/// What lies behind the place, then the other facts.
fn related(finding: &Finding, sources: &dyn Sources) -> Vec<Value> {
    let causes = finding.evidence.iter().flat_map(|fact| &fact.causes).map(|cause| {
        let mut location = json!({ "message": { "text": place::cause(cause) } });
        if let Some(path) = &cause.path {
            location["physicalLocation"] = json!({ "artifactLocation": { "uri": uri(path) } });
            if let Some(line) = cause.line.filter(|line| *line > 0) {
                location["physicalLocation"]["region"] = json!({ "startLine": line });
            }
        }
        location
    });
    let facts = finding.evidence.iter().skip(1).filter_map(|fact| {
        let physical = physical(fact, sources)?;
        let text = if fact.looked_at.is_empty() { "the object" } else { &*fact.looked_at };
        Some(json!({ "physicalLocation": physical, "message": { "text": cut(text, TEXT) } }))
    });
    let mut related: Vec<Value> = causes.chain(facts).take(LOCATIONS).collect();
    for (id, location) in related.iter_mut().enumerate() {
        location["id"] = id.into();
    }
    related
}

/// A path as a URI reference: relative paths stay relative (to the root of the checkout).
pub(crate) fn uri(path: &str) -> String {
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
