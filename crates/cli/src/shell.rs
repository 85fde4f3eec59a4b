//! What shells and packagers ask for: completions, man pages, schemas; and the first words to a newcomer.

use std::io::Write;

use anyhow::{Context, Result};
use clap::CommandFactory;

use crate::args::{Cli, CompletionsArgs, ManArgs, SchemaArgs, SchemaName};
use crate::exit::Exit;

const WELCOME: &str = "\
Ironsides hardens Kubernetes clusters. Every verdict shows its evidence.

  ironsides scan deploy/                      check the manifests in a folder
  helm template chart/ | ironsides scan -     check what comes through a pipe
  ironsides explain privileged-container      why a check exists and how to fix what it finds
  ironsides check list                        all checks

`ironsides --help` lists every command.
";

/// A run without arguments: looked at nothing, so it is no success.
pub(crate) fn welcome() -> Result<Exit> {
    let text =
        if is_plugin() { WELCOME.replace("ironsides ", "kubectl ironsides ") } else { WELCOME.to_owned() };
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(Exit::Usage)
}

/// Whether kubectl runs us, or somebody by the name that kubectl looks for.
pub(crate) fn is_plugin() -> bool {
    let program = std::env::args_os().next().map(std::path::PathBuf::from).unwrap_or_default();
    program.file_stem().is_some_and(|stem| stem.to_string_lossy().starts_with("kubectl-"))
}

/// `ironsides completions SHELL`
pub(crate) fn completions(args: &CompletionsArgs) -> Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "ironsides", &mut script);
    std::io::stdout().write_all(&script)?;
    Ok(Exit::Clean)
}

/// `ironsides man FOLDER`
pub(crate) fn man(args: &ManArgs) -> Result<Exit> {
    let folder = &args.folder;
    std::fs::create_dir_all(folder)
        .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    clap_mangen::generate_to(Cli::command().disable_help_subcommand(true), folder)
        .with_context(|| format!("cannot write man pages into {}", folder.display()))?;
    Ok(Exit::Clean)
}

/// `ironsides schema NAME`
pub(crate) fn schema(args: &SchemaArgs) -> Result<Exit> {
    let text = match args.name {
        SchemaName::Report => ironsides_report::JSON_SCHEMA,
        SchemaName::Config => crate::config::SCHEMA,
        SchemaName::Baseline => crate::baseline::SCHEMA,
        SchemaName::NetworkTest => crate::network::TEST_SCHEMA,
    };
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(Exit::Clean)
}

/// A word of a shell, in quotes where it needs them.
pub(crate) fn quoted(word: &str) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    if !word.is_empty() && word.chars().all(safe) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}
