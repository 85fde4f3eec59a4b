//! The arguments of `ironsides audit`.

mod lint;

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Subcommand, ValueEnum, ValueHint};
use ironsides_audit::Goal;
use jiff::Timestamp;

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
    /// Find what is wrong with audit policies, and with the flags of API servers that keep the log
    Lint(Box<LintArgs>),
    /// Ask detection rules of an audit log, and tell what they find
    Detect(Box<DetectArgs>),
    /// Tell what a policy records of a request, at what level and stages, and which rule decides
    Simulate(Box<SimulateArgs>),
    /// Tell what two policies record differently, each class of requests with an example
    Diff(DiffArgs),
    /// Write a policy for a goal and a budget of bytes a day, from a log or the size of the cluster
    Generate(Box<GenerateArgs>),
}

/// `ironsides audit coverage`
#[derive(Args, Debug)]
#[command(after_help = "\
A technique is recorded well enough where each request by which it is done leaves an event at the level that tells it from \
everyday work: Metadata where the request itself is the sign, Request where the sign is in its body, RequestResponse \
where the answer alone has it (what a policy said that is deleted). It is covered then; indistinct where some event lacks \
its body, and unseen where some request leaves no event.

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
Without --as somebody asks whom no rule names. The API server puts everybody who proved who they are into \
system:authenticated, service accounts into two groups more, and whoever shows no credentials is system:anonymous in \
system:unauthenticated; so it is here.

Examples:
  ironsides audit simulate policy.yaml get pods/exec web -n shop --as jane
  ironsides audit simulate policy.yaml list secrets -A --as system:serviceaccount:shop:cart
  ironsides audit simulate policy.yaml list pods --refused-login
  ironsides audit simulate policy.yaml get /metrics
  ironsides audit simulate policy.yaml --log /var/log/kubernetes/audit/

Exit codes:
  0    answered
  2    wrong usage, or a file that cannot be opened
  3    a log without audit events
  4    incomplete: a policy that the API server would refuse, or a log that could not be read whole
  130  interrupted")]
pub(crate) struct SimulateArgs {
    /// The audit policy; `-` is standard input
    #[arg(value_name = "POLICY", value_hint = ValueHint::FilePath)]
    pub(crate) policy: PathBuf,
    /// The verb: get, list, watch, create, update, patch, delete, deletecollection; of a path the HTTP method
    #[arg(value_name = "VERB", required_unless_present = "log")]
    pub(crate) verb: Option<String>,
    /// The resource as kubectl takes it (pods, po, deployments.apps), with its subresource (pods/exec); or a path that is no
    /// resource (/healthz)
    #[arg(value_name = "RESOURCE|/PATH", required_unless_present = "log")]
    pub(crate) resource: Option<String>,
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
    /// Audit logs in place of a request: what each rule would write of them, and what would no longer be written. Files
    /// (packed with gzip or zstd or not), folders of rotated ones, or `-`; may be given several times
    #[arg(long, value_name = "LOG", value_hint = ValueHint::AnyPath)]
    #[arg(conflicts_with_all = ["verb", "user", "groups", "refused_login", "namespace", "all_namespaces"])]
    pub(crate) log: Vec<PathBuf>,
    /// Of the log only events from this time on: 2026-11-22T10:00:00Z, 2026-11-22, or how long ago: 15m, 12h, 7d
    #[arg(long, value_name = "TIME", value_parser = super::log::time, requires = "log")]
    pub(crate) since: Option<Timestamp>,
    /// Of the log only events before this time, written like --since
    #[arg(long, value_name = "TIME", value_parser = super::log::time, requires = "log")]
    pub(crate) until: Option<Timestamp>,
    /// Output format, into a file where one is named: table, wide, json, yaml, markdown
    #[arg(short, long, value_name = "FORMAT[=FILE]", default_value = "table")]
    pub(crate) output: Vec<To<AuditFormat>>,
}

/// `ironsides audit diff`
#[derive(Args, Debug)]
#[command(after_help = "\
A class of requests is what two rules decide together, one of each policy. Policies that were written anew and record the \
same show nothing. Less is a lower level or a stage gone; RequestReceived is no loss where a later stage is written.

Examples:
  ironsides audit diff main/audit-policy.yaml audit-policy.yaml
  git show main:policy.yaml | ironsides audit diff - policy.yaml -o markdown
  ironsides audit diff old.yaml new.yaml --fail-on any

Exit codes:
  0    nothing is recorded less
  1    something is (with --fail-on any: anything differs)
  2    wrong usage, or a file that cannot be opened
  4    a policy that the API server would refuse
  130  interrupted")]
pub(crate) struct DiffArgs {
    /// The policy before; `-` is standard input
    #[arg(value_name = "OLD", value_hint = ValueHint::FilePath)]
    pub(crate) old: PathBuf,
    /// The policy after
    #[arg(value_name = "NEW", value_hint = ValueHint::FilePath)]
    pub(crate) new: PathBuf,
    /// Exit with 1 where requests are recorded `less`, in `any` other way, or never with `none`
    #[arg(long, value_name = "WHEN", default_value = "less", hide_possible_values = true)]
    pub(crate) fail_on: FailWhen,
    /// Output format, into a file where one is named: table, json, yaml, markdown
    #[arg(short, long, value_name = "FORMAT[=FILE]", default_value = "table")]
    pub(crate) output: Vec<To<AuditFormat>>,
}

/// Which differences fail the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailWhen {
    // Without documentation: the help lists the words alone.
    Less,
    Any,
    None,
}

