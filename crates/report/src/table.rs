//! For people: every place once, with its source line marked and what was found there below it.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::sync::Arc;

use anstyle::{AnsiColor, Style};
use ironsides_core::{Finding, Safety, Severity, Source, Verdict};

use crate::fold::Row;
use crate::input::{Header, NamespaceLevel, Summary};
use crate::place::{self, Outcome, Place, count_word};
use crate::snippet::{Snippet, plain};
use crate::source::Sources;
use crate::worst::Worst;
use crate::wrap::wrap;
use crate::{Options, Writer, compliance, fold, gap};

/// From so many findings on, they are summed up by check.
const SUMMED_UP: u64 = 10;

/// How many places that could not be read are named again at the end.
const NAMED: usize = 10;

/// How many places of a node that could not be looked at are named below a check.
const PLACES: usize = 3;

/// How far notes below a finding are indented.
const INDENT: usize = 12;

/// No text is squeezed into less than so many columns.
const NARROWEST: usize = 24;

/// How many of the worst findings of a long report are named again at the end.
const WORST: usize = 10;

pub(crate) struct Table<W> {
    sink: W,
    colour: bool,
    width: Option<usize>,
    least: Severity,
    /// The worst findings: severity, check, target and place.
    worst: Worst<(Severity, &'static str, String)>,
}

impl<W: Write> Table<W> {
    pub(crate) fn new(sink: W, options: &Options) -> Self {
        let least = options.least.unwrap_or(Severity::Info);
        Self { sink, colour: options.colour, width: options.width, least, worst: Worst::new(WORST) }
    }

    fn paint(&self, style: Style) -> (Style, Style) {
        // An empty style prints nothing, at either end.
        if self.colour { (style, style) } else { (Style::new(), Style::new()) }
    }

    fn place(&mut self, sources: &dyn Sources, group: &[Finding]) -> io::Result<()> {
        let Some(first) = group.first() else { return Ok(()) };
        let (bold, bold_end) = self.paint(Style::new().bold());
        let place = Place::of_finding(first, sources);
        let target = first.target.to_string();
        if first.evidence.first().is_some_and(|fact| matches!(fact.source, Source::Host { .. })) {
            writeln!(self.sink, "{bold}{}{bold_end:#}", plain(&target))?;
        } else if place.is_live {
            let request = plain(&place.path);
            writeln!(self.sink, "{bold}{}{bold_end:#}  (from the cluster: {request})", plain(&target))?;
        } else {
            writeln!(self.sink, "{bold}{}{bold_end:#}  {}", plain(&place.told()), plain(&target))?;
        }
        if let Some(snippet) = place.text.and_then(|text| Snippet::new(text, place.span)) {
            self.snippet(&snippet)?;
        }
        let width = group.iter().map(|finding| finding.check.len()).max().unwrap_or_default();
        for row in fold::rows(group) {
            match row {
                Row::One(one) => self.finding(one, width)?,
                Row::Reason(many) => self.unknowns(&many)?,
                Row::Places(checks, reasons) => self.places(&checks, &reasons)?,
            }
        }
        writeln!(self.sink)
    }

    fn snippet(&mut self, snippet: &Snippet) -> io::Result<()> {
        let (dim, dim_end) = self.paint(Style::new().dimmed());
        let (mark, mark_end) = self.paint(AnsiColor::Red.on_default().bold());
        let Snippet { number, before, line, gap, width, .. } = snippet;
        if let Some(before) = before {
            writeln!(self.sink, "{dim}{:>6} |{dim_end:#} {before}", number - 1)?;
        }
        writeln!(self.sink, "{dim}{number:>6} |{dim_end:#} {line}")?;
        let (gap, carets) = (" ".repeat(*gap), "^".repeat(*width));
        writeln!(self.sink, "{dim}       |{dim_end:#} {gap}{mark}{carets}{mark_end:#}")
    }

