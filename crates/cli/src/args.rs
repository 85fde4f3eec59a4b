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

mod collect;
mod connect;
pub(crate) mod rbac;
mod words;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use ironsides_core::Severity;
use ironsides_report::Format;

pub(crate) use self::collect::CollectArgs;
pub(crate) use self::connect::{ConnectArgs, FromArgs};

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
    /// Write down today's findings, so that only new ones fail from now on
    Baseline(BaselineArgs),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
    /// Write man pages
    Man(ManArgs),
    /// Print the JSON Schema of an output format
    Schema(SchemaArgs),
}

/// `ironsides scan`
#[derive(Args, Clone, Debug)]
#[command(after_help = concat!(
    "\
Examples:
  ironsides scan deploy/
  ironsides scan --cluster -n shop
  kubectl get pods -A -o yaml | ironsides scan -
  ironsides scan chart/ --values prod.yaml -o sarif=findings.sarif
  ironsides scan deploy/ --check privileged-container,host-pid --fail-on critical
  ironsides scan deploy/ --fix --diff

",
    exit_codes!()
))]
pub(crate) struct ScanArgs {
    /// Files and folders; `-` is standard input. Of folders, .yaml, .yml and .json files are read, Helm charts are
    /// rendered and kustomizations built
    #[arg(value_name = "PATH", default_value = ".", value_hint = ValueHint::AnyPath)]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) of_cluster: ClusterArgs,
    /// Read files that .gitignore and .ironsidesignore leave out, too
    #[arg(long)]
    pub(crate) no_ignore: bool,
    // The help lists the formats; see words::output_help.
    #[arg(short, long, value_name = "FORMAT[=FILE]", default_value = "table", value_parser = words::output())]
    #[arg(hide_possible_values = true, help = words::output_help())]
    pub(crate) output: Vec<Output>,
    /// Exit with 1 on findings of this severity or worse: critical, high, medium, low, info. With `none`, findings
    /// never fail the run; an incomplete one still exits with 4
    #[arg(long, value_name = "SEVERITY", default_value = "high", value_parser = words::fail_on())]
    #[arg(hide_possible_values = true)]
    pub(crate) fail_on: FailOn,
    /// Exit with 4, not 1, when the scan is incomplete and has findings
    #[arg(long)]
    pub(crate) require_complete: bool,
    /// Show only findings of this severity or worse; all are counted, and json, jsonl and yaml hold all. Where this is not
    /// given, tables leave out `info` (not with `--check`), and other formats nothing
    #[arg(long, value_name = "SEVERITY", default_value = "low", value_parser = words::severity())]
    #[arg(hide_possible_values = true)]
    pub(crate) min_severity: Severity,
    /// Run only these checks; may be given several times, or with commas
    #[arg(long, value_name = "CHECK", value_delimiter = ',', value_parser = words::check())]
    #[arg(hide_possible_values = true)]
    pub(crate) check: Vec<String>,
    /// Do not run these checks; may be given several times, or with commas
    #[arg(long, value_name = "CHECK", value_delimiter = ',', value_parser = words::check())]
    #[arg(hide_possible_values = true)]
    pub(crate) skip: Vec<String>,
    /// Edit the manifests so that findings are closed: only what no program can rely on with `safe` (the default), all
    /// that an edit can close with `unsafe`. The report and the exit code are about what remains
    #[arg(long, value_name = "WHICH", num_args = 0..=1, require_equals = true, default_missing_value = "safe")]
    pub(crate) fix: Option<FixMode>,
    /// Print what --fix would change as a unified diff, and write nothing. So that it can be applied it shows the files
    /// as they are, secrets included
    #[arg(long, requires = "fix")]
    pub(crate) diff: bool,
    /// Show more than failures: `waived` findings, with who answers for them, or `passes` and checks that do not apply,
    /// with their evidence; what is unknown is always shown. May be given several times, or with commas
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    pub(crate) show: Vec<Show>,
    /// The same as `--show passes`
    #[arg(long, hide = true)]
    pub(crate) show_passes: bool,
    /// Take no notice of exceptions written for other tools: their ignore files, annotations and comments
    #[arg(long, help_heading = "Waivers")]
    pub(crate) no_foreign_waivers: bool,
    /// Take notice of waivers in the annotations of a cluster's objects: whoever may write an object may then silence
    /// every check of it
    #[arg(long, help_heading = "Waivers")]
    pub(crate) trust_annotations: bool,
    /// An ignore file of trivy, besides the .trivyignore that is found; may be given several times
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Waivers")]
    pub(crate) ignore_file: Vec<PathBuf>,
    /// Exceptions of kubescape, or a configuration of polaris with exemptions; may be given several times
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Waivers")]
    pub(crate) exceptions: Vec<PathBuf>,
    /// Findings that this file holds are known: only new ones fail the run. Written by `ironsides baseline write`; a
    /// report of `-o json` serves too
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Waivers")]
    pub(crate) baseline: Option<PathBuf>,
    /// Scan again whenever something changes, until interrupted
    #[arg(long, conflicts_with = "fix")]
    pub(crate) watch: bool,
    #[command(flatten)]
    pub(crate) configuration: ConfigArgs,
    /// Files that this program wrote itself, and that are no input.
    #[arg(skip)]
    pub(crate) own_outputs: Vec<PathBuf>,
    /// Whether the findings become a baseline: then none is held against one.
    #[arg(skip)]
    pub(crate) writes_baseline: bool,
    /// The arguments that stand on the command line, of those that have defaults.
    #[arg(skip)]
    pub(crate) given: Vec<&'static str>,
    /// Where a custom resource holds a pod template, as in example.com/Worker=spec.template; may be given several
    /// times
    #[arg(long, value_name = "GROUP/KIND=PATH")]
    pub(crate) pod_template: Vec<PodTemplate>,
    /// The cluster's Kubernetes version, which is what `latest` means to Pod Security [default: 1.37, the newest known]
    #[arg(long, value_name = "VERSION")]
    pub(crate) kubernetes_version: Option<String>,
    /// Tell what Pod Security would newly refuse after an upgrade to this Kubernetes version; needs
    /// `--kubernetes-version`
    #[arg(long, value_name = "VERSION", requires = "kubernetes_version")]
    pub(crate) upgrade_to: Option<String>,
    /// Run the checks of this framework and tell how far it is met; `ironsides framework list` lists them; may be given
    /// several times, or with commas
    #[arg(long, value_name = "FRAMEWORK", value_delimiter = ',', value_parser = words::framework())]
    #[arg(hide_possible_values = true, conflicts_with = "check")]
    pub(crate) framework: Vec<String>,
    /// Exit with 1 when fewer than this many percent of a framework's decided controls pass
    #[arg(long, value_name = "PERCENT", requires = "framework", value_parser = words::percent)]
    pub(crate) fail_below: Option<f64>,
    #[command(flatten)]
    pub(crate) rendering: RenderArgs,
}

