//! What happens to traffic to a name outside the cluster of which nobody knows the addresses.

use std::sync::Arc;

use ironsides_tree::Text;

use super::{Ask, Case, Side, Stretch, Whom, Why, stretches};
use crate::address::AddressSet;
use crate::name::Goal;
use crate::verdict::Verdict;

/// A set of more stretches is not spelled out.
const SPELLED: usize = 6;

impl Ask<'_> {
    /// Asks about a name that has one of these addresses: `known` if it has all of them. Where it is not known which, and they
    /// are not decided alike, it depends on that.
    pub(super) fn name(&mut self, from: Whom, tos: &[Whom], (name, known): (&Text, bool), goal: &Goal) {
        let ends: Vec<_> = tos.iter().filter_map(|&to| Some((to, self.ends(from, to)?))).collect();
        let spans = if let Some(traffic) = goal.traffic {
            vec![Stretch::of(traffic)]
        } else {
            let all: Vec<_> = ends.iter().flat_map(|(_, ends)| *ends).collect();
            for &(direction, subject, peer) in &all {
                self.guards(direction, subject, peer);
            }
            let asked = all.iter().map(|end| (*end, self.guards.get(end).map_or(&[][..], Vec::as_slice)));
            stretches(self.lowered, &asked.collect::<Vec<_>>())
        };
        let mut answers: Vec<(Whom, [Side; 2], Vec<Stretch>)> = Vec::new();
        for span in spans {
            let sides = ends.iter().map(|(to, ends)| (*to, ends.map(|end| self.side(end, span.traffic()))));
            let mut sides: Vec<(Whom, [Side; 2])> = sides.collect();
            if !known {
                for end in 0..2 {
                    unite(&mut sides, end, name);
                }
            }
            for (to, sides) in sides {
                match answers.iter_mut().find(|known| known.0 == to && known.1 == sides) {
                    Some((.., spans)) => match spans.last_mut().filter(|last| last.touches(span)) {
                        Some(last) => last.last = span.last,
                        None => spans.push(span),
                    },
                    None => answers.push((to, sides, vec![span])),
                }
            }
        }
        for (to, [egress, ingress], traffic) in answers {
            let verdict = egress.verdict.and(&ingress.verdict);
            let through = goal.through.clone();
            self.add((from, to), Case { pairs: Vec::new(), traffic, through, verdict, egress, ingress });
        }
    }
}

/// Gives every address what one end says of all of them, where it does not say the same of all.
fn unite(sides: &mut [(Whom, [Side; 2])], end: usize, name: &str) {
    let all: Vec<(Whom, &Side)> =
        sides.iter().filter_map(|(to, sides)| Some((*to, sides.get(end)?))).collect();
    let Some((_, first)) = all.first() else { return };
    if all.iter().all(|(_, side)| side.verdict == first.verdict) {
        return;
    }
    let some_denied = all.iter().any(|(_, side)| side.verdict == Verdict::Deny);
    let passes = |side: &Side| {
        if some_denied { side.verdict != Verdict::Deny } else { side.verdict == Verdict::Allow }
    };
    let set = |wanted: bool| -> AddressSet {
        let of = all.iter().filter(|(_, side)| passes(side) == wanted);
        of.filter_map(
            |(to, _)| if let Whom::Outside(first, last) = to { Some((*first, *last)) } else { None },
        )
        .collect()
    };
    let mut conditions: Vec<Arc<str>> = Vec::new();
    let (within, without) = (set(true), set(false));
    if !within.is_empty() && !without.is_empty() {
        conditions.push(match (within.ranges().len(), without.ranges().len()) {
            (few, more) if few <= SPELLED && few <= more => {
                format!("{name} resolves to an address in {within}").into()
            }
            (_, few) if few <= SPELLED => format!("{name} resolves to no address in {without}").into(),
            _ => format!("{name} resolves to an address that policies let through").into(),
        });
    }
    for (_, side) in &all {
        if let Verdict::Depends(more) = &side.verdict {
            conditions.extend(more.iter().cloned());
        }
    }
    conditions.sort();
    conditions.dedup();
    let mut deciding: Vec<u32> = all.iter().flat_map(|(_, side)| side.deciding.iter().copied()).collect();
    deciding.sort_unstable();
    deciding.dedup();
    let why = [Why::Rule, Why::Default, Why::PlugIn].into_iter();
    let why = why.into_iter().find(|why| all.iter().any(|(_, side)| side.why == *why)).unwrap_or(Why::Open);
    let united = Side { verdict: Verdict::Depends(conditions), why, deciding, also: Vec::new() };
    for side in sides.iter_mut().filter_map(|(_, sides)| sides.get_mut(end)) {
        *side = united.clone();
    }
}
