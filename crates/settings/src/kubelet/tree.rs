//! Configurations as trees of JSON whose leaves know which document they came from, and JSON merge patches over them.

use std::collections::BTreeMap;

use ironsides_tree::{Node, Text, Value};

/// A value and, for scalars and lists, the document it was written in. Keys stand in the order of their bytes, which is
/// the order in which Go writes them and reads them again.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Tree {
    /// A scalar, a list or null.
    Leaf(Node, From),
    /// A map.
    Map(BTreeMap<Text, Tree>),
}

/// Where a leaf came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum From {
    /// The configuration as it was before.
    State,
    /// A document, by number.
    Document(usize),
}

impl Tree {
    /// The tree of a value.
    pub(super) fn of(node: &Node, from: From) -> Self {
        match node.value() {
            Value::Map(map) => Self::Map(
                map.entries().iter().map(|entry| (entry.key.clone(), Self::of(&entry.value, from))).collect(),
            ),
            _ => Self::Leaf(node.clone(), from),
        }
    }

    /// Whether it is null.
    pub(super) fn is_null(&self) -> bool {
        matches!(self, Self::Leaf(node, _) if node.is_null())
    }
}

/// Merges a patch into a map by RFC 7396: maps are merged key by key, null removes a key, anything else replaces what
/// was there.
pub(super) fn merge(target: &mut BTreeMap<Text, Tree>, patch: BTreeMap<Text, Tree>) {
    for (key, patch) in patch {
        if patch.is_null() {
            target.remove(&key);
            continue;
        }
        match (target.get_mut(&key), patch) {
            (Some(Tree::Map(inner)), Tree::Map(patch)) => merge(inner, patch),
            (_, Tree::Map(patch)) => {
                let mut inner = BTreeMap::new();
                merge(&mut inner, patch);
                target.insert(key, Tree::Map(inner));
            }
            (_, leaf) => _ = target.insert(key, leaf),
        }
    }
}

#[cfg(test)]
mod tests {
    use ironsides_tree::parse_one;
    use proptest::prelude::*;
    use serde_json::{Value as Json, json};

    use super::*;

    fn tree(json: &Json) -> BTreeMap<Text, Tree> {
        match Tree::of(&parse_one(&json.to_string()).unwrap(), From::State) {
            Tree::Map(map) => map,
            Tree::Leaf(..) => panic!("no map"),
        }
    }

    fn back(tree: &BTreeMap<Text, Tree>) -> Json {
        let value = |tree: &Tree| match tree {
            Tree::Map(inner) => back(inner),
            Tree::Leaf(node, _) => serde_json::from_str(&ironsides_tree::print::json(node)).unwrap(),
        };
        Json::Object(tree.iter().map(|(key, tree)| (key.to_string(), value(tree))).collect())
    }

    /// The algorithm of RFC 7396, section 2, over plain JSON.
    fn rfc(target: Json, patch: Json) -> Json {
        let Json::Object(patch) = patch else { return patch };
        let mut target = match target {
            Json::Object(map) => map,
            _ => serde_json::Map::new(),
        };
        for (key, value) in patch {
            if value.is_null() {
                target.remove(&key);
            } else {
                let old = target.remove(&key).unwrap_or(Json::Null);
                target.insert(key, rfc(old, value));
            }
        }
        Json::Object(target)
    }

    #[test]
    fn the_examples_of_the_standard_hold() {
        let cases = [
            (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "b"}), json!({"a": null}), json!({})),
            (json!({"a": "b", "b": "c"}), json!({"a": null}), json!({"b": "c"})),
            (json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": {"b": "c"}}), json!({"a": {"b": "d", "c": null}}), json!({"a": {"b": "d"}})),
            (json!({"a": [{"b": "c"}]}), json!({"a": [1]}), json!({"a": [1]})),
            (json!({}), json!({"a": {"bb": {"ccc": null}}}), json!({"a": {"bb": {}}})),
        ];
        for (target, patch, merged) in cases {
            let mut got = tree(&target);
            merge(&mut got, tree(&patch));
            assert_eq!(back(&got), merged, "{target} with {patch}");
        }
    }

    fn value() -> impl Strategy<Value = Json> {
        let leaf = prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::from),
            (0..3_i64).prop_map(Json::from),
            "[xy]{0,2}".prop_map(Json::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone().prop_filter("null", |v| !v.is_null()), 0..3)
                    .prop_map(Json::from),
                prop::collection::btree_map("[abc]", inner, 0..4)
                    .prop_map(|map| Json::Object(map.into_iter().collect())),
            ]
        })
    }

    fn map() -> impl Strategy<Value = Json> {
        prop::collection::btree_map("[abc]", value(), 0..4)
            .prop_map(|map| Json::Object(map.into_iter().collect()))
    }

    proptest! {
        /// Drop-ins, one after another, are merge patches, one after another.
        #[test]
        fn drop_ins_merge_as_the_standard_says(target in map(), patches in prop::collection::vec(map(), 0..4)) {
            let mut got = tree(&target);
            let mut expected = target;
            for patch in patches {
                merge(&mut got, tree(&patch));
                expected = rfc(expected, patch);
            }
            prop_assert_eq!(back(&got), expected);
        }
    }
}
