//! What it costs to look at a node, and to judge the facts of a thousand.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use super::Row;
use super::measure::measure;

/// How many nodes there are.
const NODES: usize = 1000;
/// What looking at a node may cost: wall seconds and MiB.
const LOOK: (f64, f64) = (0.020, 20.0);
/// How long the facts of all may take, in wall seconds.
const MERGE: f64 = 2.0;

/// The rows: the facts of the machine that this runs on, judged and unjudged; the facts of a thousand like it in one report.
pub(crate) fn rows(ironsides: &Path, scratch: &Path, runs: u32) -> Result<Vec<Row>> {
    let folder = scratch.join("nodes");
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let collected = Command::new(ironsides).args(["collect", "--node", "--quiet"]).output();
    let collected = collected.with_context(|| format!("cannot run {}", ironsides.display()))?.stdout;
    let mut facts: serde_json::Value =
        serde_json::from_slice(&collected).context("collect --node gave no document")?;
    let processes = facts.get("processes").and_then(serde_json::Value::as_array).map_or(0, Vec::len);
    // A machine for tests may hold several clusters; a node has each component once.
    if let Some(processes) = facts.get_mut("processes").and_then(serde_json::Value::as_array_mut) {
        let mut seen = std::collections::BTreeSet::new();
        processes.retain(|process| seen.insert(process["program"].as_str().map(str::to_owned)));
    }
    let mut bytes = 0;
    for number in 0..NODES {
        if let Some(name) = facts.pointer_mut("/metadata/name") {
            *name = format!("node-{number}").into();
        }
        let path = folder.join(format!("{number}.json"));
        let text = serde_json::to_string(&facts)?;
        bytes += text.len();
        std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    let kilobytes = bytes.div_ceil(1000 * NODES);
    let all = folder.display().to_string();
    let questions: [(String, Vec<&str>, (f64, f64)); 3] = [
        (
            format!("the facts of this machine, {processes} components"),
            vec!["collect", "--node", "--quiet"],
            LOOK,
        ),
        (
            "this machine, judged by all checks".into(),
            vec!["scan", "--node", "--no-config", "--quiet", "--fail-on", "none"],
            (LOOK.0 * 2.0, LOOK.1 * 2.0),
        ),
        (
            format!("the facts of {NODES} nodes, {kilobytes} kB each, all checks"),
            vec!["scan", &all, "--no-config", "--quiet", "--fail-on", "none", "--output", "json"],
            (MERGE, f64::INFINITY),
        ),
    ];
    let mut rows = Vec::new();
    let mut out = std::io::stdout().lock();
    writeln!(out, "{:<60} {:>8} {:>8} {:>8}", "", "CPU s", "wall s", "MiB")?;
    for (what, args, (seconds, mib)) in questions {
        let mut command = Command::new(ironsides);
        command.args(args);
        let cost = measure(&mut command, runs)?;
        let is_over = cost.wall > seconds || cost.mib > mib;
        let note =
            if is_over { format!("OVER the bound of {seconds} s and {mib} MiB") } else { String::new() };
        writeln!(out, "{what:<60} {:>8.3} {:>8.3} {:>8.1}  {note}", cost.cpu, cost.wall, cost.mib)?;
        rows.push(Row { what, cost: Some(cost), note });
    }
    Ok(rows)
}
