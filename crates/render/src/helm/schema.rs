//! `values.schema.json`: what values a chart takes.

use std::rc::Rc;

use super::json::{self, Style};
use super::loaded::Loaded;
use super::value::{Map, Value};
use crate::RenderError;

/// Holds the values of a chart and those below it against their schemas.
pub(crate) fn check(chart: &Loaded, values: &Rc<Map>) -> Result<(), RenderError> {
    if let Some(file) = &chart.part.schema {
        let wrong = |message: String, hint: &str| RenderError::At {
            path: file.path.to_string(),
            line: None,
            column: None,
            message,
            hint: Some(hint.to_owned()),
        };
        let schema: serde_json::Value =
            serde_json::from_str(&file.text).map_err(|error| RenderError::At {
                path: file.path.to_string(),
                line: u32::try_from(error.line()).ok(),
                column: u32::try_from(error.column()).ok(),
                message: format!("cannot read the schema of the values: {error}"),
                hint: None,
            })?;
        let text = json::write(&Value::Map(values.clone()), Style { pretty: false, html: false });
        let instance: Option<serde_json::Value> = text.and_then(|text| serde_json::from_str(&text).ok());
        let instance = instance.ok_or_else(|| {
            wrong("the values cannot be written as JSON".to_owned(), "look for .nan or .inf")
        })?;
        match jsonschema::validator_for(&schema) {
            Ok(validator) => {
                let mut faults: Vec<String> = validator
                    .iter_errors(&instance)
                    .map(|error| {
                        let at = error.instance_path().to_string();
                        let at = if at.is_empty() { "the values".to_owned() } else { at.replace('/', ".") };
                        format!("{}: {error}", at.trim_start_matches('.'))
                    })
                    .collect();
                faults.sort();
                if !faults.is_empty() {
                    let shown = faults.iter().take(10).cloned().collect::<Vec<_>>().join("; ");
                    let message = format!("the values of {} do not fit the schema: {shown}", chart.name);
                    return Err(wrong(message, "correct the values"));
                }
            }
            // Nothing is fetched: a schema that refers to one elsewhere is not held against the values.
            Err(_) if file.text.contains("://") => {}
            Err(error) => {
                return Err(wrong(
                    format!("the schema of the values is wrong: {error}"),
                    "correct the schema",
                ));
            }
        }
    }
    for below in &chart.dependencies {
        if let Some(Value::Map(inner)) = values.get(&below.name).map(|slot| slot.value) {
            check(below, &inner)?;
        }
    }
    Ok(())
}
