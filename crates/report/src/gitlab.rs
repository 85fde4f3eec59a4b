//! GitLab's Code Quality report: a JSON array of issues, shown in merge requests.
//!
//! GitLab asks of an issue `description`, `check_name`, `fingerprint`, `location.path`, `location.lines.begin` and
//! `severity`, and shows issues of one fingerprint once. Only failures and what could not be decided are issues.

use std::collections::HashMap;
use std::io::{self, Write};

use ironsides_core::{Finding, Severity};
use serde_json::json;

use crate::Writer;
use crate::input::{Header, Summary};
use crate::place::{self, Outcome, Place, cut};
use crate::source::Sources;

/// Longer descriptions are cut.
const TEXT: usize = 1_000;

pub(crate) struct GitLab<W> {
    sink: W,
    first: bool,
    /// How often a fingerprint was met: the same object may stand in a file twice.
    seen: HashMap<blake3::Hash, u32>,
}

impl<W: Write> GitLab<W> {
    pub(crate) fn new(sink: W) -> Self {
        Self { sink, first: true, seen: HashMap::new() }
    }

    fn issue(&mut self, issue: &serde_json::Value) -> io::Result<()> {
        self.sink.write_all(if self.first { b"\n" } else { b",\n" })?;
        self.first = false;
        serde_json::to_writer(&mut self.sink, issue).map_err(Into::into)
    }

    /// A fingerprint that no other issue has: the finding's, its file, and a number where that is not enough.
    fn fingerprint(&mut self, own: &str, path: &str) -> String {
        let hash = |number: u32| {
            let mut hasher = blake3::Hasher::new();
            for part in [own, path] {
                hasher.update(&(part.len() as u64).to_le_bytes());
                hasher.update(part.as_bytes());
            }
            if number > 0 {
                hasher.update(&number.to_le_bytes());
            }
            hasher.finalize()
        };
        let met = self.seen.entry(hash(0)).or_default();
        let number = *met;
        *met += 1;
        let hex = hash(number).to_hex();
        hex.as_str().chars().take(32).collect()
    }
}

impl<W: Write> Writer for GitLab<W> {
    fn begin(&mut self, _: &Header) -> io::Result<()> {
        self.sink.write_all(b"[")
    }

    fn batch(&mut self, sources: &dyn Sources, findings: &[Finding]) -> io::Result<()> {
        for finding in findings {
            let severity = match Outcome::of(finding) {
                Outcome::Fail => severity(finding.severity),
                Outcome::Unknown => "minor",
                _ => continue,
            };
            let place = Place::of_finding(finding, sources);
            let path = place.file();
            let causes = match place::causes(finding) {
                causes if causes.is_empty() => causes,
                causes => format!(" ({causes})"),
            };
            let text = format!("{}: {}{causes}", finding.target, place::message(finding));
            let fingerprint = self.fingerprint(&finding.fingerprint.to_string(), path);
            self.issue(&json!({
                "description": cut(&text, TEXT),
                "check_name": finding.check,
                "fingerprint": fingerprint,
                "severity": severity,
                "location": { "path": path, "lines": { "begin": place.line().unwrap_or(1) } },
            }))?;
        }
        Ok(())
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        for problem in &summary.problems {
            let path = problem.path.strip_prefix("./").unwrap_or(&problem.path);
            let fingerprint = self.fingerprint(&problem.message, path);
            self.issue(&json!({
                "description": cut(&format!("could not be read: {}", problem.message), TEXT),
                "check_name": "unreadable",
                "fingerprint": fingerprint,
                "severity": "major",
                "location": { "path": path, "lines": { "begin": problem.line.unwrap_or(1) } },
            }))?;
        }
        self.sink.write_all(b"\n]\n")?;
        self.sink.flush()
    }
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "blocker",
        Severity::High => "critical",
        Severity::Medium => "major",
        Severity::Low => "minor",
        Severity::Info => "info",
    }
}
