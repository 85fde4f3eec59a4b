//! In which order the comparisons of a rule are made.

use rustc_hash::{FxHashMap, FxHashSet};

use super::graph::{Graph, NodeId};
use super::program::{Program, Step};

/// A comparison in the order in which it is first asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The comparison, lists by their items.
    pub check: String,
    /// How much work it is, roughly in nanoseconds.
    pub cost: u32,
}

/// The comparisons of a condition in the order in which an engine that has seen no events yet makes them: the cheap ones
/// that decide most first. With events the engine learns how often each is true, and changes the order.
pub(crate) fn plan(graph: &Graph, root: NodeId) -> Vec<Asked> {
    let program = Program::new(graph, &[(0, root)], &FxHashMap::default());
    let mut asked = Vec::new();
    let mut seen = FxHashSet::default();
    let mut open: Vec<u32> = program.roots.iter().map(|(_, at)| *at).collect();
    while let Some(at) = open.pop() {
        if !seen.insert(at) {
            continue;
        }
        match *program.step(at) {
            Step::Constant(_) => {}
            Step::Check(number) => {
                if let Some(predicate) = graph.predicates().get(number as usize) {
                    asked.push(Asked { check: predicate.check.to_string(), cost: predicate.cost() });
                }
            }
            Step::Not(part) => open.push(part),
            Step::Several(several) => open.extend(program.parts(several).iter().rev()),
        }
    }
    asked
}
