//! The labels by which the agent of each node knows each address.

use std::path::Path;

use anyhow::{Context, Result};
use ironsides_network::profile::cilium;

use super::flows::worlds;
use crate::oracle::Score;

/// Compares every label of every identity.
pub(super) fn run(folder: &Path) -> Result<Score> {
    let mut score = Score::default();
    for world in worlds(folder)? {
        let world = world?;
        let (cluster, policies, options) = (world.cluster()?, world.policies()?, world.options()?);
        let identities = cilium::identities(&cluster, &policies, &options);
        for (node, recorded) in &world.identities {
            let on = world.node(node).with_context(|| format!("there is no node {node}"))?;
            for (&address, labels) in recorded {
                let mut expected = labels.clone();
                expected.sort();
                expected.dedup();
                let labels = identities.labels(world.holder(address), Some(on));
                let mut got: Vec<String> = labels.iter().map(ToString::to_string).collect();
                got.sort();
                let case = || format!("{} {address} on {node}", world.name);
                score.compare(case, &expected.join(" "), Ok(got.join(" ")));
            }
        }
    }
    Ok(score)
}
