//! The arguments of `ironsides harden`.

mod diff;
mod generate;
mod verify;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand, ValueEnum};
use ironsides_harden::{Distribution, Encryption, Join, Profile};

pub(crate) use self::diff::DiffArgs;
pub(crate) use self::generate::GenerateArgs;
pub(crate) use self::verify::VerifyArgs;

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
    /// Compare what runs on a node with what a profile wants
    Diff(Box<DiffArgs>),
    /// Read a generated folder back, also an edited one: does it hold together, and what would be in force
    Verify(VerifyArgs),
}

/// How an answer is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum HardenFormat {
    // Without documentation: the help lists the words alone.
    Table,
    Json,
    Yaml,
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
