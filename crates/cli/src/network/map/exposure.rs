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
use crate::say::counted;

/// Every workload with what is open of it; under several profiles those for which they differ.
pub(super) fn shown(world: &World, all: &[(Profile, Vec<Exposure>)], format: MapFormat) -> Result<String> {
    match format {
        MapFormat::Table => Ok(match all {
            [(profile, one)] => table(*profile, one),
            several => compared(several),
        }),
        MapFormat::Csv => Ok(csv(all)),
        MapFormat::Json => json_text(world, all),
        MapFormat::Yaml => yaml(&json_text(world, all)?),
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
    let perhaps = (!open.perhaps.is_empty()).then(|| format!("depends: {}", ports(&open.perhaps)));
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

/// The columns of a table, behind the workload.
const HEADING: [&str; 5] = ["INGRESS", "EGRESS", "FROM INTERNET", "FROM ANY POD", "TO INTERNET"];

/// What stands in them.
fn cells(exposure: &Exposure) -> [String; 5] {
    [
        guard(exposure.ingress).to_owned(),
        guard(exposure.egress).to_owned(),
        open(&exposure.from_internet),
        open(&exposure.from_cluster),
        open(&exposure.to_internet),
    ]
}

/// What the words of a table mean.
const WORDS: &str = "
INGRESS, EGRESS  what policies close: unprotected = nothing, in part = what they deny, closed = all but what they allow
FROM, TO         the ports that policies leave open to some address of the internet, and to a pod that anybody may start
                 (depends = it cannot be known)
";

/// The workloads for which profiles differ, each with a row for those profiles that agree.
fn compared(all: &[(Profile, Vec<Exposure>)]) -> String {
    let heading: Vec<&str> = ["WORKLOAD", "PROFILE"].into_iter().chain(HEADING).collect();
    let mut columns = Columns::new(&heading);
    let mut ways: Vec<String> = Vec::new();
    let (mut differ, number) = (0, all.first().map_or(0, |(_, list)| list.len()));
    for at in 0..number {
        let mut rows: Vec<([String; 5], Vec<String>, Vec<&str>)> = Vec::new();
        for (profile, list) in all {
            let Some(exposure) = list.get(at) else { continue };
            let (own, ways) = (cells(exposure), exposure.ways.iter().map(way).collect::<Vec<_>>());
            match rows.iter_mut().find(|(known, others, _)| *known == own && *others == ways) {
                Some((.., names)) => names.push(profile.name()),
                None => rows.push((own, ways, vec![profile.name()])),
            }
        }
        if rows.len() < 2 {
            continue;
        }
        differ += 1;
        let name = all.first().and_then(|(_, list)| list.get(at)).map(name).unwrap_or_default();
        for (place, (cells, own, names)) in rows.iter().enumerate() {
            let (first, names) = (if place == 0 { name.as_str() } else { "" }, names.join(", "));
            let row: Vec<&str> =
                [first, names.as_str()].into_iter().chain(cells.iter().map(String::as_str)).collect();
            columns.row(&row);
            ways.extend(own.iter().map(|way| format!("{name} ({names}): {way}")));
        }
    }
    let names: Vec<&str> = all.iter().map(|(profile, _)| profile.name()).collect();
    if differ == 0 {
        return format!("the profiles do not differ: {}\n", names.join(", "));
    }
    let mut text = columns.text();
    told(&mut text, &ways);
    text.push_str(WORDS);
    _ = writeln!(
        text,
        "\nthe profiles differ for {differ} of {} ({})",
        counted(number, "workload"),
        names.join(", ")
    );
    text
}

/// The ways in, under a heading of their own.
fn told(text: &mut String, ways: &[String]) {
    if !ways.is_empty() {
        text.push_str("\nways in from outside:\n");
    }
    for way in ways {
        _ = writeln!(text, "  {}", plain(way));
    }
}

fn table(profile: Profile, all: &[Exposure]) -> String {
    let heading: Vec<&str> = ["WORKLOAD"].into_iter().chain(HEADING).collect();
    let mut columns = Columns::new(&heading);
    let mut ways: Vec<String> = Vec::new();
    for exposure in all {
        let (name, cells) = (name(exposure), cells(exposure));
        let row: Vec<&str> = [name.as_str()].into_iter().chain(cells.iter().map(String::as_str)).collect();
        columns.row(&row);
        ways.extend(exposure.ways.iter().map(|one| format!("{name}: {}", way(one))));
    }
    let mut text = columns.text();
    told(&mut text, &ways);
    text.push_str(WORDS);
    let unprotected = all.iter().filter(|exposure| exposure.ingress == Guard::Unprotected).count();
    _ = writeln!(
        text,
        "\n{unprotected} of {} unprotected: they take whatever comes (profile {profile}); whether the internet gets as far \
         as a pod is told by the ways in",
        counted(all.len(), "workload")
    );
    text
}

fn csv(all: &[(Profile, Vec<Exposure>)]) -> String {
    let heading = [
        "profile",
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
    for (profile, exposure) in
        all.iter().flat_map(|(profile, list)| list.iter().map(move |one| (profile, one)))
    {
        let ways: Vec<String> = exposure.ways.iter().map(way).collect();
        rows.push(vec![
            profile.name().to_owned(),
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

fn json_text(world: &World, all: &[(Profile, Vec<Exposure>)]) -> Result<String> {
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
    let under = |(profile, list): &(Profile, Vec<Exposure>)| {
        let workloads: Vec<Value> = list.iter().map(one).collect();
        json!({ "profile": profile.name(), "workloads": workloads })
    };
    let answer = match all {
        [single] => under(single),
        several => json!({ "answers": several.iter().map(under).collect::<Vec<_>>() }),
    };
    let gaps: Vec<&String> = world.gaps.iter().collect();
    Ok(serde_json::to_string_pretty(&envelope("network-exposure", &gaps, answer))? + "\n")
}
