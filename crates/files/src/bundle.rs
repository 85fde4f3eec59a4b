//! Fact bundles: what was read of a cluster, as one file.
//!
//! A bundle is a tar archive in one zstd frame. `manifest.json` comes first: the format, when and of which server it was
//! taken, and for every listing its request, how complete it is, and the size and SHA-256 of the member that holds its
//! objects, one JSON object a line. The same facts give the same bytes. Values of Secrets are taken out on the way in,
//! whoever took them out before. Hashes tell of damage; a bundle is not signed, so they do not tell who made it.

mod manifest;
mod read;
#[cfg(test)]
mod tests;
mod write;

use ironsides_core::Facts;

pub use manifest::BundleOf;
pub use read::{BundleLimits, read_bundle, read_bundle_from};
pub use write::write_bundle;

/// The version of the format that is written, and the newest that is read.
pub const BUNDLE_FORMAT: u32 = 1;

/// What a bundle holds.
#[derive(Clone, Debug)]
pub struct Bundle {
    /// What it was made of.
    pub of: BundleOf,
    /// The version of the program that wrote it.
    pub ironsides: String,
    /// What was read.
    pub facts: Facts,
}
