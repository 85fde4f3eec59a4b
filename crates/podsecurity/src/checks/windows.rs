//! Windows containers that are processes of the node.

use super::setters::Setters;
use crate::facts::PodFacts;
use crate::violation::Fault;

pub(crate) fn host_process<'a>(facts: &PodFacts<'a>) -> Option<Fault<'a>> {
    let bad = Setters::of(facts, |security| security.host_process);
    (!bad.is_empty()).then(|| Fault {
        reason: "hostProcess",
        detail: format!("{} must not set securityContext.windowsOptions.hostProcess=true", bad.words()),
        places: bad.places(&["windowsOptions", "hostProcess"]),
    })
}
