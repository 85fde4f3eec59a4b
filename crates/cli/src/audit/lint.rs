//! `ironsides audit lint`: what is wrong with an audit policy, and with the flags of the API server that has it.

use std::path::Path;

use anyhow::Result;
use ironsides_audit::Standing;
use ironsides_checks::{CATALOGUE, Run};
use ironsides_files::STDIN;
use ironsides_report::Problem;

use super::policy::PolicyFile;
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
    let judged: u64 = CATALOGUE
        .iter()
        .copied()
        .flatten()
        .filter(|check| check.meta.family == FAMILY)
        .filter_map(|check| {
            let tally = summary.tallies.get(check.meta.id)?;
            let looked_at = tally.pass + tally.fail + tally.unknown + tally.manual;
            // Any pod may be one of an API server; one that is not has not been judged.
            Some(if matches!(check.run, Run::Pod(_) | Run::Settings(..) | Run::Shared(..)) {
                looked_at
            } else {
                looked_at + tally.not_applicable
            })
        })
        .sum();
    for path in ironsides_files::walk(&args.paths, true).files {
        tell_coverage(&path, say);
    }
    if judged > 0 || exit != Exit::Clean {
        return Ok(exit);
    }
    let places: Vec<String> = args.paths.iter().map(|path| path.display().to_string()).collect();
    say.problem(&Problem {
        path: places.join(", "),
        line: None,
        column: None,
        message: "there is neither an audit policy nor an API server".to_owned(),
        hint: Some("an audit policy has apiVersion audit.k8s.io/v1 and kind Policy; an API server is a pod that starts kube-apiserver".to_owned()),
    });
    Ok(Exit::Nothing)
}

/// Tells how many techniques a policy records, and where more of it is to be had. What is no policy was told before.
fn tell_coverage(path: &Path, say: &Say) {
    if path == Path::new(STDIN) {
        return;
    }
    let Ok(Some(file)) = PolicyFile::read(path, &Say::mute()) else { return };
    let coverage = file.policy.coverage();
    let covered = coverage.iter().filter(|own| own.standing() == Standing::Covered).count();
    say.note(&format!(
        "{} records {covered} of {} attack techniques well enough: ironsides audit coverage {}",
        file.name,
        coverage.len(),
        file.name
    ));
}
