//! Falco's conditions and outputs: what libsinsp made of them over captures, asked of our engine over the recorded
//! values of fields.
//!
//! A capture whose values a condition needs and the data does not hold is left out; a condition with no capture left
//! is held to be accepted or refused, and skipped if it is accepted.

mod expanded;
mod formats;
mod recorded;

use std::path::Path;

use anyhow::Result;
use ironsides_detect::Condition;
use ironsides_detect::field::Catalogue;
use ironsides_detect::filter::{Dialect, FilterError, parse};
use serde::Deserialize;
use serde_json::Value;

use self::recorded::{Matches, Recorded};
use crate::data;
use crate::oracle::{Oracle, Score};

pub(crate) const ORACLE: Oracle = Oracle {
    name: "falco-filters",
    files: &[
        "falco/filters/events.jsonl",
        "falco/filters/fields.jsonl",
        "falco/filters/filters.jsonl",
        "falco/filters/formats.jsonl",
        "falco/filters/parse.jsonl",
        "falco/filters/rules.jsonl",
    ],
    run,
};

/// A condition and what became of it.
#[derive(Deserialize)]
struct Case {
    #[serde(default)]
    group: String,
    filter: String,
    #[serde(default)]
    matches: Option<Matches>,
    #[serde(default)]
    error: Option<Value>,
    /// The rule file, and the rule or macro in it, where it is from one.
    #[serde(default)]
    file: Option<String>,
    #[serde(default)]
    rule: Option<String>,
    #[serde(default, rename = "macro")]
    macro_: Option<String>,
    /// Fields whose checks were made `evt.num = 0`, for the recorded reader lacks them.
    #[serde(default)]
    replaced: Vec<String>,
    /// Of captures over which it failed although it was accepted.
    #[serde(default)]
    errors: Option<Value>,
}

fn run(folder: &Path) -> Result<Score> {
    let rules = expanded::Expanded::read(&folder.join("falco/rules")).ok();
    let folder = folder.join("falco/filters");
    let recorded = Recorded::read(&folder)?;
    let mut score = Score::default();
    let mut part = Score::default();
    for case in data::lines::<Case>(&folder.join("parse.jsonl"))? {
        let expected = if case.error.is_some() { "refused" } else { "accepted" };
        let got = if condition(&case.filter).is_ok() { "accepted" } else { "refused" };
        part.compare(|| format!("{}: {}", case.group, short(&case.filter)), expected, Ok(got.to_owned()));
    }
    score.add_group("parse", part);
    for (name, file) in [("filters", "filters.jsonl"), ("rules", "rules.jsonl")] {
        let mut part = Score::default();
        for case in data::lines::<Case>(&folder.join(file))? {
            let ours = rules.as_ref().zip(case.file.as_deref()).and_then(|(rules, file)| {
                rules.condition(file, case.rule.as_deref(), case.macro_.as_deref(), &case.replaced)
            });
            match (ours, expanded::recorded(&case.filter)) {
                (Some(ours), Some(recorded)) if ours != recorded => {
                    let name = case.rule.as_deref().or(case.macro_.as_deref()).unwrap_or_default();
                    part.compare(|| format!("{name} expands"), &recorded, Ok(ours));
                }
                _ => matched(&case, &recorded, &mut part),
            }
        }
        score.add_group(name, part);
    }
    score.add_group("formats", formats::run(&folder, &recorded)?);
    Ok(score)
}

/// The beginning of a text.
fn short(text: &str) -> String {
    text.chars().take(200).collect()
}

/// Reads a condition as the recorded library does.
fn condition(text: &str) -> Result<Condition, FilterError> {
    Condition::new(&parse(text, Dialect::Libsinsp023)?, Catalogue::LIBSINSP)
}

/// Compares which events match.
fn matched(case: &Case, recorded: &Recorded, score: &mut Score) {
    let name = || format!("{}: {}", case.group, short(&case.filter));
    let condition = match condition(&case.filter) {
        Ok(condition) => condition,
        Err(error) => {
            let expected = if case.error.is_some() { "refused" } else { "accepted" };
            let got = if case.error.is_some() { "refused".to_owned() } else { format!("refused: {error}") };
            return score.compare(name, expected, Ok(got));
        }
    };
    if let Some(error) = case.error.as_ref().or(case.errors.as_ref()) {
        let expected = format!("refused: {}", short(&error.to_string()));
        return score.compare(name, &expected, Ok("accepted".to_owned()));
    }
    let Some(matches) = &case.matches else {
        return score.compare(name, "matches or an error", Err(anyhow::anyhow!("the case has neither")));
    };
    let mut expected = Vec::new();
    let mut got = Vec::new();
    let mut compared = 0;
    for capture in recorded.captures() {
        let Some(found) = recorded.matches(capture, &condition) else { continue };
        compared += 1;
        let wanted = recorded.expected(capture, matches);
        if found != wanted {
            expected.push(format!("{capture} {wanted:?}"));
            got.push(format!("{capture} {found:?}"));
        }
    }
    if compared == 0 {
        return score.skip();
    }
    score.compare(name, &expected.join("; "), Ok(got.join("; ")));
}
