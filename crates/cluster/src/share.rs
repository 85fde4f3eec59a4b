//! Equal parts of objects, kept once.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use ironsides_tree::{Entry, Map, Node, Span, Text, Value};
use rustc_hash::{FxHashMap, FxHashSet, FxHasher};

/// So many parts are remembered before those that nothing shares are forgotten.
const REMEMBERED: usize = 1 << 20;
/// So many texts are remembered.
const TEXTS: usize = 1 << 17;
/// Texts up to this length lie in a node itself, and longer ones than the second are no words that return.
const INLINE: usize = 23;
const LONGEST: usize = 512;

/// Keeps equal lists and maps once, for the objects of one collection: a thousand replicas of a pod template cost one.
///
/// A part is known by what it holds: scalars by value, lists and maps by the place of the one that is kept. What was not
/// found again for long is forgotten, and then costs as much as it would without this.
#[derive(Default)]
pub(crate) struct Sharer {
    maps: FxHashMap<u64, Arc<Map>>,
    lists: FxHashMap<u64, Arc<[Node]>>,
    texts: FxHashSet<Text>,
    limit: usize,
}

/// What of an object is not kept: asked of each key with where it stands (keys from the top, list items without).
pub(crate) type Drop<'a> = &'a dyn Fn(&[&str], &str) -> bool;

impl Sharer {
    /// A node that is equal to this one, but for what is dropped, with shared parts and without places in a text.
    pub(crate) fn keep(&mut self, node: &Node, drop: Drop<'_>) -> Node {
        self.forget();
        let mut path = Vec::with_capacity(16);
        self.node(node, &mut path, drop)
    }

    fn node<'a>(&mut self, node: &'a Node, path: &mut Vec<&'a str>, drop: Drop<'_>) -> Node {
        Node::bare(match node.value() {
            Value::String(text) => Value::String(self.text(text)),
            Value::List(items) => {
                let items: Vec<Node> = items.iter().map(|item| self.node(item, path, drop)).collect();
                Value::List(self.list(items))
            }
            Value::Map(map) => {
                let mut entries = Vec::with_capacity(map.len());
                for entry in map.entries() {
                    if drop(path, &entry.key) {
                        continue;
                    }
                    path.push(&entry.key);
                    let value = self.node(&entry.value, path, drop);
                    path.pop();
                    entries.push(Entry { key: self.text(&entry.key), key_span: Span::NONE, value });
                }
                Value::Map(self.map(entries))
            }
            value => value.clone(),
        })
    }

    fn text(&mut self, text: &Text) -> Text {
        if text.len() <= INLINE || text.len() > LONGEST {
            return text.clone();
        }
        if let Some(known) = self.texts.get(text) {
            return known.clone();
        }
        if self.texts.len() >= TEXTS {
            self.texts.clear();
        }
        self.texts.insert(text.clone());
        text.clone()
    }

    fn list(&mut self, items: Vec<Node>) -> Arc<[Node]> {
        let mut hasher = FxHasher::default();
        items.len().hash(&mut hasher);
        for item in &items {
            mark(item, &mut hasher);
        }
        let hash = hasher.finish();
        match self.lists.get(&hash) {
            Some(known) if known.len() == items.len() && known.iter().zip(&items).all(|(a, b)| a == b) => {
                Arc::clone(known)
            }
            // Two different parts with one hash: the first is remembered.
            Some(_) => items.into(),
            None => Arc::clone(self.lists.entry(hash).or_insert(items.into())),
        }
    }

    fn map(&mut self, entries: Vec<Entry>) -> Arc<Map> {
        let mut hasher = FxHasher::default();
        entries.len().hash(&mut hasher);
        for entry in &entries {
            entry.key.hash(&mut hasher);
            mark(&entry.value, &mut hasher);
        }
        let hash = hasher.finish();
        let is_same = |known: &Map| {
            let pairs = known.entries().iter().zip(&entries);
            known.len() == entries.len()
                && pairs.into_iter().all(|(a, b)| a.key == b.key && a.value == b.value)
        };
        match self.maps.get(&hash) {
            Some(known) if is_same(known) => Arc::clone(known),
            Some(_) => Arc::new(Map::new(entries)),
            None => Arc::clone(self.maps.entry(hash).or_insert(Arc::new(Map::new(entries)))),
        }
    }

    /// Forgets what nothing shares, now and then.
    fn forget(&mut self) {
        if self.maps.len() + self.lists.len() < self.limit.max(REMEMBERED) {
            return;
        }
        self.maps.retain(|_, map| Arc::strong_count(map) > 2);
        self.lists.retain(|_, list| Arc::strong_count(list) > 2);
        self.limit = (self.maps.len() + self.lists.len()) * 2;
    }
}

