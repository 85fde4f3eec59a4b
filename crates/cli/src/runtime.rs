//! `ironsides runtime`: detection at run time.

mod check;
mod coverage;
pub(crate) mod explain;
pub(crate) mod falco_alerts;
mod falco_config;
pub(crate) mod messages;
pub(crate) mod remarks;
pub(crate) mod rule_files;

use anyhow::Result;

use crate::args::Global;
use crate::args::runtime::{RulesCommand, RuntimeArgs, RuntimeCommand};
use crate::exit::Exit;
use crate::say::Say;

pub(crate) fn run(args: &RuntimeArgs, global: &Global, say: &Say) -> Result<Exit> {
    let RuntimeCommand::Rules(args) = &args.command;
    match &args.command {
        RulesCommand::Check(args) => check::run(args, global, say),
        RulesCommand::Explain(args) => explain::run(args, say),
        RulesCommand::Coverage(args) => coverage::run(args, say),
    }
}
