//! Pods and templates of every kind that were created in namespaces that warn of a level and version.

use std::path::Path;

use anyhow::Result;
use ironsides_podsecurity::labels::{WARN, WARN_VERSION};
use serde::Deserialize;

use super::recording::{Recording, is_comparable, is_pod_security, label, verdict, verdict_of};
use crate::data;
use crate::objects::{in_template, object, workload};
use crate::oracle::Score;

#[derive(Deserialize)]
struct Line {
    pod: serde_json::Value,
    level: String,
    version: String,
    answers: Vec<Recorded>,
}

#[derive(Deserialize)]
struct Recorded {
    kinds: Vec<String>,
    status: u16,
    #[serde(default)]
    message: String,
    #[serde(default)]
    warnings: Vec<String>,
}

pub(super) fn run(recording: &Recording, path: &Path) -> Result<Score> {
    let mut score = Score::default();
    for line in data::lines::<Line>(path)? {
        for recorded in &line.answers {
            for kind in &recorded.kinds {
                if !is_comparable(recorded.status, &recorded.message) {
                    score.skip();
                    continue;
                }
                let said = recorded.warnings.iter().map(String::as_str).filter(|text| is_pod_security(text));
                let expected = answer_text(&verdict(recorded.status, &recorded.message), said);
                let case =
                    || format!("warn: pod {} as {kind} at {}:{}", label(&line.pod), line.level, line.version);
                score.compare(case, &expected, answer(recording, &line, kind));
            }
        }
    }
    Ok(score)
}

fn answer(recording: &Recording, line: &Line, kind: &str) -> Result<String> {
    let kind = workload(kind)?;
    let pod = object(in_template(&recording.pod(&line.pod)?, kind, "recorded"));
    let labels = [(WARN, line.level.as_str()), (WARN_VERSION, line.version.as_str())].into_iter().collect();
    let answer = recording.create([kind.group, kind.plural], &pod, labels)?;
    Ok(answer_text(&verdict_of(&answer), answer.warnings.iter().map(String::as_str)))
}

/// Verdict and warnings in one text.
fn answer_text<'a>(verdict: &'a str, warnings: impl Iterator<Item = &'a str>) -> String {
    std::iter::once(verdict).chain(warnings).collect::<Vec<_>>().join("; warning: ")
}
