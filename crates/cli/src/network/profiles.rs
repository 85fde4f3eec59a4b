//! Whose reading of the policies counts: as it was asked for, or as it is found.

use anyhow::{Result, bail};
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
            bail!(
                "this command answers under one profile at a time; `ironsides network reach` compares them"
            );
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

/// A world under a profile; what is wrong with its documents is told.
pub(crate) fn lower(world: &World, profile: Profile, options: Options, say: &Say) -> Lowered {
    let lowered = world.state.lower(profile, &options);
    let state = &world.state;
    world.tell_problems(state.problems.iter().chain(&state.policies.problems).chain(&lowered.problems), say);
    lowered
}
