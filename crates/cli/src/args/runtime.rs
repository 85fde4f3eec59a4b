//! The arguments of `ironsides runtime`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum, ValueHint};

use super::To;

macro_rules! exit_codes {
    ($one:literal) => {
        concat!(
            "\
Exit codes:
  0    answered, and everything could be read
  1    ",
            $one,
            "
  2    wrong usage or configuration
  3    no rules to look at
  4    incomplete: something that was asked for could not be read
  130  interrupted"
        )
    };
}

/// `ironsides runtime`
#[derive(Args, Debug)]
pub(crate) struct RuntimeArgs {
    #[command(subcommand)]
    pub(crate) command: RuntimeCommand,
}

/// The commands of `ironsides runtime`.
#[derive(Debug, Subcommand)]
pub(crate) enum RuntimeCommand {
    /// Work with detection rules in Falco's language
    Rules(RulesArgs),
}

/// `ironsides runtime rules`
#[derive(Args, Debug)]
pub(crate) struct RulesArgs {
    #[command(subcommand)]
    pub(crate) command: RulesCommand,
}

/// The commands of `ironsides runtime rules`.
#[derive(Debug, Subcommand)]
pub(crate) enum RulesCommand {
    /// Load rule files as Falco does, and tell everything that is wrong or odd about them
    Check(RulesCheckArgs),
    /// Show what a rule is made of, or why it fires for an event or does not
    Explain(RulesExplainArgs),
    /// Tell which techniques, events and fields rules are about, and which of them this build can see
    Coverage(RulesCoverageArgs),
}

/// Where rules come from.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct RuleFilesArgs {
    /// A rule file, or a folder whose .yaml and .yml files are read in the order of their names; may be given several
    /// times, and later files change what earlier ones define [default: the rules that Ironsides brings]
    #[arg(short, long, value_name = "FILE|FOLDER", value_hint = ValueHint::AnyPath)]
    pub(crate) rules: Vec<PathBuf>,
    /// A falco.yaml: its rule files (unless --rules names others), which of their rules it enables and disables, its
    /// priority, its `rule_matching`, what it appends to alerts, and for `audit detect` where alerts go
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) falco_config: Option<PathBuf>,
}

/// `ironsides runtime rules check`
#[derive(Args, Debug)]
#[command(after_help = concat!(
    "\
Files are read in the order in which they are named, so that falco_rules.local.yaml behind falco_rules.yaml changes it.

Examples:
  ironsides runtime rules check falco_rules.yaml falco_rules.local.yaml
  ironsides runtime rules check rules.d/ -o json
  ironsides runtime rules check rules.d/ --fail-on warning
  ironsides runtime rules check --falco-config /etc/falco/falco.yaml

",
    exit_codes!("errors, or what --fail-on says")
))]
pub(crate) struct RulesCheckArgs {
    /// Rule files and folders; `-` is standard input
    #[arg(value_name = "FILE|FOLDER", value_hint = ValueHint::AnyPath)]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) files: RuleFilesArgs,
    /// Exit with 1 on messages of this severity or worse
    #[arg(long, value_name = "SEVERITY", default_value = "error")]
    pub(crate) fail_on: FailOnMessage,
    /// Output format, into a file where one is named: table, json, yaml
    #[arg(short, long, value_name = "FORMAT[=FILE]", default_value = "table")]
    pub(crate) output: Vec<To<RulesFormat>>,
}

/// `ironsides runtime rules explain`
#[derive(Args, Debug)]
#[command(after_help = concat!(
    "\
The event is an audit event (alone, or one of a log), or a map of fields and their values such as
{\"proc.name\": \"bash\", \"evt.type\": \"execve\"}. Fields that the map does not give are absent.

Examples:
  ironsides runtime rules explain \"Terminal shell in container\" -r falco_rules.yaml
  ironsides runtime rules explain \"Attach/Exec Pod\" -r k8s_audit_rules.yaml --event event.json
  tail -1 audit.log | ironsides runtime rules explain RULE --falco-config falco.yaml --event -

",
    exit_codes!("with --event: the rule does not fire")
))]
pub(crate) struct RulesExplainArgs {
    /// The rule's name, or a part of it that no other has
    #[arg(value_name = "RULE")]
    pub(crate) rule: String,
    #[command(flatten)]
    pub(crate) files: RuleFilesArgs,
    /// An event as JSON; `-` is standard input
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) event: Option<PathBuf>,
    /// Which of the events of the file, from 1
    #[arg(long, value_name = "NUMBER", default_value = "1", requires = "event")]
    pub(crate) number: u64,
    /// Output format, into a file where one is named: table, json, yaml
    #[arg(short, long, value_name = "FORMAT[=FILE]", default_value = "table")]
    pub(crate) output: Vec<To<RulesFormat>>,
}

/// `ironsides runtime rules coverage`
#[derive(Args, Debug)]
#[command(after_help = concat!(
    "\
Disabled rules cover nothing. A rule covers what its tags name: numbers of ATT&CK, tactics, and for audit rules the
techniques of `ironsides audit coverage`.

Examples:
  ironsides runtime rules coverage
  ironsides runtime rules coverage -r k8s_audit_rules.yaml -o json
  ironsides runtime rules coverage --falco-config /etc/falco/falco.yaml

",
    exit_codes!("not used")
))]
pub(crate) struct RulesCoverageArgs {
    #[command(flatten)]
    pub(crate) files: RuleFilesArgs,
    /// Output format, into a file where one is named: table, json, yaml
    #[arg(short, long, value_name = "FORMAT[=FILE]", default_value = "table")]
    pub(crate) output: Vec<To<RulesFormat>>,
}

/// Which messages about rules fail a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOnMessage {
    // Without documentation: the help lists the words alone.
    Error,
    Warning,
    None,
}

/// How an answer about rules is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RulesFormat {
    // Without documentation: the help lists the words alone.
    Table,
    Json,
    Yaml,
}
