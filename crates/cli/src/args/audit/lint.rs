//! The arguments of `ironsides audit lint`.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use ironsides_core::Severity;

use crate::args::{ConfigArgs, FailOn, FixMode, Output, ScanArgs, Show, words};

/// `ironsides audit lint`
#[derive(Args, Debug)]
#[command(after_help = concat!(
    "\
The checks are those of the family audit (`ironsides check list --family audit`), which `ironsides scan` runs too, and \
those of repeated keys and unknown tags. They judge audit policies and pods that start an API server.

Examples:
  ironsides audit lint /etc/kubernetes/audit-policy.yaml
  ironsides audit lint policy.yaml -o sarif=findings.sarif --fail-on medium
  ironsides audit lint policy.yaml --fix --diff
  ironsides audit lint /etc/kubernetes/manifests/kube-apiserver.yaml

",
    exit_codes!()
))]
pub(crate) struct LintArgs {
    /// Audit policies and manifests of API servers: files and folders; `-` is standard input
    #[arg(value_name = "POLICY", required = true, value_hint = ValueHint::AnyPath)]
    pub(crate) paths: Vec<PathBuf>,
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
    /// Edit the policies so that findings are closed: only what nobody can rely on with `safe` (the default), all that an
    /// edit can close with `unsafe`. The report and the exit code are about what remains
    #[arg(long, value_name = "WHICH", num_args = 0..=1, require_equals = true, default_missing_value = "safe")]
    pub(crate) fix: Option<FixMode>,
    /// Print what --fix would change as a unified diff, and write nothing
    #[arg(long, requires = "fix")]
    pub(crate) diff: bool,
    /// Show more than failures: `waived` findings, or `passes`; may be given several times, or with commas
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    pub(crate) show: Vec<Show>,
    /// Findings that this file holds are known: only new ones fail the run
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) baseline: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) configuration: ConfigArgs,
}

impl LintArgs {
    /// A scan of the same paths with some checks alone.
    pub(crate) fn scan(&self, checks: Vec<String>) -> ScanArgs {
        let mut scan = ScanArgs::plain(self.paths.clone());
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
        ScanArgs {
            check: checks,
            skip: self.skip.clone(),
            fix: self.fix,
            diff: self.diff,
            show: self.show.clone(),
            baseline: self.baseline.clone(),
            configuration: self.configuration.clone(),
            ..scan
        }
    }
}
