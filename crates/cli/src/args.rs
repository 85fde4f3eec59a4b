//! The arguments, one structure a command.

macro_rules! exit_codes {
    () => {
        "\
Exit codes:
  0    clean and complete
  1    findings at or above --fail-on
  2    wrong usage or configuration
  3    nothing to look at
  4    incomplete: something that was asked for could not be read or decided
  130  interrupted"
    };
}

pub(crate) mod audit;
mod baseline;
mod collect;
mod connect;
pub(crate) mod detect;
mod findings;
pub(crate) mod harden;
mod kube_bench;
mod log;
pub(crate) mod network;
mod node;
pub(crate) mod rbac;
mod render;
pub(crate) mod runtime;
mod scan;
mod to;
mod words;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use ironsides_core::Severity;
use ironsides_report::Format;

pub(crate) use self::baseline::{BaselineArgs, BaselineCommand};
pub(crate) use self::collect::CollectArgs;
pub(crate) use self::connect::{ConnectArgs, FromArgs};
pub(crate) use self::findings::FindingArgs;
pub(crate) use self::kube_bench::KubeBenchArgs;
#[allow(unused_imports, reason = "commands about logs follow")]
pub(crate) use self::log::LogArgs;
pub(crate) use self::node::NodeArgs;
pub(crate) use self::render::RenderArgs;
pub(crate) use self::scan::{FixMode, PodTemplate, ScanArgs, Show};
pub(crate) use self::to::To;

/// Hardens Kubernetes clusters: every verdict shows its evidence
#[derive(Debug, Parser)]
#[command(name = "ironsides", version, after_help = exit_codes!())]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// What every command takes.
#[derive(Args, Debug)]
pub(crate) struct Global {
    /// When to use colour; `auto`: on terminals, unless `NO_COLOR` is set
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", help_heading = "Global options")]
    pub(crate) color: Color,
    /// Print only errors on standard error
    #[arg(short, long, global = true, help_heading = "Global options")]
    pub(crate) quiet: bool,
    /// Print details on standard error: which files were read and which were passed over
    #[arg(short, long, global = true, conflicts_with = "quiet", help_heading = "Global options")]
    pub(crate) verbose: bool,
    /// Show no progress (it is shown on terminals only)
    #[arg(long, global = true, help_heading = "Global options")]
    pub(crate) no_progress: bool,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    // Without documentation: the help lists the words alone.
    Auto,
    Always,
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check Kubernetes manifests (files, folders, standard input), or a live cluster
    Scan(Box<ScanArgs>),
    /// Read a cluster into a file, to scan it elsewhere or later
    Collect(Box<CollectArgs>),
    /// Explain a check: why it exists, how to fix what it finds, examples, exceptions
    Explain(ExplainArgs),
    /// Work with the catalogue of checks
    Check(CheckArgs),
    /// Work with frameworks: NSA/CISA, CIS, MITRE ATT&CK and others
    Framework(FrameworkArgs),
    /// Roles and bindings: who can do what, and what follows from it
    Rbac(Box<rbac::RbacArgs>),
    /// Network policies: who can talk to whom, why, and what would change that
    Network(Box<network::NetworkArgs>),
    /// Detection at run time: Falco's rules checked and explained
    Runtime(Box<runtime::RuntimeArgs>),
    /// Audit policies and audit logs: what is recorded, and what it tells
    Audit(Box<audit::AuditArgs>),
    /// Hardened configuration: generated, compared with what runs, verified
    Harden(Box<harden::HardenArgs>),
    /// Write down today's findings, so that only new ones fail from now on
    Baseline(BaselineArgs),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
    /// Write man pages
    Man(ManArgs),
    /// Print the JSON Schema of an output format
    Schema(SchemaArgs),
}

/// Where the configuration is.
#[derive(Args, Clone, Debug)]
pub(crate) struct ConfigArgs {
    /// The configuration file [default: the first .ironsides.yaml from the scanned path upwards, to the root of the git
    /// checkout; or what `IRONSIDES_CONFIG` names]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) config: Option<PathBuf>,
    /// Read no configuration file
    #[arg(long, conflicts_with = "config")]
    pub(crate) no_config: bool,
}

/// A format and where it goes.
#[derive(Clone, Debug)]
pub(crate) struct Output {
    pub(crate) format: Format,
    /// Standard output where it is `None`.
    pub(crate) file: Option<PathBuf>,
}

