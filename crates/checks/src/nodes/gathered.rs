//! What is asked of all nodes of an input together.

use std::sync::Arc;

use ironsides_core::Inventory;

use super::keys::Keys;
use super::siblings::Siblings;

/// The nodes of an input. Each document is read once, and its facts are not kept.
pub(super) struct Nodes {
    /// How each differs from those of its role.
    pub(super) siblings: Siblings,
    /// The keys that stand on them.
    pub(super) keys: Keys,
}

impl Nodes {
    /// The nodes of an input; gathered once.
    pub(super) fn of(inventory: &Inventory) -> Arc<Self> {
        inventory.derived(|inventory| {
            let mut keys = Keys::default();
            let siblings = Siblings::new(inventory, |object, host| keys.add(object, host));
            Self { siblings, keys }
        })
    }
}
