//! `ironsides audit lint`: what is wrong with an audit policy.

use anyhow::Result;
use ironsides_checks::CATALOGUE;
use ironsides_report::Problem;

use crate::args::Global;
use crate::args::audit::LintArgs;
use crate::exit::Exit;
use crate::say::Say;
use crate::scan;

/// The family of checks.
const FAMILY: &str = "audit";

/// The checks of texts that are as true of policies, besides those of the family.
const OF_TEXTS: [&str; 2] = ["duplicate-key", "unknown-tag"];

pub(crate) fn run(args: &LintArgs, global: &Global, say: &Say) -> Result<Exit> {
    let all = || CATALOGUE.iter().copied().flatten().map(|check| &check.meta);
    let checks = all().filter(|meta| meta.family == FAMILY || OF_TEXTS.contains(&meta.id));
    let (exit, summary) =
        scan::report(&args.scan(checks.map(|meta| meta.id.to_owned()).collect()), global, say)?;
    let asked = all().filter(|meta| meta.family == FAMILY).filter_map(|meta| summary.tallies.get(meta.id));
    let judged: u64 = asked.map(|tally| tally.pass + tally.fail + tally.not_applicable + tally.unknown).sum();
    if judged > 0 || exit != Exit::Clean {
        return Ok(exit);
    }
    let places: Vec<String> = args.paths.iter().map(|path| path.display().to_string()).collect();
    say.problem(&Problem {
        path: places.join(", "),
        line: None,
        column: None,
        message: "there is no audit policy".to_owned(),
        hint: Some("an audit policy has apiVersion audit.k8s.io/v1 and kind Policy".to_owned()),
    });
    Ok(Exit::Nothing)
}
