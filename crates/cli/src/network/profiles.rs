//! Whose reading of the policies counts: as it was asked for, or as it is found.

use anyhow::{Result, bail};
use ironsides_network::place::Problem;
use ironsides_network::profile::detect::{Detected, detect};
use ironsides_network::{Lowered, Options, Profile};

use super::world::World;
use crate::args::network::{ProfileArg, ProfileArgs};
use crate::say::Say;

/// The profiles under which a question is answered.
pub(crate) struct Profiles {
    /// Each with its settings.
    pub(crate) all: Vec<(Profile, Options)>,
    /// Whether every profile was asked for.
    pub(crate) compared: bool,
}

impl Profiles {
    /// Those that arguments ask for. How one was found is told.
    pub(crate) fn choose(args: &ProfileArgs, worlds: &[&World], say: &Say) -> Result<Self> {
        let objects = worlds.iter().flat_map(|world| world.inventory.objects());
        let detected = detect(objects);
        let mut all = match args.profile {
            ProfileArg::Auto => {
                let Detected { profile, why, doubts, .. } = &detected;
                say.note(&format!("profile {profile}: {}", why.join("; ")));
                for doubt in doubts {
                    say.warning(doubt);
                }
                vec![detected.profile]
            }
            ProfileArg::All => Profile::ALL.to_vec(),
            ProfileArg::One(profile) => vec![profile],
        };
        let settings = |profile: Profile| {
            if profile == detected.profile { detected.options } else { Options::of(profile) }
        };
        let mut all: Vec<(Profile, Options)> =
            all.drain(..).map(|profile| (profile, settings(profile))).collect();
        for option in &args.cilium_option {
            let Some((key, value)) = option.split_once('=') else {
                bail!("{option:?} is no setting; write one as in enable-policy=always");
            };
            for (_, options) in all.iter_mut().filter(|(profile, _)| *profile == Profile::Cilium) {
                set(options, key, value)?;
            }
            if all.iter().all(|(profile, _)| *profile != Profile::Cilium) {
                set(&mut Options::of(Profile::Cilium), key, value)?;
                say.warning(&format!("the setting {option} of Cilium has no effect under this profile"));
            }
        }
        Ok(Self { all, compared: args.profile == ProfileArg::All })
    }

    /// The one profile of commands that answer under one at a time.
    pub(crate) fn one(args: &ProfileArgs, worlds: &[&World], say: &Say) -> Result<(Profile, Options)> {
        if args.profile == ProfileArg::All {
            bail!("what is proved is proved under one profile at a time: name the one that enforces");
        }
        let profiles = Self::choose(args, worlds, say)?;
        profiles.all.into_iter().next().ok_or_else(|| anyhow::anyhow!("no profile was chosen"))
    }
}

fn set(options: &mut Options, key: &str, value: &str) -> Result<()> {
    match options.set(key, value) {
        Some(true) => Ok(()),
        Some(false) => bail!("{value:?} is nothing that Cilium's {key} can be"),
        None => bail!("no verdict depends on {key:?}; the settings are {}", Options::KEYS.join(", ")),
    }
}

/// A world under each of some profiles; what is wrong with its documents is told once, whoever sees it.
pub(crate) fn lower(world: &World, profiles: &[(Profile, Options)], say: &Say) -> Vec<Lowered> {
    let state = &world.state;
    let all: Vec<Lowered> =
        profiles.iter().map(|(profile, options)| state.lower(*profile, options)).collect();
    let mut problems: Vec<Problem> = state.problems.iter().chain(&state.policies.problems).cloned().collect();
    problems.extend(joined(&all));
    world.tell_problems(&problems, say);
    all
}

/// The problems that profiles have with documents, each once, with the profiles that have it where not all do.
fn joined(all: &[Lowered]) -> Vec<Problem> {
    let mut found: Vec<(Problem, Vec<&str>)> = Vec::new();
    for lowered in all {
        let name = lowered.profile.name();
        for problem in &lowered.problems {
            let message = problem.message.replace(&format!("profile {name}"), PROFILES);
            let same = |(known, _): &&mut (Problem, Vec<&str>)| {
                (&known.place, known.loss, &known.message) == (&problem.place, problem.loss, &message)
            };
            match found.iter_mut().find(same) {
                Some((_, names)) if names.last() == Some(&name) => {}
                Some((_, names)) => names.push(name),
                None => found.push((Problem { message, ..problem.clone() }, vec![name])),
            }
        }
    }
    let told = |(problem, names): (Problem, Vec<&str>)| {
        let word = if names.len() == 1 { "profile" } else { "profiles" };
        let under = format!("{word} {}", names.join(", "));
        let message = if problem.message.contains(PROFILES) {
            problem.message.replace(PROFILES, &under)
        } else if names.len() == all.len() {
            problem.message
        } else {
            format!("{} ({under})", problem.message)
        };
        Problem { message, ..problem }
    };
    found.into_iter().map(told).collect()
}

/// Stands for the names of profiles until all are known.
const PROFILES: &str = "\u{0}";
