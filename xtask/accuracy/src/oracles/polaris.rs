//! The fixtures of Polaris' checks: manifests that must pass and manifests that must fail.

use std::path::Path;

use anyhow::Result;
use ironsides_checks::foreign::Tool;
use serde::Deserialize;

use super::posture;
use crate::data;
use crate::oracle::{Oracle, Score};

pub(crate) const ORACLE: Oracle = Oracle { name: "polaris", files: &["posture/polaris.jsonl"], run };

#[derive(Deserialize)]
struct Fixture {
    check: String,
    #[serde(rename = "case")]
    name: String,
    expect: String,
    manifest: String,
}

fn run(folder: &Path) -> Result<Score> {
    let mut score = Score::default();
    for Fixture { check, name, expect, manifest } in data::lines(&folder.join("posture/polaris.jsonl"))? {
        let case = || format!("{check} {name}");
        posture::compare(&mut score, Tool::Polaris, &check, case, &expect, &manifest);
    }
    Ok(score)
}
