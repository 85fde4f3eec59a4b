//! A rule asked of one event.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail};
use ironsides_audit::each_event_text;
use ironsides_detect::correlation::Detection;
use ironsides_detect::engine::{Engine, Explained as What, Explanation, Matching};
use ironsides_detect::field::Catalogue;
use ironsides_detect::k8s_audit::AuditEvent;
use ironsides_detect::{Event, Given};
use ironsides_report::plain;
use ironsides_tree::parse_one;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Explained;
use crate::runtime::rule_files::RuleFiles;
use crate::say::Say;

/// How many lines are shown of a condition.
const LINES: usize = 3000;

/// Whether a correlation was met at an event.
enum Met {
    /// The events before it are not known.
    Unknown,
    Not,
    At(Detection),
}

/// What became of a rule for an event.
pub(crate) struct Judged {
    explanation: Explanation,
    /// The text of the alert, if the condition is true.
    output: String,
    /// The rule that fires in its place, where only one may.
    first: Option<(String, String)>,
    /// Fields that the event does not give and that were asked for.
    missed: Vec<String>,
    enabled: bool,
    correlation: bool,
    met: Met,
}

/// Asks a rule of the event in a file.
pub(super) fn judge(
    explained: &Explained<'_>,
    files: &RuleFiles,
    path: &Path,
    number: u64,
    say: &Say,
) -> Result<Judged> {
    let text = ironsides_files::read(path)?;
    let matching = files.config.as_ref().map_or(Matching::First, |config| config.matching);
    let (found, count) = events(&text, number);
    if let Some(found) = found {
        if explained.rule.source != "k8s_audit" {
            let source = &explained.rule.source;
            bail!(
                "{} is an audit event, and the rule is asked of events of the source {source}",
                path.display()
            );
        }
        if count > 1 {
            say.note(&format!("{} holds {count} events; this is number {number} (--number)", path.display()));
        }
        let root = parse_one(&found).map_err(|error| anyhow!("{}", error.message))?;
        let event = AuditEvent::new(&root, number);
        return ask(explained, &event, matching, Vec::new);
    }
    if count > 0 {
        bail!("{} holds {count} events, and no number {number}", path.display());
    }
    let root = parse_one(&text).map_err(|error| anyhow!("{}", error.message));
    let root = root.with_context(|| format!("{} holds no event", path.display()))?;
    let catalogue =
        Catalogue::of(&explained.rule.source).context("nobody knows the events of this source")?;
    let given = Given::read(&root, catalogue).map_err(|error| {
        let hint = error.hint.map(|hint| format!("; {hint}")).unwrap_or_default();
        anyhow!("{}: {}{hint}", path.display(), error.message)
    })?;
    ask(explained, &given, matching, || given.missed())
}

/// The text of one of the audit events of a text, by its number from 1, and how many there are.
fn events(text: &str, number: u64) -> (Option<String>, u64) {
    let (mut found, mut count) = (None, 0);
    let mut each = |event: &str| {
        count += 1;
        if count == number {
            found = Some(event.to_owned());
        }
    };
    // One document, be it on many lines; or one on every line.
    if each_event_text(text, &mut each).is_err() {
        for line in text.lines() {
            // What is no event is none: the number counts events.
            let _ = each_event_text(line, &mut each);
        }
    }
    (found, count)
}

/// Asks a rule of an event.
pub(crate) fn ask<E: Event>(
    explained: &Explained<'_>,
    event: &E,
    matching: Matching,
    missed: impl Fn() -> Vec<String>,
) -> Result<Judged> {
    let rule = explained.rule;
    let mut engine = Engine::new(Arc::new(explained.rules.clone()), &rule.source, matching);
    let explanation = engine.explain(rule, event).context("the condition is too deep to be explained")?;
    let missed = missed();
    let fired: Vec<(String, String)> = engine
        .fire(event)
        .rules()
        .map(|rule| (rule.name.clone(), format!("{}:{}", rule.file, rule.line)))
        .collect();
    let first = fired.into_iter().next().filter(|(name, _)| {
        let decided = explanation.holds && rule.enabled && !explained.is_correlation();
        decided && matching == Matching::First && *name != rule.name
    });
    let output = rule.output.text(event);
    let correlation = explained.is_correlation();
    Ok(Judged { explanation, output, first, missed, enabled: rule.enabled, correlation, met: Met::Unknown })
}

impl Judged {
    /// The same of a correlation, when it is known what it had at the event after all those before it.
    pub(crate) fn replayed<E: Event>(
        mut self,
        explained: &Explained<'_>,
        event: &E,
        met: Option<Detection>,
    ) -> Self {
        if self.correlation {
            if let Some(found) = &met {
                self.output = explained.rule.output.text(&found.at(event));
            }
            self.met = met.map_or(Met::Not, Met::At);
        }
        self
    }

    /// Whether there is an alert.
    pub(crate) fn fires(&self) -> bool {
        self.explanation.holds && self.enabled && self.first.is_none() && !matches!(self.met, Met::Not)
    }

    /// The outcome in one sentence.
    fn outcome(&self) -> String {
        match (&self.first, self.explanation.holds, self.enabled) {
            (_, false, _) if self.correlation => "does not count this event".to_owned(),
            (_, false, _) => "does not fire".to_owned(),
            (_, true, false) => "does not fire: its condition is true, and it is disabled".to_owned(),
            (Some((name, at)), true, true) => format!(
                "does not fire: its condition is true, and {name:?} ({at}) comes before it (rule_matching: first)"
            ),
            (None, true, true) if matches!(self.met, Met::At(_)) => "fires: this event completes it".to_owned(),
            (None, true, true) if matches!(self.met, Met::Not) => {
                "counts this event, and does not fire at it: not all that it waits for was there, or it was told \
                 lately"
                    .to_owned()
            }
            (None, true, true) if self.correlation => {
                "counts this event; whether it fires depends on the others in its timespan".to_owned()
            }
            (None, true, true) => "fires".to_owned(),
        }
    }

