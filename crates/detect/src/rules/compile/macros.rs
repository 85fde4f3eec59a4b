//! Macros in macros: those that lead back to themselves, and how large they make a condition.

use super::super::collect::place;
use super::super::message::Code;
use super::{Compiler, MAX_DEPTH, Size};
use crate::filter::Expr;

impl Compiler<'_> {
    /// Says which macros lead back to themselves. They cannot be used.
    pub(super) fn find_cycles(&mut self) {
        #[derive(Clone, Copy, PartialEq)]
        enum State {
            New,
            Open,
            Done,
        }
        let count = self.macros.len();
        let mut states = vec![State::New; count];
        let calls: Vec<Vec<usize>> = self
            .macros
            .iter()
            .map(|expr| {
                let mut called = Vec::new();
                if let Some(expr) = expr {
                    expr.macros(&mut |name| called.extend(self.definitions.macros.index(&name.text)));
                }
                called
            })
            .collect();
        for start in 0..count {
            // A walk with a stack of its own: chains of macros can be long.
            let mut stack = vec![(start, 0)];
            while let Some((at, next)) = stack.pop() {
                if next == 0 {
                    if states.get(at) != Some(&State::New) {
                        continue;
                    }
                    if let Some(state) = states.get_mut(at) {
                        *state = State::Open;
                    }
                }
                let Some(called) = calls.get(at).and_then(|called| called.get(next)) else {
                    if let Some(state) = states.get_mut(at) {
                        *state = State::Done;
                    }
                    continue;
                };
                stack.push((at, next + 1));
                match states.get(*called) {
                    Some(State::New) => stack.push((*called, 0)),
                    Some(State::Open) => {
                        let chain: Vec<usize> = stack.iter().map(|(at, _)| *at).collect();
                        let from = chain.iter().position(|at| at == called).unwrap_or(0);
                        let names: Vec<&str> = chain
                            .get(from..)
                            .unwrap_or_default()
                            .iter()
                            .chain([called])
                            .filter_map(|at| self.definitions.macros.all.get(*at))
                            .map(|known| &*known.name)
                            .collect();
                        let (cycle, first) =
                            (chain_of(&names), names.first().copied().unwrap_or_default().to_owned());
                        if let Some(known) = self.definitions.macros.all.get(*called) {
                            let at = place(self.files, self.lines, known.origin.file, known.origin.span);
                            let message = format!("reference loop in macro '{first}': {cycle}");
                            let contexts = vec![format!("macro {:?}", known.name)];
                            self.say(Code::LoadErrCompileCondition, message, at, contexts, None);
                        }
                        if let Some(place) = self.macros.get_mut(*called) {
                            *place = None;
                        }
                    }
                    _ => {}
                }
            }
        }
    }

    /// How large an expression is. What stands too deep is not looked at: it is too deep.
    pub(super) fn size(&mut self, expr: &Expr, level: usize) -> Size {
        if level > MAX_DEPTH {
            return Size { checks: 1, depth: MAX_DEPTH + 1 };
        }
        let inner = match expr {
            Expr::Or(parts) | Expr::And(parts) => {
                parts.iter().fold(Size { checks: 0, depth: 0 }, |sum, part| {
                    let size = self.size(part, level + 1);
                    Size { checks: sum.checks.saturating_add(size.checks), depth: sum.depth.max(size.depth) }
                })
            }
            Expr::Not(part) => self.size(part, level + 1),
            Expr::Check(_) => return Size { checks: 1, depth: 1 },
            Expr::Macro(name) => {
                let Some(index) = self.definitions.macros.index(&name.text) else {
                    return Size { checks: 1, depth: 1 };
                };
                match (self.sizes.get(&index), self.macros.get(index).cloned().flatten()) {
                    (Some(size), _) => *size,
                    (None, Some(expr)) => {
                        let size = self.size(&expr, level + 1);
                        self.sizes.insert(index, size);
                        size
                    }
                    (None, None) => Size { checks: 1, depth: 1 },
                }
            }
        };
        Size { depth: inner.depth + 1, ..inner }
    }
}

/// Names one behind the other; of a long chain its beginning and its end.
fn chain_of(names: &[&str]) -> String {
    const SHOWN: usize = 12;
    let (Some(head), Some(tail)) = (names.get(..SHOWN), names.len().checked_sub(2)) else {
        return names.join(" → ");
    };
    if names.len() <= SHOWN + 2 {
        return names.join(" → ");
    }
    let tail = names.get(tail..).unwrap_or_default();
    format!("{} → … → {}", head.join(" → "), tail.join(" → "))
}
