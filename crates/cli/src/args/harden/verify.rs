//! The arguments of `ironsides harden verify`.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::HardenFormat;
use crate::args::To;

/// `ironsides harden verify`
#[derive(Args, Debug)]
#[command(after_help = "\
Every file parses and is there, every flag and field is known to the version, every file that a flag names is mounted where \
the container sees it, keys have their size and are for their owner alone, the configurations are what the API server takes, \
the audit policy leaves no attack technique without a trace. For kubeadm the settings that would be in force are compared \
with the profile and judged by the checks of `ironsides scan`.

Examples:
  ironsides harden verify hardening
  ironsides harden verify hardening -o json

Exit codes:
  0    it holds together
  1    something is wrong, or would not be as the profile wants it
  2    wrong usage, or no generated folder
  130  interrupted")]
pub(crate) struct VerifyArgs {
    /// The folder that `harden generate` wrote
    #[arg(value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub(crate) folder: PathBuf,
    /// Output format, into a file where one is named: table, json, yaml
    #[arg(short, long, value_name = "FORMAT[=FILE]", default_value = "table")]
    pub(crate) output: Vec<To<HardenFormat>>,
}
