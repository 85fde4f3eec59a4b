//! What autoscalers of the input are about.

use std::sync::Arc;

use ironsides_core::{Inventory, Object};
use ironsides_tree::Text;
use rustc_hash::FxHashMap;

use super::AUTOSCALERS;
use crate::gathered::namespace;

/// Autoscalers by the namespace, kind and name of what they scale, as places in [`Inventory::objects`].
struct Autoscaled(FxHashMap<(Text, Text, Text), usize>);

/// The autoscaler that scales an object.
pub(super) fn autoscaler<'a>(inventory: &'a Inventory, object: &Object) -> Option<&'a Object> {
    let scaled: Arc<Autoscaled> = inventory.derived(Autoscaled::new);
    let reference = object.reference();
    let key = (Text::new(namespace(object)), reference.kind.clone(), reference.name.clone());
    scaled.0.get(&key).and_then(|&at| inventory.objects().get(at))
}

/// The kind and name of what an autoscaler scales.
pub(super) fn target(autoscaler: &Object) -> (&str, &str) {
    let text = |field| {
        let at = autoscaler.root.at(&["spec", "scaleTargetRef", field]);
        at.and_then(ironsides_tree::Node::as_str).unwrap_or_default()
    };
    (text("kind"), text("name"))
}

fn is_of(object: &Object, kinds: &[(&str, &str)]) -> bool {
    let reference = object.reference();
    kinds.iter().any(|(group, kind)| reference.kind == *kind && reference.group() == *group)
}

impl Autoscaled {
    fn new(inventory: &Inventory) -> Self {
        let all = inventory.objects().iter().enumerate();
        let found = all.filter(|(_, object)| is_of(object, AUTOSCALERS)).map(|(at, object)| {
            let (kind, name) = target(object);
            ((Text::new(namespace(object)), Text::new(kind), Text::new(name)), at)
        });
        Self(found.collect())
    }
}
