//! The examples in Trivy's checks: manifests called good and manifests called bad.

use std::path::Path;

use anyhow::{Context, Result};
use ironsides_checks::foreign::Tool;
use ironsides_tree::{Node, parse_one};
use serde::Deserialize;

use super::posture;
use crate::data;
use crate::oracle::{Oracle, Score};

pub(crate) const ORACLE: Oracle =
    Oracle { name: "trivy-examples", files: &["posture/trivy-examples.jsonl"], run };

#[derive(Deserialize)]
struct Examples {
    check: String,
    /// YAML that holds lists of YAML texts: `kubernetes: {good: […], bad: […]}`.
    examples: String,
}

fn run(folder: &Path) -> Result<Score> {
    let mut score = Score::default();
    for Examples { check, examples } in data::lines(&folder.join("posture/trivy-examples.jsonl"))? {
        match parse_one(&examples).context("the examples cannot be read") {
            Ok(examples) => compare(&mut score, &check, &examples),
            Err(error) => score.compare(|| check.clone(), "can be read", Err(error)),
        }
    }
    Ok(score)
}

fn compare(score: &mut Score, check: &str, examples: &Node) {
    for (kind, expected) in [("good", "pass"), ("bad", "fail")] {
        let texts = examples.at(&["kubernetes", kind]).map(Node::items).unwrap_or_default();
        for (number, text) in (1..).zip(texts) {
            let name = || format!("{check} {kind} {number}");
            let text = text.as_str().unwrap_or_default();
            posture::compare(score, Tool::Trivy, check, name, expected, text);
        }
    }
}
