//! The arguments of `ironsides audit`.

mod lint;

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum, ValueHint};

pub(crate) use self::lint::LintArgs;
use super::detect::DetectArgs;
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
    /// Find what is wrong with audit policies: what they say otherwise than it looks, and what they leave out
    Lint(Box<LintArgs>),
    /// Ask detection rules of an audit log, and tell what they find
    Detect(Box<DetectArgs>),
    /// Tell what a policy records of a request, at what level and stages, and which rule decides
    Simulate(Box<SimulateArgs>),
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

/// `ironsides audit simulate`
#[derive(Args, Debug)]
#[command(after_help = "\
Without --as somebody asks whom no rule names. The API server puts everybody who proved who they are into
system:authenticated, service accounts into two groups more, and whoever shows no credentials is system:anonymous in
system:unauthenticated; so it is here.

Examples:
  ironsides audit simulate policy.yaml get pods/exec web -n shop --as jane
  ironsides audit simulate policy.yaml list secrets -A --as system:serviceaccount:shop:cart
  ironsides audit simulate policy.yaml list pods --refused-login
  ironsides audit simulate policy.yaml get /metrics

Exit codes:
  0    answered
  2    wrong usage, or a file that cannot be opened
  4    a policy that the API server would refuse
  130  interrupted")]
pub(crate) struct SimulateArgs {
    /// The audit policy; `-` is standard input
    #[arg(value_name = "POLICY", value_hint = ValueHint::FilePath)]
    pub(crate) policy: PathBuf,
    /// The verb: get, list, watch, create, update, patch, delete, deletecollection; of a path the HTTP method
    #[arg(value_name = "VERB")]
    pub(crate) verb: String,
    /// The resource as kubectl takes it (pods, po, deployments.apps), with its subresource (pods/exec); or a path that is no
    /// resource (/healthz)
    #[arg(value_name = "RESOURCE|/PATH")]
    pub(crate) resource: String,
    /// The name of one object
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Take the resource as it is written, known or not
    #[arg(long)]
    pub(crate) any_resource: bool,
    /// In this namespace [default: default, for resources that are in one]
    #[arg(short, long, value_name = "NAMESPACE")]
    pub(crate) namespace: Option<String>,
    /// In all namespaces at once
    #[arg(short = 'A', long, conflicts_with = "namespace")]
    pub(crate) all_namespaces: bool,
    /// Who asks
    #[arg(long = "as", value_name = "USER")]
    pub(crate) user: Option<String>,
    /// A group of whoever asks; may be given several times
    #[arg(long = "as-group", alias = "group", value_name = "GROUP")]
    pub(crate) groups: Vec<String>,
    /// Credentials that are refused: the answer is 401, and there is no user
    #[arg(long, conflicts_with_all = ["user", "groups"])]
    pub(crate) refused_login: bool,
    /// Output format, into a file where one is named: table, json, yaml, markdown
    #[arg(short, long, value_name = "FORMAT[=FILE]", default_value = "table")]
    pub(crate) output: Vec<To<AuditFormat>>,
}
