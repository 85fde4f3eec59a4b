//! What is asked of all nodes of an input together.

use std::sync::Arc;

use ironsides_core::Inventory;
use ironsides_settings::{Component, Host, Settings};
use ironsides_tree::Text;
use rustc_hash::FxHashMap;

use super::keys::Keys;
use super::siblings::Siblings;

/// The nodes of an input. Each document is read once, and its facts are not kept.
pub(crate) struct Nodes {
    /// How each differs from those of its role.
    pub(super) siblings: Siblings,
    /// The keys that stand on them.
    pub(super) keys: Keys,
    /// Of each node by its name, the components of which its facts tell what they run with, or that they do not run.
    told: FxHashMap<Text, Vec<Component>>,
}

impl Nodes {
    /// The nodes of an input; gathered once.
    pub(crate) fn of(inventory: &Inventory) -> Arc<Self> {
        inventory.derived(|inventory| {
            let (mut keys, mut told) = (Keys::default(), FxHashMap::default());
            let siblings = Siblings::new(inventory, |object, host, settings| {
                keys.add(object, host);
                told.insert(Text::new(&host.metadata.name), told_of(host, settings));
            });
            Self { siblings, keys, told }
        })
    }

    /// Whether the facts of a node tell what a component runs with there.
    pub(crate) fn tell(&self, node: &str, component: Component) -> bool {
        self.told.get(node).is_some_and(|told| told.contains(&component))
    }

    /// Whether there are any facts, and every one tells what a component runs with.
    pub(crate) fn all_tell(&self, component: Component) -> bool {
        !self.told.is_empty() && self.told.values().all(|told| told.contains(&component))
    }
}

/// The components of which the facts of a node tell all. What does not run there is told where its processes were seen.
fn told_of(host: &Host, settings: &[Settings]) -> Vec<Component> {
    // What a kubelet answers says nothing of others.
    if host.is_answer() {
        return vec![Component::Kubelet];
    }
    let is_told = |component: &Component| {
        let mut own = settings.iter().filter(|one| one.component() == *component).peekable();
        if own.peek().is_none() { host.gap("processes").is_none() } else { own.all(Settings::is_whole) }
    };
    Component::ALL.into_iter().filter(is_told).collect()
}
