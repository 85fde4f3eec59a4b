//! Commands for the people who build Ironsides. `cargo xtask --help` lists them.

mod bench;
mod floors;
mod gen_docs;
mod gen_rbac_defaults;
mod gen_schema;
mod new_check;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};
use clap::{Parser, Subcommand};

/// Commands for the people who build Ironsides
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Check that every crate uses only crates that stand above it in the order of the house
    Floors,
    /// Make the two files of a new check and put it into its family
    NewCheck(new_check::Args),
    /// Write generated files anew, or check that they are as they should be
    Gen {
        #[command(subcommand)]
        what: Generated,
    },
    /// Measure speed and memory of the release build
    Bench(bench::Args),
    /// Measure agreement with recorded right answers; arguments are passed on (--data, --only, --json)
    #[command(disable_help_flag = true)]
    Accuracy {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
}

#[derive(Subcommand)]
enum Generated {
    /// The field tables of the built-in kinds, from an API server's OpenAPI document
    Schema(gen_schema::Args),
    /// The list of checks in docs/checks.md
    Docs(gen_docs::Args),
    /// The bootstrap policy that crates/rbac knows, from a fresh API server's answer
    RbacDefaults(gen_rbac_defaults::Args),
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Task::Floors => floors::run(),
        Task::NewCheck(args) => new_check::run(&args),
        Task::Gen { what: Generated::Schema(args) } => gen_schema::run(&args),
        Task::Gen { what: Generated::Docs(args) } => gen_docs::run(&args),
        Task::Gen { what: Generated::RbacDefaults(args) } => gen_rbac_defaults::run(&args),
        Task::Bench(args) => bench::run(&args),
        Task::Accuracy { arguments } => return accuracy(&arguments),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            #[expect(clippy::print_stderr, reason = "where errors go")]
            {
                eprintln!("error: {error:#}");
            }
            ExitCode::FAILURE
        }
    }
}

/// Runs the accuracy tool, a crate of its own so that the other commands need not build every engine.
fn accuracy(arguments: &[String]) -> ExitCode {
    let mut command = cargo();
    command.args(["run", "--quiet", "--release", "--package", "ironsides-accuracy", "--"]).args(arguments);
    let code =
        command.status().ok().and_then(|status| status.code()).and_then(|code| u8::try_from(code).ok());
    ExitCode::from(code.unwrap_or(1))
}

/// The cargo that runs us.
fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// The root of the workspace.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_owned).unwrap_or_default()
}

/// Writes a generated file, or with `check` fails where it differs.
fn generated(path: &Path, text: &str, check: bool) -> Result<()> {
    if check {
        let known =
            std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        if known != text {
            bail!("{} is stale; run the same command without --check and commit the result", path.display());
        }
        return Ok(());
    }
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}
