//! The `ironsides` command.

mod args;
mod audit;
mod baseline;
mod check;
mod collect;
mod columns;
mod config;
mod exit;
mod explain;
mod framework;
mod gather;
mod harden;
mod network;
mod node;
mod places;
mod print;
mod rbac;
mod runtime;
mod say;
mod scan;
mod shell;
mod signals;

use std::process::ExitCode;

use anyhow::Result;
use clap::{CommandFactory, FromArgMatches};

use crate::args::{Cli, Command};
use crate::exit::Exit;

fn main() -> ExitCode {
    let (exit, say) = match parse() {
        Ok(cli) => {
            let say = say::Say::new(&cli.global);
            (run(&cli, &say), say)
        }
        Err(error) => {
            // Help and version are what was asked for; everything else is a usage error.
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Clean };
            let _ = error.print();
            if let Some(path) = meant_path(&error) {
                say::Say::plain().hint(&format!("to scan it: ironsides scan {path}"));
            }
            return exit.into();
        }
    };
    match exit {
        Ok(exit) => exit.into(),
        Err(error) => {
            // Whoever reads our output may stop reading: `ironsides scan | head`.
            if exit::is_broken_pipe(&error) {
                return Exit::Interrupted.into();
            }
            say.error(&error);
            exit::of(&error).into()
        }
    }
}

/// The path that stands where a command is due: `ironsides deploy/`.
fn meant_path(error: &clap::Error) -> Option<&str> {
    use clap::error::{ContextKind, ContextValue, ErrorKind};
    match error.get(ContextKind::InvalidSubcommand) {
        Some(ContextValue::String(word)) if error.kind() == ErrorKind::InvalidSubcommand => {
            std::path::Path::new(word).exists().then_some(word)
        }
        _ => None,
    }
}

/// Reads the arguments. Under the name `kubectl-ironsides` the help says `kubectl ironsides`.
fn parse() -> Result<Cli, clap::Error> {
    let command = Cli::command();
    let command = if shell::is_plugin() { command.bin_name("kubectl ironsides") } else { command };
    let matches = command.try_get_matches()?;
    let mut cli = Cli::from_arg_matches(&matches)?;
    if let (Some(Command::Scan(args)), Some(matches)) = (&mut cli.command, matches.subcommand_matches("scan"))
    {
        args.note_given(matches);
    }
    Ok(cli)
}

fn run(cli: &Cli, say: &say::Say) -> Result<Exit> {
    match &cli.command {
        None => shell::welcome(),
        Some(Command::Scan(args)) => scan::run(args, &cli.global, say),
        Some(Command::Collect(args)) => collect::run(args, &cli.global, say),
        Some(Command::Explain(args)) => explain::run(args, &cli.global),
        Some(Command::Check(args)) => check::run(args, &cli.global),
        Some(Command::Framework(args)) => framework::run(args, &cli.global),
        Some(Command::Network(args)) => network::run(args, &cli.global, say),
        Some(Command::Audit(args)) => audit::run(args, &cli.global, say),
        Some(Command::Rbac(args)) => rbac::run(args, &cli.global, say),
        Some(Command::Runtime(args)) => runtime::run(args, &cli.global, say),
        Some(Command::Harden(args)) => harden::run(args, &cli.global, say),
        Some(Command::Baseline(args)) => baseline::run(args, &cli.global, say),
        Some(Command::Completions(args)) => shell::completions(args),
        Some(Command::Man(args)) => shell::man(args),
        Some(Command::Schema(args)) => shell::schema(args),
    }
}
