//! An audit policy in a file.

use std::path::Path;

use anyhow::{Result, anyhow};
use ironsides_audit::{Loaded, Policy, decode};
use ironsides_files::STDIN;
use ironsides_report::Problem;
use ironsides_tree::{Lines, Position, Span};
use serde_json::{Value, json};

use crate::say::Say;

/// A policy with the text that it was read from.
pub(crate) struct PolicyFile {
    /// What it is called in answers.
    pub(crate) name: String,
    /// The policy that the API server goes by.
    pub(crate) policy: Policy,
    text: String,
    lines: Lines,
}

impl PolicyFile {
    /// Reads a policy. What the API server would drop without a word is told as warnings; what it would refuse is told as
    /// errors, and then there is no policy. A file that cannot be opened is an error.
    pub(crate) fn read(path: &Path, say: &Say) -> Result<Option<Self>> {
        let bytes = ironsides_files::read_bytes(path)?;
        let name = name(path);
        let text = decode(&bytes).map(std::borrow::Cow::into_owned);
        let text =
            text.ok_or_else(|| anyhow!("{name}: neither UTF-8 nor UTF-16 text; name an audit policy"))?;
        let lines = Lines::new(&text);
        let place = |span: Span| lines.position(&text, span.start);
        match Policy::read(&text) {
            Ok(Loaded { policy, notes }) => {
                for note in notes {
                    let Position { line, column } = place(note.span);
                    say.warning(&format!("{name}:{line}:{column}: {}", note.message));
                }
                Ok(Some(Self { name, policy, text, lines }))
            }
            Err(errors) => {
                for error in errors {
                    let Position { line, column } = place(error.span);
                    say.problem(&Problem {
                        path: name.clone(),
                        line: Some(line),
                        column: Some(column),
                        message: error.message,
                        hint: None,
                    });
                }
                say.hint(&format!("the API server would not start with {name}"));
                Ok(None)
            }
        }
    }

    /// The line on which a rule begins, from 1.
    pub(crate) fn line(&self, rule: usize) -> Option<u32> {
        let rule = self.policy.rules.get(rule)?;
        Some(self.lines.position(&self.text, rule.span.start).line)
    }

    /// Where a rule is, as `FILE:LINE`, or that there is none.
    pub(crate) fn place(&self, rule: Option<usize>) -> String {
        match rule.and_then(|rule| self.line(rule)) {
            Some(line) => format!("{}:{line}", self.name),
            None => "no rule fits".to_owned(),
        }
    }

    /// A rule for programs: its number from 0 and its line; null for none.
    pub(crate) fn rule_json(&self, rule: Option<usize>) -> Value {
        rule.map_or(Value::Null, |at| json!({ "index": at, "file": self.name, "line": self.line(at) }))
    }
}

/// What a path is called in answers.
fn name(path: &Path) -> String {
    if path == Path::new(STDIN) { "(standard input)".to_owned() } else { path.display().to_string() }
}
