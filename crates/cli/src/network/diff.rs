//! `ironsides network diff`: what two states let through.

mod print;

use anyhow::Result;
use ironsides_network::diff::{Changed, Delta, Exposed, Side, exposed};
use ironsides_network::reach::Stretch;
use ironsides_network::{Diff, Engine, Profile};

use super::profiles::{Profiles, lower};
use super::world::{World, place_of};
use crate::args::network::{DiffArgs, DiffFailOn, DiffFormat};
use crate::exit::Exit;
use crate::print::{emit, yaml};
use crate::say::{Say, counted};

/// Two states and what is between them.
pub(crate) struct Compared<'a> {
    pub(crate) old: &'a World,
    pub(crate) new: &'a World,
    /// What is between them under each profile; those under which it is the same are one.
    pub(crate) under: Vec<Under>,
    /// Whether every profile was asked for.
    pub(crate) all: bool,
}

/// What is between two states under some profiles.
#[derive(PartialEq)]
pub(crate) struct Found {
    pub(crate) diff: Diff,
    /// Who is open to more than before.
    pub(crate) exposed: Vec<Exposed>,
}

/// What is between two states, and the profiles under which it is.
pub(crate) struct Under {
    pub(crate) profiles: Vec<Profile>,
    pub(crate) found: Found,
}

impl Under {
    /// The names of the profiles.
    pub(crate) fn names(&self) -> String {
        self.profiles.iter().map(|profile| profile.name()).collect::<Vec<_>>().join(", ")
    }
}

pub(crate) fn run(args: &DiffArgs, say: &Say) -> Result<Exit> {
    let old = World::read(&place_of(&args.old), say)?.read_for(&args.profile);
    let new = World::read(&place_of(&args.new), say)?.read_for(&args.profile);
    // One side may well be empty: everything is new, or everything is gone.
    if old.is_empty() && new.is_empty() {
        say.error(&anyhow::anyhow!(
            "nothing to compare: no pods, no workloads and no network policies in {} and in {}",
            old.source,
            new.source
        ));
        say.hint(&"OLD and NEW are files, folders or fact bundles with manifests of workloads and policies");
        return Ok(Exit::Nothing);
    }
    for (side, world) in [("old", &old), ("new", &new)] {
        if world.is_empty() {
            say.warning(&format!(
                "{side}: no pods, no workloads and no network policies in {}",
                world.source
            ));
        }
    }
    let profiles = Profiles::choose(&args.profile, &[&new, &old], say)?;
    let (before, after) = (lower(&old, &profiles.all, say), lower(&new, &profiles.all, say));
    let altered = old.state.altered(&new.state);
    let mut under: Vec<Under> = Vec::new();
    for (((profile, options), before), after) in profiles.all.iter().zip(&before).zip(&after) {
        let (was, is) = (Engine::new(before), Engine::new(after));
        let diff = Diff::between(
            Side { cluster: &old.state.cluster, engine: &was },
            Side { cluster: &new.state.cluster, engine: &is },
            &altered,
        );
        let exposed = exposed(
            (&old.state.cluster, &old.state.policies),
            (&new.state.cluster, &new.state.policies),
            *profile,
            options,
        );
        let found = Found { diff, exposed };
        match under.iter_mut().find(|known| known.found == found) {
            Some(known) => known.profiles.push(*profile),
            None => under.push(Under { profiles: vec![*profile], found }),
        }
    }
    let compared = Compared { old: &old, new: &new, under, all: profiles.compared };
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
    if compared.fails(&args.fail_on, say) {
        return Ok(Exit::Findings);
    }
    Ok(if is_whole { Exit::Clean } else { Exit::Incomplete })
}

impl Compared<'_> {
    /// Whether something happened that fails a comparison; what it is, is told.
    fn fails(&self, fail_on: &[DiffFailOn], say: &Say) -> bool {
        let most = |count: &dyn Fn(&Found) -> usize| {
            self.under.iter().map(|under| count(&under.found)).max().unwrap_or_default()
        };
        let exposed = most(&|found| found.exposed.iter().filter(|one| one.counts()).count());
        let all = [
            (
                DiffFailOn::Opened,
                most(&|found| pairs(&found.diff, |delta| &delta.opened)),
                "opened between",
                "pair",
            ),
            (
                DiffFailOn::Closed,
                most(&|found| pairs(&found.diff, |delta| &delta.closed)),
                "closed between",
                "pair",
            ),
            (
                DiffFailOn::Any,
                most(&|found| pairs(&found.diff, |delta| &delta.altered)),
                "altered between",
                "pair",
            ),
            (DiffFailOn::Exposed, exposed, "exposed:", "workload"),
        ];
        let mut failed = false;
        for (what, count, word, noun) in all {
            let named = fail_on.contains(&what) || fail_on.contains(&DiffFailOn::Any);
            if count > 0 && named && !fail_on.contains(&DiffFailOn::None) {
                say.ending("failed", &format!("{word} {}", counted(count, noun)));
                failed = true;
            } else if count > 0 && what == DiffFailOn::Exposed && !fail_on.contains(&DiffFailOn::None) {
                let are = if count == 1 { "is" } else { "are" };
                say.note(&format!(
                    "{} {are} exposed, which does not fail; --fail-on opened,exposed makes it fail",
                    counted(count, noun)
                ));
            }
        }
        failed
    }
}

/// Between how many pairs something changes in one way.
fn pairs(diff: &Diff, list: List) -> usize {
    let changes = diff.changes.iter().filter(|change| !list(&change.delta).is_empty());
    changes.map(Changed::pairs).sum()
}

/// One of the ways in which traffic changes.
type List = fn(&Delta) -> &Vec<Stretch>;