    fn finding(&mut self, finding: &Finding, width: usize) -> io::Result<()> {
        let (word, style) = match Outcome::of(finding) {
            Outcome::Fail => (finding.severity.as_str(), colour_of(finding.severity)),
            Outcome::Unknown => ("unknown", AnsiColor::Magenta.on_default()),
            Outcome::Manual => ("manual", AnsiColor::Magenta.on_default()),
            Outcome::Pass => ("pass", AnsiColor::Green.on_default()),
            Outcome::Waived => ("waived", Style::new().dimmed()),
            Outcome::NotApplicable => ("n/a", Style::new().dimmed()),
        };
        let (on, off) = self.paint(style);
        let head = 2 + 8 + 2 + width + 2;
        let lines = self.wrapped(&plain(&finding.message), head);
        let mut lines = lines.iter();
        let first = lines.next().map_or("", String::as_str);
        writeln!(self.sink, "  {on}{word:<8}{off:#}  {:<width$}  {first}", finding.check)?;
        // Where the ids leave no room beside them, the rest stands below.
        let indent = if self.is_narrow(head) { INDENT } else { head };
        for line in lines {
            writeln!(self.sink, "{:indent$}{line}", "")?;
        }
        if let Some(reason) = finding.verdict.reason() {
            self.note(reason, Style::new())?;
        }
        if let Some(waiver) = place::waiver(finding) {
            self.note(&waiver, Style::new().dimmed())?;
        }
        let dim = Style::new().dimmed();
        if let Some(pods) = place::pods(finding) {
            self.note(&pods, dim)?;
        }
        if let Some(place) = place::on_node(finding).filter(|_| finding.verdict != Verdict::Pass) {
            self.note(&format!("at {place}"), dim)?;
        }
        if let Some(value) = place::live_value(finding) {
            self.note(&value, dim)?;
        }
        if finding.verdict == Verdict::Pass {
            for fact in finding.evidence.iter().take(NAMED).filter(|fact| !fact.looked_at.is_empty()) {
                let value = fact.raw.as_deref().unwrap_or("not set");
                self.note(&format!("{}: {value}", fact.looked_at), dim)?;
            }
        }
        if let Some(fact) = finding.evidence.first() {
            if let Some(effective) = &fact.effective {
                let rule = fact.rule.as_deref().map(|rule| format!(" ({rule})")).unwrap_or_default();
                self.note(&format!("in force: {effective}{rule}"), dim)?;
            }
            for cause in &fact.causes {
                self.note(&place::cause(cause), dim)?;
            }
        }
        if let Some(fix) = finding.fix.as_deref().filter(|_| Outcome::of(finding) == Outcome::Fail) {
            let test = match (fix.safety, &fix.test) {
                (Safety::Safe, _) => String::new(),
                (Safety::Unsafe, Some(test)) => format!(" (unsafe: {test})"),
                (Safety::Unsafe, None) => " (unsafe)".into(),
            };
            self.note(&format!("fix: {}{test}", fix.summary), dim)?;
        }
        Ok(())
    }

    /// A line below a finding, broken where the terminal ends.
    fn note(&mut self, text: &str, style: Style) -> io::Result<()> {
        let (on, off) = self.paint(style);
        for line in self.wrapped(&plain(text), INDENT) {
            writeln!(self.sink, "{:INDENT$}{on}{line}{off:#}", "")?;
        }
        Ok(())
    }

    /// Text in lines that fit beside an indent. The first has that indent whatever its width.
    fn wrapped(&self, text: &str, indent: usize) -> Vec<String> {
        match self.width {
            None => vec![text.to_owned()],
            Some(width) if self.is_narrow(indent) => {
                let first = width.saturating_sub(indent).max(NARROWEST);
                wrap(text, first, width.saturating_sub(INDENT).max(NARROWEST))
            }
            Some(width) => wrap(text, width - indent, width - indent),
        }
    }

    fn is_narrow(&self, indent: usize) -> bool {
        self.width.is_some_and(|width| width < indent + NARROWEST)
    }

