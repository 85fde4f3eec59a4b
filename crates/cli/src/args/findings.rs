//! What becomes of findings: the arguments that the `lint` commands share with `ironsides scan`.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use ironsides_core::Severity;

use super::{FailOn, Output, ScanArgs, Show, words};

/// How findings are told, and which fail the run.
#[derive(Args, Clone, Debug)]
pub(crate) struct FindingArgs {
    /// Output format, into a file where one is named: those of `ironsides scan`
    #[arg(short, long, value_name = "FORMAT[=FILE]", value_parser = words::output())]
    #[arg(hide_possible_values = true)]
    pub(crate) output: Vec<Output>,
    /// Exit with 1 on findings of this severity or worse: critical, high, medium, low, info, or none [default: high]
    #[arg(long, value_name = "SEVERITY", value_parser = words::fail_on(), hide_possible_values = true)]
    pub(crate) fail_on: Option<FailOn>,
    /// Show only findings of this severity or worse [default: info]
    #[arg(long, value_name = "SEVERITY", value_parser = words::severity(), hide_possible_values = true)]
    pub(crate) min_severity: Option<Severity>,
    /// Do not run these checks; may be given several times, or with commas
    #[arg(long, value_name = "CHECK", value_delimiter = ',', value_parser = words::check())]
    #[arg(hide_possible_values = true)]
    pub(crate) skip: Vec<String>,
    /// Show more than failures: `waived` findings, or `passes`; may be given several times, or with commas
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    pub(crate) show: Vec<Show>,
    /// Findings that this file holds are known: only new ones fail the run
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) baseline: Option<PathBuf>,
}

impl FindingArgs {
    /// A scan of files and folders with some checks alone, as these arguments want it.
    pub(crate) fn scan(&self, paths: Vec<PathBuf>, checks: Vec<String>) -> ScanArgs {
        let mut scan = ScanArgs::plain(paths);
        if !self.output.is_empty() {
            scan.output.clone_from(&self.output);
            scan.given.push("output");
        }
        if let Some(fail_on) = self.fail_on {
            scan.fail_on = fail_on;
            scan.given.push("fail_on");
        }
        if let Some(severity) = self.min_severity {
            scan.min_severity = severity;
            scan.given.push("min_severity");
        }
        scan.check = checks;
        scan.skip.clone_from(&self.skip);
        scan.show.clone_from(&self.show);
        scan.baseline.clone_from(&self.baseline);
        scan
    }
}
