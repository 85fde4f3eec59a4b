//! The labels by which rules know what can talk.

use ironsides_tree::Text;
use rustc_hash::FxHashMap;

use crate::cluster::Labels;
use crate::kinds::selector::{Asked, Selector};
use crate::matcher::{Operator, Requirement};
use crate::symbol::{Symbol, Symbols};

/// Whose labels a selector asks about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::profile) enum Of {
    /// Pods: keys begin with `pod:`.
    Pods,
    /// Their namespaces: keys begin with `namespace:`.
    Namespaces,
    /// Nodes: keys begin with `node:`.
    Nodes,
}

/// Keys and values that are nobody's labels, and which labels the rules ask about: others need not be looked at.
#[derive(Clone, Debug)]
pub(in crate::profile) struct Keys {
    /// `:kind`, with one of the three values below. Only pods have `:namespace`.
    pub(in crate::profile) kind: Symbol,
    /// A pod with an address of its own.
    pub(in crate::profile) pod: Symbol,
    /// A node, or a pod in its network.
    pub(in crate::profile) node: Symbol,
    /// An address outside the cluster.
    pub(in crate::profile) outside: Symbol,
    /// `:namespace`: the name of the namespace.
    pub(in crate::profile) namespace: Symbol,
    /// `:own-node`: a node as the pods on it see it.
    pub(in crate::profile) own_node: Symbol,
    /// `:unplaced`: a pod of which nobody knows the node.
    pub(in crate::profile) unplaced: Symbol,
    /// `:address`: there where the address is unknown and counts.
    pub(in crate::profile) address: Symbol,
    /// `:name`: the name that the address is one of, where a service stands for it and a rule asks for it.
    pub(in crate::profile) name: Symbol,
    /// The value of labels that have but one.
    pub(in crate::profile) yes: Symbol,
    used: [FxHashMap<Text, Symbol>; 3],
}

impl Keys {
    /// Interns them.
    pub(in crate::profile) fn new(symbols: &mut Symbols) -> Self {
        Self {
            kind: symbols.intern(":kind"),
            pod: symbols.intern("pod"),
            node: symbols.intern("node"),
            outside: symbols.intern("outside"),
            namespace: symbols.intern(":namespace"),
            own_node: symbols.intern(":own-node"),
            unplaced: symbols.intern(":unplaced"),
            address: symbols.intern(":address"),
            name: symbols.intern(":name"),
            yes: symbols.intern("yes"),
            used: Default::default(),
        }
    }

    /// Whether labels that were taken for these keys hold all that others ask for.
    pub(in crate::profile) fn cover(&self, other: &Self) -> bool {
        let mut both = self.used.iter().zip(&other.used);
        both.all(|(own, others)| others.iter().all(|(key, symbol)| own.get(key) == Some(symbol)))
    }

    /// What a selector asks, as requirements on views.
    pub(in crate::profile) fn requirements(
        &mut self,
        symbols: &mut Symbols,
        of: Of,
        selector: &Selector,
    ) -> Vec<Requirement> {
        let mut requirements = Vec::with_capacity(selector.0.len());
        for asked in &selector.0 {
            let key = self.key(symbols, of, &asked.key);
            let mut interned = |values: &[Text]| values.iter().map(|value| symbols.intern(value)).collect();
            let operator = match &asked.operator {
                Asked::In(values) => Operator::In(interned(values)),
                Asked::NotIn(values) => Operator::NotIn(interned(values)),
                Asked::Exists => Operator::Exists,
                Asked::DoesNotExist => Operator::DoesNotExist,
            };
            requirements.push(Requirement { key, operator });
        }
        requirements
    }

    fn key(&mut self, symbols: &mut Symbols, of: Of, key: &Text) -> Symbol {
        let (used, prefix) = match of {
            Of::Pods => (&mut self.used[0], "pod:"),
            Of::Namespaces => (&mut self.used[1], "namespace:"),
            Of::Nodes => (&mut self.used[2], "node:"),
        };
        *used.entry(key.clone()).or_insert_with(|| symbols.intern(&format!("{prefix}{key}")))
    }

    /// The labels that some rule asks about.
    pub(in crate::profile) fn labels(
        &self,
        symbols: &mut Symbols,
        of: Of,
        labels: &Labels,
    ) -> Vec<(Symbol, Symbol)> {
        let used = match of {
            Of::Pods => &self.used[0],
            Of::Namespaces => &self.used[1],
            Of::Nodes => &self.used[2],
        };
        if used.is_empty() {
            return Vec::new();
        }
        let asked = labels.iter().filter_map(|(key, value)| Some((*used.get(key)?, value)));
        asked.map(|(key, value)| (key, symbols.intern(value))).collect()
    }
}