/// A cluster to scan instead of files.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct ClusterArgs {
    /// Scan the cluster that kubectl would talk to, instead of files
    #[arg(long, conflicts_with_all = ["paths", "facts", "watch"], help_heading = CLUSTER)]
    pub(crate) cluster: bool,
    /// Scan a fact bundle, as `ironsides collect` writes it
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = CLUSTER)]
    #[arg(conflicts_with_all = ["paths", "watch"])]
    pub(crate) facts: Option<PathBuf>,
    /// Judge the objects of this namespace alone; may be given several times, or with commas. Of a cluster nothing else is
    /// read but what is in no namespace
    #[arg(short, long, value_name = "NAMESPACE", value_delimiter = ',', help_heading = CLUSTER)]
    pub(crate) namespace: Vec<String>,
    /// Judge the objects of all namespaces; this is the default
    #[arg(short = 'A', long, conflicts_with = "namespace", help_heading = CLUSTER)]
    pub(crate) all_namespaces: bool,
    /// Do not judge the objects of this namespace; may be given several times, or with commas
    #[arg(long, value_name = "NAMESPACE", value_delimiter = ',', help_heading = CLUSTER)]
    pub(crate) exclude_namespace: Vec<String>,
    /// Print the requests that the scan would make and the smallest roles that allow them, and read nothing
    #[arg(long, requires = "cluster", help_heading = CLUSTER)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) connect: ConnectArgs,
    /// The first argument about a cluster that stands on the command line.
    #[arg(skip)]
    pub(crate) given: Option<String>,
}

