//! What changes between two ends.

use crate::diff::Side;
use crate::engine::ConnectionsId;
use crate::lowered::Lowered;
use crate::reach::Stretch;
use crate::rule::Proxy;
use crate::verdict::{Limit, Verdict};

/// What changes between two ends.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Delta {
    /// Traffic of which more goes through than before: all of it, some of it, or perhaps.
    pub opened: Vec<Stretch>,
    /// Traffic of which less goes through than before.
    pub closed: Vec<Stretch>,
    /// Traffic that goes through on other terms: other requests, other conditions, other proofs.
    pub altered: Vec<Stretch>,
}

impl Delta {
    /// What changes; `None` where nothing does.
    pub(super) fn of(
        old: Side<'_>,
        before: ConnectionsId,
        new: Side<'_>,
        after: ConnectionsId,
    ) -> Option<Self> {
        let (before, after) = (old.engine.get(before), new.engine.get(after));
        let mut delta = Self::default();
        let (was, is) = (old.engine.lowered(), new.engine.lowered());
        let marks: Vec<Stretch> =
            before.parts().iter().chain(after.parts()).map(|part| part.traffic).collect();
        for stretch in pieces(&marks) {
            let traffic = stretch.traffic();
            let (Some(before), Some(after)) = (before.at(traffic), after.at(traffic)) else { continue };
            let list = match openness(after).cmp(&openness(before)) {
                std::cmp::Ordering::Greater => &mut delta.opened,
                std::cmp::Ordering::Less => &mut delta.closed,
                std::cmp::Ordering::Equal if is_same((was, before), (is, after)) => continue,
                std::cmp::Ordering::Equal => &mut delta.altered,
            };
            match list.last_mut().filter(|last| last.touches(stretch)) {
                Some(last) => last.last = stretch.last,
                None => list.push(stretch),
            }
        }
        (delta != Self::default()).then_some(delta)
    }
}

/// Overlapping stretches cut where any of them begins or ends.
fn pieces(stretches: &[Stretch]) -> Vec<Stretch> {
    let mut starts: Vec<(crate::port::Protocol, u32)> = Vec::new();
    for stretch in stretches {
        starts.push((stretch.protocol, u32::from(stretch.first)));
        starts.push((stretch.protocol, u32::from(stretch.last) + 1));
    }
    starts.sort_unstable();
    starts.dedup();
    let mut pieces = Vec::new();
    for pair in starts.windows(2) {
        let [(protocol, first), (other, next)] = pair else { continue };
        let (Ok(first), Ok(last)) = (u16::try_from(*first), u16::try_from(next.saturating_sub(1))) else {
            continue;
        };
        let inside = |stretch: &Stretch| {
            stretch.protocol == *protocol && stretch.first <= first && last <= stretch.last
        };
        if protocol == other && stretches.iter().any(inside) {
            pieces.push(Stretch { protocol: *protocol, first, last });
        }
    }
    pieces
}

/// How much goes through: nothing, perhaps, some, all.
fn openness(verdict: &Verdict) -> u8 {
    match verdict {
        Verdict::Deny => 0,
        Verdict::Depends(_) | Verdict::Broken => 1,
        Verdict::Limited(_) => 2,
        Verdict::Allow => 3,
    }
}

/// Whether two verdicts ask the same. Their rules are compared by what they ask of requests, not by their places.
fn is_same((was, before): (&Lowered, &Verdict), (is, after): (&Lowered, &Verdict)) -> bool {
    let asks = |lowered: &Lowered, rules: &[u32]| -> Vec<Option<Proxy>> {
        let rules = rules.iter().filter_map(|&rule| lowered.rules.get(rule as usize));
        rules.map(|rule| rule.proxy.as_deref().cloned()).collect()
    };
    match (before, after) {
        (Verdict::Limited(before), Verdict::Limited(after)) => {
            before.len() == after.len()
                && before.iter().zip(after).all(|pair| match pair {
                    (Limit::Http(before), Limit::Http(after)) | (Limit::Dns(before), Limit::Dns(after)) => {
                        asks(was, before) == asks(is, after)
                    }
                    (before, after) => before == after,
                })
        }
        (before, after) => before == after,
    }
}
