//! Which policies make a difference.

use std::collections::BTreeSet;

use crate::decide::candidates;
use crate::diff::somebody::Twin;
use crate::diff::{Delta, Side, stretches};
use crate::lowered::Lowered;
use crate::place::PolicyName;
use crate::port::{Traffic, named};
use crate::rule::{Direction, Origin};
use crate::{Endpoint, judge};

/// The altered policies whose rules decide, before or after, on the traffic that changes.
pub(super) fn policies(
    old: Side<'_>,
    new: Side<'_>,
    from: &Twin,
    to: &Twin,
    delta: &Delta,
    altered: &BTreeSet<PolicyName>,
) -> Vec<PolicyName> {
    let mut all = BTreeSet::new();
    if altered.is_empty() {
        return Vec::new();
    }
    for stretch in stretches(delta) {
        let traffic = stretch.traffic();
        for direction in Direction::ALL {
            let ends = [(old, from.old, to.old), (new, from.new, to.new)];
            let says =
                ends.map(|(side, from, to)| decide(side.engine.lowered(), direction, from, to, traffic));
            let [Some((before, deciding)), Some((after, decides))] = says else { continue };
            if before == after {
                continue;
            }
            for (lowered, rules) in [(old.engine.lowered(), deciding), (new.engine.lowered(), decides)] {
                let names = rules.iter().flat_map(|&rule| written_by(lowered, rule));
                all.extend(names.filter(|name| altered.contains(*name)).cloned());
            }
        }
    }
    all.into_iter().collect()
}

type Decided = (crate::Verdict, Vec<u32>);

fn decide(
    lowered: &Lowered,
    direction: Direction,
    from: Endpoint,
    to: Endpoint,
    traffic: Traffic,
) -> Option<Decided> {
    let (subject, peer) = match direction {
        Direction::Egress => (from, to),
        Direction::Ingress => (to, from),
    };
    let own = lowered.node(subject);
    let (subject, peer) = (lowered.view(subject, own)?, lowered.view(peer, own)?);
    let (subject, peer) = (lowered.views.get(subject.index())?, lowered.views.get(peer.index())?);
    let guards = candidates(&lowered.rules, direction, subject, peer);
    let decision = judge(&lowered.rules, &guards, named(direction, subject, peer), traffic);
    Some((decision.verdict, decision.rules))
}

/// The policies behind a rule.
pub(crate) fn written_by(lowered: &Lowered, rule: u32) -> impl Iterator<Item = &PolicyName> {
    let policies: &[u32] = match lowered.rules.get(rule as usize).map(|rule| &rule.origin) {
        Some(Origin::Policy(policy, _)) => std::slice::from_ref(policy),
        Some(Origin::Default(policies)) => policies,
        _ => &[],
    };
    policies.iter().filter_map(|&policy| lowered.policies.get(policy as usize))
}