    /// Several checks that nothing can be said about, for one reason.
    fn unknowns(&mut self, findings: &[&Finding]) -> io::Result<()> {
        let reason = findings.first().and_then(|finding| finding.verdict.reason()).unwrap_or_default();
        let mut told = BTreeSet::new();
        let ids = findings.iter().map(|finding| finding.check).filter(|id| told.insert(*id));
        let ids: Vec<&str> = ids.collect();
        let what = match *ids {
            [id] => format!("{id} cannot be decided"),
            _ => format!("{} checks cannot be decided", ids.len()),
        };
        let text = format!("{what}: {}", plain(reason));
        let (dim, dim_end) = self.paint(Style::new().dimmed());
        self.unknown(&text)?;
        if ids.len() < 2 {
            return Ok(());
        }
        let lines: Vec<String> = match self.width {
            None => ids.chunks(4).map(|some| some.join(", ")).collect(),
            Some(_) => self.wrapped(&ids.join(", "), INDENT),
        };
        for line in lines {
            writeln!(self.sink, "            {dim}{line}{dim_end:#}")?;
        }
        Ok(())
    }

    /// Checks that nothing can be said about at several places.
    fn places(&mut self, checks: &[&str], reasons: &[&str]) -> io::Result<()> {
        self.unknown(&format!("{} cannot be decided at {} places", checks.join(", "), reasons.len()))?;
        let dim = Style::new().dimmed();
        for reason in reasons.iter().take(PLACES) {
            self.note(reason, dim)?;
        }
        match reasons.len().saturating_sub(PLACES) {
            0 => Ok(()),
            more => self.note(&format!("… and {more} more: `-o json` names all"), dim),
        }
    }

    fn unknown(&mut self, text: &str) -> io::Result<()> {
        let (on, off) = self.paint(AnsiColor::Magenta.on_default());
        for (at, line) in self.wrapped(text, INDENT).iter().enumerate() {
            let word = if at == 0 { "unknown" } else { "" };
            writeln!(self.sink, "  {on}{word:<8}{off:#}  {line}")?;
        }
        Ok(())
    }

    /// How often each check failed, the worst first, where there is more than one screen of findings.
    fn by_check(&mut self, summary: &Summary) -> io::Result<()> {
        let shown = |(_, (severity, _)): &(_, &(Severity, u64))| *severity >= self.least;
        let mut rows: Vec<_> = summary.failures_by_check.iter().filter(shown).collect();
        let findings: u64 = summary.failures.iter().sum();
        if findings < SUMMED_UP || rows.len() < 2 {
            return Ok(());
        }
        rows.sort_by_key(|(id, (severity, count))| (Reverse(*severity), Reverse(*count), **id));
        let width = rows.iter().map(|(id, _)| id.len()).max().unwrap_or_default();
        writeln!(self.sink, "Findings by check")?;
        for (id, (severity, count)) in rows {
            let (on, off) = self.paint(colour_of(*severity));
            writeln!(self.sink, "  {on}{severity:<8}{off:#}  {id:<width$}  {count:>6}")?;
        }
        writeln!(self.sink)
    }

    /// Remembers what stands among the worst: failures of severity high or worse.
    fn remember(&mut self, sources: &dyn Sources, finding: &Finding) {
        let rank = place::rank(finding);
        if Outcome::of(finding) != Outcome::Fail
            || finding.severity < Severity::High
            || !self.worst.wants(rank)
        {
            return;
        }
        let place = Place::of_finding(finding, sources);
        let target = plain(&finding.target.to_string()).into_owned();
        let told = if place.is_live { target } else { format!("{target}  {}", plain(&place.told())) };
        self.worst.push(rank, (finding.severity, finding.check, told));
    }

    /// The worst findings once more, where a report is so long that nobody sees its beginning.
    fn worst(&mut self, summary: &Summary) -> io::Result<()> {
        let rows = self.worst.by_rank();
        let failures: u64 = summary.failures.iter().sum();
        if failures < SUMMED_UP || rows.is_empty() {
            return Ok(());
        }
        let width = rows.iter().map(|(_, check, _)| check.len()).max().unwrap_or_default();
        writeln!(self.sink, "Worst first")?;
        for (severity, check, told) in rows {
            let (on, off) = self.paint(colour_of(severity));
            writeln!(self.sink, "  {on}{severity:<8}{off:#}  {check:<width$}  {told}")?;
        }
        writeln!(self.sink)
    }