/// The heading of what is about clusters.
const CLUSTER: &str = "Cluster";

/// `ironsides baseline`
#[derive(Args, Debug)]
pub(crate) struct BaselineArgs {
    #[command(subcommand)]
    pub(crate) command: BaselineCommand,
}

/// The commands of `ironsides baseline`.
#[derive(Debug, Subcommand)]
pub(crate) enum BaselineCommand {
    /// Write the findings of today into a file, for `scan --baseline`
    Write(Box<BaselineWriteArgs>),
}

/// `ironsides baseline write`
#[derive(Args, Debug)]
pub(crate) struct BaselineWriteArgs {
    /// What to scan, as `ironsides scan` takes it
    #[arg(value_name = "PATH", default_value = ".", value_hint = ValueHint::AnyPath)]
    pub(crate) paths: Vec<PathBuf>,
    /// The file to write; `-` is standard output
    #[arg(short, long, value_name = "FILE", default_value = "ironsides-baseline.json")]
    #[arg(value_hint = ValueHint::FilePath)]
    pub(crate) output: PathBuf,
    /// Read files that .gitignore and .ironsidesignore leave out, too
    #[arg(long)]
    pub(crate) no_ignore: bool,
    /// Run only these checks; may be given several times, or with commas
    #[arg(long, value_name = "CHECK", value_delimiter = ',', value_parser = words::check())]
    #[arg(hide_possible_values = true)]
    pub(crate) check: Vec<String>,
    /// Do not run these checks; may be given several times, or with commas
    #[arg(long, value_name = "CHECK", value_delimiter = ',', value_parser = words::check())]
    #[arg(hide_possible_values = true)]
    pub(crate) skip: Vec<String>,
    /// Where a custom resource holds a pod template, as in example.com/Worker=spec.template
    #[arg(long, value_name = "GROUP/KIND=PATH")]
    pub(crate) pod_template: Vec<PodTemplate>,
    /// The cluster's Kubernetes version
    #[arg(long, value_name = "VERSION")]
    pub(crate) kubernetes_version: Option<String>,
    /// Take no notice of exceptions written for other tools
    #[arg(long)]
    pub(crate) no_foreign_waivers: bool,
    #[command(flatten)]
    pub(crate) configuration: ConfigArgs,
    #[command(flatten)]
    pub(crate) rendering: RenderArgs,
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

/// How charts are rendered.
#[derive(Args, Clone, Debug)]
pub(crate) struct RenderArgs {
    /// Values for every chart that is scanned; may be given several times, later files win
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Charts")]
    pub(crate) values: Vec<PathBuf>,
    /// One or several values, as in image.tag=1.2,replicas=3
    #[arg(long, value_name = "KEY=VALUE", help_heading = "Charts")]
    pub(crate) set: Vec<String>,
    /// Like `--set`, and the values are always strings
    #[arg(long, value_name = "KEY=VALUE", help_heading = "Charts")]
    pub(crate) set_string: Vec<String>,
    /// Like `--set`, and the values are JSON
    #[arg(long, value_name = "KEY=JSON", help_heading = "Charts")]
    pub(crate) set_json: Vec<String>,
    /// Like `--set`, and the values are the contents of files
    #[arg(long, value_name = "KEY=FILE", help_heading = "Charts")]
    pub(crate) set_file: Vec<String>,
    /// A value taken letter by letter, commas and all
    #[arg(long, value_name = "KEY=VALUE", help_heading = "Charts")]
    pub(crate) set_literal: Vec<String>,
    /// The name of the release
    #[arg(long, value_name = "NAME", default_value = "release-name", help_heading = "Charts")]
    pub(crate) release_name: String,
    /// The namespace of the release
    #[arg(long, value_name = "NAMESPACE", default_value = "default", help_heading = "Charts")]
    pub(crate) release_namespace: String,
    /// API versions the cluster has besides Kubernetes' own, as in monitoring.coreos.com/v1; may be given several
    /// times, or with commas
    #[arg(long, value_name = "VERSION", value_delimiter = ',', help_heading = "Charts")]
    pub(crate) api_versions: Vec<String>,
}

impl ScanArgs {
    /// The arguments of a scan of these paths and nothing else.
    pub(crate) fn plain(paths: Vec<PathBuf>) -> Self {
        let command = <Self as Args>::augment_args(clap::Command::new("scan"));
        let matches = command.get_matches_from(["scan"]);
        let args = <Self as clap::FromArgMatches>::from_arg_matches(&matches);
        Self { paths, ..args.unwrap_or_else(|error| error.exit()) }
    }

