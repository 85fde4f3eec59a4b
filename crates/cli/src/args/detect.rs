//! The arguments of `ironsides audit detect`.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};
use ironsides_detect::rules::Priority;
use ironsides_streams::alert::AlertSpec;

use super::runtime::RuleFilesArgs;
use super::{LogArgs, To, words};

/// `ironsides audit detect`
#[derive(Args, Debug)]
#[command(after_help = "\
A log is audit events, one a line, in lists, or in the records of EKS, AKS and GKE. Rules are those that come with
Ironsides, or others in Falco's language. One alert is one line: when, how bad, which rule, its text, who did what, and
where in the log that stands.

Examples:
  ironsides audit detect /var/log/kubernetes/audit/
  kubectl logs -n kube-system kube-apiserver-cp1 | ironsides audit detect -
  ironsides audit detect audit.log --rules k8s_audit_rules.yaml --fail-on critical
  ironsides audit detect audit.log --rules my-rules/ --shipped-rules -o jsonl=alerts.jsonl
  ironsides audit detect --follow /var/log/kubernetes/audit/ --state audit.marks --alert syslog
  ironsides audit detect --listen 10.0.0.5:8443 --tls-cert tls.crt --tls-key tls.key --tls-client-ca ca.crt -o jsonl
  ironsides audit detect audit.log --explain \"Token is used from a second address\"

Exit codes:
  0    looked at all events, and nothing as bad as --fail-on was found
  1    alerts of the priority of --fail-on or worse, also in a log that could not be read whole; with --explain: the rule did
       not fire
  2    wrong usage, or rules that cannot be loaded
  3    no events to look at
  4    incomplete: some of the log or of the rules could not be read, or alerts did not arrive
  130  interrupted")]
#[command(mut_arg("logs", |logs| logs.required(false).required_unless_present("listen")))]
pub(crate) struct DetectArgs {
    #[command(flatten)]
    pub(crate) log: LogArgs,
    /// Read on at the end of the logs, as files grow, are rotated or are made, until Ctrl-C
    #[arg(short, long, conflicts_with = "explain")]
    pub(crate) follow: bool,
    /// Note in this file how far the logs were read, and go on there the next time
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "explain")]
    pub(crate) state: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) receive: ReceiveArgs,
    #[command(flatten)]
    pub(crate) files: RuleFilesArgs,
    /// Ask the rules that come with Ironsides too, where --rules names others
    #[arg(long)]
    pub(crate) shipped_rules: bool,
    /// Leave out rules of a lower priority
    #[arg(long, value_name = "PRIORITY", value_parser = words::priority())]
    pub(crate) min_priority: Option<Priority>,
    /// Ask only rules with this tag; may be given several times, or with commas
    #[arg(long, value_name = "TAG", value_delimiter = ',')]
    pub(crate) tag: Vec<String>,
    /// Ask only the rule of this name, or of which this is a part that no other has; may be given several times
    #[arg(long, value_name = "RULE")]
    pub(crate) rule: Vec<String>,
    /// Which rules tell of an event for which several are true: the first in the order of the files, as Falco does unless
    /// told otherwise, or all
    #[arg(long, value_name = "WHICH")]
    pub(crate) matching: Option<WhichRules>,
    /// Tell why this rule fired for an event or did not, instead of alerts
    #[arg(long, value_name = "RULE", conflicts_with_all = ["rule", "tag", "min_priority", "fail_on"])]
    pub(crate) explain: Option<String>,
    /// The event to explain, by its audit id (`auditID` of alerts in JSON) or its place (`LINE`, `FILE:LINE`); without it
    /// those for which the rule fired
    #[arg(long, value_name = "EVENT", requires = "explain")]
    pub(crate) event: Option<String>,
    /// Exit with 1 on alerts of this priority or worse; `none` for never
    #[arg(long, value_name = "PRIORITY", default_value = "warning", value_parser = words::fail_on_priority())]
    pub(crate) fail_on: FailOnPriority,
    /// Send alerts elsewhere too; may be given several times: stdout, stdout=json, file=PATH, syslog, syslog=ADDRESS,
    /// webhook=URL (Falco's JSON, one alert a POST), alertmanager=URL, falcosidekick=URL
    #[arg(long, value_name = "OUTPUT", conflicts_with = "explain")]
    pub(crate) alert: Vec<AlertSpec>,
    /// Output format, into a file where one is named: table, wide (with what the rules say), jsonl, json. Lines of jsonl
    /// are Falco's alerts
    #[arg(short, long, value_name = "FORMAT[=FILE]", default_value = "table")]
    pub(crate) output: Vec<To<DetectFormat>>,
}

/// How events are received.
#[derive(Args, Clone, Debug)]
pub(crate) struct ReceiveArgs {
    /// Receive events from the webhook backend of an API server instead of reading logs, until Ctrl-C: on a PORT of this
    /// machine alone, or on HOST:PORT
    #[arg(long, value_name = "[HOST:]PORT", conflicts_with_all = ["logs", "follow", "state", "explain"])]
    pub(crate) listen: Option<String>,
    /// Keep what was received in this folder until it was looked at [default: `ironsides/spool` below `$XDG_STATE_HOME` or
    /// `~/.local/state`; `spool` in `$STATE_DIRECTORY` of systemd]
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub(crate) spool: Option<PathBuf>,
    /// Receive over TLS, with this certificate (PEM)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "tls_key")]
    pub(crate) tls_cert: Option<PathBuf>,
    /// The key of the certificate (PEM)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "tls_cert")]
    pub(crate) tls_key: Option<PathBuf>,
    /// Receive only from clients whose certificates one of these authorities signed (PEM)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "tls_cert")]
    pub(crate) tls_client_ca: Option<PathBuf>,
}

/// Which alerts fail a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FailOnPriority(pub(crate) Option<Priority>);

/// Which rules tell of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum WhichRules {
    // Without documentation: the help lists the words alone.
    First,
    All,
}

/// How alerts are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DetectFormat {
    // Without documentation: the help lists the words alone.
    Table,
    Wide,
    Jsonl,
    Json,
}
