//! The fixtures of the Pod Security Standards: a pod, a level, a version and the verdict.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context, Result, bail};
use ironsides_core::{Pod, PodTemplates};
use ironsides_podsecurity::{Check, Evaluator, Level, LevelVersion, PodFacts};
use ironsides_tree::parse_one;
use serde::Deserialize;

use crate::data;
use crate::objects;
use crate::oracle::{Oracle, Score};

pub(crate) const ORACLE: Oracle =
    Oracle { name: "podsecurity", files: &["podsecurity/cases.jsonl", "podsecurity/pods.jsonl"], run };

#[derive(Deserialize)]
struct Case {
    level: String,
    version: String,
    expect: String,
    fixture: String,
    pod: u64,
}

/// A pod as it was published.
#[derive(Deserialize)]
pub(super) struct PodText {
    pub(super) pod: u64,
    pub(super) yaml: String,
}

fn run(folder: &Path) -> Result<Score> {
    let folder = folder.join("podsecurity");
    let pods: Vec<PodText> = data::lines(&folder.join("pods.jsonl"))?;
    let pods: HashMap<u64, String> = pods.into_iter().map(|pod| (pod.pod, pod.yaml)).collect();
    let mut score = Score::default();
    for case in data::lines::<Case>(&folder.join("cases.jsonl"))? {
        let Case { level, version, expect, fixture, pod } = &case;
        let name = || format!("pod {pod} ({fixture}) at {level}:{version}");
        let expected = match expect.as_str() {
            "fail" => format!("fail by {fixture}"),
            other => other.to_owned(),
        };
        let yaml = pods.get(pod).with_context(|| format!("there is no pod {pod}"));
        let got = yaml.and_then(|yaml| answer(yaml, &case));
        score.compare(name, &expected, got);
    }
    Ok(score)
}

/// The verdict and, where it is a failure, the check that the fixture is about if it is among the failed ones.
fn answer(yaml: &str, case: &Case) -> Result<String> {
    let policy = LevelVersion::new(case.level.parse()?, case.version.parse()?);
    let object = objects::object(parse_one(yaml)?);
    let templates = PodTemplates::default();
    let pod = Pod::of(&object, &templates).context("the document holds no pod")?;
    let facts = PodFacts::of(&pod);
    if let Some(at) = facts.malformed().first() {
        bail!("{} cannot be read", at.path());
    }
    let failed: Vec<Check> =
        Evaluator::default().evaluate(&facts, policy).iter().map(|violation| violation.check).collect();
    let is_meant = |check: Check| check.id().eq_ignore_ascii_case(&case.fixture);
    let stands_for =
        |check: Check| policy.level == Level::Restricted && check.overrides().is_some_and(is_meant);
    Ok(if failed.is_empty() {
        "pass".to_owned()
    } else if failed.iter().any(|check| is_meant(*check) || stands_for(*check)) {
        format!("fail by {}", case.fixture)
    } else {
        let ids: Vec<&str> = failed.iter().map(|check| check.id()).collect();
        format!("fail by {}", ids.join(", "))
    })
}
