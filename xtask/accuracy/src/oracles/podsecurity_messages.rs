//! What a real API server said about pods, templates and namespaces, to the letter.

mod enforce;
mod namespaces;
mod recording;
mod warn;

use std::path::Path;

use anyhow::Result;

use crate::oracle::{Oracle, Score};
use recording::Recording;

pub(crate) const ORACLE: Oracle =
    Oracle { name: "podsecurity-messages", files: &["cluster/podsecurity"], run };

/// The name of a part, its file, and what compares it.
type Part = (&'static str, &'static str, fn(&Recording, &Path) -> Result<Score>);

const PARTS: [Part; 3] = [
    ("enforce", "enforce.jsonl", enforce::run),
    ("warn", "warn.jsonl", warn::run),
    ("namespaces", "namespaces.jsonl", namespaces::run),
];

fn run(folder: &Path) -> Result<Score> {
    let recording = Recording::open(folder)?;
    let mut score = Score::default();
    for (name, file, run) in PARTS {
        let path = folder.join("cluster/podsecurity").join(file);
        if path.exists() {
            score.add_group(name, run(&recording, &path).unwrap_or_else(|error| Score::broken(&error)));
        }
    }
    Ok(score)
}
