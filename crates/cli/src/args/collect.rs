//! The arguments of `ironsides collect`.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::NodeArgs;
use super::connect::{ConnectArgs, ScopeArgs, Timeout};

/// `ironsides collect`
#[derive(Args, Debug)]
#[command(after_help = concat!(
    "\
Examples:
  ironsides collect
  ironsides collect --context prod -o prod.tar.zst
  ironsides collect --dry-run
  ironsides collect -f deploy/ -o deploy.tar.zst
  ironsides collect --show prod.tar.zst
  ironsides collect --node -o node-1.json

",
    exit_codes!()
))]
pub(crate) struct CollectArgs {
    /// The file to write; `-` is standard output [default: ironsides-facts-CONTEXT-TIME.tar.zst; the facts of a node go to
    /// standard output]
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) output: Option<PathBuf>,
    /// Take objects from manifests, not from a cluster: files, folders, charts, kustomizations; `-` is standard input. May
    /// be given several times
    #[arg(short, long, value_name = "PATH", value_hint = ValueHint::AnyPath, conflicts_with = "dry_run")]
    pub(crate) filename: Vec<PathBuf>,
    /// Collect only these resources, as in pods or deployments.apps; may be given several times, or with commas. What is
    /// left out is missing in every scan of the bundle
    #[arg(long, value_name = "RESOURCE", value_delimiter = ',')]
    pub(crate) resource: Vec<String>,
    /// Do not ask the server what it answers to requests without credentials
    #[arg(long)]
    pub(crate) no_probe: bool,
    /// Ask every kubelet for the configuration that runs in it, too, through the API server. It takes get on nodes/proxy, a
    /// right with which commands can be run in every pod: grant it for as long as this takes
    #[arg(long, conflicts_with_all = ["filename", "node"])]
    pub(crate) configz: bool,
    /// Read nothing: print the requests that would be made, and the smallest ClusterRole that allows them
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Print what this bundle holds, and collect nothing
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, exclusive = true)]
    pub(crate) show: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) of_node: NodeArgs,
    /// Put the facts of the node into this ConfigMap of the cluster, under the name of the node, beside those of others.
    /// It must be there; that it may be patched is all the rights it takes
    #[arg(long, value_name = "NAME", requires = "node", conflicts_with = "output", help_heading = "Node")]
    pub(crate) configmap: Option<String>,
    /// Do so again and again, with this much time between, as in 6h
    #[arg(long, value_name = "DURATION", requires = "configmap", help_heading = "Node")]
    pub(crate) every: Option<Timeout>,
    #[command(flatten)]
    pub(crate) scope: ScopeArgs,
    #[command(flatten)]
    pub(crate) connect: ConnectArgs,
}
