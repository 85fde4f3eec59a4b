//! Where an object is among those of the input.

use std::sync::Arc;

use ironsides_core::{Inventory, Object};
use rustc_hash::FxHashMap;

/// The places of all objects, by what no two of them share: their target.
struct Places(FxHashMap<usize, usize>);

/// The place of an object in [`Inventory::objects`]; `None` for one that is not in it.
pub(super) fn place(inventory: &Inventory, object: &Object) -> Option<usize> {
    let key = |object: &Object| Arc::as_ptr(&object.target) as usize;
    let places = inventory.derived(|inventory| {
        Places((0..).zip(inventory.objects()).map(|(at, object)| (key(object), at)).collect())
    });
    places.0.get(&key(object)).copied()
}
