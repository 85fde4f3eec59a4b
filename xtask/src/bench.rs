//! `cargo xtask bench`: what a run costs, in CPU seconds and memory, beside a peer where one is installed.

mod audit;
mod charts;
mod deployments;
mod measure;
mod network;
mod node;
mod peers;
mod rbac;
mod server;

use std::fmt::Write as _;
use std::io::Write as _;
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
    /// Manifests: a thousand files, two hundred charts, one large dump, the start of the program
    Scan {
        /// A folder of manifests to use instead of generated ones
        #[arg(long, value_name = "FOLDER")]
        manifests: Option<PathBuf>,
        /// A folder of other people's manifests, with whatever else lies there, to scan too
        #[arg(long, value_name = "FOLDER")]
        corpus: Option<PathBuf>,
        /// The size of the dump in MB
        #[arg(long, value_name = "MB", default_value_t = 100)]
        dump: usize,
        /// Put the table into docs/speed.md
        #[arg(long)]
        write: bool,
        /// How often each run is repeated; the least is printed
        #[arg(long, value_name = "N", default_value_t = 5)]
        runs: u32,
    },
    /// A large cluster: an API server on loopback that makes pods while they are asked for
    Collect {
        /// How many pods it has
        #[arg(long, value_name = "N", default_value_t = 100_000)]
        pods: usize,
        /// The program to measure, instead of a release build of this checkout
        #[arg(long, value_name = "FILE")]
        program: Option<PathBuf>,
        /// How often each run is repeated; the least is printed
        #[arg(long, value_name = "N", default_value_t = 1)]
        runs: u32,
    },
    /// Roles: 10,000 of them read, and who can do something
    Rbac {
        /// How often each run is repeated; the least is printed
        #[arg(long, value_name = "N", default_value_t = 5)]
        runs: u32,
    },
    /// Network policies: all pairs of clusters from 1,000 to 100,000 pods from objects in memory, and from files
    Network {
        /// The program to measure, instead of a release build of this checkout
        #[arg(long, value_name = "FILE")]
        program: Option<PathBuf>,
        /// Put the table into docs/speed.md
        #[arg(long)]
        write: bool,
        /// How often each run is repeated; the least is printed
        #[arg(long, value_name = "N", default_value_t = 5)]
        runs: u32,
    },
    /// The node that this runs on, and the facts of a thousand
    Node {
        /// The program to measure, instead of a release build of this checkout
        #[arg(long, value_name = "FILE")]
        program: Option<PathBuf>,
        /// Put the table into docs/speed.md
        #[arg(long)]
        write: bool,
        /// How often each run is repeated; the least is printed
        #[arg(long, value_name = "N", default_value_t = 5)]
        runs: u32,
    },
    /// Audit logs: rules asked of them, the smallest roles that would have sufficed, and the server's decisions held
    /// against ours
    Audit {
        /// The program to measure, instead of a release build of this checkout
        #[arg(long, value_name = "FILE")]
        program: Option<PathBuf>,
        /// Put the table into docs/speed.md
        #[arg(long)]
        write: bool,
        /// How often each run is repeated; the least is printed
        #[arg(long, value_name = "N", default_value_t = 5)]
        runs: u32,
    },
}

pub(crate) fn run(args: &Args) -> Result<()> {
    match &args.what {
        Bench::Scan { manifests, corpus, dump, write, runs } => {
            bench_scan(manifests.as_ref(), corpus.as_deref(), *dump, *write, *runs)
        }
        Bench::Collect { pods, program, runs } => collect(*pods, program.as_ref(), *runs),
        Bench::Rbac { runs } => rbac::run(&release()?, &target().join("bench"), *runs),
        Bench::Audit { program, write, runs } => {
            let ironsides = program.clone().map_or_else(release, Ok)?;
            let rows = audit::rows(&ironsides, &target().join("bench"), *runs)?;
            if *write { put("audit", &rows) } else { Ok(()) }
        }
        Bench::Network { program, write, runs } => {
            let ironsides = program.clone().map_or_else(release, Ok)?;
            let rows = network::rows(&ironsides, &target().join("bench"), *runs)?;
            if *write { put("network", &rows) } else { Ok(()) }
        }
        Bench::Node { program, write, runs } => {
            let ironsides = program.clone().map_or_else(release, Ok)?;
            let rows = node::rows(&ironsides, &target().join("bench"), *runs)?;
            if *write { put("node", &rows) } else { Ok(()) }
        }
    }
}

