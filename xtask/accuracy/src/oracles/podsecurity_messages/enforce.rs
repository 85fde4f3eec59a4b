//! Pods that were created in namespaces that enforce a level and version.

use std::path::Path;

use anyhow::Result;
use ironsides_podsecurity::labels::{ENFORCE, ENFORCE_VERSION};
use ironsides_tree::Node;
use serde::Deserialize;

use super::recording::{Recording, is_comparable, label, verdict, verdict_of};
use crate::data;
use crate::objects::{object, text, with_at};
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
                let got = answer(recording, &line, version, &message);
                score.compare(case, &verdict(recorded.status, &message), got);
            }
        }
    }
    Ok(score)
}

fn answer(recording: &Recording, line: &Line, version: &str, message: &str) -> Result<String> {
    let mut pod = recording.pod(&line.pod)?;
    if let Some(name) = made_up(&pod, message) {
        pod = with_at(&pod, &["metadata", "name"], text(name));
    }
    let labels = [(ENFORCE, line.level.as_str()), (ENFORCE_VERSION, version)].into_iter().collect();
    Ok(verdict_of(&recording.create(["", "pods"], &object(pod), labels)?))
}

/// The name that the server made up at random for a pod that asked for one, as its message tells it.
fn made_up<'a>(pod: &Node, message: &'a str) -> Option<&'a str> {
    let field =
        |name: &str| pod.at(&["metadata", name]).and_then(Node::as_str).filter(|text| !text.is_empty());
    if field("name").is_some() {
        return None;
    }
    let (name, _) = message.strip_prefix("pods \"")?.split_once('"')?;
    name.starts_with(field("generateName")?).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ironsides_tree::parse_one;

    #[test]
    fn only_names_that_were_asked_for_are_taken_from_the_message() {
        let of = |text: &str| {
            made_up(&parse_one(text).unwrap(), "pods \"a-x1\" is forbidden: …").map(str::to_owned)
        };
        assert_eq!(of("metadata: {generateName: a-}").as_deref(), Some("a-x1"));
        assert_eq!(of("metadata: {generateName: b-}"), None);
        assert_eq!(of("metadata: {generateName: a-, name: c}"), None);
        assert_eq!(of("metadata: {}"), None);
    }
}
