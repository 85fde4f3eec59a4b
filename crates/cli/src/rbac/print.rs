//! Answers for programs.

use anyhow::Result;
use serde_json::Value;

use super::world::World;
pub(super) use crate::print::{code, emit, envelope, yaml};

/// An answer as JSON, with what is said of every answer: what kind it is and what is missing.
pub(crate) fn json_text(kind: &str, world: &World, more: &[String], answer: Value) -> Result<String> {
    let gaps: Vec<&String> = world.gaps.iter().chain(more).collect();
    Ok(serde_json::to_string_pretty(&envelope(kind, &gaps, answer))? + "\n")
}