    pub(crate) fn text(&self, explained: &Explained<'_>) -> String {
        let mut out = explained.heading();
        _ = writeln!(out, "\n{}", plain(&self.outcome()));
        if self.tells() {
            _ = writeln!(out, "  {}", plain(self.output.trim()));
        }
        if let Met::At(found) = &self.met {
            for (word, value) in found_lines(found) {
                _ = writeln!(out, "  {word:<8} {}", plain(&value));
            }
        }
        let word = if self.explanation.holds { "true" } else { "false" };
        _ = writeln!(out, "\nThe condition is {word} because of");
        let mut lines = Vec::new();
        because(&self.explanation, false, &mut lines);
        let mut seen = BTreeSet::new();
        for line in lines.iter().filter(|line| seen.insert(*line)) {
            _ = writeln!(out, "  {line}");
        }
        _ = writeln!(out, "\nPart by part");
        let mut lines = 0;
        part(&self.explanation, &explained.places(), 0, &mut lines, &mut out);
        if lines > LINES {
            _ = writeln!(out, "  … {} lines more", lines - LINES);
        }
        if !self.missed.is_empty() {
            _ = writeln!(out, "\nNot given, and so absent: {}", plain(&self.missed.join(", ")));
        }
        out
    }

    /// Whether the text of an alert can be shown.
    fn tells(&self) -> bool {
        self.explanation.holds && (!self.correlation || matches!(self.met, Met::At(_)))
    }

    pub(crate) fn json(&self, explained: &Explained<'_>) -> Value {
        let mut all = explained.json();
        if let Some(map) = all.as_object_mut() {
            let reasons: Vec<&Explanation> = self.explanation.reasons();
            map.insert("fires".into(), json!(self.fires()));
            map.insert("outcome".into(), json!(self.outcome()));
            map.insert("output".into(), json!(self.tells().then_some(&self.output)));
            if let Met::At(found) = &self.met {
                map.insert("correlation".into(), found_json(found));
            }
            map.insert("reasons".into(), json!(reasons));
            map.insert("explanation".into(), json!(self.explanation));
            map.insert("notGiven".into(), json!(self.missed));
        }
        all
    }
}

/// What a correlation had when it was met, without what is empty.
fn found_lines(found: &Detection) -> Vec<(&'static str, String)> {
    let json = found_json(found);
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    };
    let lines =
        ["count", "values", "earlier", "group", "first", "last"].map(|word| (word, text(&json[word])));
    lines.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

fn found_json(found: &Detection) -> Value {
    let time = |nanoseconds: i64| {
        let time = Timestamp::from_nanosecond(i128::from(nanoseconds));
        time.map(|time| format!("{time:.6}")).unwrap_or_default()
    };
    json!({
        "count": found.count,
        "values": found.values,
        "earlier": found.earlier,
        "group": found.group,
        "first": time(found.first),
        "last": time(found.last),
    })
}

/// What made the outcome what it is: comparisons, with `not` before those that count when they are false, and exceptions
/// with their names.
fn because(of: &Explanation, negated: bool, lines: &mut Vec<String>) {
    match &of.what {
        What::Check { .. } => lines.push(check(of, negated)),
        What::Exception { name, file, line } => {
            let word = if of.holds { "holds" } else { "does not hold" };
            let at = format!("exception {name:?} ({file}:{line}) {word}:");
            let mut inner = Vec::new();
            of.parts.iter().for_each(|part| because(part, false, &mut inner));
            lines.push(format!("{}\n    {}", plain(&at), inner.join("\n    ")));
        }
        What::Not => of.parts.iter().for_each(|part| because(part, !negated, lines)),
        What::Macro { .. } => of.parts.iter().for_each(|part| because(part, negated, lines)),
        What::And | What::Or => {
            let parts = of.parts.iter().filter(|part| part.holds == of.holds);
            parts.for_each(|part| because(part, negated, lines));
        }
    }
}

/// A comparison with what it found: `false  ka.verb = get (ka.verb is list)`.
fn check(of: &Explanation, negated: bool) -> String {
    let What::Check { check, values } = &of.what else { return String::new() };
    let values: Vec<String> = values.iter().map(|(field, value)| format!("{field} is {value}")).collect();
    let word = if of.holds == negated { "false" } else { "true " };
    let not = if negated { "not " } else { "" };
    format!(
        "{word}  {not}{}  ({})",
        plain(&super::shape::cut(check)),
        plain(&super::shape::cut(&values.join(", ")))
    )
}

fn part(
    of: &Explanation,
    places: &BTreeMap<&str, String>,
    depth: usize,
    lines: &mut usize,
    out: &mut String,
) {
    let word = if of.holds { "true " } else { "false" };
    let indent = " ".repeat(2 * depth.min(40));
    let text = match &of.what {
        What::And => "all of".to_owned(),
        What::Or => "any of".to_owned(),
        What::Not => "not".to_owned(),
        What::Macro { name } => match places.get(name.as_str()) {
            Some(at) => format!("{name} ({at})"),
            None => name.clone(),
        },
        What::Exception { name, file, line } => format!("exception {name:?} ({file}:{line})"),
        What::Check { .. } => {
            let line = check(of, false);
            // The word stands in the same column for all.
            line.get(7..).unwrap_or_default().to_owned()
        }
    };
    *lines += 1;
    if *lines <= LINES {
        _ = writeln!(out, "  {word}  {indent}{}", plain(&text));
    }
    for inner in &of.parts {
        part(inner, places, depth + 1, lines, out);
    }
}
