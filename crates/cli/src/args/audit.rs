//! The arguments of `ironsides audit`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum, ValueHint};

use super::{To, words};

/// `ironsides audit`
#[derive(Args, Debug)]
pub(crate) struct AuditArgs {
    #[command(subcommand)]
    pub(crate) command: AuditCommand,
}

/// The commands of `ironsides audit`.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Tell which attack techniques an audit policy records, at what level and by which rule
    Coverage(CoverageArgs),
}

/// `ironsides audit coverage`
#[derive(Args, Debug)]
#[command(after_help = "\
A technique is recorded well enough where each request by which it is done leaves an event at the level that tells it from
everyday work: Metadata where the request itself is the sign, Request where the sign is in its body.

Examples:
  ironsides audit coverage /etc/kubernetes/audit-policy.yaml
  ironsides audit coverage policy.yaml --require exec,secret-dump,token-guessing
  ironsides audit coverage policy.yaml --min 50 -o markdown=coverage.md

Exit codes:
  0    answered; --min and --require are met
  1    --min or --require is not met
  2    wrong usage, or a file that cannot be opened
  4    a policy that the API server would refuse
  130  interrupted")]
pub(crate) struct CoverageArgs {
    /// Audit policies; `-` is standard input
    #[arg(value_name = "POLICY", required = true, value_hint = ValueHint::FilePath)]
    pub(crate) policies: Vec<PathBuf>,
    /// Exit with 1 where fewer techniques than this are recorded well enough
    #[arg(long, value_name = "NUMBER")]
    pub(crate) min: Option<usize>,
    /// Exit with 1 where this technique is not recorded well enough; may be given several times, or with commas
    #[arg(long, value_name = "TECHNIQUE", value_delimiter = ',', value_parser = words::technique())]
    #[arg(hide_possible_values = true)]
    pub(crate) require: Vec<String>,
    /// Output format, into a file where one is named: table, wide, json, yaml, markdown
    #[arg(short, long, value_name = "FORMAT[=FILE]", default_value = "table")]
    pub(crate) output: Vec<To<AuditFormat>>,
}

/// How an answer about policies is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum AuditFormat {
    // Without documentation: the help lists the words alone.
    Table,
    Wide,
    Json,
    Yaml,
    Markdown,
}
