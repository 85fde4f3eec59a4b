//! The arguments of `ironsides harden diff`.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::HardenFormat;
use super::generate::WantedArgs;
use crate::args::{NodeArgs, To};

/// `ironsides harden diff`
#[derive(Args, Debug)]
#[command(after_help = "\
What is stricter than wanted is no difference. Files and kernel settings are compared where the facts have them.

Examples:
  ironsides harden diff --node --generated hardening
  ironsides harden diff --node --for kubeadm --profile cis-l1
  ironsides collect --node -o node-1.json && ironsides harden diff --facts node-1.json --for kubeadm --profile cis-l2

Exit codes:
  0    nothing differs
  1    something does
  2    wrong usage, or a file that cannot be opened
  3    no component of Kubernetes in the facts
  4    incomplete: nothing differs, and something cannot be told
  130  interrupted")]
pub(crate) struct DiffArgs {
    /// The facts of a node, as `ironsides collect --node` writes them; `-` is standard input
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "node")]
    #[arg(required_unless_present = "node")]
    pub(crate) facts: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) host: NodeArgs,
    /// A folder that `harden generate` wrote, in place of --for, --profile and the rest
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    #[arg(conflicts_with_all = ["distribution", "profile", "kubernetes_version"])]
    pub(crate) generated: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) wanted: WantedArgs,
    /// Show what is as wanted, too
    #[arg(long)]
    pub(crate) all: bool,
    /// Output format, into a file where one is named: table, json, yaml
    #[arg(short, long, value_name = "FORMAT[=FILE]", default_value = "table")]
    pub(crate) output: Vec<To<HardenFormat>>,
}