    /// The counts at the end.
    fn counts(&mut self, summary: &Summary) -> io::Result<()> {
        let total = summary.total();
        let failures: u64 = summary.failures.iter().sum();
        let by_severity: Vec<String> = Severity::ALL
            .into_iter()
            .map(|severity| (severity, summary.failures_of(severity)))
            .filter(|(_, count)| *count > 0)
            .map(|(severity, count)| format!("{count} {severity}"))
            .collect();
        let (bold, bold_end) = self.paint(Style::new().bold());
        let objects = summary.looked_at();
        let noun = count_word(failures, "finding", "findings");
        if failures == 0 {
            writeln!(self.sink, "{bold}no findings{bold_end:#} in {objects}")?;
        } else {
            writeln!(
                self.sink,
                "{bold}{failures} {noun}{bold_end:#} in {objects}: {}",
                by_severity.join(", ")
            )?;
        }
        let hidden: u64 = failures - summary.failures_from(self.least);
        if hidden > 0 {
            let (noun, least) = (count_word(hidden, "is", "are"), self.least);
            writeln!(
                self.sink,
                "{hidden} milder than {least} {noun} not shown: --min-severity info shows all"
            )?;
        }
        let mut line = format!("{} of {} decided checks passed", total.pass, total.decided());
        if total.decided() > 0 {
            // Rounded, but never up to all of them.
            let tenths = (2000 * total.pass + total.decided()) / (2 * total.decided());
            let tenths = if total.fail > 0 { tenths.min(999) } else { tenths };
            _ = write!(line, " ({}.{} %)", tenths / 10, tenths % 10);
        }
        let rest = [
            (total.unknown, "unknown"),
            (total.manual, "manual"),
            (total.not_applicable, "not applicable"),
            (summary.waived, "waived"),
        ];
        for (count, word) in rest.into_iter().filter(|(count, _)| *count > 0) {
            _ = write!(line, ", {count} {word}");
        }
        writeln!(self.sink, "{line}")?;
        if let Some(cluster) = &summary.cluster {
            if cluster.folded > 0 {
                let (count, noun) = (cluster.folded, count_word(cluster.folded, "object", "objects"));
                let verb = count_word(count, "says", "say");
                writeln!(
                    self.sink,
                    "{count} {noun} made by controllers {verb} nothing new beside those they were made from"
                )?;
            }
            if cluster.old > 0 {
                let noun = count_word(cluster.old, "ReplicaSet", "ReplicaSets");
                writeln!(self.sink, "{} old {noun} without pods passed over", cluster.old)?;
            }
        }
        match summary.fixable {
            [0, 0] => {}
            [safe, 0] => writeln!(self.sink, "{safe} of these can be fixed by --fix")?,
            [0, risky] => writeln!(self.sink, "{risky} of these can be fixed by --fix=unsafe")?,
            [safe, risky] => {
                writeln!(self.sink, "{safe} of these can be fixed by --fix, {risky} more by --fix=unsafe")?;
            }
        }
        for exceptions in &summary.exceptions {
            writeln!(self.sink, "read {}", plain(&exceptions.told()))?;
        }
        if !summary.form_only.is_empty() {
            let count: u64 = summary.form_only.values().sum();
            let kinds: Vec<&str> = summary.form_only.keys().map(String::as_str).collect();
            let noun = count_word(count, "object", "objects");
            writeln!(
                self.sink,
                "no check goes beyond the fields of {count} {noun} yet: {}",
                plain(&kinds.join(", "))
            )?;
        }
        Ok(())
    }

