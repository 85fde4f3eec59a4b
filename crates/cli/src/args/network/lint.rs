//! The arguments of `ironsides network lint`.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use ironsides_core::Severity;

use crate::args::connect::FromArgs;
use crate::args::{FailOn, Output, ScanArgs, Show, words};

/// `ironsides network lint`
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  ironsides network lint -f deploy/
  ironsides network lint -f deploy/ --fail-on medium -o sarif=network.sarif
  ironsides network lint

The checks are those of family network (`ironsides check list --family network`), and `ironsides scan` asks them with all
others.

Exit codes:
  0    no findings of severity --fail-on or worse, and nothing was left out
  1    findings
  2    wrong usage
  3    nothing to look at
  4    incomplete: something could not be read or decided
  130  interrupted")]
pub(crate) struct LintArgs {
    #[command(flatten)]
    pub(crate) from_input: FromArgs,
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

impl LintArgs {
    /// A scan of the same objects with some checks alone.
    pub(crate) fn scan(&self, checks: Vec<String>) -> ScanArgs {
        let mut scan = ScanArgs::plain(self.from_input.filename.clone());
        scan.given.push("paths");
        if !self.output.is_empty() {
            scan.output.clone_from(&self.output);
            scan.given.push("output");
        }
        if let Some(fail_on) = self.fail_on {
            scan.fail_on = fail_on;
            scan.given.push("fail_on");
        }
        scan.min_severity = self.min_severity.unwrap_or(Severity::Info);
        scan.given.push("min_severity");
        scan.of_cluster.facts = self.from_input.facts.iter().cloned().collect();
        scan.of_cluster.cluster = self.from_input.filename.is_empty() && self.from_input.facts.is_none();
        scan.of_cluster.connect = self.from_input.connect.clone();
        ScanArgs {
            check: checks,
            skip: self.skip.clone(),
            show: self.show.clone(),
            baseline: self.baseline.clone(),
            ..scan
        }
    }
}