impl std::str::FromStr for Output {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (format, file) = match text.split_once('=') {
            Some((_, "")) => return Err(format!("{text:?} names no file after the equals sign")),
            Some((format, file)) => (format, Some(PathBuf::from(file))),
            None => (text, None),
        };
        Ok(Self { format: format.parse()?, file })
    }
}

/// The severity from which findings fail the run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FailOn(pub(crate) Option<Severity>);

/// `ironsides explain`
#[derive(Args, Debug)]
pub(crate) struct ExplainArgs {
    /// The id of a check (`ironsides check list` lists them), a control of a framework, as in pss/baseline/sysctls, or a
    /// rule of another tool, as in `KSV-0017` or `CKV_K8S_16`
    #[arg(value_name = "CHECK|CONTROL", value_parser = words::check_or_control(), hide_possible_values = true)]
    pub(crate) check: String,
}

/// `ironsides check`
#[derive(Args, Debug)]
pub(crate) struct CheckArgs {
    #[command(subcommand)]
    pub(crate) command: CheckCommand,
}

/// The commands of `ironsides check`.
#[derive(Debug, Subcommand)]
pub(crate) enum CheckCommand {
    /// List the checks
    List(CheckListArgs),
}

/// `ironsides check list`
#[derive(Args, Debug)]
pub(crate) struct CheckListArgs {
    /// Only checks of this family; may be given several times, or with commas
    #[arg(long, value_name = "FAMILY", value_delimiter = ',', value_parser = words::family())]
    pub(crate) family: Vec<String>,
    /// Only checks of this severity; may be given several times, or with commas
    #[arg(long, value_name = "SEVERITY", value_delimiter = ',', value_parser = words::severity())]
    pub(crate) severity: Vec<Severity>,
    /// Output format
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    pub(crate) output: ListFormat,
}

/// How the catalogue is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    /// Columns.
    Table,
    /// A JSON array.
    Json,
    /// Ids only.
    Name,
}

/// `ironsides framework`
#[derive(Args, Debug)]
pub(crate) struct FrameworkArgs {
    #[command(subcommand)]
    pub(crate) command: FrameworkCommand,
}

/// The commands of `ironsides framework`.
#[derive(Debug, Subcommand)]
pub(crate) enum FrameworkCommand {
    /// List the frameworks
    List(FrameworkListArgs),
    /// Show the controls of a framework and the checks that decide them
    Coverage(FrameworkCoverageArgs),
}

/// `ironsides framework list`
#[derive(Args, Debug)]
pub(crate) struct FrameworkListArgs {
    /// Output format
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    pub(crate) output: ListFormat,
}

/// `ironsides framework coverage`
#[derive(Args, Debug)]
pub(crate) struct FrameworkCoverageArgs {
    /// The id of a framework; `ironsides framework list` lists them
    #[arg(value_name = "FRAMEWORK", value_parser = words::framework(), hide_possible_values = true)]
    pub(crate) framework: String,
    /// Output format
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    pub(crate) output: ListFormat,
}

/// `ironsides completions`
#[derive(Args, Debug)]
#[command(after_help = "\
Where to put it:
  bash  ironsides completions bash > ~/.local/share/bash-completion/completions/ironsides
  zsh   ironsides completions zsh > \"${fpath[1]}/_ironsides\"
  fish  ironsides completions fish > ~/.config/fish/completions/ironsides.fish")]
pub(crate) struct CompletionsArgs {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}

/// `ironsides man`
#[derive(Args, Debug)]
#[command(after_help = "\
To read one:
  ironsides man . && man ./ironsides-scan.1")]
pub(crate) struct ManArgs {
    /// The folder to write them into; it is created if missing
    #[arg(value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub(crate) folder: PathBuf,
}

/// `ironsides schema`
#[derive(Args, Debug)]
pub(crate) struct SchemaArgs {
    /// The format to describe
    #[arg(value_name = "NAME", default_value = "report")]
    pub(crate) name: SchemaName,
}

/// The published schemas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaName {
    /// The report of `scan -o json`
    Report,
    /// The configuration file, .ironsides.yaml
    Config,
    /// The file of `baseline write`
    Baseline,
    /// The documents of `network test`
    NetworkTest,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_help_names_the_newest_version() {
        Cli::command().debug_assert();
        let help = Cli::command().find_subcommand_mut("scan").unwrap().render_help().to_string();
        assert!(help.contains(&format!("[default: 1.{},", ironsides_podsecurity::NEWEST)), "{help}");
    }
}
