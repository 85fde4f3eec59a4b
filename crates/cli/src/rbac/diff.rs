//! `ironsides rbac diff`: who gains and who loses what.

use anyhow::{Result, bail};

use crate::args::rbac::DiffArgs;
use crate::exit::Exit;
use crate::say::Say;

pub(crate) fn run(_: &DiffArgs, _: &Say) -> Result<Exit> {
    bail!("x")
}
