//! `cargo xtask floors`: the house has one order and one direction.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail};
use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

/// What a crate's package is called: the folder with this in front.
const PREFIX: &str = "ironsides-";

/// Reads `[workspace.metadata] order` and fails where a crate uses one that stands below it, is not in the list, or is
/// called otherwise than its folder.
pub(crate) fn run() -> Result<()> {
    let metadata = MetadataCommand::new()
        .manifest_path(crate::root().join("Cargo.toml"))
        .no_deps()
        .exec()
        .context("cannot read the workspace")?;
    let faults = faults(&metadata)?;
    if faults.is_empty() {
        return Ok(());
    }
    bail!("the order of the house is broken:\n  {}", faults.join("\n  "))
}

fn faults(metadata: &Metadata) -> Result<Vec<String>> {
    let order: Vec<String> = serde_json::from_value(metadata.workspace_metadata["order"].clone())
        .context("Cargo.toml lacks the list [workspace.metadata] order")?;
    let floor = |name: &str| order.iter().position(|room| Some(room.as_str()) == name.strip_prefix(PREFIX));
    let mut faults = Vec::new();
    let mut seen = BTreeSet::new();
    for package in metadata.workspace_packages() {
        let folder = package.manifest_path.parent().and_then(|folder| folder.file_name()).unwrap_or_default();
        let in_house = package.manifest_path.as_str().contains("/crates/");
        if package.name.strip_prefix(PREFIX) != Some(folder) {
            faults.push(format!(
                "{} lies in the folder {folder}; its package should be {PREFIX}{folder}",
                package.name
            ));
        }
        let Some(own) = floor(&package.name) else {
            if in_house {
                faults.push(format!("{} is not in the order", package.name));
            }
            continue;
        };
        seen.insert(folder.to_owned());
        for dependency in &package.dependencies {
            // A test may look down; what ships may not.
            if dependency.kind == DependencyKind::Development || !dependency.name.starts_with(PREFIX) {
                continue;
            }
            match floor(&dependency.name) {
                Some(other) if other < own => {}
                Some(_) => {
                    faults.push(format!("{} uses {}, which stands below it", package.name, dependency.name));
                }
                None => faults
                    .push(format!("{} uses {}, which is not in the order", package.name, dependency.name)),
            }
        }
    }
    faults.extend(
        order
            .iter()
            .filter(|room| !seen.contains(*room))
            .map(|room| format!("{room} is in the order, but there is no such crate")),
    );
    Ok(faults)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_house_stands() {
        super::run().unwrap();
    }

    #[test]
    fn a_look_down_is_noticed() {
        let mut metadata = cargo_metadata::MetadataCommand::new()
            .manifest_path(crate::root().join("Cargo.toml"))
            .no_deps()
            .exec()
            .unwrap();
        let order = metadata.workspace_metadata["order"].as_array_mut().unwrap();
        order.reverse();
        let faults = super::faults(&metadata).unwrap();
        assert!(
            faults.iter().any(|fault| fault == "ironsides-core uses ironsides-tree, which stands below it"),
            "{faults:?}"
        );
    }
}
