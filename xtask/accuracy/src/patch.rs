//! The two patches that recorded requests hold, applied as an API server applies them.

use std::sync::Arc;

use ironsides_schema::Type;
use ironsides_tree::{Map, Node, Text, Value};

/// A JSON merge patch: maps are merged, null removes, anything else replaces.
pub(crate) fn merge(base: &Node, patch: &Node) -> Node {
    merged(base, patch, &|_, old, new| merge(old, new))
}

/// A strategic merge patch: like a merge patch, but the items of lists that have a merge key are merged one by one.
pub(crate) fn strategic(base: &Node, patch: &Node, ty: Option<&'static Type>) -> Node {
    merged(base, patch, &|key, old, new| {
        let field = ty.and_then(|ty| ty.field(key));
        let inner = field.and_then(|field| field.shape.object());
        match (field.and_then(ironsides_schema::Field::merge_key), new.as_list()) {
            (Some(merge_key), Some(items)) => lists(old.items(), items, merge_key, inner),
            _ => strategic(old, new, inner),
        }
    })
}

fn merged(base: &Node, patch: &Node, inner: &dyn Fn(&str, &Node, &Node) -> Node) -> Node {
    let Some(changes) = patch.as_map() else { return patch.clone() };
    let old: Vec<(&str, &Node)> = base.as_map().into_iter().flat_map(Map::iter).collect();
    let kept = old.iter().filter(|(key, _)| changes.get(key).is_none());
    let kept = kept.map(|(key, value)| (Text::new(*key), (*value).clone()));
    let changed = changes.iter().filter(|(_, value)| !value.is_null()).map(|(key, value)| {
        let before = base.get(key).unwrap_or(&Node::NULL);
        (Text::new(key), inner(key, before, value))
    });
    let map: Map = kept.chain(changed).collect();
    Node::bare(Value::Map(Arc::new(map)))
}

fn lists(old: &[Node], new: &[Node], key: &str, ty: Option<&'static Type>) -> Node {
    let mut items = old.to_vec();
    for patch in new {
        match items.iter_mut().find(|item| item.get(key) == patch.get(key)) {
            Some(item) => *item = strategic(item, patch, ty),
            None => items.push(patch.clone()),
        }
    }
    Node::bare(Value::List(items.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ironsides_tree::parse_one;

    fn parse(text: &str) -> Node {
        parse_one(text).unwrap()
    }

    #[test]
    fn merge_patches_replace_lists_and_remove_nulls() {
        let base = parse("{a: {b: 1, c: 2}, d: [1, 2]}");
        let patch = parse("{a: {b: null, e: 3}, d: [3]}");
        assert_eq!(merge(&base, &patch), parse("{a: {c: 2, e: 3}, d: [3]}"));
    }

    #[test]
    fn strategic_patches_merge_containers_by_name() {
        let ty = ironsides_schema::kind("v1", "Pod").map(ironsides_schema::Kind::ty);
        let base = parse("{spec: {containers: [{name: a, image: x, tty: true}, {name: b, image: y}]}}");
        let patch = parse("{spec: {containers: [{name: a, image: z}], ephemeralContainers: [{name: d}]}}");
        let expected = "{spec: {containers: [{name: a, image: z, tty: true}, {name: b, image: y}], ephemeralContainers: [{name: d}]}}";
        assert_eq!(strategic(&base, &patch, ty), parse(expected));
    }
}
