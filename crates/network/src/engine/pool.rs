//! The different connections of a cluster, each once.

use std::sync::{Mutex, PoisonError};

use rustc_hash::FxHashMap;

use super::classes::number;
use super::connections::Connections;
use crate::rule::{Action, Rule};
use crate::verdict::Verdict;

/// Which [`Connections`] of an engine. Equal connections have equal numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionsId(pub(super) u32);

impl ConnectionsId {
    /// Nothing goes through.
    pub const NOTHING: Self = Self(0);
    /// Everything goes through.
    pub const EVERYTHING: Self = Self(1);
}

/// A list of candidates: the first rules of each effect with the numbers of their conditions, on the subject and on the peer,
/// and the named ports that they may ask for.
pub(super) type List = (Box<[(u32, [u32; 2])]>, u32);

/// The different connections of a cluster, each once, with what was found before.
pub(super) struct Pool {
    inner: Mutex<Inner>,
    /// Whether nothing goes through wherever one end lets nothing through: only a plug-in that gave up at the other is another
    /// matter.
    nothing_is_final: bool,
}

struct Inner {
    known: FxHashMap<Connections, ConnectionsId>,
    values: Vec<Connections>,
    lists: FxHashMap<List, ConnectionsId>,
    joined: FxHashMap<(ConnectionsId, ConnectionsId), ConnectionsId>,
}

impl Inner {
    fn intern(&mut self, connections: &Connections) -> ConnectionsId {
        if let Some(&id) = self.known.get(connections) {
            return id;
        }
        let id = ConnectionsId(number(self.values.len()));
        self.values.push(connections.clone());
        self.known.insert(connections.clone(), id);
        id
    }
}

impl Pool {
    pub(super) fn new(rules: &[Rule]) -> Self {
        let mut inner = Inner {
            known: FxHashMap::default(),
            values: Vec::new(),
            lists: FxHashMap::default(),
            joined: FxHashMap::default(),
        };
        inner.intern(&Connections::uniform(&Verdict::Deny));
        inner.intern(&Connections::uniform(&Verdict::Allow));
        let nothing_is_final = !rules.iter().any(|rule| rule.action == Action::Break);
        Self { inner: Mutex::new(inner), nothing_is_final }
    }

    /// Whether what one end says is enough to know that nothing goes through.
    pub(super) fn is_final(&self, one: ConnectionsId) -> bool {
        self.nothing_is_final && one == ConnectionsId::NOTHING
    }

    fn with<T>(&self, what: impl FnOnce(&mut Inner) -> T) -> T {
        what(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The connections of a number; nothing for a number of another engine.
    pub(super) fn get(&self, id: ConnectionsId) -> Connections {
        self.with(|inner| inner.values.get(id.0 as usize).or_else(|| inner.values.first()).cloned())
            .unwrap_or_else(|| Connections::uniform(&Verdict::Deny))
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.with(|inner| inner.values.len())
    }

    /// How many different lists of candidates were judged.
    pub(super) fn judged(&self) -> usize {
        self.with(|inner| inner.lists.len())
    }

    /// What a list of candidates makes; it is judged the first time.
    pub(super) fn list(&self, list: List, judge: impl FnOnce(&List) -> Connections) -> ConnectionsId {
        if let Some(id) = self.with(|inner| inner.lists.get(&list).copied()) {
            return id;
        }
        let connections = judge(&list);
        self.with(|inner| {
            let id = inner.intern(&connections);
            inner.lists.insert(list, id);
            id
        })
    }

    /// What goes through both ends, the sender's first.
    pub(super) fn and(&self, one: ConnectionsId, other: ConnectionsId) -> ConnectionsId {
        match (one, other) {
            (one, other) if self.is_final(one) || self.is_final(other) => return ConnectionsId::NOTHING,
            (ConnectionsId::EVERYTHING, id) | (id, ConnectionsId::EVERYTHING) => return id,
            _ => {}
        }
        let key = (one, other);
        if let Some(id) = self.with(|inner| inner.joined.get(&key).copied()) {
            return id;
        }
        let joined = self.get(one).and(&self.get(other));
        self.with(|inner| {
            let id = inner.intern(&joined);
            inner.joined.insert(key, id);
            id
        })
    }
}
