//! Pods that were created in namespaces that enforce a level and version.

use std::path::Path;

use anyhow::Result;
use ironsides_podsecurity::labels::{ENFORCE, ENFORCE_VERSION};
use serde::Deserialize;

use super::recording::{Recording, is_comparable, label, verdict, verdict_of};
use crate::data;
use crate::objects::object;
use crate::oracle::Score;

#[derive(Deserialize)]
struct Line {
    pod: serde_json::Value,
    level: String,
    answers: Vec<Recorded>,
}

#[derive(Deserialize)]
struct Recorded {
    versions: Vec<String>,
    status: u16,
    #[serde(default)]
    message: String,
}

pub(super) fn run(recording: &Recording, path: &Path) -> Result<Score> {
    let mut score = Score::default();
    for line in data::lines::<Line>(path)? {
        for recorded in &line.answers {
            for version in &recorded.versions {
                if !is_comparable(recorded.status, &recorded.message) {
                    score.skip();
                    continue;
                }
                let message = recorded.message.replace("{policy}", &format!("{}:{version}", line.level));
                let case = || format!("enforce: pod {} at {}:{version}", label(&line.pod), line.level);
                score.compare(case, &verdict(recorded.status, &message), answer(recording, &line, version));
            }
        }
    }
    Ok(score)
}

fn answer(recording: &Recording, line: &Line, version: &str) -> Result<String> {
    let pod = object(recording.pod(&line.pod)?);
    let labels = [(ENFORCE, line.level.as_str()), (ENFORCE_VERSION, version)].into_iter().collect();
    Ok(verdict_of(&recording.create(["", "pods"], &pod, labels)?))
}