    fn namespaces(&mut self, rows: &[NamespaceLevel]) -> io::Result<()> {
        let Some(first) = rows.first() else { return Ok(()) };
        writeln!(self.sink, "Pod Security {}: the level each namespace could enforce today", first.version)?;
        let name =
            |row: &NamespaceLevel| plain(row.namespace.as_deref().unwrap_or("(no namespace)")).into_owned();
        let width = rows.iter().map(|row| name(row).chars().count()).max().unwrap_or_default();
        for row in rows {
            let enforces =
                row.enforces.as_deref().map(|level| format!(", enforces {level}")).unwrap_or_default();
            let pods = row.pods;
            write!(
                self.sink,
                "  {:<width$}  {:<10}  {pods} {}{enforces}",
                name(row),
                row.could_enforce.unwrap_or("unknown"),
                count_word(pods, "pod", "pods")
            )?;
            if row.undecided > 0 {
                write!(self.sink, ", {} undecided since the API server would refuse them", row.undecided)?;
            }
            writeln!(self.sink)?;
            for blocker in &row.blockers {
                let reasons = blocker.reasons.join(", ");
                writeln!(
                    self.sink,
                    "  {:<width$}    not {}: {}: {}",
                    "",
                    blocker.level,
                    plain(&blocker.object),
                    plain(&reasons)
                )?;
            }
            let named = row.blockers.len() as u64;
            if row.blocked_by > named {
                writeln!(self.sink, "  {:<width$}    and {} more", "", row.blocked_by - named)?;
            }
            for breaks in &row.upgrade {
                let reasons = breaks.reasons.join(", ");
                writeln!(
                    self.sink,
                    "  {:<width$}    newly refused by {}: {}: {}",
                    "",
                    breaks.level,
                    plain(&breaks.object),
                    plain(&reasons)
                )?;
            }
        }
        writeln!(self.sink)
    }
}

impl<W: Write> Writer for Table<W> {
    fn begin(&mut self, _: &Header) -> io::Result<()> {
        Ok(())
    }

    fn batch(&mut self, sources: &dyn Sources, findings: &[Finding]) -> io::Result<()> {
        let together =
            |a: &Finding, b: &Finding| Arc::ptr_eq(&a.target, &b.target) && place_of(a) == place_of(b);
        for finding in findings {
            self.remember(sources, finding);
        }
        findings.chunk_by(together).try_for_each(|group| self.place(sources, group))
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        self.namespaces(&summary.pod_security)?;
        for framework in &summary.compliance {
            let table = compliance::table(framework, &|text, indent| self.wrapped(text, indent));
            writeln!(self.sink, "{table}")?;
        }
        if summary.objects > 0 {
            self.by_check(summary)?;
            self.worst(summary)?;
            self.counts(summary)?;
        }
        if !summary.problems.is_empty() {
            let count = summary.problems.len() as u64;
            writeln!(
                self.sink,
                "incomplete: {count} {} could not be read",
                count_word(count, "place", "places")
            )?;
            for problem in summary.problems.iter().take(NAMED) {
                let place = match (problem.line, problem.column) {
                    (Some(line), Some(column)) => format!("{}:{line}:{column}: ", problem.path),
                    _ => String::new(),
                };
                writeln!(self.sink, "  {}{}", plain(&place), plain(&problem.message))?;
            }
            if summary.problems.len() > NAMED {
                writeln!(self.sink, "  and {} more", summary.problems.len() - NAMED)?;
            }
        }
        let unknown = summary.total().unknown;
        if unknown > 0 {
            let noun = count_word(unknown, "check", "checks");
            writeln!(
                self.sink,
                "incomplete: {unknown} {noun} could not be decided, marked \"unknown\" above"
            )?;
        }
        for sentence in gap::sentences(&summary.coverage) {
            writeln!(self.sink, "incomplete: {}", plain(&sentence))?;
        }
        self.sink.flush()
    }
}

/// The place that findings are gathered under: all about a node stand together.
fn place_of(finding: &Finding) -> Option<&Source> {
    finding.evidence.first().map(|fact| &fact.source).filter(|source| !matches!(source, Source::Host { .. }))
}

fn colour_of(severity: Severity) -> Style {
    match severity {
        Severity::Critical => AnsiColor::Red.on_default().bold(),
        Severity::High => AnsiColor::Red.on_default(),
        Severity::Medium => AnsiColor::Yellow.on_default(),
        Severity::Low => AnsiColor::Cyan.on_default(),
        Severity::Info => Style::new(),
    }
}
