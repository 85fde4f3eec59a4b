//! Generators of hardened configuration: what a profile wants of a cluster's components, as the files that kubeadm, k3s,
//! RKE2, Talos and kubespray read; what differs from what runs; whether a folder of such files holds together.
//!
//! [`Plan::new`] says what is wanted, with the reasons; [`Plan::outputs`] writes it. Nothing here touches a disk or asks
//! for randomness: keys are made of the bytes that are handed in, and the rest is the same every time.

mod describe;
mod diff;
mod distribution;
mod emit;
mod error;
mod flags;
mod holds;
mod old_advice;
mod options;
mod parts;
mod plan;
mod profile;
mod readme;
mod verify;
mod wanted;
mod yaml;

pub use describe::{DESCRIPTION, describe, read_description};
pub use diff::{Compared, Comparison, State, diff};
pub use distribution::Distribution;
pub use error::HardenError;
pub use flags::{Known, lookup};
pub use old_advice::{ALL as OLD_ADVICE, Old, OldKind, plugin as old_plugin};
pub use options::{Encryption, Join, NEWEST_MINOR, OLDEST_MINOR, Options, Version};
pub use parts::Output;
pub use parts::modes::Mode;
pub use plan::Plan;
pub use profile::Profile;
pub use verify::{Folder, Found, Problem, Verified, verify};
pub use wanted::{By, Holds, Value, Wanted};