/// What tells a part from another.
fn mark(node: &Node, hasher: &mut FxHasher) {
    match node.value() {
        Value::Null => 0u8.hash(hasher),
        Value::Bool(value) => (1u8, value).hash(hasher),
        Value::Int(value) => (2u8, value).hash(hasher),
        Value::Float(value) => (3u8, value.to_bits()).hash(hasher),
        Value::String(value) => (4u8, value).hash(hasher),
        Value::List(value) => (5u8, Arc::as_ptr(value).cast::<Node>()).hash(hasher),
        Value::Map(value) => (6u8, Arc::as_ptr(value)).hash(hasher),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Node {
        ironsides_tree::parse_one(text).unwrap()
    }

    fn all(_: &[&str], _: &str) -> bool {
        false
    }

    #[test]
    fn equal_parts_are_one_and_the_others_are_not() {
        let mut sharer = Sharer::default();
        let a = sharer.keep(
            &parse("{metadata: {name: a}, spec: {list: [1, {x: 1.5}], long: a text of more than 23 bytes}}"),
            &all,
        );
        let b = sharer.keep(
            &parse("{metadata: {name: b}, spec: {list: [1, {x: 1.5}], long: a text of more than 23 bytes}}"),
            &all,
        );
        let c = sharer.keep(&parse("{metadata: {name: b}, spec: {list: ['1', {x: 1.5}]}}"), &all);
        let map = |node: &Node, key: &str| match node.get(key).unwrap().value() {
            Value::Map(map) => Arc::as_ptr(map),
            _ => unreachable!(),
        };
        assert_eq!(map(&a, "spec"), map(&b, "spec"));
        assert_ne!(map(&a, "metadata"), map(&b, "metadata"));
        assert_eq!(map(&b, "metadata"), map(&c, "metadata"));
        assert_ne!(map(&b, "spec"), map(&c, "spec"));
        assert_eq!(c, parse("{metadata: {name: b}, spec: {list: ['1', {x: 1.5}]}}"));
    }

    #[test]
    fn what_is_dropped_is_named_by_its_place() {
        let mut sharer = Sharer::default();
        let drop = |path: &[&str], key: &str| matches!((path, key), (["a", "list"], "x"));
        let kept = sharer.keep(&parse("{x: 1, a: {x: 2, list: [{x: 3, y: {x: 4}}]}}"), &drop);
        assert_eq!(kept, parse("{x: 1, a: {x: 2, list: [{y: {x: 4}}]}}"));
    }

    #[test]
    fn nothing_changes_when_much_is_forgotten() {
        let mut sharer = Sharer { limit: 0, ..Sharer::default() };
        for number in 0..2000 {
            let text = format!("{{n: {{n: {number}}}, same: {{a: [b]}}}}");
            assert_eq!(sharer.keep(&parse(&text), &all), parse(&text));
            if number % 100 == 0 {
                sharer.maps.retain(|_, map| Arc::strong_count(map) > 2);
                sharer.lists.retain(|_, list| Arc::strong_count(list) > 2);
            }
        }
    }
}
