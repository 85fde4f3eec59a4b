//! The arguments of `ironsides audit lint`.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use crate::args::{ConfigArgs, FindingArgs, FixMode, ScanArgs};

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
    #[command(flatten)]
    pub(crate) findings: FindingArgs,
    /// Edit the policies so that findings are closed: only what nobody can rely on with `safe` (the default), all that an
    /// edit can close with `unsafe`. The report and the exit code are about what remains
    #[arg(long, value_name = "WHICH", num_args = 0..=1, require_equals = true, default_missing_value = "safe")]
    pub(crate) fix: Option<FixMode>,
    /// Print what --fix would change as a unified diff, and write nothing
    #[arg(long, requires = "fix")]
    pub(crate) diff: bool,
    #[command(flatten)]
    pub(crate) configuration: ConfigArgs,
}

impl LintArgs {
    /// A scan of the same paths with some checks alone.
    pub(crate) fn scan(&self, checks: Vec<String>) -> ScanArgs {
        ScanArgs {
            fix: self.fix,
            diff: self.diff,
            configuration: self.configuration.clone(),
            ..self.findings.scan(self.paths.clone(), checks)
        }
    }
}