/// Puts a table into docs/speed.md, between the markers of a name.
fn put(name: &str, rows: &[Row]) -> Result<()> {
    let (begin, end) = (format!("<!-- {name}:begin -->"), format!("<!-- {name}:end -->"));
    let path = crate::root().join("docs/speed.md");
    let page = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let (before, rest) = page.split_once(&begin).context("docs/speed.md lacks its first marker")?;
    let (_, after) = rest.split_once(&end).context("docs/speed.md lacks its second marker")?;
    let text = format!("{before}{begin}\n{}{end}{after}", table(rows));
    std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// The program, as it is released.
fn release() -> Result<PathBuf> {
    let status = crate::cargo()
        .args(["build", "--quiet", "--release", "--package", "ironsides-cli"])
        .current_dir(crate::root())
        .status()?;
    if !status.success() {
        bail!("the release build failed");
    }
    Ok(target().join("release/ironsides"))
}

/// Reads a large cluster into a bundle.
fn collect(pods: usize, program: Option<&PathBuf>, runs: u32) -> Result<()> {
    let ironsides = program.cloned().map_or_else(release, Ok)?;
    let scratch = target().join("bench");
    std::fs::create_dir_all(&scratch)?;
    let server = format!("http://127.0.0.1:{}", server::start(pods)?);
    let bundle = scratch.join("facts.tar.zst");
    let mut out = std::io::stdout().lock();
    writeln!(out, "{:<60} {:>8} {:>8} {:>8}", "", "CPU s", "wall s", "MiB")?;
    let mut command = Command::new(&ironsides);
    command
        .args(["collect", "--quiet", "--kubeconfig", "/dev/null", "--server", &server, "--output"])
        .arg(&bundle);
    let cost = measure(&mut command, runs)?;
    let what = format!("collect {pods} pods into a bundle");
    writeln!(out, "{what:<60} {:>8.3} {:>8.3} {:>8.1}", cost.cpu, cost.wall, cost.mib)?;
    Ok(())
}

fn bench_scan(
    manifests: Option<&PathBuf>,
    corpus: Option<&Path>,
    dump: usize,
    write: bool,
    runs: u32,
) -> Result<()> {
    let ironsides = release()?;
    let scratch = target().join("bench");
    let folder = match manifests {
        Some(folder) => folder.clone(),
        None => deployments::write(&scratch.join("deployments"), 1000)?,
    };
    let bytes = dump * 1_000_000;
    let served = deployments::dump(&folder, &scratch.join("served.yaml"), bytes, true)?;
    let bare = deployments::dump(&folder, &scratch.join("bare.yaml"), bytes, false)?;
    let charts = charts::write(&scratch.join("charts"), CHARTS)?;
    let inputs = Inputs { folder: &folder, served: &served, bare: &bare, charts: &charts, corpus };
    let rows = scan(&ironsides, &inputs, runs)?;
    if write {
        put("bench", &rows)?;
    }
    Ok(())
}

/// How many charts are rendered.
const CHARTS: usize = 200;

/// What is scanned.
struct Inputs<'a> {
    /// A folder of manifests, a file an object.
    folder: &'a Path,
    /// One large list as a cluster serves it.
    served: &'a Path,
    /// One large list of bare manifests.
    bare: &'a Path,
    /// A folder of charts.
    charts: &'a Path,
    /// A folder of other people's manifests.
    corpus: Option<&'a Path>,
}

