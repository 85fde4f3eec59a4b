//! The arguments, one structure a command.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use ironsides_core::Severity;
use ironsides_report::Format;

const EXIT_CODES: &str = "\
Exit codes:
  0    clean and complete
  1    findings at or above --fail-on
  2    wrong usage or configuration
  3    nothing to look at
  4    incomplete: something that was asked for could not be read or decided
  130  interrupted";

/// Hardens Kubernetes clusters: every verdict shows its evidence
#[derive(Debug, Parser)]
#[command(name = "ironsides", version, after_help = EXIT_CODES, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// What every command takes.
#[derive(Args, Debug)]
pub(crate) struct Global {
    /// When to use colour; `auto` asks the terminal and honours `NO_COLOR`
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", help_heading = "Global options")]
    pub(crate) color: Color,
    /// Say nothing on standard error but errors
    #[arg(short, long, global = true, help_heading = "Global options")]
    pub(crate) quiet: bool,
    /// Say more on standard error: which files were read and which were passed over
    #[arg(short, long, global = true, conflicts_with = "quiet", help_heading = "Global options")]
    pub(crate) verbose: bool,
    /// Show no progress (it is shown on terminals only)
    #[arg(long, global = true, help_heading = "Global options")]
    pub(crate) no_progress: bool,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On terminals, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Judge Kubernetes manifests: files, folders, standard input
    Scan(Box<ScanArgs>),
    /// Explain a check: why it exists, how to fix what it finds, examples, exceptions
    Explain(ExplainArgs),
    /// Work with the catalogue of checks
    Check(CheckArgs),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
    /// Write man pages
    Man(ManArgs),
    /// Print the JSON Schema of an output format
    Schema(SchemaArgs),
}

/// `ironsides scan`
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  ironsides scan deploy/
  kubectl get pods -A -o yaml | ironsides scan -
  helm template chart/ | ironsides scan - -o sarif=findings.sarif
  ironsides scan deploy/ --check privileged-container --fail-on critical")]
pub(crate) struct ScanArgs {
    /// Files and folders; `-` is standard input. Of folders, .yaml, .yml and .json files are read
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,
    /// Output format (table, json, sarif), into a file where one is named; may be given several times
    #[arg(short, long, value_name = "FORMAT[=FILE]", default_value = "table")]
    pub(crate) output: Vec<Output>,
    /// Exit with 1 on findings of this severity or worse: critical, high, medium, low, info, or none
    #[arg(long, value_name = "SEVERITY", default_value = "high")]
    pub(crate) fail_on: FailOn,
    /// Let an incomplete look (exit 4) outrank findings (exit 1)
    #[arg(long)]
    pub(crate) require_complete: bool,
    /// Show only findings of this severity or worse in tables; all are counted
    #[arg(long, value_name = "SEVERITY", default_value = "info")]
    pub(crate) min_severity: Severity,
    /// Run only this check; may be given several times
    #[arg(long, value_name = "CHECK")]
    pub(crate) check: Vec<String>,
    /// Do not run this check; may be given several times
    #[arg(long, value_name = "CHECK")]
    pub(crate) skip: Vec<String>,
    /// Show passes and checks that do not apply too, with their evidence
    #[arg(long)]
    pub(crate) show_passes: bool,
    /// Read files that .gitignore and .ironsidesignore leave out, too
    #[arg(long)]
    pub(crate) no_ignore: bool,
    /// Where a custom resource holds a pod template: GROUP/KIND=PATH
    #[arg(long, value_name = "GROUP/KIND=PATH")]
    pub(crate) pod_template: Vec<PodTemplate>,
    /// The Kubernetes version whose Pod Security policy `latest` means
    #[arg(long, value_name = "VERSION")]
    pub(crate) kubernetes_version: Option<String>,
    /// Tell what Pod Security would newly refuse after an upgrade to this Kubernetes version
    #[arg(long, value_name = "VERSION", requires = "kubernetes_version")]
    pub(crate) upgrade_to: Option<String>,
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

impl std::str::FromStr for FailOn {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "none" {
            return Ok(Self(None));
        }
        text.parse().map(|severity| Self(Some(severity))).map_err(|error| format!("{error}, or none"))
    }
}

/// A kind of custom resource and the place of its pod template.
#[derive(Clone, Debug)]
pub(crate) struct PodTemplate {
    pub(crate) group: String,
    pub(crate) kind: String,
    pub(crate) path: String,
}

impl std::str::FromStr for PodTemplate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('=').and_then(|(kind, path)| Some((kind.split_once('/')?, path)));
        match parts {
            Some(((group, kind), path)) if !kind.is_empty() && !path.is_empty() => {
                Ok(Self { group: group.into(), kind: kind.into(), path: path.into() })
            }
            _ => Err(format!("{text:?} is not GROUP/KIND=PATH, as in example.com/Worker=spec.template")),
        }
    }
}

/// `ironsides explain`
#[derive(Args, Debug)]
pub(crate) struct ExplainArgs {
    /// The id of a check
    #[arg(value_name = "CHECK")]
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
    /// List all checks
    List {
        /// Output format
        #[arg(short, long, value_name = "FORMAT", default_value = "table")]
        output: ListFormat,
    },
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

/// `ironsides completions`
#[derive(Args, Debug)]
pub(crate) struct CompletionsArgs {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}

/// `ironsides man`
#[derive(Args, Debug)]
pub(crate) struct ManArgs {
    /// The folder to write them into, made where it is missing
    #[arg(value_name = "FOLDER")]
    pub(crate) folder: PathBuf,
}

/// `ironsides schema`
#[derive(Args, Debug)]
pub(crate) struct SchemaArgs {
    /// Which
    #[arg(value_name = "NAME", default_value = "report")]
    pub(crate) name: SchemaName,
}

/// The published schemas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaName {
    /// `-o json`
    Report,
}
