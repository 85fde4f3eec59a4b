//! What it costs to read 10,000 roles and say who can do something.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::measure::{Cost, measure};

/// What a run may cost: CPU seconds and MiB.
const BOUNDS: (f64, f64) = (0.3, 100.0);

/// Reads the generated roles and asks, each from start to exit; then the peer that can read files.
pub(crate) fn run(ironsides: &Path, scratch: &Path, runs: u32) -> Result<()> {
    let mut out = std::io::stdout().lock();
    let generator = crate::root().join("../shared/bench/rbac.py");
    if !generator.exists() {
        writeln!(out, "SKIPPED: {} is not there; it writes the roles", generator.display())?;
        return Ok(());
    }
    std::fs::create_dir_all(scratch).with_context(|| format!("cannot make {}", scratch.display()))?;
    let file = scratch.join("rbac.yaml");
    let written =
        Command::new("python3").arg(&generator).arg(&file).status().context("cannot run python3")?;
    if !written.success() {
        bail!("{} wrote no roles: {written}", generator.display());
    }
    let questions: [(&str, &[&str]); 3] = [
        ("in a namespace", &["get", "secrets", "--namespace", "ns-7"]),
        ("across namespaces", &["get", "secrets", "--all-namespaces"]),
        ("as JSON", &["get", "secrets", "--namespace", "ns-7", "--output", "json"]),
    ];
    let mut first: Option<Cost> = None;
    for (what, question) in questions {
        let mut command = Command::new(ironsides);
        command.args(["rbac", "who-can"]).args(question).arg("-f").arg(&file);
        let cost = measure(&mut command, runs)?;
        let kept = cost.cpu < BOUNDS.0 && cost.mib < BOUNDS.1;
        let note = if kept { "" } else { "OVER the bound of 0.3 CPU s and 100 MiB" };
        print(&mut out, &format!("who can get secrets {what}, of 10,000 roles"), cost, note)?;
        first.get_or_insert(cost);
    }
    let mut peer = Command::new("rbac-tool");
    peer.args(["viz", "--outfile", "/dev/null", "--file"]).arg(&file);
    match (measure(&mut peer, runs), first) {
        (Ok(cost), Some(own)) => {
            let (cpu, memory) = (cost.cpu / own.cpu, cost.mib / own.mib);
            let ratio = format!("{cpu:.1} x our CPU, {memory:.1} x our memory");
            print(&mut out, "rbac-tool reads and draws them", cost, &ratio)?;
        }
        _ => writeln!(out, "SKIPPED: rbac-tool is not on PATH: it was not run beside")?,
    }
    Ok(())
}

fn print(out: &mut impl std::io::Write, what: &str, cost: Cost, note: &str) -> Result<()> {
    writeln!(out, "{what:<60} {:>8.3} {:>8.3} {:>8.1}  {note}", cost.cpu, cost.wall, cost.mib)?;
    Ok(())
}
