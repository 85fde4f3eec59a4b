//! The arguments of `ironsides network`.

macro_rules! exit_codes {
    ($one:literal) => {
        concat!(
            "\
Exit codes:
  0    answered, from complete data
  1    ",
            $one,
            "
  2    wrong usage, or an end that is not there
  3    nothing to look at
  4    incomplete: something could not be read or decided, and the answer may depend on it
  130  interrupted"
        )
    };
}
mod diff;
mod generate;
mod lint;
mod map;
mod reach;
mod test;

use clap::{Args, Subcommand, ValueEnum};
use ironsides_network::Profile;

pub(crate) use self::diff::{DiffArgs, DiffFailOn, DiffFormat};
pub(crate) use self::generate::{GenerateArgs, GenerateFormat, KindArg};
pub(crate) use self::lint::LintArgs;
pub(crate) use self::map::{MapArgs, MapFormat, TowardArg};
pub(crate) use self::reach::{ReachArgs, ReachFormat};
pub(crate) use self::test::{TestArgs, TestFormat};

/// `ironsides network`
#[derive(Args, Debug)]
pub(crate) struct NetworkArgs {
    #[command(subcommand)]
    pub(crate) command: NetworkCommand,
}

/// The commands of `ironsides network`.
#[derive(Debug, Subcommand)]
pub(crate) enum NetworkCommand {
    /// Tell whether one end reaches another, which rules say so, and the smallest change that would flip it
    Reach(Box<ReachArgs>),
    /// Tell what can be sent between namespaces or workloads
    Map(Box<MapArgs>),
    /// Tell what is wrong with policies, and where they are missing: the checks of family network
    Lint(Box<LintArgs>),
    /// Compare what two states let through: which workloads gain or lose what, and by which policy
    Diff(Box<DiffArgs>),
    /// Hold policies against expectations, and tell which rules no expectation exercises
    Test(Box<TestArgs>),
    /// Make policies from observed flows or from what manifests intend, with the proof that nothing breaks
    Generate(Box<GenerateArgs>),
}

/// Whose reading of the policies counts.
#[derive(Args, Clone, Debug)]
pub(crate) struct ProfileArgs {
    /// The plug-in that enforces: spec (the text of the Kubernetes APIs), calico, cilium, ovn, antrea, np-guard; `auto` finds
    /// it by what runs; `all` asks every one and shows where they differ (but for `generate`, which proves under one)
    #[arg(
        long,
        visible_alias = "profiles",
        value_name = "NAME",
        default_value = "auto",
        help_heading = "Who enforces"
    )]
    pub(crate) profile: ProfileArg,
    /// A setting of Cilium, as cilium-config has it: enable-policy, enable-host-firewall, policy-cidr-match-mode,
    /// enable-node-selector-labels, allow-localhost; may be given several times. Over what `auto` finds
    #[arg(long, value_name = "KEY=VALUE", help_heading = "Who enforces")]
    pub(crate) cilium_option: Vec<String>,
}

/// Which profiles are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProfileArg {
    /// The one that is found.
    Auto,
    /// Every one.
    All,
    /// This one.
    One(Profile),
}

impl ValueEnum for ProfileArg {
    fn value_variants<'a>() -> &'a [Self] {
        const VARIANTS: [ProfileArg; 8] = [
            ProfileArg::Auto,
            ProfileArg::One(Profile::Spec),
            ProfileArg::One(Profile::Calico),
            ProfileArg::One(Profile::Cilium),
            ProfileArg::One(Profile::Ovn),
            ProfileArg::One(Profile::Antrea),
            ProfileArg::One(Profile::NpGuard),
            ProfileArg::All,
        ];
        &VARIANTS
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        let name = match self {
            Self::Auto => "auto",
            Self::All => "all",
            Self::One(profile) => profile.name(),
        };
        Some(clap::builder::PossibleValue::new(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_profile_can_be_chosen() {
        let offered: Vec<ProfileArg> = ProfileArg::value_variants().to_vec();
        for profile in Profile::ALL {
            assert!(offered.contains(&ProfileArg::One(profile)), "{profile}");
        }
        assert_eq!(offered.len(), Profile::ALL.len() + 2);
    }
}
