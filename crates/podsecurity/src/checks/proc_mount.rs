//! What a container sees of `/proc`.

use std::collections::BTreeSet;

use super::setters::{containers, named, places};
use crate::facts::PodFacts;
use crate::violation::Fault;
use crate::wording::quoted;

pub(crate) fn masked<'a>(facts: &PodFacts<'a>) -> Option<Fault<'a>> {
    let bad = containers(facts, |container| container.proc_mount.is_some_and(|mount| mount != "Default"));
    if bad.is_empty() {
        return None;
    }
    let values: BTreeSet<&str> = bad.iter().filter_map(|container| container.proc_mount).collect();
    Some(Fault {
        reason: "procMount",
        detail: format!("{} must not set securityContext.procMount to {}", named(&bad), quoted(values)),
        places: places(&bad, &["procMount"]),
    })
}

/// Root in a user namespace cannot do with `/proc` what root of the node can.
pub(crate) fn masked_outside<'a>(facts: &PodFacts<'a>) -> Option<Fault<'a>> {
    if facts.in_user_namespace() { None } else { masked(facts) }
}
