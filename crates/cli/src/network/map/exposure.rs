//! How far workloads are open, as text and for programs.

use std::fmt::Write as _;

use anyhow::{Result, bail};
use ironsides_network::Profile;
use ironsides_network::connectivity::Open;
use ironsides_network::exposure::{Exposure, Guard, Way};
use ironsides_report::plain;
use serde_json::{Value, json};

use crate::args::network::MapFormat;
use crate::columns::Columns;
use crate::network::words;
use crate::network::world::World;
use crate::print::{envelope, yaml};

/// Every workload with what is open of it.
pub(super) fn shown(world: &World, profile: Profile, all: &[Exposure], format: MapFormat) -> Result<String> {
    match format {
        MapFormat::Table => Ok(table(profile, all)),
        MapFormat::Csv => Ok(csv(all)),
        MapFormat::Json => json_text(world, profile, all),
        MapFormat::Yaml => yaml(&json_text(world, profile, all)?),
        MapFormat::Html | MapFormat::Svg | MapFormat::Dot | MapFormat::Mermaid => {
            bail!("there is no picture of how far workloads are open; use table, json, yaml or csv")
        }
    }
}

fn name(exposure: &Exposure) -> String {
    format!("{}/{}", exposure.namespace, exposure.name)
}

fn guard(guard: Guard) -> &'static str {
    match guard {
        Guard::Unprotected => "unprotected",
        Guard::Partly => "in part",
        Guard::Closed => "closed",
    }
}

/// Ports at which something goes through, or may.
fn open(open: &Open) -> String {
    let sure = (!open.ports.is_empty()).then(|| ports(&open.ports));
    let perhaps = (!open.perhaps.is_empty()).then(|| format!("perhaps {}", ports(&open.perhaps)));
    let parts: Vec<String> = sure.into_iter().chain(perhaps).collect();
    if parts.is_empty() { "nothing".to_owned() } else { parts.join(", ") }
}

fn ports(ports: &ironsides_network::connectivity::PortSet) -> String {
    if ports.is_all() { "all ports".to_owned() } else { ports.to_string() }
}

fn way(way: &Way) -> String {
    let internal = if way.internal { ", from private networks" } else { "" };
    format!("{way}: {}{internal}", words::verdict(&way.verdict))
}

fn table(profile: Profile, all: &[Exposure]) -> String {
    let mut columns =
        Columns::new(&["WORKLOAD", "INGRESS", "EGRESS", "FROM INTERNET", "FROM ANY POD", "TO INTERNET"]);
    for exposure in all {
        columns.row(&[
            &name(exposure),
            guard(exposure.ingress),
            guard(exposure.egress),
            &open(&exposure.from_internet),
            &open(&exposure.from_cluster),
            &open(&exposure.to_internet),
        ]);
    }
    let mut text = columns.text();
    let mut ways: Vec<String> = Vec::new();
    for exposure in all {
        ways.extend(exposure.ways.iter().map(|one| format!("{}: {}", name(exposure), way(one))));
    }
    if !ways.is_empty() {
        text.push_str("\nways in from outside:\n");
    }
    for way in ways {
        _ = writeln!(text, "  {}", plain(&way));
    }
    let unprotected = all.iter().filter(|exposure| exposure.ingress == Guard::Unprotected).count();
    _ = writeln!(
        text,
        "\n{unprotected} of {} workloads take whatever comes (profile {profile}); whether the internet gets as far as a pod \
         is told by the ways in",
        all.len()
    );
    text
}

fn csv(all: &[Exposure]) -> String {
    let heading = [
        "workload",
        "kind",
        "ingress",
        "egress",
        "from internet",
        "from any pod",
        "to internet",
        "to any pod",
        "ways in",
    ];
    let mut rows = vec![heading.map(str::to_owned).to_vec()];
    for exposure in all {
        let ways: Vec<String> = exposure.ways.iter().map(way).collect();
        rows.push(vec![
            name(exposure),
            exposure.kind.to_string(),
            guard(exposure.ingress).to_owned(),
            guard(exposure.egress).to_owned(),
            open(&exposure.from_internet),
            open(&exposure.from_cluster),
            open(&exposure.to_internet),
            open(&exposure.to_cluster),
            ways.join("; "),
        ]);
    }
    ironsides_report::csv(&rows)
}

fn json_text(world: &World, profile: Profile, all: &[Exposure]) -> Result<String> {
    let one = |exposure: &Exposure| {
        let namespaces: Vec<&str> =
            exposure.from_namespaces.iter().map(ironsides_tree::Text::as_str).collect();
        let ways: Vec<Value> = exposure
            .ways
            .iter()
            .map(|way| {
                json!({ "way": way.to_string(), "internal": way.internal, "verdict": words::word(&way.verdict) })
            })
            .collect();
        json!({
            "namespace": exposure.namespace.as_str(), "kind": exposure.kind.as_str(), "name": exposure.name.as_str(),
            "ingress": guard(exposure.ingress), "egress": guard(exposure.egress),
            "fromInternet": open(&exposure.from_internet), "toInternet": open(&exposure.to_internet),
            "fromAnyPod": open(&exposure.from_cluster), "toAnyPod": open(&exposure.to_cluster),
            "fromNamespaces": namespaces, "waysIn": ways,
        })
    };
    let workloads: Vec<Value> = all.iter().map(one).collect();
    let answer = json!({ "profile": profile.name(), "workloads": workloads });
    let gaps: Vec<&String> = world.gaps.iter().collect();
    Ok(serde_json::to_string_pretty(&envelope("network-exposure", &gaps, answer))? + "\n")
}
