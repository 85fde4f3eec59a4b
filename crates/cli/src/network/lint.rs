//! `ironsides network lint`: what is wrong with network policies, and where they are missing.

use anyhow::Result;
use ironsides_checks::CATALOGUE;

use super::world::can_be_opened;
use crate::args::Global;
use crate::args::network::LintArgs;
use crate::exit::Exit;
use crate::say::Say;
use crate::scan;

/// The families of checks: policies, and how a document is written, which is asked of policies alone.
const FAMILIES: [&str; 2] = ["document", "network"];

pub(crate) fn run(args: &LintArgs, global: &Global, say: &Say) -> Result<Exit> {
    if !args.from_input.filename.is_empty() {
        can_be_opened(&args.from_input.filename)?;
    }
    let all = CATALOGUE.iter().copied().flatten().map(|check| &check.meta);
    let checks = all.filter(|meta| FAMILIES.contains(&meta.family)).map(|meta| meta.id.to_owned());
    scan::run(&args.scan(checks.collect()), global, say)
}
