//! One row a finding, for spreadsheets (RFC 4180, UTF-8); behind them a row a control of each framework, of kind `control`.

use std::io::{self, Write};

use ironsides_core::{Finding, Target};

use crate::Writer;
use crate::compliance;
use crate::input::{Header, Summary};
use crate::place::{self, Outcome, Place};
use crate::snippet::plain;
use crate::source::Sources;

/// The columns. New ones come last.
const COLUMNS: [&str; 20] = [
    "check",
    "severity",
    "verdict",
    "kind",
    "namespace",
    "name",
    "path",
    "message",
    "reason",
    "value",
    "in force",
    "rule",
    "file",
    "line",
    "column",
    "from",
    "fix",
    "waiver",
    "confidence",
    "fingerprint",
];

pub(crate) struct Csv<W: Write> {
    sink: csv::Writer<W>,
}

impl<W: Write> Csv<W> {
    pub(crate) fn new(sink: W) -> Self {
        Self { sink: csv::Writer::from_writer(sink) }
    }
}

impl<W: Write> Writer for Csv<W> {
    fn begin(&mut self, _: &Header) -> io::Result<()> {
        self.sink.write_record(COLUMNS).map_err(Into::into)
    }

    fn batch(&mut self, sources: &dyn Sources, findings: &[Finding]) -> io::Result<()> {
        for finding in findings {
            let place = Place::of_finding(finding, sources);
            let whole = finding.target.to_string();
            let (kind, namespace, name) = match &*finding.target {
                Target::Object(object) => {
                    (&*object.kind, object.namespace.as_deref().unwrap_or_default(), &*object.name)
                }
                _ => ("", "", whole.as_str()),
            };
            let fact = finding.evidence.first();
            let position = place.range.map(|(start, _)| (start.line.to_string(), start.column.to_string()));
            let (line, column) = position.unwrap_or_default();
            let causes = place::causes(finding);
            let waiver = place::waiver(finding).unwrap_or_default();
            let confidence = match finding.confidence {
                ironsides_core::Confidence::Low => "low",
                ironsides_core::Confidence::Medium => "medium",
                ironsides_core::Confidence::High => "high",
            };
            let fingerprint = finding.fingerprint.to_string();
            let cells: [&str; COLUMNS.len()] = [
                finding.check,
                finding.severity.as_str(),
                Outcome::of(finding).as_str(),
                kind,
                namespace,
                name,
                &finding.path,
                &finding.message,
                finding.verdict.reason().unwrap_or_default(),
                fact.and_then(|fact| fact.raw.as_deref()).unwrap_or_default(),
                fact.and_then(|fact| fact.effective.as_deref()).unwrap_or_default(),
                fact.and_then(|fact| fact.rule.as_deref()).unwrap_or_default(),
                place.name(),
                &line,
                &column,
                &causes,
                finding.fix.as_deref().map_or("", |fix| &fix.summary),
                &waiver,
                confidence,
                &fingerprint,
            ];
            self.sink.write_record(cells.map(cell))?;
        }
        Ok(())
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        // What could not be read has rows of its own: a sheet without them would look complete.
        for problem in &summary.problems {
            let line = problem.line.map(|line| line.to_string()).unwrap_or_default();
            let column = problem.column.map(|column| column.to_string()).unwrap_or_default();
            let mut cells = [""; COLUMNS.len()];
            cells[2] = "unread";
            cells[7] = &problem.message;
            cells[8] = problem.hint.as_deref().unwrap_or_default();
            cells[12] = &problem.path;
            cells[13] = &line;
            cells[14] = &column;
            self.sink.write_record(cells.map(cell))?;
        }
        for framework in &summary.compliance {
            for control in &framework.controls {
                let id = format!("{} {}", framework.framework, control.id);
                let reason = compliance::reason(control);
                let mut cells = [""; COLUMNS.len()];
                cells[0] = &id;
                cells[2] = control.standing.as_str();
                cells[3] = "control";
                cells[5] = framework.node.as_deref().unwrap_or_default();
                cells[7] = &control.title;
                cells[8] = &reason;
                self.sink.write_record(cells.map(cell))?;
            }
        }
        self.sink.flush()
    }
}

/// Rows of cells as CSV (RFC 4180), of which no spreadsheet takes any for a formula.
pub fn csv(rows: &[Vec<String>]) -> String {
    let mut sink = csv::Writer::from_writer(Vec::new());
    for row in rows {
        // Memory takes everything.
        _ = sink.write_record(row.iter().map(|text| cell(text)));
    }
    sink.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

/// A cell that no spreadsheet takes for a formula: an apostrophe stands before what could be one.
fn cell(text: &str) -> String {
    let text = plain(text);
    // A tab or a line break in front has become something else by now.
    if text.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']) {
        format!("'{text}")
    } else {
        text.into_owned()
    }
}
