//! `ironsides harden`: hardened configuration written, compared with what runs, and read back.

mod diff;
mod folder;
mod generate;
mod verify;

use anyhow::Result;

use crate::args::Global;
use crate::args::harden::{HardenArgs, HardenCommand};
use crate::exit::Exit;
use crate::say::Say;

pub(crate) fn run(args: &HardenArgs, _: &Global, say: &Say) -> Result<Exit> {
    match &args.command {
        HardenCommand::Generate(args) => generate::run(args, say),
        HardenCommand::Diff(args) => diff::run(args, say),
        HardenCommand::Verify(args) => verify::run(args, say),
    }
}
