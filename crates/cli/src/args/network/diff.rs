//! The arguments of `ironsides network diff`.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use super::ProfileArgs;
use crate::args::To;

/// `ironsides network diff`
#[derive(Args, Debug)]
#[command(after_help = concat!(
    "\
OLD and NEW are files, folders or fact bundles. Policies that were written anew and let through the same show nothing. New
workloads are told with how far they are open; of those that were there before, new ways in from outside are.

Examples:
  ironsides network diff main/deploy branch/deploy
  ironsides network diff monday.tar.zst friday.tar.zst -o markdown
  git worktree add /tmp/main main && ironsides network diff /tmp/main/deploy deploy --fail-on opened,exposed

",
    exit_codes!("something changed that --fail-on names")
))]
pub(crate) struct DiffArgs {
    /// The state before
    #[arg(value_name = "OLD", value_hint = ValueHint::AnyPath)]
    pub(crate) old: PathBuf,
    /// The state after
    #[arg(value_name = "NEW", value_hint = ValueHint::AnyPath)]
    pub(crate) new: PathBuf,
    #[command(flatten)]
    pub(crate) profile: ProfileArgs,
    /// Exit with 1 when something was opened, was closed, or is exposed (a new workload that no policy guards, or a new way in
    /// from outside the cluster); any, none; may be given several times, or with commas
    #[arg(long, value_name = "WHAT", default_value = "opened", value_delimiter = ',')]
    pub(crate) fail_on: Vec<DiffFailOn>,
    /// Output format, into a file where one is named: table, json, yaml, csv, markdown
    #[arg(short, long, value_name = "FORMAT[=FILE]", default_value = "table")]
    pub(crate) output: Vec<To<DiffFormat>>,
}

/// What fails a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffFailOn {
    // Without documentation: the help lists the words alone.
    Opened,
    Closed,
    Exposed,
    Any,
    None,
}

/// How a comparison is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffFormat {
    // Without documentation: the help lists the words alone.
    Table,
    Json,
    Yaml,
    Csv,
    Markdown,
}
