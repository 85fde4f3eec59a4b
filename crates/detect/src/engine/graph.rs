//! The conditions of all rules as one graph, in which equal parts are there once.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::field::{Catalogue, FieldUse};
use crate::filter::{Check, FilterError};
use crate::predicate::{Predicate, Source};

/// A node's place in its graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub(crate) u32);

/// A part of a condition.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Node {
    /// Always true or always false.
    Constant(bool),
    /// A comparison, by its place among the graph's.
    Check(u32),
    /// True when the part is false.
    Not(NodeId),
    /// True when all parts are.
    And(Box<[NodeId]>),
    /// True when any part is.
    Or(Box<[NodeId]>),
}

/// The conditions of rules over one source.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    nodes: Vec<Node>,
    predicates: Vec<Predicate>,
    /// The fields that comparisons look at untransformed, each once.
    fields: Vec<FieldUse>,
    /// By comparison, which of these it looks at.
    compared: Vec<Option<u32>>,
}

impl Graph {
    /// All comparisons.
    pub fn predicates(&self) -> &[Predicate] {
        &self.predicates
    }

    /// The fields that comparisons look at untransformed, each once.
    pub(crate) fn compared_fields(&self) -> &[FieldUse] {
        &self.fields
    }

    /// The place among these of the field that a comparison looks at.
    pub(crate) fn compared(&self, check: u32) -> Option<u32> {
        self.compared.get(check as usize).copied().flatten()
    }

    /// A node.
    pub fn node(&self, id: NodeId) -> &Node {
        self.nodes.get(id.0 as usize).unwrap_or(&Node::Constant(false))
    }

    /// The fields below a node, each once.
    pub(crate) fn fields(&self, id: NodeId) -> Vec<FieldUse> {
        let mut fields: Vec<FieldUse> = Vec::new();
        for at in self.checks(id) {
            let Some(predicate) = self.predicates.get(at as usize) else { continue };
            for field in predicate.fields() {
                if !fields.contains(field) {
                    fields.push(field.clone());
                }
            }
        }
        fields
    }

    /// The comparisons below a node, in order of their numbers.
    fn checks(&self, id: NodeId) -> Vec<u32> {
        let mut found = FxHashSet::default();
        let mut seen = FxHashSet::default();
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            if !seen.insert(id) {
                continue;
            }
            match self.node(id) {
                Node::Constant(_) => {}
                Node::Check(at) => _ = found.insert(*at),
                Node::Not(part) => open.push(*part),
                Node::And(parts) | Node::Or(parts) => open.extend(parts.iter().copied()),
            }
        }
        let mut found: Vec<u32> = found.into_iter().collect();
        found.sort_unstable();
        found
    }
}

/// Makes a graph. Nodes and comparisons that are there already are used again.
#[derive(Clone, Debug, Default)]
pub struct GraphBuilder {
    graph: Graph,
    known: FxHashMap<Node, NodeId>,
    known_checks: FxHashMap<String, u32>,
    known_fields: FxHashMap<FieldUse, u32>,
}

impl GraphBuilder {
    /// The graph.
    pub fn finish(self) -> Graph {
        self.graph
    }

    /// A node made so far.
    pub fn node(&self, id: NodeId) -> &Node {
        self.graph.node(id)
    }

    pub(crate) fn predicate(&self, at: u32) -> Option<&Predicate> {
        self.graph.predicates.get(at as usize)
    }

    /// What is odd about the comparisons below a node.
    pub(crate) fn remarks(&self, id: NodeId) -> Vec<String> {
        let checks = self.graph.checks(id);
        checks.iter().filter_map(|at| self.predicate(*at)?.remark.clone()).collect()
    }

    /// A comparison.
    pub fn check(&mut self, check: &Check, catalogue: Catalogue) -> Result<NodeId, FilterError> {
        let key = check.to_string();
        let at = if let Some(at) = self.known_checks.get(&key) {
            *at
        } else {
            let predicate = Predicate::new(check, catalogue)?;
            let at = u32::try_from(self.graph.predicates.len()).unwrap_or(u32::MAX);
            let field = match &predicate.source {
                Source::Field(field) => Some(self.field(field)),
                Source::Apply { .. } => None,
            };
            self.graph.predicates.push(predicate);
            self.graph.compared.push(field);
            self.known_checks.insert(key, at);
            at
        };
        Ok(self.add(Node::Check(at)))
    }

    /// A field's place among those that comparisons look at.
    fn field(&mut self, field: &FieldUse) -> u32 {
        if let Some(at) = self.known_fields.get(field) {
            return *at;
        }
        let at = u32::try_from(self.graph.fields.len()).unwrap_or(u32::MAX);
        self.graph.fields.push(field.clone());
        self.known_fields.insert(field.clone(), at);
        at
    }

    /// The opposite of a node.
    pub fn not(&mut self, part: NodeId) -> NodeId {
        match self.node(part) {
            Node::Not(inner) => *inner,
            Node::Constant(value) => {
                let value = !value;
                self.add(Node::Constant(value))
            }
            _ => self.add(Node::Not(part)),
        }
    }

    /// All of some nodes.
    pub fn and(&mut self, parts: Vec<NodeId>) -> NodeId {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match self.node(part) {
                Node::Constant(true) => {}
                Node::Constant(false) => return part,
                Node::And(inner) => flat.extend(inner.iter().copied()),
                _ => flat.push(part),
            }
        }
        self.several(flat, true)
    }

    /// Any of some nodes.
    pub fn or(&mut self, parts: Vec<NodeId>) -> NodeId {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match self.node(part) {
                Node::Constant(false) => {}
                Node::Constant(true) => return part,
                Node::Or(inner) => flat.extend(inner.iter().copied()),
                _ => flat.push(part),
            }
        }
        self.several(flat, false)
    }

    fn several(&mut self, mut parts: Vec<NodeId>, all: bool) -> NodeId {
        let mut seen = FxHashSet::default();
        parts.retain(|part| seen.insert(*part));
        match &*parts {
            [] => self.add(Node::Constant(all)),
            [only] => *only,
            _ if all => self.add(Node::And(parts.into())),
            _ => self.add(Node::Or(parts.into())),
        }
    }

    /// A constant.
    pub(crate) fn constant(&mut self, value: bool) -> NodeId {
        self.add(Node::Constant(value))
    }

    fn add(&mut self, node: Node) -> NodeId {
        if let Some(id) = self.known.get(&node) {
            return *id;
        }
        let id = NodeId(u32::try_from(self.graph.nodes.len()).unwrap_or(u32::MAX));
        self.graph.nodes.push(node.clone());
        self.known.insert(node, id);
        id
    }

    /// A builder that goes on with nodes only: its comparisons are another graph's.
    pub(crate) fn of_nodes() -> Self {
        Self::default()
    }

    /// A comparison of another graph, by its number.
    pub(crate) fn check_number(&mut self, at: u32) -> NodeId {
        self.add(Node::Check(at))
    }

    pub(crate) fn nodes(&self) -> &[Node] {
        &self.graph.nodes
    }
}
