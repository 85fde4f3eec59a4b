//! `ironsides network diff`: what two states let through.

mod print;

use anyhow::Result;
use ironsides_network::diff::{Changed, Delta, Side};
use ironsides_network::reach::Stretch;
use ironsides_network::{Diff, Engine, Profile};

use super::profiles::{Profiles, lower};
use super::world::{World, nothing, place_of};
use crate::args::network::{DiffArgs, DiffFailOn, DiffFormat};
use crate::exit::Exit;
use crate::print::{emit, yaml};
use crate::say::{Say, counted};

/// Two states and what is between them.
pub(crate) struct Compared<'a> {
    pub(crate) old: &'a World,
    pub(crate) new: &'a World,
    pub(crate) profile: Profile,
    pub(crate) diff: Diff,
}

pub(crate) fn run(args: &DiffArgs, say: &Say) -> Result<Exit> {
    let old = World::read(&place_of(&args.old), say)?;
    let new = World::read(&place_of(&args.new), say)?;
    // One side may well be empty: everything is new, or everything is gone.
    if old.is_empty() && new.is_empty() {
        return Ok(nothing(&[&old, &new], say));
    }
    for (side, world) in [("old", &old), ("new", &new)] {
        if world.is_empty() {
            say.warning(&format!(
                "{side}: no pods, no workloads and no network policies in {}",
                world.source
            ));
        }
    }
    let (profile, options) = Profiles::one(&args.profile, &[&new, &old], say)?;
    let (before, after) = (lower(&old, profile, options, say), lower(&new, profile, options, say));
    let (was, is) = (Engine::new(&before), Engine::new(&after));
    let altered = old.state.altered(&new.state);
    let diff = Diff::between(
        Side { cluster: &old.state.cluster, engine: &was },
        Side { cluster: &new.state.cluster, engine: &is },
        &altered,
    );
    let compared = Compared { old: &old, new: &new, profile, diff };
    emit(&args.output, |format| match format {
        DiffFormat::Table => Ok(print::table(&compared)),
        DiffFormat::Markdown => Ok(print::markdown(&compared)),
        DiffFormat::Csv => Ok(print::csv(&compared)),
        DiffFormat::Json => print::json_text(&compared),
        DiffFormat::Yaml => yaml(&print::json_text(&compared)?),
    })?;
    let is_whole = old.gaps.is_empty() && new.gaps.is_empty();
    if !is_whole {
        say.ending("incomplete", &"not everything could be read; the comparison may depend on it");
    }
    let opened = pairs(&compared.diff, |delta| &delta.opened);
    let closed = pairs(&compared.diff, |delta| &delta.closed);
    let altered = pairs(&compared.diff, |delta| &delta.altered);
    let failed = match args.fail_on {
        DiffFailOn::Opened => opened,
        DiffFailOn::Closed => closed,
        DiffFailOn::Any => opened + closed + altered,
        DiffFailOn::None => 0,
    };
    if failed > 0 {
        let what = match args.fail_on {
            DiffFailOn::Opened => "something was opened",
            DiffFailOn::Closed => "something was closed",
            DiffFailOn::Any | DiffFailOn::None => "something changes",
        };
        say.ending("failed", &format!("{what} between {}", counted(failed, "pair")));
        return Ok(Exit::Findings);
    }
    Ok(if is_whole { Exit::Clean } else { Exit::Incomplete })
}

/// Between how many pairs something changes in one way.
fn pairs(diff: &Diff, list: List) -> usize {
    let changes = diff.changes.iter().filter(|change| !list(&change.delta).is_empty());
    changes.map(Changed::pairs).sum()
}

/// One of the ways in which traffic changes.
type List = fn(&Delta) -> &Vec<Stretch>;