    /// Whether a cluster is scanned, live or as a bundle, and no files.
    pub(crate) fn is_of_cluster(&self) -> bool {
        self.of_cluster.cluster || self.of_cluster.facts.is_some()
    }

    /// The mildest severity that tables show and `--fix` mends: whatever was chosen with `--check`, and nothing that
    /// fails the run is left out unless that was asked for.
    pub(crate) fn least(&self) -> Severity {
        match (self.is_given("min_severity"), self.check.is_empty(), self.fail_on.0) {
            (false, false, _) => Severity::Info,
            (false, true, Some(fail_on)) => self.min_severity.min(fail_on),
            _ => self.min_severity,
        }
    }

    /// Whether the command line or the configuration says from which severity on findings are shown.
    pub(crate) fn chooses_severity(&self) -> bool {
        self.is_given("min_severity") || self.min_severity != Severity::Low
    }

    /// Whether an argument that has a default stands on the command line.
    pub(crate) fn is_given(&self, name: &str) -> bool {
        self.given.contains(&name)
    }

    /// Notes which arguments stand on the command line.
    pub(crate) fn note_given(&mut self, matches: &clap::ArgMatches) {
        let written =
            |name: &&str| matches.value_source(name) == Some(clap::parser::ValueSource::CommandLine);
        self.given = ["fail_on", "min_severity", "output", "release_name", "release_namespace"]
            .into_iter()
            .filter(written)
            .collect();
        let about_clusters = ClusterArgs::augment_args(clap::Command::new(""));
        self.of_cluster.given = about_clusters
            .get_arguments()
            .filter(|argument| {
                matches.value_source(argument.get_id().as_str())
                    == Some(clap::parser::ValueSource::CommandLine)
            })
            .find_map(|argument| argument.get_long().map(|long| format!("--{long}")));
    }

    /// Whether something was asked for with `--show`.
    pub(crate) fn shows(&self, what: Show) -> bool {
        self.show.contains(&what) || what == Show::Passes && self.show_passes
    }
}

/// What is shown besides failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Show {
    // Without documentation: the help lists the words alone.
    Waived,
    Passes,
    Unknown,
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

/// Which fixes are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FixMode {
    // Without documentation: the help lists the words alone.
    Safe,
    Unsafe,
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
            Some((_, path)) if path.split('.').any(str::is_empty) => {
                Err(format!("the path {path:?} has an empty part; write one such as spec.template"))
            }
            Some(((group, kind), path)) if !kind.is_empty() => {
                Ok(Self { group: group.into(), kind: kind.into(), path: path.into() })
            }
            _ => Err(format!("{text:?} is not GROUP/KIND=PATH, as in example.com/Worker=spec.template")),
        }
    }
}

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

    #[test]
    fn pod_templates_have_whole_paths() {
        let template = |text: &str| text.parse::<PodTemplate>();
        assert_eq!(template("example.com/Worker=spec.template").unwrap().path, "spec.template");
        for wrong in ["x", "a/B=", "a/=spec", "a/B=spec..template", "a/B=.spec", "a/B=spec."] {
            assert!(template(wrong).is_err(), "{wrong}");
        }
    }
}
