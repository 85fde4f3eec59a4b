//! GitHub's Markdown, for comments on pull requests and job summaries.
//!
//! GitHub refuses comments of more than 65,536 characters, so the worst findings are kept while there is room, and the
//! text says how many are not. Names come from manifests: they can be no markup, mention nobody and link nothing.

use std::cmp::Reverse;
use std::fmt::Write as _;
use std::io::{self, Write};

use ironsides_core::{ControlStanding, Finding, Severity};

use crate::Writer;
use crate::input::{Header, Summary};
use crate::place::{self, Outcome, Place, count_word, cut, rank};
use crate::snippet::plain;
use crate::source::Sources;
use crate::worst::Worst;
use crate::{compliance, gap};

/// GitHub's limit counts characters; no text has more of them than bytes.
const BYTES: usize = 65_536;
/// What the closing words of a text that is cut may need.
const RESERVE: usize = 600;
/// No more rows than this could fit.
const ROWS: usize = 1_500;
/// No cell is longer than this, in characters.
const CELL: usize = 400;
/// How many lines of the parts before the findings are shown.
const NAMED: usize = 20;

struct Row {
    rank: usize,
    text: String,
}

pub(crate) struct Markdown<W> {
    sink: W,
    rows: Worst<Row>,
    left_out: u64,
}

impl<W: Write> Markdown<W> {
    pub(crate) fn new(sink: W) -> Self {
        Self { sink, rows: Worst::new(ROWS), left_out: 0 }
    }
}

impl<W: Write> Writer for Markdown<W> {
    fn begin(&mut self, _: &Header) -> io::Result<()> {
        Ok(())
    }

    fn batch(&mut self, sources: &dyn Sources, findings: &[Finding]) -> io::Result<()> {
        for same in findings.chunk_by(place::is_same_unknown) {
            let Some(finding) = same.first() else { continue };
            let rank = rank(finding);
            if self.rows.wants(rank) {
                self.rows.push(rank, Row { rank, text: row(finding, same.len(), sources) });
            }
        }
        Ok(())
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        let mut out = head(summary);
        incomplete(summary, &mut out);
        by_check(summary, &mut out);
        controls(summary, &mut out);
        let mut open: Option<usize> = None;
        self.left_out = self.rows.left_out();
        for row in self.rows.by_rank() {
            let heading =
                if open == Some(row.rank) { String::new() } else { heading(row.rank, open.is_some()) };
            if out.len() + heading.len() + row.text.len() + RESERVE > BYTES {
                self.left_out += 1;
                continue;
            }
            open = Some(row.rank);
            out += &heading;
            out += &row.text;
        }
        if open.is_some() {
            out += "\n</details>\n";
        }
        if let Some(text) = self.cut() {
            _ = write!(out, "\n> {text}.\n");
        }
        self.sink.write_all(out.as_bytes())?;
        self.sink.flush()
    }

    fn cut(&self) -> Option<String> {
        (self.left_out > 0).then(|| {
            format!(
                "{} findings of least severity are left out: GitHub takes {BYTES} characters",
                self.left_out
            )
        })
    }
}

fn head(summary: &Summary) -> String {
    let failures: u64 = summary.failures.iter().sum();
    let by_severity: Vec<String> = Severity::ALL
        .into_iter()
        .map(|severity| (severity, summary.failures_of(severity)))
        .filter(|(_, count)| *count > 0)
        .map(|(severity, count)| format!("{count} {severity}"))
        .collect();
    let looked = text(&summary.looked_at());
    let mut out = match failures {
        0 => format!("## Ironsides: no findings\n\nNo findings in {looked}"),
        _ => format!(
            "## Ironsides: {failures} {}\n\n**{}** in {looked}",
            count_word(failures, "finding", "findings"),
            by_severity.join(", ")
        ),
    };
    let total = summary.total();
    _ = write!(out, "; {} of {} decided checks passed", total.pass, total.decided());
    for (count, word) in [
        (total.unknown, "unknown"),
        (total.manual, "manual"),
        (total.not_applicable, "not applicable"),
        (summary.waived, "waived"),
    ] {
        if count > 0 {
            _ = write!(out, ", {count} {word}");
        }
    }
    out += ".\n";
    for framework in summary.compliance.iter().take(NAMED) {
        _ = write!(out, "\n**{}**: {}.\n", text(&framework.title), text(&compliance::score(framework)));
    }
    out
}

/// What could not be looked at or decided, before anything else.
fn incomplete(summary: &Summary, out: &mut String) {
    if summary.is_complete() {
        return;
    }
    *out += "\n> [!WARNING]\n> **Incomplete**: what is named here has neither passed nor failed.\n";
    for problem in summary.problems.iter().take(NAMED) {
        let place = match problem.line {
            Some(line) => format!("{}:{line}", problem.path),
            None => problem.path.clone(),
        };
        _ = writeln!(out, "> - {}: {}", code(&place), text(&problem.message));
    }
    if summary.problems.len() > NAMED {
        _ = writeln!(out, "> - and {} more places", summary.problems.len() - NAMED);
    }
    for sentence in gap::sentences(&summary.coverage).iter().take(NAMED) {
        _ = writeln!(out, "> - {}", text(sentence));
    }
    let unknown = summary.total().unknown;
    if unknown > 0 {
        _ = writeln!(out, "> - {unknown} {} could not be decided", count_word(unknown, "check", "checks"));
    }
}

