//! Privileges that a process gains over its parent.

use super::setters::{containers, named, places};
use crate::facts::PodFacts;
use crate::violation::Fault;

pub(crate) fn forbidden<'a>(facts: &PodFacts<'a>) -> Option<Fault<'a>> {
    let bad = containers(facts, |container| container.allow_privilege_escalation != Some(false));
    (!bad.is_empty()).then(|| Fault {
        reason: "allowPrivilegeEscalation != false",
        detail: format!("{} must set securityContext.allowPrivilegeEscalation=false", named(&bad)),
        places: places(&bad, &["allowPrivilegeEscalation"]),
    })
}

/// The field does not exist for Windows.
pub(crate) fn forbidden_on_linux<'a>(facts: &PodFacts<'a>) -> Option<Fault<'a>> {
    if facts.windows { None } else { forbidden(facts) }
}
