//! Which policies of the worlds the agent refuses.

use std::path::Path;

use anyhow::Result;
use ironsides_tree::parse_one;

use super::documents::refusal;
use super::flows::worlds;
use crate::oracle::Score;

/// Compares for each policy whether it exists.
pub(super) fn run(folder: &Path) -> Result<Score> {
    let mut score = Score::default();
    for world in worlds(folder)? {
        let world = world?;
        let options = world.options()?;
        for (number, policy) in world.policies.iter().enumerate() {
            let got = parse_one(&policy.to_string())
                .map_err(Into::into)
                .and_then(|root| refusal(&root, options.node_selector_labels))
                .map(|(_, refusal)| text(refusal.is_some()).to_owned());
            let case = || format!("{} policy {number}", world.name);
            score.compare(case, text(world.refused.contains_key(&number)), got);
        }
    }
    Ok(score)
}

fn text(refused: bool) -> &'static str {
    if refused { "refused" } else { "accepted" }
}
