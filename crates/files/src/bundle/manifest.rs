//! The first member of a bundle: what the others are.

use ironsides_core::{Extent, Listing, Server};
use serde::{Deserialize, Serialize};

/// The member's name.
pub(super) const NAME: &str = "manifest.json";
/// What tells a bundle from other archives.
pub(super) const FORMAT: &str = "ironsides-facts";

/// What a bundle was made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum BundleOf {
    /// A cluster: what is not in it was not there, as far as listings are complete.
    Cluster,
    /// Files: nobody knows what else the cluster holds.
    Files,
}

/// Only what tells the version apart; read first, so that a newer manifest is not called damaged.
#[derive(Deserialize)]
pub(super) struct Form {
    #[serde(default)]
    pub(super) format: String,
    #[serde(default)]
    pub(super) version: u32,
}

/// `manifest.json`
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Manifest {
    pub(super) format: String,
    pub(super) version: u32,
    pub(super) ironsides: String,
    pub(super) of: BundleOf,
    /// Milliseconds since 1970, UTC.
    pub(super) taken: u64,
    pub(super) server: Server,
    pub(super) listings: Vec<Member>,
}

/// One listing.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Member {
    pub(super) request: String,
    pub(super) group: String,
    pub(super) version: String,
    pub(super) resource: String,
    pub(super) kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) namespace: Option<String>,
    #[serde(flatten)]
    pub(super) extent: Extent,
    /// How many objects there are.
    pub(super) objects: u64,
    /// Where they are; nothing where there are none.
    #[serde(default, flatten, skip_serializing_if = "Option::is_none")]
    pub(super) content: Option<Content>,
}

/// The member of the archive that holds the objects of a listing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Content {
    pub(super) file: String,
    /// Its size.
    pub(super) bytes: u64,
    /// In small hexadecimal digits.
    pub(super) sha256: String,
}

/// The name of the member of a listing: its number, and what people call its objects.
pub(super) fn file(at: usize, listing: &Listing) -> String {
    let mut name = listing.resource.to_string();
    for part in [listing.group.as_str(), listing.namespace.as_deref().unwrap_or_default()] {
        if !part.is_empty() {
            name = format!("{name}.{part}");
        }
    }
    let is_plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    let name: String = name.chars().filter(is_plain).take(72).collect();
    format!("listings/{:03}-{name}.jsonl", at + 1)
}
