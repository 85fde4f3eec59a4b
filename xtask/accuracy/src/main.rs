//! Measures the product's own libraries against recorded right answers.

mod data;
mod docs;
mod objects;
mod oracle;
mod oracles;
mod patch;
mod report;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Result;
use clap::Parser;
use clap::error::ErrorKind;

use crate::oracle::{Oracle, Score};
use crate::oracles::ORACLES;
use crate::report::Row;

/// Measure how far Ironsides' libraries agree with recorded right answers
#[derive(Parser)]
#[command(name = "cargo xtask accuracy")]
struct Cli {
    /// The folder with the answers [default: the shared conformance data beside the workspace]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Only these oracles
    #[arg(long, value_name = "ORACLE", value_delimiter = ',')]
    only: Vec<String>,
    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    if let Err(error) = check(&cli) {
        _ = error.print();
        return ExitCode::from(2);
    }
    match run(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            note(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Says what is wrong with the arguments before anything is evaluated.
fn check(cli: &Cli) -> Result<(), clap::Error> {
    let fault = |kind, message: String| Err(clap::Error::raw(kind, format!("{message}\n")));
    if let Some(name) = cli.only.iter().find(|name| !ORACLES.iter().any(|oracle| oracle.name == *name)) {
        let names: Vec<&str> = ORACLES.iter().map(|oracle| oracle.name).collect();
        let names = names.join(", ");
        return fault(ErrorKind::InvalidValue, format!("there is no oracle {name:?}; there are {names}"));
    }
    match &cli.data {
        Some(folder) if !folder.is_dir() => {
            fault(ErrorKind::ValueValidation, format!("{} is not a folder", folder.display()))
        }
        _ => Ok(()),
    }
}

fn run(cli: &Cli) -> Result<()> {
    let folder = cli.data.clone().unwrap_or_else(data::default_folder);
    let wanted = |oracle: &&Oracle| cli.only.is_empty() || cli.only.iter().any(|name| name == oracle.name);
    let mut rows = Vec::new();
    for oracle in ORACLES.iter().filter(wanted) {
        let absent = oracle.absent(&folder);
        if !absent.is_empty() {
            let files = absent.join(", ");
            note(&format!("SKIPPED {}: {} has no {files}", oracle.name, folder.display()));
            continue;
        }
        let start = Instant::now();
        let score = (oracle.run)(&folder).unwrap_or_else(|error| Score::broken(&error));
        if score.is_empty() {
            note(&format!("SKIPPED {}: {} has nothing to compare", oracle.name, folder.display()));
            continue;
        }
        rows.push(Row::new(oracle.name, score, start.elapsed()));
    }
    if cli.json {
        report::print(&report::json(&rows)?);
    } else {
        report::print(&report::text(&rows));
    }
    if is_default(&folder) && !rows.is_empty() {
        docs::rewrite(&rows, cli.only.is_empty())?;
    }
    Ok(())
}

/// Whether a folder is the one whose figures the documentation shows.
fn is_default(folder: &Path) -> bool {
    match (folder.canonicalize(), data::default_folder().canonicalize()) {
        (Ok(this), Ok(default)) => this == default,
        _ => false,
    }
}

/// A remark for whoever looks on; the figures alone go to the standard output.
fn note(text: &str) {
    #[expect(clippy::print_stderr, reason = "where remarks go")]
    {
        eprintln!("{text}");
    }
}
