//! Workflow commands of GitHub Actions: annotations beside the changed lines.
//!
//! GitHub takes ten errors, ten warnings and ten notices of a step, and fifty annotations of a job; what is beyond
//! is dropped without a word. So the worst come first, and the last notice says how many were left out.

use std::fmt::Write as _;
use std::io::{self, Write};

use ironsides_core::{Finding, Severity};

use crate::Writer;
use crate::input::{Header, Problem, Summary};
use crate::place::{self, Outcome, Place, cut, rank};
use crate::snippet::plain;
use crate::source::Sources;
use crate::worst::Worst;

/// How many annotations of one level GitHub takes of a step.
const EACH: usize = 10;
/// So many of the errors may be places that could not be read.
const PROBLEMS: usize = 3;
/// Longer messages are cut; GitHub takes 64 KB.
const TEXT: usize = 2_000;

/// A level, and the worst of it.
struct Level {
    name: &'static str,
    worst: Worst<String>,
    /// Known at the end.
    left_out: u64,
}

pub(crate) struct GitHub<W> {
    sink: W,
    errors: Level,
    warnings: Level,
    notices: Level,
}

impl<W: Write> GitHub<W> {
    pub(crate) fn new(sink: W) -> Self {
        let level = |name, most| Level { name, worst: Worst::new(most), left_out: 0 };
        Self {
            sink,
            errors: level("error", EACH),
            warnings: level("warning", EACH),
            // One is for what was left out.
            notices: level("notice", EACH - 1),
        }
    }
}

impl<W: Write> Writer for GitHub<W> {
    fn begin(&mut self, _: &Header) -> io::Result<()> {
        Ok(())
    }

    fn batch(&mut self, sources: &dyn Sources, findings: &[Finding]) -> io::Result<()> {
        for finding in findings {
            let level = match (Outcome::of(finding), finding.severity) {
                (Outcome::Fail, Severity::Critical | Severity::High) => &mut self.errors,
                (Outcome::Fail, Severity::Medium) | (Outcome::Unknown, _) => &mut self.warnings,
                (Outcome::Fail | Outcome::Manual, _) => &mut self.notices,
                _ => continue,
            };
            let rank = rank(finding);
            if level.worst.wants(rank) {
                let text = annotation(level.name, finding, sources);
                level.worst.push(rank, text);
            }
        }
        Ok(())
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        // What could not be read stands above every finding: nobody knows what is in there.
        for problem in summary.problems.iter().take(PROBLEMS) {
            writeln!(self.sink, "{}", unread(problem))?;
        }
        let named = summary.problems.len().min(PROBLEMS);
        let unnamed = (summary.problems.len() - named) as u64;
        for (level, room) in
            [(&mut self.errors, EACH - named), (&mut self.warnings, EACH), (&mut self.notices, EACH - 1)]
        {
            let texts = level.worst.by_rank();
            level.left_out = level.worst.left_out() + texts.len().saturating_sub(room) as u64;
            for text in texts.into_iter().take(room) {
                writeln!(self.sink, "{text}")?;
            }
        }
        self.errors.left_out += unnamed;
        if let Some(text) = self.cut() {
            writeln!(self.sink, "::notice title=ironsides::{}", data(&text))?;
        }
        self.sink.flush()
    }

    fn cut(&self) -> Option<String> {
        let levels = [&self.errors, &self.warnings, &self.notices];
        let parts: Vec<String> = levels
            .iter()
            .map(|level| (level.left_out, level.name))
            .filter(|(count, _)| *count > 0)
            .map(|(count, name)| format!("{count} {name}s"))
            .collect();
        (!parts.is_empty()).then(|| {
            format!(
                "{} are not shown as annotations: GitHub takes {EACH} of each level a step; write \
                 `-o markdown=\"$GITHUB_STEP_SUMMARY\"` or `-o sarif=FILE` to see all",
                parts.join(", ")
            )
        })
    }
}

fn annotation(level: &str, finding: &Finding, sources: &dyn Sources) -> String {
    let place = Place::of_finding(finding, sources);
    let mut at = String::new();
    if place.is_file && place.path != "-" {
        at = format!("file={},", property(place.file()));
        if let Some((start, end)) = place.range {
            _ = write!(at, "line={},endLine={},", start.line, end.line);
            // GitHub reads columns only where the annotation is of one line.
            if start.line == end.line {
                _ = write!(at, "col={},endColumn={},", start.column, end.column);
            }
        }
    }
    let title = match Outcome::of(finding) {
        Outcome::Fail => format!("{} ({})", finding.check, finding.severity),
        other => format!("{} ({})", finding.check, other.as_str()),
    };
    let mut text = format!("{}: {}", finding.target, place::message(finding));
    let causes = place::causes(finding);
    if !causes.is_empty() {
        _ = write!(text, "\n{causes}");
    }
    if let Some(fix) = &finding.fix {
        _ = write!(text, "\nfix: {}", fix.told());
    }
    format!("::{level} {at}title={}::{}", property(&title), data(&cut(&text, TEXT)))
}

fn unread(problem: &Problem) -> String {
    let line = problem.line.map(|line| format!("line={line},")).unwrap_or_default();
    let path = problem.path.strip_prefix("./").unwrap_or(&problem.path);
    let file = if path == "-" { String::new() } else { format!("file={},{line}", property(path)) };
    let hint = problem.hint.as_deref().map(|hint| format!("\n{hint}")).unwrap_or_default();
    format!("::error {file}title=could not be read::{}", data(&format!("{}{hint}", problem.message)))
}

/// The message of a command, escaped as the runner reads it back.
fn data(text: &str) -> String {
    let text = text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    // Logs are shown on terminals and pages: nothing may drive either.
    plain(&text).into_owned()
}

/// A property of a command: a colon or a comma would end it.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
