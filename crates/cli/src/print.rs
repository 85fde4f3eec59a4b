//! Answers on standard output or in files.

use std::io::Write;

use anyhow::{Context, Result, bail};
use ironsides_tree::{parse_one, print};
use serde_json::{Map, Value, json};

use crate::args::To;

/// The version of the shapes that `-o json` prints; see docs/rbac.md and docs/audit.md.
const SCHEMA_VERSION: &str = "1.0";

/// Writes an answer in every format that was asked for.
pub(crate) fn emit<F: Copy>(outputs: &[To<F>], mut render: impl FnMut(F) -> Result<String>) -> Result<()> {
    if outputs.iter().filter(|output| output.file.is_none()).count() > 1 {
        bail!("two outputs go to standard output; give all but one a file: -o json=answer.json");
    }
    for output in outputs {
        let text = render(output.format)?;
        match &output.file {
            Some(path) => {
                std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?;
            }
            None => std::io::stdout().write_all(text.as_bytes())?,
        }
    }
    Ok(())
}

/// An answer for programs, with what is said of every answer: what kind it is and what is missing.
pub(crate) fn envelope(kind: &str, gaps: &[&String], answer: Value) -> Value {
    let mut all = Map::new();
    all.insert("schemaVersion".into(), json!(SCHEMA_VERSION));
    all.insert("kind".into(), json!(kind));
    if let Value::Object(answer) = answer {
        all.extend(answer);
    }
    all.insert("complete".into(), json!(gaps.is_empty()));
    all.insert("gaps".into(), json!(gaps));
    Value::Object(all)
}

/// JSON as YAML.
pub(crate) fn yaml(json: &str) -> Result<String> {
    let node = parse_one(json).map_err(|error| anyhow::anyhow!("{}", error.message))?;
    let mut text = print::yaml(&node);
    if !text.ends_with('\n') {
        text.push('\n');
    }
    Ok(text)
}

/// Text in a cell of a Markdown table, in which nothing is markup.
pub(crate) fn code(text: &str) -> String {
    format!("<code>{}</code>", ironsides_report::escape(text).replace('|', "&#124;").replace('\n', " "))
}
