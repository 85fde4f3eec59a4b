//! `ironsides rbac`: who can do what, and what follows from it.

mod can_i;
mod diff;
mod escalations;
mod graph;
mod least_privilege;
mod places;
pub(crate) mod print;
mod request;
pub(crate) mod resource;
mod risks;
mod subjects;
mod who_can;
mod world;

use anyhow::Result;

use crate::args::Global;
use crate::args::rbac::{RbacArgs, RbacCommand};
use crate::exit::Exit;
use crate::say::Say;

pub(crate) fn run(args: &RbacArgs, global: &Global, say: &Say) -> Result<Exit> {
    let _ = global;
    match &args.command {
        RbacCommand::WhoCan(args) => who_can::run(args, say),
        RbacCommand::CanI(args) => can_i::run(args, say),
        RbacCommand::Risks(args) => risks::run(args, say),
        RbacCommand::Escalations(args) => escalations::run(args, say),
        RbacCommand::Diff(args) => diff::run(args, say),
        RbacCommand::Graph(args) => graph::run(args, say),
        RbacCommand::LeastPrivilege(args) => least_privilege::run(args, say),
    }
}
