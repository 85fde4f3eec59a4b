//! What Cilium adds by itself below all policies.
//!
//! A direction is guarded as soon as a policy guards it, and closed if one of them closes it or the agent is set to
//! enforce always. Where it is guarded and not closed, everyone is let in. Where it is closed, nobody is, save for the
//! own node.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::matcher::{Conjunct, Matcher};
use crate::profile::Enforcement;
use crate::profile::cilium::lowering::{Lowering, rank};
use crate::profile::cilium::selector::Labels;
use crate::rule::{Action, Direction, Origin, Rule};

/// Adds them.
pub(super) fn lower(lowering: &mut Lowering<'_>) {
    for direction in Direction::ALL {
        let always = lowering.options.enforcement == Enforcement::Always;
        let of = |lowering: &Lowering<'_>, wanted: fn(&crate::profile::cilium::lowering::Guard) -> bool| {
            distinct(
                lowering
                    .guards(direction)
                    .filter(|guard| wanted(guard))
                    .flat_map(|guard| guard.subject.0.clone()),
            )
        };
        let guarded = of(lowering, |_| true);
        let passed = of(lowering, |guard| guard.passes);
        let closed = if always { everybody(lowering) } else { of(lowering, |guard| guard.closes) };
        local(direction, if always { &guarded } else { &closed }, lowering);
        let (open, deny) = match direction {
            Direction::Ingress => ("allow-any-ingress", "deny-any-ingress"),
            Direction::Egress => ("allow-any-egress", "deny-any-egress"),
        };
        // The closed ones pass by what opens.
        lowering.own(
            direction,
            rank::LOCAL,
            Action::Pass(rank::PASSED),
            closed.clone(),
            Origin::Plugin("closed"),
        );
        lowering.own(direction, rank::OPEN, Action::Allow, guarded, Origin::Plugin(open));
        lowering.own(direction, rank::PASSED, Action::Deny, passed, Origin::Plugin(deny));
        if always {
            lowering.own(direction, rank::CLOSED, Action::Deny, closed, Origin::Default(Vec::new()));
        }
        // Whoever is closed is closed by the policies that select it, and not by those of others.
        for (subject, by) in closing(lowering, direction) {
            lowering.own(direction, rank::CLOSED, Action::Deny, subject.0.clone(), Origin::Default(by));
        }
    }
}

/// Who is closed in a direction, each with the policies that do it.
fn closing(lowering: &Lowering<'_>, direction: Direction) -> Vec<(Arc<Matcher>, Vec<u32>)> {
    let mut places: FxHashMap<Arc<Matcher>, usize> = FxHashMap::default();
    let mut closing: Vec<(Arc<Matcher>, Vec<u32>)> = Vec::new();
    for guard in lowering.guards(direction).filter(|guard| guard.closes) {
        let at = *places.entry(Arc::clone(&guard.subject)).or_insert_with(|| {
            closing.push((Arc::clone(&guard.subject), Vec::new()));
            closing.len() - 1
        });
        if let Some((_, by)) = closing.get_mut(at).filter(|(_, by)| !by.contains(&guard.policy)) {
            by.push(guard.policy);
        }
    }
    closing
}

/// The own node is let in to pods that are closed.
fn local(direction: Direction, subject: &[Conjunct], lowering: &mut Lowering<'_>) {
    if direction == Direction::Egress || !lowering.options.allow_local_host || subject.is_empty() {
        return;
    }
    let host = Labels::reserved("host").conjunct(&mut lowering.symbols);
    lowering.rules.push(Rule {
        origin: Origin::Plugin("allow-localhost-ingress"),
        direction,
        rank: rank::LOCAL,
        action: Action::Allow,
        subject: Arc::new(Matcher(subject.to_vec())),
        peers: Arc::new(Matcher(vec![host])),
        ports: None,
        proxy: None,
        authentication: None,
    });
}

/// Every pod, and every node where nodes are guarded.
fn everybody(lowering: &mut Lowering<'_>) -> Vec<Conjunct> {
    let mut all = lowering.pods(Labels::default()).0.clone();
    if lowering.options.host_firewall {
        all.push(Labels::reserved("host").conjunct(&mut lowering.symbols));
    }
    all
}

fn distinct(conjuncts: impl Iterator<Item = Conjunct>) -> Vec<Conjunct> {
    let mut seen = rustc_hash::FxHashSet::default();
    conjuncts.filter(|conjunct| seen.insert(conjunct.clone())).collect()
}
