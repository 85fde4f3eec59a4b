//! What Cilium's own policy engine makes of documents, and what it decides about flows.

mod documents;
mod flows;
mod identities;
mod refusals;
mod spec;
mod world;

use std::path::Path;

use anyhow::{Context, Result};

use crate::oracle::{Oracle, Score};

pub(crate) const ORACLE: Oracle =
    Oracle { name: "network", files: &["cluster/network/documents.jsonl", "cluster/network/worlds"], run };

/// The groups, in the order in which reports show them. Each takes the folder `cluster/network`.
type Group = (&'static str, fn(&Path) -> Result<Score>);
const GROUPS: &[Group] = &[
    ("documents", documents::run),
    ("refusals", refusals::run),
    ("identities", identities::run),
    ("flows", flows::run),
    ("spec", spec::run),
];

fn run(folder: &Path) -> Result<Score> {
    let folder = folder.join("cluster/network");
    let mut score = Score::default();
    for (name, group) in GROUPS {
        score.add_group(name, group(&folder).with_context(|| format!("the group {name}"))?);
    }
    Ok(score)
}
