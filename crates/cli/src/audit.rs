//! `ironsides audit`: what audit policies record, and what audit logs tell.

mod coverage;
mod detect;
mod diff;
mod generate;
mod lint;
pub(crate) mod log;
mod over_log;
pub(crate) mod policy;
mod simulate;
mod words;

use anyhow::Result;

use crate::args::Global;
use crate::args::audit::{AuditArgs, AuditCommand};
use crate::exit::Exit;
use crate::say::Say;

pub(crate) fn run(args: &AuditArgs, global: &Global, say: &Say) -> Result<Exit> {
    match &args.command {
        AuditCommand::Coverage(args) => coverage::run(args, say),
        AuditCommand::Lint(args) => lint::run(args, global, say),
        AuditCommand::Detect(args) => detect::run(args, global, say),
        AuditCommand::Simulate(args) => simulate::run(args, say),
        AuditCommand::Diff(args) => diff::run(args, say),
        AuditCommand::Generate(args) => generate::run(args, say),
    }
}