/// A line of figures.
struct Row {
    what: String,
    cost: Option<Cost>,
    note: String,
}

/// The rows as a Markdown table.
fn table(rows: &[Row]) -> String {
    let mut text = String::from("| what | CPU s | wall s | MiB | |\n|---|---:|---:|---:|---|\n");
    for Row { what, cost, note } in rows {
        let figures = cost.map_or_else(
            || " | | ".to_owned(),
            |cost| format!("{:.3} | {:.3} | {:.0}", cost.cpu, cost.wall, cost.mib),
        );
        _ = writeln!(text, "| {what} | {figures} | {note} |");
    }
    text
}

fn scan(ironsides: &Path, inputs: &Inputs<'_>, runs: u32) -> Result<Vec<Row>> {
    let Inputs { folder, served, bare, charts, corpus } = *inputs;
    let scan = |path: &Path, more: &[&str]| -> Result<Cost> {
        let mut command = Command::new(ironsides);
        command.args(["scan", "--quiet"]).args(more).arg(path);
        measure(&mut command, runs)
    };
    let mut rows = Vec::new();
    let mut out = std::io::stdout().lock();
    let mut add = |what: String, cost: Option<Cost>, note: String| -> Result<()> {
        match cost {
            Some(cost) => {
                writeln!(out, "{what:<60} {:>8.3} {:>8.3} {:>8.1}  {note}", cost.cpu, cost.wall, cost.mib)?;
            }
            None => writeln!(out, "{what:<60} {:>26}  {note}", "")?,
        }
        rows.push(Row { what, cost, note });
        Ok(())
    };
    let count = std::fs::read_dir(folder)?.count();
    let many = scan(folder, &[])?;
    add(format!("scan {count} files, all checks, table"), Some(many), String::new())?;
    for format in ["json", "sarif"] {
        add(
            format!("scan {count} files, all checks, {format}"),
            Some(scan(folder, &["-o", format])?),
            String::new(),
        )?;
    }
    let one = std::fs::read_dir(folder)?.next().context("the folder is empty")??.path();
    add("scan 1 file, from start to exit".into(), Some(scan(&one, &[])?), String::new())?;
    add(format!("scan {CHARTS} charts, rendered"), Some(scan(charts, &[])?), String::new())?;
    if let Some(corpus) = corpus {
        let what = format!("scan the manifests of {}", corpus.file_name().unwrap_or_default().display());
        add(what, Some(scan(corpus, &["--no-ignore"])?), String::new())?;
    }
    for (what, large) in [("as a cluster serves it", served), ("of bare Deployments", bare)] {
        #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
        let megabytes = std::fs::metadata(large)?.len() as f64 / 1e6;
        for (which, args) in [("all checks", &[][..]), ("one check", &["--check", "host-pid"])] {
            let cost = scan(large, args)?;
            let rate = format!("{:.1} MB/s a core", megabytes / cost.cpu);
            add(format!("List of {megabytes:.0} MB {what}, {which}"), Some(cost), rate)?;
        }
    }
    let start = smallest_wall(Command::new(ironsides).arg("--version"), 20)?;
    add("--version".into(), None, format!("{:.1} ms wall", start * 1e3))?;
    for peer in peers::all() {
        let what = format!("{} {count} files", peer.name);
        match measure(&mut peer.lint(folder), peer.runs.min(runs)) {
            Ok(cost) => {
                let ratio =
                    format!("{:.1} x our CPU, {:.1} x our memory", cost.cpu / many.cpu, cost.mib / many.mib);
                add(what, Some(cost), ratio)?;
            }
            Err(_) => add(what, None, "not on PATH: it was not run beside".into())?,
        }
    }
    Ok(rows)
}

/// Where cargo builds.
fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| crate::root().join("target"), PathBuf::from)
}
