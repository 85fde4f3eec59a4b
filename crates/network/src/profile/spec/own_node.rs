//! What a pod and its own node do with each other.

use std::sync::Arc;

use crate::matcher::{self, Conjunct, Requirement};
use crate::rule::{Action, Direction, Origin, Rank};

use super::Tiers;
use super::builder::{Builder, Part};

/// NetworkPolicy never comes between a pod and its own node. `guarded` are the directions in which rules of the Baseline tier
/// ask about nodes: those still decide.
pub(super) fn lower(builder: &mut Builder<'_>, tiers: Tiers, guarded: [bool; 2]) {
    let keys = builder.keys.clone();
    let pod = Requirement::equals(keys.kind, keys.pod);
    let node = Requirement::equals(keys.kind, keys.node);
    let somewhere = Requirement::exists(keys.unplaced);
    let condition = |text: &str| Some(Arc::from(text));
    let any_pod = builder.matcher(vec![Conjunct::of([pod.clone()])]);
    let own = builder.matcher(vec![
        Conjunct::of([Requirement::exists(keys.own_node)]),
        Conjunct {
            condition: condition(matcher::ON_ONE_NODE),
            ..Conjunct::of([node.clone(), somewhere.clone()])
        },
    ]);
    let unplaced = builder.matcher(vec![Conjunct {
        condition: condition(matcher::ON_THIS_NODE),
        ..Conjunct::of([pod, somewhere])
    }]);
    let any_node = builder.matcher(vec![Conjunct::of([node])]);
    for (direction, guarded) in Direction::ALL.into_iter().zip(guarded) {
        let action = if guarded { Action::Pass(tiers.baseline) } else { Action::Allow };
        for (subject, peers) in [(&any_pod, &own), (&unplaced, &any_node)] {
            let part = Part {
                origin: Origin::Plugin("NetworkPolicy never comes between a pod and its own node"),
                direction,
                action,
                subject: Arc::clone(subject),
                peers: Arc::clone(peers),
                ports: None,
            };
            builder.rule(Rank(tiers.network.0), part);
        }
    }
}