fn by_check(summary: &Summary, out: &mut String) {
    let mut rows: Vec<_> = summary.failures_by_check.iter().collect();
    if rows.len() < 2 {
        return;
    }
    rows.sort_by_key(|(id, (severity, count))| (Reverse(*severity), Reverse(*count), **id));
    *out += "\n| Severity | Check | Findings |\n|---|---|---:|\n";
    for (id, (severity, count)) in rows.iter().take(NAMED) {
        _ = writeln!(out, "| {severity} | `{id}` | {count} |");
    }
    if rows.len() > NAMED {
        let count: u64 = rows.iter().skip(NAMED).map(|(_, (_, count))| count).sum();
        _ = writeln!(out, "| | and {} more checks | {count} |", rows.len() - NAMED);
    }
}

/// The controls of each framework. Where they would leave too little room for findings, those that pass or do not apply are
/// left out first.
fn controls(summary: &Summary, out: &mut String) {
    for framework in summary.compliance.iter().take(NAMED) {
        let rows: Vec<(bool, String)> = framework
            .controls
            .iter()
            .map(|control| {
                let is_open =
                    !matches!(control.standing, ControlStanding::Pass | ControlStanding::NotApplicable);
                let (standing, id) = (control.standing.as_str(), code(&control.id));
                let (title, seen) = (text(&control.title), text(&compliance::reason(control)));
                (is_open, format!("| {standing} | {id} | {title} | {seen} |\n"))
            })
            .collect();
        let room = (BYTES / 2).saturating_sub(out.len());
        let fits = rows.iter().map(|(_, row)| row.len()).sum::<usize>() <= room;
        _ = write!(
            out,
            "\n<details><summary><b>{}</b></summary>\n\n| Answer | Control | Title | Rests on |\n|---|---|---|---|\n",
            text(&compliance::name(framework))
        );
        let (mut used, mut left_out) = (0, 0);
        for (is_open, row) in &rows {
            if (fits || *is_open) && used + row.len() <= room {
                used += row.len();
                *out += row;
            } else {
                left_out += 1;
            }
        }
        if left_out > 0 {
            _ = writeln!(
                out,
                "| | | and {left_out} more {} | |",
                count_word(left_out, "control", "controls")
            );
        }
        *out += "\n</details>\n";
    }
}

fn heading(rank: usize, is_open: bool) -> String {
    let close = if is_open { "\n</details>\n" } else { "" };
    let title = match rank {
        0 => "Critical",
        1 => "High",
        2 => "Medium",
        3 => "Low",
        4 => "Info",
        5 => "Unknown: not decided",
        6 => "Manual: for a person to look at",
        7 => "Waived",
        8 => "Not applicable",
        _ => "Passed",
    };
    // What matters is unfolded.
    let open = if rank < 2 { " open" } else { "" };
    format!(
        "{close}\n<details{open}><summary><b>{title}</b></summary>\n\n| Where | Object | Check | What |\n|---|---|---|---|\n"
    )
}

fn row(finding: &Finding, alike: usize, sources: &dyn Sources) -> String {
    let place = Place::of_finding(finding, sources);
    let at = match place.line() {
        Some(line) => format!("{}:{line}", place.name()),
        // Requests are long and say little; the object stands beside.
        None if place.is_live && !finding.path.is_empty() => finding.path.to_string(),
        None => place.name().to_owned(),
    };
    let (check, mut what) = match alike {
        1 => (format!("`{}`", finding.check), text(&place::message(finding))),
        _ => (format!("{alike} checks"), text(finding.verdict.reason().unwrap_or_default())),
    };
    let causes = place::causes(finding);
    if !causes.is_empty() {
        _ = write!(what, "<br>{}", text(&causes));
    }
    if let Some(fix) = finding.fix.as_deref().filter(|_| Outcome::of(finding) == Outcome::Fail) {
        _ = write!(what, "<br>Fix: {}", text(&fix.told()));
    }
    if let Some(waiver) = place::waiver(finding) {
        _ = write!(what, "<br>Waived: {}", text(&waiver));
    }
    format!("| {} | {} | {check} | {what} |\n", code(&at), text(&finding.target.to_string()))
}

/// Text that is no markup, mentions nobody and refers to nothing.
fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in plain(&cut(text, CELL)).chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '|' | '~' | '$' | '!' => {
                out.push('\\');
                out.push(c);
            }
            // An invisible character behind keeps GitHub from notifying a user or linking an issue.
            '@' | '#' => {
                out.push(c);
                out.push('\u{200b}');
            }
            c => out.push(c),
        }
    }
    out
}

/// Text in a code span, as it may stand in a table.
fn code(text: &str) -> String {
    let text = plain(&cut(text, CELL)).replace('`', "'").replace('|', "\\|");
    if text.trim().is_empty() { String::new() } else { format!("`{text}`") }
}
