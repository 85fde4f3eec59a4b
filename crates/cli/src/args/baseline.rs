//! The arguments of `ironsides baseline`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};

use super::{ConfigArgs, PodTemplate, RenderArgs, words};

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
