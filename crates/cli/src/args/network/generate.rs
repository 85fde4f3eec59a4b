//! The arguments of `ironsides network generate`.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use super::ProfileArgs;
use crate::args::{FromArgs, To};

/// `ironsides network generate`
#[derive(Args, Debug)]
#[command(after_help = concat!(
    "\
Every namespace is closed in both directions, and what was observed (--flows) or is intended by manifests (--intents) is let
through. The policies are then held against every flow; what becomes of each is the proof.

Examples:
  ironsides network generate --flows hubble.jsonl -f deploy/ --out policies
  ironsides network generate --intents -f deploy/ -o yaml
  ironsides network generate --flows flows/ --intents --kind cilium -o steps

",
    exit_codes!("the proof does not hold: a flow becomes denied, or it cannot be told")
))]
pub(crate) struct GenerateArgs {
    /// Observed flows: files or folders of Hubble's JSON, `cilium monitor`, Calico's flow logs, connect events, or captured
    /// packets; packed with gzip or zstd or not; `-` is standard input; may be given several times
    #[arg(long, value_name = "FILE", value_hint = ValueHint::AnyPath)]
    pub(crate) flows: Vec<PathBuf>,
    /// Let through what manifests intend: services that are named, entrances, webhooks, metrics, tiers. The default where no
    /// flows are given
    #[arg(long)]
    pub(crate) intents: bool,
    /// The kind of policies; cilium means profile cilium
    #[arg(long, value_name = "KIND", default_value = "network-policy")]
    pub(crate) kind: KindArg,
    /// Only close this namespace; may be given several times [default: all that have pods, but for those of Kubernetes itself]
    #[arg(short, long, value_name = "NAMESPACE")]
    pub(crate) namespace: Vec<String>,
    /// Policies that are there in these namespaces will be deleted
    #[arg(long)]
    pub(crate) replace: bool,
    /// Write a file for each namespace, and the steps of the roll-out, into this folder
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub(crate) out: Option<PathBuf>,
    /// Let any request through, where HTTP and DNS were seen, too
    #[arg(long)]
    pub(crate) without_requests: bool,
    #[command(flatten)]
    pub(crate) profile: ProfileArgs,
    #[command(flatten)]
    pub(crate) from: FromArgs,
    /// Output format, into a file where one is named: table (what was made and its proof), yaml (the policies), steps (the
    /// roll-out), json
    #[arg(short, long, value_name = "FORMAT[=FILE]", default_value = "table")]
    pub(crate) output: Vec<To<GenerateFormat>>,
}

/// The kind of policies to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum KindArg {
    // Without documentation: the help lists the words alone.
    NetworkPolicy,
    Cilium,
}

/// How what was made is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum GenerateFormat {
    // Without documentation: the help lists the words alone.
    Table,
    Yaml,
    Steps,
    Json,
}
