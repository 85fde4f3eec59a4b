//! Privileged containers.

use super::setters::{containers, named, places};
use crate::facts::PodFacts;
use crate::violation::Fault;

pub(crate) fn privileged<'a>(facts: &PodFacts<'a>) -> Option<Fault<'a>> {
    let bad = containers(facts, |container| container.privileged);
    (!bad.is_empty()).then(|| Fault {
        reason: "privileged",
        detail: format!("{} must not set securityContext.privileged=true", named(&bad)),
        places: places(&bad, &["privileged"]),
    })
}
