//! The arguments of `ironsides network lint`.

use clap::Args;
use ironsides_checks::NETWORK_POLICIES;
use ironsides_core::Severity;

use crate::args::connect::FromArgs;
use crate::args::{FindingArgs, ScanArgs};

/// `ironsides network lint`
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  ironsides network lint -f deploy/
  ironsides network lint -f deploy/ --fail-on medium -o sarif=network.sarif
  ironsides network lint

The checks are those of family network (`ironsides check list --family network`), and for policies those of how a document is
written (unknown fields, wrong types, repeated keys). `ironsides scan` asks them with all others.

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
    #[command(flatten)]
    pub(crate) findings: FindingArgs,
}

impl LintArgs {
    /// A scan of the same objects with some checks alone, of which those of documents judge policies.
    pub(crate) fn scan(&self, checks: Vec<String>) -> ScanArgs {
        let mut scan = self.findings.scan(self.from_input.filename.clone(), checks);
        scan.given.push("paths");
        scan.documents_of = NETWORK_POLICIES;
        // Advice is told too.
        scan.min_severity = self.findings.min_severity.unwrap_or(Severity::Info);
        scan.given.push("min_severity");
        scan.of_cluster.facts = self.from_input.facts.iter().cloned().collect();
        scan.of_cluster.cluster = self.from_input.filename.is_empty() && self.from_input.facts.is_none();
        scan.of_cluster.connect = self.from_input.connect.clone();
        scan
    }
}