/// `ironsides audit generate`
#[derive(Args, Debug)]
#[command(after_help = "\
Goals:
  minimal    a trace of everything
  detection  every attack technique that `audit coverage` knows, at the level that tells it
  forensics  all that was changed, with its bodies
  cis        what section 3.2 of the CIS benchmark asks for

What Kubernetes' components do all day is left out where no attack technique hides in it; `forensics` leaves out probes and \
heartbeats alone. Contents of secrets and tokens are never recorded.

Examples:
  ironsides audit generate --goal detection --from /var/log/kubernetes/audit/ --budget 500MB/day
  ironsides audit generate --goal minimal --nodes 20 --pods 600 --controllers 12
  ironsides audit generate --goal cis -o yaml=audit-policy.yaml

Exit codes:
  0    made, within the budget
  1    made, and the budget is not met: what would have to go is told, with what it would hide
  2    wrong usage, or a log that cannot be opened
  3    a log without audit events, or one that spans no time
  4    incomplete: a log that could not be read whole
  130  interrupted")]
pub(crate) struct GenerateArgs {
    /// What the policy is for: minimal, detection, forensics, cis
    #[arg(long, value_name = "GOAL", default_value = "detection", hide_possible_values = true)]
    pub(crate) goal: GoalWord,
    /// How much may be written: 500MB/day, 2GB (a day where nothing else is said), 20MiB/hour
    #[arg(long, value_name = "BYTES[/day|/hour]")]
    pub(crate) budget: Option<Budget>,
    /// Audit logs whose rates and sizes are taken: files (packed with gzip or zstd or not), folders of rotated ones, or `-`;
    /// may be given several times
    #[arg(long, value_name = "LOG", value_hint = ValueHint::AnyPath)]
    pub(crate) from: Vec<PathBuf>,
    /// Of the log only events from this time on: 2026-11-22T10:00:00Z, 2026-11-22, or how long ago: 15m, 12h, 7d
    #[arg(long, value_name = "TIME", value_parser = super::log::time, requires = "from")]
    pub(crate) since: Option<Timestamp>,
    /// Of the log only events before this time, written like --since
    #[arg(long, value_name = "TIME", value_parser = super::log::time, requires = "from")]
    pub(crate) until: Option<Timestamp>,
    /// Without a log: how many nodes the cluster has
    #[arg(long, value_name = "NUMBER", default_value = "3", conflicts_with = "from")]
    pub(crate) nodes: u32,
    /// Without a log: how many pods run
    #[arg(long, value_name = "NUMBER", default_value = "60", conflicts_with = "from")]
    pub(crate) pods: u32,
    /// Without a log: how many controllers (operators) run besides those of Kubernetes
    #[arg(long, value_name = "NUMBER", default_value = "3", conflicts_with = "from")]
    pub(crate) controllers: u32,
    /// Output format, into a file where one is named: yaml (the policy), json
    #[arg(short, long, value_name = "FORMAT[=FILE]", default_value = "yaml")]
    pub(crate) output: Vec<To<PolicyFormat>>,
}

/// What a policy is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum GoalWord {
    // Without documentation: the help lists the words alone.
    Minimal,
    Detection,
    Forensics,
    Cis,
}

impl GoalWord {
    /// The word of the command line.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Minimal => "minimal",
            Self::Detection => "detection",
            Self::Forensics => "forensics",
            Self::Cis => "cis",
        }
    }
}

impl From<GoalWord> for Goal {
    fn from(word: GoalWord) -> Self {
        match word {
            GoalWord::Minimal => Self::Minimal,
            GoalWord::Detection => Self::Detection,
            GoalWord::Forensics => Self::Forensics,
            GoalWord::Cis => Self::Cis,
        }
    }
}

/// How a policy is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PolicyFormat {
    // Without documentation: the help lists the words alone.
    Yaml,
    Json,
}

/// Bytes a day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Budget(pub(crate) f64);

impl FromStr for Budget {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is no budget; write 500MB/day, 2GB or 20MiB/hour");
        let (size, times) = match text.split_once('/') {
            None => (text, 1.0),
            Some((size, "day" | "d")) => (size, 1.0),
            Some((size, "hour" | "h")) => (size, 24.0),
            Some(_) => return Err(wrong()),
        };
        let size = size.trim();
        let digits =
            size.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(size.len());
        let (number, unit) = size.split_at_checked(digits).ok_or_else(wrong)?;
        let unit = match unit.trim().to_ascii_lowercase().as_str() {
            "b" => 1.0,
            "kb" | "k" => 1e3,
            "mb" | "m" => 1e6,
            "gb" | "g" => 1e9,
            "tb" | "t" => 1e12,
            "kib" | "ki" => 1024.0,
            "mib" | "mi" => 1024.0 * 1024.0,
            "gib" | "gi" => 1024.0 * 1024.0 * 1024.0,
            "tib" | "ti" => 1024.0 * 1024.0 * 1024.0 * 1024.0,
            _ => return Err(wrong()),
        };
        let number: f64 = number.parse().map_err(|_| wrong())?;
        let bytes = number * unit * times;
        if bytes > 0.0 && bytes.is_finite() { Ok(Self(bytes)) } else { Err(wrong()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn budgets_are_bytes_a_day() {
        for (text, bytes) in [
            ("500MB/day", 5e8),
            ("2GB", 2e9),
            ("20MiB/hour", 24.0 * 20.0 * 1_048_576.0),
            ("1.5 kB/d", 1500.0),
        ] {
            assert_eq!(text.parse(), Ok(Budget(bytes)), "{text}");
        }
        for text in ["", "MB", "5", "5XB", "5MB/week", "-5MB", "0MB", "1.2.3GB", "é"] {
            assert!(text.parse::<Budget>().is_err(), "{text}");
        }
    }
}
