//! The user that containers run as.

use super::setters::{Setters, containers, named, places};
use crate::facts::PodFacts;
use crate::violation::Fault;

/// Whoever says `false` is named alone, and a pod that says so is refused even if every container says `true`.
pub(crate) fn non_root<'a>(facts: &PodFacts<'a>) -> Option<Fault<'a>> {
    const REASON: &str = "runAsNonRoot != true";
    let wrong = Setters::of(facts, |security| security.run_as_non_root == Some(false));
    if !wrong.is_empty() {
        return Some(Fault {
            reason: REASON,
            detail: format!("{} must not set securityContext.runAsNonRoot=false", wrong.words()),
            places: wrong.places(&["runAsNonRoot"]),
        });
    }
    if facts.security.run_as_non_root == Some(true) {
        return None;
    }
    let silent = containers(facts, |container| container.security.run_as_non_root.is_none());
    (!silent.is_empty()).then(|| Fault {
        reason: REASON,
        detail: format!("pod or {} must set securityContext.runAsNonRoot=true", named(&silent)),
        places: places(&silent, &["runAsNonRoot"]),
    })
}

/// Root in a user namespace is nobody on the node.
pub(crate) fn non_root_outside<'a>(facts: &PodFacts<'a>) -> Option<Fault<'a>> {
    if facts.in_user_namespace() { None } else { non_root(facts) }
}

pub(crate) fn not_zero<'a>(facts: &PodFacts<'a>) -> Option<Fault<'a>> {
    let bad = Setters::of(facts, |security| security.run_as_user == Some(0));
    (!bad.is_empty()).then(|| Fault {
        reason: "runAsUser=0",
        detail: format!("{} must not set runAsUser=0", bad.words()),
        places: bad.places(&["runAsUser"]),
    })
}

/// Root in a user namespace is nobody on the node.
pub(crate) fn not_zero_outside<'a>(facts: &PodFacts<'a>) -> Option<Fault<'a>> {
    if facts.in_user_namespace() { None } else { not_zero(facts) }
}
