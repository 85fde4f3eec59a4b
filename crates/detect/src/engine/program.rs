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
    /// The parts of all nodes, those of one node side by side.
    parts: Vec<u32>,
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

/// A node of a program; parts by their number.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    Constant(bool),
    Check(u32),
    Not(u32),
    Several(Several),
}

/// A node with parts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Several {
    /// Where its parts begin, and how many there are.
    start: u32,
    length: u32,
    /// What one part must be for the whole to be the same: false for `and`, true for `or`.
    pub(super) stop: bool,
    /// Whether more than one node has it as a part, so that it is worth to remember what it was.
    pub(super) shared: bool,
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
        let mut parents = vec![0_u32; builder.nodes().len()];
        let mut parent = |part: u32| {
            if let Some(count) = parents.get_mut(part as usize) {
                *count += 1;
            }
        };
        for (_, root) in &kept {
            parent(*root);
        }
        for node in builder.nodes() {
            match node {
                Node::Not(part) => parent(part.0),
                Node::And(parts) | Node::Or(parts) => parts.iter().for_each(|part| parent(part.0)),
                Node::Constant(_) | Node::Check(_) => {}
            }
        }
        let mut all = Vec::new();
        let mut several = |parts: &[NodeId], stop, parents: u32| {
            let (start, length) = (u32::try_from(all.len()), u32::try_from(parts.len()));
            all.extend(parts.iter().map(|part| part.0));
            let (start, length) = (start.unwrap_or(u32::MAX), length.unwrap_or_default());
            Step::Several(Several { start, length, stop, shared: parents > 1 })
        };
        let nodes = builder.nodes().iter().zip(&parents).map(|(node, parents)| match node {
            Node::Constant(value) => Step::Constant(*value),
            Node::Check(at) => Step::Check(*at),
            Node::Not(part) => Step::Not(part.0),
            Node::And(parts) => several(parts, false, *parents),
            Node::Or(parts) => several(parts, true, *parents),
        });
        let nodes = nodes.collect();
        let counts = FxHashMap::default();
        let mut program = Self { nodes, parts: all, roots: kept, counts, review: 64, events: 0 };
        program.arrange(graph);
        program
    }

    pub(super) fn step(&self, at: u32) -> &Step {
        self.nodes.get(at as usize).unwrap_or(&Step::Constant(false))
    }

    /// The parts of a node, in the order in which they are asked.
    pub(super) fn parts(&self, several: Several) -> &[u32] {
        let start = several.start as usize;
        self.parts.get(start..start + several.length as usize).unwrap_or_default()
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
        let found = match *self.step(at) {
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
            Step::Several(several) => {
                let parts = self.parts(several).to_vec();
                let (parts, found) = self.ordered(&parts, !several.stop, graph, known);
                let start = several.start as usize;
                if let Some(place) = self.parts.get_mut(start..start + parts.len()) {
                    place.copy_from_slice(&parts);
                }
                found
            }
        };
        if let Some(place) = known.get_mut(at as usize) {
            *place = Some(found);
        }
        found
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
