//! `ironsides network`: who can talk to whom, why, and what would change that.

mod diff;
mod json;
mod profiles;
mod reach;
mod words;
mod world;

use anyhow::Result;

use crate::args::network::{NetworkArgs, NetworkCommand};
use crate::exit::Exit;
use crate::say::Say;

pub(crate) fn run(args: &NetworkArgs, say: &Say) -> Result<Exit> {
    match &args.command {
        NetworkCommand::Reach(args) => reach::run(args, say),
        NetworkCommand::Diff(args) => diff::run(args, say),
    }
}
