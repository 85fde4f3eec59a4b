//! Fields read as the types the server reads them as.

use ironsides_tree::{Cursor, Node};

/// Keys from one place to another.
pub(crate) type Keys = [&'static str];

/// Reads fields and remembers those that hold what the server would not take.
#[derive(Default)]
pub(super) struct Reader<'a> {
    faults: Vec<Cursor<'a>>,
}

impl<'a> Reader<'a> {
    /// The places of all faults met, each once.
    pub(super) fn into_faults(self) -> Vec<Cursor<'a>> {
        self.faults
    }

    /// Remembers a fault.
    pub(super) fn fault(&mut self, at: Cursor<'a>) {
        if !self.faults.iter().any(|known| known.path() == at.path()) {
            self.faults.push(at);
        }
    }

    /// The value at the end of a chain of keys; null is absent.
    pub(super) fn value(&mut self, at: &Cursor<'a>, keys: &Keys) -> Option<&'a Node> {
        let mut node = at.node()?;
        for (depth, key) in keys.iter().enumerate() {
            let Some(map) = node.as_map() else {
                self.fault(at.at(keys.get(..depth).unwrap_or_default()));
                return None;
            };
            node = map.get(key).filter(|node| !node.is_null())?;
        }
        Some(node)
    }

    fn typed<T>(&mut self, at: &Cursor<'a>, keys: &Keys, read: fn(&'a Node) -> Option<T>) -> Option<T> {
        let value = read(self.value(at, keys)?);
        if value.is_none() {
            self.fault(at.at(keys));
        }
        value
    }

    pub(super) fn bool(&mut self, at: &Cursor<'a>, keys: &Keys) -> Option<bool> {
        self.typed(at, keys, Node::as_bool)
    }

    pub(super) fn str(&mut self, at: &Cursor<'a>, keys: &Keys) -> Option<&'a str> {
        self.typed(at, keys, Node::as_str)
    }

    /// A number of 64 bits, as user ids are.
    pub(super) fn int(&mut self, at: &Cursor<'a>, keys: &Keys) -> Option<i64> {
        self.typed(at, keys, Node::as_i64)
    }

    /// A number of 32 bits, as ports are.
    pub(super) fn short(&mut self, at: &Cursor<'a>, keys: &Keys) -> Option<i32> {
        self.typed(at, keys, |node| node.as_i64().and_then(|number| i32::try_from(number).ok()))
    }

    /// Whether a map stands there.
    pub(super) fn has_map(&mut self, at: &Cursor<'a>, keys: &Keys) -> bool {
        self.typed(at, keys, Node::as_map).is_some()
    }

    /// The items of a list of maps with their places in it.
    pub(super) fn list(&mut self, at: &Cursor<'a>, keys: &Keys) -> std::vec::IntoIter<(usize, Cursor<'a>)> {
        let Some(items) = self.typed(at, keys, Node::as_list).filter(|items| !items.is_empty()) else {
            return Vec::new().into_iter();
        };
        let list = at.at(keys);
        let mut found = Vec::with_capacity(items.len());
        let mut cursors = list.items();
        for (index, item) in items.iter().enumerate() {
            if item.is_null() {
                // Read as an item that has nothing, which no list of these may hold.
                self.fault(list.clone());
            } else if let Some(cursor) = cursors.next() {
                if item.as_map().is_none() {
                    self.fault(cursor.clone());
                }
                found.push((index, cursor));
            }
        }
        found.into_iter()
    }

    /// The items of a list of strings; a null among them is an empty string.
    pub(super) fn strings(&mut self, at: &Cursor<'a>, keys: &Keys) -> &'a [Node] {
        let items = self.typed(at, keys, Node::as_list).unwrap_or_default();
        if items.iter().any(|item| item.as_str().is_none() && !item.is_null()) {
            self.fault(at.at(keys));
        }
        items
    }

    /// The annotations of a pod that name profiles.
    pub(super) fn annotations(&mut self, metadata: &Cursor<'a>) -> Vec<(&'a str, &'a str)> {
        let Some(map) = self.typed(metadata, &["annotations"], Node::as_map) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for (key, value) in map.iter() {
            let Some(text) = value.as_str().or(value.is_null().then_some("")) else {
                self.fault(metadata.get("annotations").get(key));
                continue;
            };
            if key.contains("apparmor.security") || key.contains("seccomp.security") {
                found.push((key, text));
            }
        }
        found
    }
}
