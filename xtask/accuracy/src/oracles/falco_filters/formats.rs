//! Outputs: accepted or refused, and what a field is in JSON.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Result;
use ironsides_detect::Family;
use ironsides_detect::field::Catalogue;
use ironsides_detect::output::Output;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::recorded::Recorded;
use crate::data;
use crate::oracle::Score;

#[derive(Deserialize)]
struct Case {
    format: Option<String>,
    #[serde(default)]
    error: Option<Value>,
    /// The types that the value has in JSON.
    #[serde(default)]
    json: Vec<String>,
    /// Printed values to JSON values where the two differ.
    #[serde(default)]
    json_differs: Map<String, Value>,
}

pub(super) fn run(folder: &Path, recorded: &Recorded) -> Result<Score> {
    let mut score = Score::default();
    for case in data::lines::<Case>(&folder.join("formats.jsonl"))? {
        let Some(format) = case.format.as_deref() else {
            score.skip();
            continue;
        };
        let output = match Output::new(format, Catalogue::LIBSINSP) {
            Ok(output) => output,
            Err(error) => {
                let expected = if case.error.is_some() { "refused" } else { "accepted" };
                let got =
                    if case.error.is_some() { "refused".to_owned() } else { format!("refused: {error}") };
                score.compare(|| format.to_owned(), expected, Ok(got));
                continue;
            }
        };
        if let Some(error) = &case.error {
            score.compare(|| format.to_owned(), &format!("refused: {error}"), Ok("accepted".to_owned()));
            continue;
        }
        let (expected, got) = shapes(&output, &case, format, recorded);
        score.compare(|| format.to_owned(), &expected, Ok(got));
    }
    Ok(score)
}

/// What is expected of the JSON form, and what it is, as far as values were recorded.
fn shapes(output: &Output, case: &Case, format: &str, recorded: &Recorded) -> (String, String) {
    let accepted = || ("accepted".to_owned(), "accepted".to_owned());
    let mut fields = output.fields();
    let (Some(field), None) = (fields.next(), fields.next()) else { return accepted() };
    // How raw arguments print depends on the event; a number with a fraction was recorded cut short.
    let plain = format.strip_prefix('%') == Some(&field.to_string()) && !format.starts_with("%evt.rawarg");
    if !plain || field.kind.family() == Family::Double {
        return accepted();
    }
    let mut types = BTreeSet::new();
    // Several values may print alike, as times without their fractions do.
    let mut printed_as: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let all = recorded.each(&field.to_string(), &mut |event, printed| {
        let json = ironsides_detect::output::json(field, event);
        types.insert(name(&json));
        // What was cut is whole in JSON.
        if let Some(printed) = printed.filter(|printed| !printed.contains("...")) {
            printed_as.entry(printed.to_owned()).or_default().push(json);
        }
    });
    for (printed, wanted) in &case.json_differs {
        if let Some(got) = printed_as.get(printed).filter(|got| !got.contains(wanted)) {
            return (format!("{printed} is {wanted}"), format!("{printed} is {got:?}"));
        }
    }
    let wanted: BTreeSet<&str> = case.json.iter().map(String::as_str).collect();
    let agree = if all { types == wanted } else { types.is_subset(&wanted) };
    if agree { accepted() } else { (format!("JSON {wanted:?}"), format!("JSON {types:?}")) }
}

fn name(json: &Value) -> &'static str {
    match json {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float",
        Value::Number(_) => "int",
        Value::String(_) => "str",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    }
}
