//! `ironsides network map`: what can be sent between namespaces, or between workloads.

mod compared;
mod exposure;

use std::fmt::Write as _;

use anyhow::{Result, bail};
use ironsides_network::compare::{differences, differing};
use ironsides_network::exposure::{Exposure, exposures};
use ironsides_network::map::{Focus, Map, Toward};
use ironsides_network::{Endpoint, Engine, Options, Party, Profile};
use ironsides_report::plain;
use serde_json::json;

use super::profiles::{Profiles, lower};
use super::world::{World, nothing};
use crate::args::network::{MapArgs, MapFormat, TowardArg};
use crate::columns::Columns;
use crate::exit::Exit;
use crate::print::{emit, envelope, yaml};
use crate::say::{Say, counted};

pub(crate) fn run(args: &MapArgs, say: &Say) -> Result<Exit> {
    let world = World::read(&args.from.place(&[]), say)?.read_for(&args.profile);
    if world.is_empty() {
        return Ok(nothing(&[&world], say));
    }
    let cluster = &world.state.cluster;
    let mut members = Vec::new();
    for word in &args.focus {
        let party = Party::read(word, cluster).map_err(|error| world.unanswered(error))?;
        if party.members.is_empty() {
            bail!("{} is nothing of the cluster, so it cannot be in the focus", party.name);
        }
        members.extend(party.members);
    }
    let profiles = Profiles::choose(&args.profile, &[&world], say)?;
    let lowered = lower(&world, &profiles.all, say);
    if args.exposure {
        let of = |(profile, options): &(Profile, Options)| {
            (*profile, exposures(cluster, &world.state.policies, *profile, options))
        };
        let all: Vec<(Profile, Vec<Exposure>)> = profiles.all.iter().map(of).collect();
        emit(&args.output, |format| exposure::shown(&world, &all, format))?;
        world.tell_gaps(say);
        return Ok(world.exit());
    }
    let engines: Vec<Engine<'_>> = lowered.iter().map(Engine::new).collect();
    if profiles.compared {
        return compare(args, &world, &engines, &members, say);
    }
    let Some(engine) = engines.first() else { bail!("no profile was chosen") };
    let map = if !members.is_empty() {
        let toward = match args.toward {
            TowardArg::Senders => Toward::Senders,
            TowardArg::Receivers => Toward::Receivers,
            TowardArg::Both => Toward::Both,
        };
        Map::around(engine, cluster, &Focus { members, depth: args.depth, toward })
    } else if args.workloads {
        Map::workloads(engine, cluster)
    } else {
        Map::namespaces(engine, cluster)
    };
    let title = match world.inventory.server() {
        Some(server) if !server.context.is_empty() => format!("Network of {}", server.context),
        _ => format!("Network of {}", world.source),
    };
    emit(&args.output, |format| match format {
        MapFormat::Table => Ok(table(&map)),
        MapFormat::Csv => Ok(map.csv()),
        MapFormat::Html => Ok(map.html(&title)),
        MapFormat::Svg => Ok(map.svg()),
        MapFormat::Dot => Ok(map.dot()),
        MapFormat::Mermaid => Ok(map.mermaid()),
        MapFormat::Json => json_text(&world, &map),
        MapFormat::Yaml => yaml(&json_text(&world, &map)?),
    })?;
    for note in &map.notes {
        say.note(&format!("not in the map: {note}"));
    }
    world.tell_gaps(say);
    Ok(world.exit())
}

/// The pairs for which profiles differ.
fn compare(
    args: &MapArgs,
    world: &World,
    engines: &[Engine<'_>],
    members: &[Endpoint],
    say: &Say,
) -> Result<Exit> {
    let cluster = &world.state.cluster;
    let profiles: Vec<Profile> = engines.iter().map(|engine| engine.lowered().profile).collect();
    let all = if args.workloads || !members.is_empty() {
        if args.depth > 1 {
            say.warning(&"where profiles are compared, only connections of the focus itself are told: --depth has no effect");
        }
        let engines: Vec<&Engine<'_>> = engines.iter().collect();
        let (from, to) = match args.toward {
            TowardArg::Senders => (false, true),
            TowardArg::Receivers => (true, false),
            TowardArg::Both => (true, true),
        };
        differences(cluster, &engines, |sender, receiver| {
            members.is_empty() || from && members.contains(&sender) || to && members.contains(&receiver)
        })
    } else {
        let maps: Vec<Map> = engines.iter().map(|engine| Map::namespaces(engine, cluster)).collect();
        differing(&maps)
    };
    emit(&args.output, |format| compared::shown(world, &profiles, &all, format))?;
    world.tell_gaps(say);
    Ok(world.exit())
}

/// A row for each two between which something may go through.
fn table(map: &Map) -> String {
    let mut columns = Columns::new(&["FROM", "TO", "TRAFFIC"]);
    for cell in &map.cells {
        let (Some(from), Some(to)) = (map.unit(cell.from), map.unit(cell.to)) else { continue };
        columns.row(&[&from.name, &to.name, &map.told(cell)]);
    }
    let mut text = columns.text();
    let merged: Vec<&ironsides_network::map::Unit> =
        map.units.iter().filter(|unit| unit.all.len() > 1 && unit.name.contains(" like ")).collect();
    if !merged.is_empty() {
        text.push('\n');
    }
    for unit in merged {
        _ = writeln!(text, "{}", plain(&format!("{}: {}", unit.name, unit.all.join(", "))));
    }
    let legend = map.legend();
    if !legend.is_empty() {
        text.push('\n');
    }
    for line in legend {
        _ = writeln!(text, "{}", plain(&line));
    }
    let open = counted(map.cells.len(), "pair");
    _ = writeln!(
        text,
        "\nsomething goes through between {open} of {} (profile {})",
        counted(map.units.len(), "unit"),
        map.profile
    );
    text
}

fn json_text(world: &World, map: &Map) -> Result<String> {
    let gaps: Vec<&String> = world.gaps.iter().collect();
    let answer = json!({ "map": serde_json::to_value(map.document())? });
    Ok(serde_json::to_string_pretty(&envelope("network-map", &gaps, answer))? + "\n")
}
