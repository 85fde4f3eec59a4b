//! The arguments of `ironsides harden`.

mod generate;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use ironsides_harden::{Distribution, Encryption, Join, Profile};

pub(crate) use self::generate::GenerateArgs;

/// `ironsides harden`
#[derive(Args, Debug)]
pub(crate) struct HardenArgs {
    #[command(subcommand)]
    pub(crate) command: HardenCommand,
}

/// The commands of `ironsides harden`.
#[derive(Debug, Subcommand)]
pub(crate) enum HardenCommand {
    /// Write hardened configuration for kubeadm, k3s, RKE2, Talos or kubespray, every line explained
    Generate(Box<GenerateArgs>),
}

fn profile() -> impl TypedValueParser<Value = Profile> {
    PossibleValuesParser::new(Profile::ALL.map(Profile::word)).try_map(|word| word.parse::<Profile>())
}

fn distribution() -> impl TypedValueParser<Value = Distribution> {
    PossibleValuesParser::new(Distribution::ALL.map(Distribution::word))
        .try_map(|word| word.parse::<Distribution>())
}

fn encryption() -> impl TypedValueParser<Value = Encryption> {
    PossibleValuesParser::new(Encryption::ALL.map(Encryption::word))
        .try_map(|word| word.parse::<Encryption>())
}

fn join() -> impl TypedValueParser<Value = Join> {
    PossibleValuesParser::new(Join::ALL.map(Join::word)).try_map(|word| word.parse::<Join>())
}
