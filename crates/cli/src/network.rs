//! `ironsides network`: who can talk to whom, why, and what would change that.

mod diff;
mod flows;
mod generate;
mod json;
mod lint;
mod map;
mod profiles;
mod reach;
mod test;
mod words;
mod world;

use anyhow::Result;

use crate::args::Global;
use crate::args::network::{NetworkArgs, NetworkCommand};
use crate::exit::Exit;
use crate::say::Say;

/// The schema of documents of expectations.
pub(crate) const TEST_SCHEMA: &str = include_str!("../schema/network-test-1.json");

pub(crate) fn run(args: &NetworkArgs, global: &Global, say: &Say) -> Result<Exit> {
    match &args.command {
        NetworkCommand::Reach(args) => reach::run(args, say),
        NetworkCommand::Diff(args) => diff::run(args, say),
        NetworkCommand::Test(args) => test::run(args, say),
        NetworkCommand::Lint(args) => lint::run(args, global, say),
        NetworkCommand::Map(args) => map::run(args, say),
        NetworkCommand::Generate(args) => generate::run(args, say),
    }
}
