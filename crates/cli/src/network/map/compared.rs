//! Where profiles differ, as text and for programs.

use std::fmt::Write as _;

use anyhow::{Result, bail};
use ironsides_network::Profile;
use ironsides_network::compare::Difference;
use serde_json::{Map, Value, json};

use crate::args::network::MapFormat;
use crate::columns::Columns;
use crate::network::world::World;
use crate::print::{envelope, yaml};
use crate::say::counted;

/// Up to so many of those at one end are named in a row.
const NAMED: usize = 3;

/// The pairs for which profiles differ.
pub(super) fn shown(
    world: &World,
    profiles: &[Profile],
    all: &[Difference],
    format: MapFormat,
) -> Result<String> {
    match format {
        MapFormat::Table => Ok(table(profiles, all)),
        MapFormat::Csv => Ok(csv(profiles, all)),
        MapFormat::Json => json_text(world, profiles, all),
        MapFormat::Yaml => yaml(&json_text(world, profiles, all)?),
        MapFormat::Html | MapFormat::Svg | MapFormat::Dot | MapFormat::Mermaid => {
            bail!(
                "there is no picture of where profiles differ; use table, json, yaml or csv, or name one profile"
            )
        }
    }
}

fn people(names: &[String]) -> String {
    let mut told: Vec<String> = names.iter().take(NAMED).cloned().collect();
    let more = names.len().saturating_sub(told.len());
    if more > 0 {
        told.push(format!("{more} more"));
    }
    told.join(", ")
}

fn table(profiles: &[Profile], all: &[Difference]) -> String {
    let names: Vec<&str> = profiles.iter().map(|profile| profile.name()).collect();
    if all.is_empty() {
        return format!(
            "the profiles do not differ, but for protocols without ports: {}\n",
            names.join(", ")
        );
    }
    let upper: Vec<String> = names.iter().map(|name| name.to_uppercase()).collect();
    let heading: Vec<&str> = ["FROM", "TO"].into_iter().chain(upper.iter().map(String::as_str)).collect();
    let mut columns = Columns::new(&heading);
    for row in all {
        let (from, to) = (people(&row.from), people(&row.to));
        let cells: Vec<&str> =
            [from.as_str(), to.as_str()].into_iter().chain(row.told.iter().map(String::as_str)).collect();
        columns.row(&cells);
    }
    let pairs: usize = all.iter().map(|row| row.from.len() * row.to.len()).sum();
    let mut text = columns.text();
    _ = writeln!(
        text,
        "\nthe profiles differ for {}; all others are the same under each of {}, but for protocols without ports",
        counted(pairs, "pair"),
        names.join(", ")
    );
    text
}

/// A row for each pair.
fn csv(profiles: &[Profile], all: &[Difference]) -> String {
    let heading = ["from", "to"].into_iter().chain(profiles.iter().map(|profile| profile.name()));
    let mut rows: Vec<Vec<String>> = vec![heading.map(str::to_owned).collect()];
    for row in all {
        for from in &row.from {
            for to in &row.to {
                rows.push([from, to].into_iter().chain(&row.told).cloned().collect());
            }
        }
    }
    ironsides_report::csv(&rows)
}

fn json_text(world: &World, profiles: &[Profile], all: &[Difference]) -> Result<String> {
    let one = |row: &Difference| {
        let traffic: Map<String, Value> = profiles
            .iter()
            .zip(&row.told)
            .map(|(profile, told)| (profile.name().to_owned(), json!(told)))
            .collect();
        json!({ "from": row.from, "to": row.to, "traffic": traffic })
    };
    let names: Vec<&str> = profiles.iter().map(|profile| profile.name()).collect();
    let differences: Vec<Value> = all.iter().map(one).collect();
    let gaps: Vec<&String> = world.gaps.iter().collect();
    let answer = json!({ "profiles": names, "differences": differences });
    Ok(serde_json::to_string_pretty(&envelope("network-profiles", &gaps, answer))? + "\n")
}
