//! `cargo xtask bench`: what a run costs, in CPU seconds and memory, beside a peer where one is installed.

mod deployments;
mod measure;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use measure::{Cost, measure, smallest_wall};

/// `cargo xtask bench`
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: Bench,
}

#[derive(clap::Subcommand)]
enum Bench {
    /// Manifests: a thousand files, one large dump, the start of the program
    Scan {
        /// A folder of manifests to use instead of generated ones
        #[arg(long, value_name = "FOLDER")]
        manifests: Option<PathBuf>,
        /// The size of the dump in MB
        #[arg(long, value_name = "MB", default_value_t = 100)]
        dump: usize,
        /// How often each run is repeated; the least is printed
        #[arg(long, value_name = "N", default_value_t = 5)]
        runs: u32,
    },
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let Bench::Scan { manifests, dump, runs } = &args.what;
    let status = crate::cargo()
        .args(["build", "--quiet", "--release", "--package", "ironsides-cli"])
        .current_dir(crate::root())
        .status()?;
    if !status.success() {
        bail!("the release build failed");
    }
    let ironsides = target().join("release/ironsides");
    let scratch = target().join("bench");
    let folder = match manifests {
        Some(folder) => folder.clone(),
        None => deployments::write(&scratch.join("deployments"), 1000)?,
    };
    let bytes = dump * 1_000_000;
    let served = deployments::dump(&folder, &scratch.join("served.yaml"), bytes, true)?;
    let bare = deployments::dump(&folder, &scratch.join("bare.yaml"), bytes, false)?;
    scan(&ironsides, &folder, &served, &bare, *runs)
}

#[expect(clippy::print_stdout, reason = "figures are the output")]
fn scan(ironsides: &Path, folder: &Path, served: &Path, bare: &Path, runs: u32) -> Result<()> {
    let scan = |path: &Path, more: &[&str]| -> Result<Cost> {
        let mut command = Command::new(ironsides);
        command.args(["scan", "--quiet"]).args(more).arg(path);
        measure(&mut command, runs)
    };
    println!("{:<60} {:>8} {:>8} {:>8}", "", "CPU s", "wall s", "MiB");
    let line = |what: &str, cost: Cost| {
        println!("{what:<60} {:>8.3} {:>8.3} {:>8.1}", cost.cpu, cost.wall, cost.mib);
    };
    let count = std::fs::read_dir(folder)?.count();
    let many = scan(folder, &[])?;
    line(&format!("scan {count} files, all checks, table"), many);
    line(&format!("scan {count} files, all checks, json"), scan(folder, &["-o", "json"])?);
    line(&format!("scan {count} files, all checks, sarif"), scan(folder, &["-o", "sarif"])?);
    let one = std::fs::read_dir(folder)?.next().context("the folder is empty")??.path();
    line("scan 1 file, from start to exit", scan(&one, &[])?);
    for (what, large) in [("as a cluster serves it", served), ("of bare Deployments", bare)] {
        #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
        let megabytes = std::fs::metadata(large)?.len() as f64 / 1e6;
        let rate = |which: &str, args: &[&str]| -> Result<()> {
            let cost = scan(large, args)?;
            line(&format!("List of {megabytes:.0} MB {what}, {which}"), cost);
            println!("{:<60} {:>8.1} MB/s a core", "", megabytes / cost.cpu);
            Ok(())
        };
        rate("all checks", &[])?;
        rate("one check", &["--check", "host-pid"])?;
    }
    let start = smallest_wall(Command::new(ironsides).arg("--version"), 20)?;
    println!("{:<60} {:>8.1} ms", "--version, wall", start * 1e3);
    match measure(Command::new("kube-linter").arg("lint").arg(folder), runs) {
        Ok(peer) => {
            line(&format!("kube-linter lint {count} files"), peer);
            println!(
                "{:<60} {:>8.1} x the CPU, {:.1} x the memory",
                "kube-linter needs",
                peer.cpu / many.cpu,
                peer.mib / many.mib
            );
        }
        Err(_) => println!("kube-linter is not on PATH: no peer was run beside it"),
    }
    Ok(())
}

/// Where cargo builds.
fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| crate::root().join("target"), PathBuf::from)
}
