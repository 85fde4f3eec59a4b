//! What remains of all conditions for one kind of event.
//!
//! Nearly every condition begins by asking for a kind: `evt.type` of a system event, stage, verb and resource of an
//! audit event. For events that agree in these the answers are constants, and most conditions fall to false before
//! anything else is looked at.

use rustc_hash::FxHashMap;

use super::graph::{Graph, GraphBuilder, Node, NodeId};

/// The conditions that can still be true, in the order of their rules.
#[derive(Clone, Debug)]
pub(super) struct Program {
    nodes: Vec<Step>,
    /// The rule's number and where its condition is.
    pub(super) roots: Vec<(usize, u32)>,
    /// Every comparison that is left, with the number of times it was made and was true.
    pub(super) counts: FxHashMap<u32, Count>,
    /// After how many events the order is thought over next.
    pub(super) review: u64,
    pub(super) events: u64,
}

/// How often a comparison was made.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Count {
    pub(super) made: u32,
    pub(super) held: u32,
}

/// A node of a program; children by their number.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Constant(bool),
    Check(u32),
    Not(u32),
    And(Box<[u32]>),
    Or(Box<[u32]>),
}

impl Program {
    /// The conditions of rules with some comparisons known.
    pub(super) fn new(graph: &Graph, roots: &[(usize, NodeId)], known: &FxHashMap<u32, bool>) -> Self {
        let mut builder = GraphBuilder::of_nodes();
        let mut done = FxHashMap::default();
        let mut kept = Vec::new();
        for (rule, root) in roots {
            let node = reduced(graph, *root, known, &mut builder, &mut done);
            if *builder.node(node) != Node::Constant(false) {
                kept.push((*rule, node.0));
            }
        }
        let step = |node: &Node| match node {
            Node::Constant(value) => Step::Constant(*value),
            Node::Check(at) => Step::Check(*at),
            Node::Not(part) => Step::Not(part.0),
            Node::And(parts) => Step::And(parts.iter().map(|part| part.0).collect()),
            Node::Or(parts) => Step::Or(parts.iter().map(|part| part.0).collect()),
        };
        let nodes = builder.nodes().iter().map(step).collect();
        let mut program = Self { nodes, roots: kept, counts: FxHashMap::default(), review: 64, events: 0 };
        program.arrange(graph);
        program
    }

    pub(super) fn step(&self, at: u32) -> &Step {
        self.nodes.get(at as usize).unwrap_or(&Step::Constant(false))
    }

    /// How many nodes there are.
    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Puts the parts of every node in the order that decides it soonest for the least work.
    pub(super) fn arrange(&mut self, graph: &Graph) {
        let mut known: Vec<Option<(f64, f64)>> = vec![None; self.nodes.len()];
        for at in 0..self.nodes.len() {
            let at = u32::try_from(at).unwrap_or(u32::MAX);
            self.arrange_node(at, graph, &mut known);
        }
    }

    /// The expected work for a node and the chance that it is true. Children come before their parents.
    fn arrange_node(&mut self, at: u32, graph: &Graph, known: &mut Vec<Option<(f64, f64)>>) -> (f64, f64) {
        if let Some(Some(found)) = known.get(at as usize) {
            return *found;
        }
        let found = match self.step(at).clone() {
            Step::Constant(value) => (0.0, f64::from(u8::from(value))),
            Step::Check(number) => {
                let cost = graph.predicates().get(number as usize).map_or(1, crate::Predicate::cost);
                let count = self.counts.get(&number).copied().unwrap_or_default();
                // Begins at one in ten, for most comparisons are false most of the time.
                let chance = (f64::from(count.held) + 0.1) / (f64::from(count.made) + 1.0);
                (f64::from(cost), chance)
            }
            Step::Not(part) => {
                let (cost, chance) = self.arrange_node(part, graph, known);
                (cost, 1.0 - chance)
            }
            Step::And(parts) => {
                let (parts, found) = self.ordered(&parts, true, graph, known);
                self.put(at, Step::And(parts));
                found
            }
            Step::Or(parts) => {
                let (parts, found) = self.ordered(&parts, false, graph, known);
                self.put(at, Step::Or(parts));
                found
            }
        };
        if let Some(place) = known.get_mut(at as usize) {
            *place = Some(found);
        }
        found
    }

    fn put(&mut self, at: u32, step: Step) {
        if let Some(place) = self.nodes.get_mut(at as usize) {
            *place = step;
        }
    }

    /// Parts by work over the chance to decide the whole.
    fn ordered(
        &mut self,
        parts: &[u32],
        all: bool,
        graph: &Graph,
        known: &mut Vec<Option<(f64, f64)>>,
    ) -> (Box<[u32]>, (f64, f64)) {
        let mut rated: Vec<(u32, f64, f64)> = Vec::with_capacity(parts.len());
        for part in parts {
            let (cost, chance) = self.arrange_node(*part, graph, known);
            rated.push((*part, cost, chance));
        }
        let rate = |(_, cost, chance): &(u32, f64, f64)| {
            let decides = if all { 1.0 - chance } else { *chance };
            cost / decides.max(1e-4)
        };
        rated.sort_by(|a, b| rate(a).total_cmp(&rate(b)).then(a.0.cmp(&b.0)));
        let (mut cost, mut reached) = (0.0, 1.0);
        for (_, work, chance) in &rated {
            cost += reached * work;
            reached *= if all { *chance } else { 1.0 - chance };
        }
        let chance = if all { reached } else { 1.0 - reached };
        (rated.iter().map(|(part, ..)| *part).collect(), (cost, chance))
    }
}

/// A node of a graph with constants in the place of what is known.
fn reduced(
    graph: &Graph,
    id: NodeId,
    known: &FxHashMap<u32, bool>,
    builder: &mut GraphBuilder,
    done: &mut FxHashMap<NodeId, NodeId>,
) -> NodeId {
    if let Some(node) = done.get(&id) {
        return *node;
    }
    let node = match graph.node(id) {
        Node::Constant(value) => builder.constant(*value),
        Node::Check(at) => match known.get(at) {
            Some(value) => builder.constant(*value),
            None => builder.check_number(*at),
        },
        Node::Not(part) => {
            let part = reduced(graph, *part, known, builder, done);
            builder.not(part)
        }
        Node::And(parts) => {
            let parts = parts.iter().map(|part| reduced(graph, *part, known, builder, done)).collect();
            builder.and(parts)
        }
        Node::Or(parts) => {
            let parts = parts.iter().map(|part| reduced(graph, *part, known, builder, done)).collect();
            builder.or(parts)
        }
    };
    done.insert(id, node);
    node
}
