//! What it costs to know all pairs of a cluster under its network policies.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use cargo_metadata::Message;

use super::Row;
use super::measure::{Cost, measure};

/// Clusters in memory: pods, namespaces, policies.
const CLUSTERS: [[u32; 3]; 5] =
    [[1_000, 10, 100], [10_000, 50, 500], [30_000, 100, 1_000], [100_000, 200, 2_000], [100_000, 500, 5_000]];
/// Clusters of which one policy changes, and the bound in milliseconds.
const CHANGED: [[u32; 3]; 3] = [[1_000, 10, 100], [10_000, 50, 500], [100_000, 200, 2_000]];
const CHANGE: f64 = 20.0;
/// The cluster for which there is a bound: wall seconds and MiB.
const BOUND: ([u32; 3], f64, f64) = ([100_000, 200, 2_000], 2.0, 300.0);
/// Workloads in files: how many, with how many policies and namespaces, the bound in CPU seconds.
const FILES: [([&str; 3], f64); 2] = [(["400", "100", "10"], 0.1), (["10000", "500", "50"], 1.5)];

/// The rows: all pairs from objects in memory, how they grow, then files from start to exit.
pub(crate) fn rows(ironsides: &Path, scratch: &Path, runs: u32) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    let mut out = std::io::stdout().lock();
    writeln!(out, "{:<60} {:>8} {:>8} {:>8}", "", "CPU s", "wall s", "MiB")?;
    let mut add = |what: String, cost: Option<Cost>, note: String| -> Result<()> {
        match cost {
            Some(Cost { cpu, wall, mib }) => {
                writeln!(out, "{what:<60} {cpu:>8.3} {wall:>8.3} {mib:>8.1}  {note}")?;
            }
            None => writeln!(out, "{what:<60} {:>26}  {note}", "")?,
        }
        rows.push(Row { what, cost, note });
        Ok(())
    };
    let program = all_pairs()?;
    let mut smaller: Option<(u32, Cost)> = None;
    for cluster in CLUSTERS {
        let [pods, namespaces, policies] = cluster;
        let sizes = cluster.map(|size| size.to_string());
        let cost = measure(Command::new(&program).arg("--once").args(&sizes), runs)?;
        let mut note = Vec::new();
        if let Some((fewer, less)) = smaller.filter(|(fewer, _)| *fewer < pods) {
            note.push(format!(
                "{:.1} x the pods cost {:.1} x",
                f64::from(pods) / f64::from(fewer),
                cost.cpu / less.cpu
            ));
        }
        let (bound, seconds, mib) = BOUND;
        if cluster == bound && (cost.wall > seconds || cost.mib > mib) {
            note.push(format!("OVER the bound of {seconds} s and {mib} MiB"));
        }
        add(
            format!("all pairs: {pods} pods, {namespaces} namespaces, {policies} policies"),
            Some(cost),
            note.join(", "),
        )?;
        smaller = Some((pods, cost));
    }
    for cluster in CHANGED {
        let [pods, namespaces, policies] = cluster;
        let sizes = cluster.map(|size| size.to_string());
        let told = Command::new(&program).arg("--changed").args(&sizes).output();
        let told = told.context("cannot run the bench of ironsides-network")?;
        let half = String::from_utf8_lossy(&told.stdout).trim().parse::<f64>();
        let half = half.context("the bench of ironsides-network told no time")?;
        let over = if half > CHANGE { format!(", OVER the bound of {CHANGE} ms") } else { String::new() };
        add(
            format!("one policy changed: {pods} pods, {namespaces} namespaces, {policies} policies"),
            None,
            format!("{half:.1} ms wall{over}"),
        )?;
    }
    let generator = crate::root().join("../shared/bench/network.py");
    for (sizes, bound) in FILES {
        let [workloads, policies, namespaces] = sizes;
        let what = format!("map of {workloads} workloads and {policies} policies from files");
        if !generator.exists() {
            add(what, None, format!("SKIPPED: {} is not there; it writes the files", generator.display()))?;
            continue;
        }
        let folder = scratch.join(format!("network-{workloads}"));
        let written = Command::new("python3")
            .arg(&generator)
            .arg(&folder)
            .args([workloads, policies, namespaces])
            .status()
            .context("cannot run python3")?;
        if !written.success() {
            bail!("{} wrote no files: {written}", generator.display());
        }
        let mut command = Command::new(ironsides);
        command.args(["network", "map", "--quiet", "--output", "json", "-f"]).arg(&folder);
        let cost = measure(&mut command, runs)?;
        let note = if cost.cpu > bound { format!("OVER the bound of {bound} CPU s") } else { String::new() };
        add(what, Some(cost), note)?;
    }
    Ok(rows)
}

/// Builds the bench that makes its clusters in memory, and tells where it is.
fn all_pairs() -> Result<PathBuf> {
    let mut build = crate::cargo();
    build
        .args(["bench", "--package", "ironsides-network", "--bench", "all_pairs", "--no-run"])
        .arg("--message-format=json-render-diagnostics")
        .current_dir(crate::root())
        .stdout(Stdio::piped());
    let built = build.spawn().context("cannot run cargo")?.wait_with_output()?;
    if !built.status.success() {
        bail!("the bench of ironsides-network failed to build");
    }
    let messages = Message::parse_stream(built.stdout.as_slice());
    let artifacts = messages.filter_map(|message| match message {
        Ok(Message::CompilerArtifact(artifact)) if artifact.target.name == "all_pairs" => artifact.executable,
        _ => None,
    });
    let program = artifacts.last().context("cargo built no program for the bench all_pairs")?;
    Ok(program.into())
}
