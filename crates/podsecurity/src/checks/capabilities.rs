//! Capabilities that containers add and drop.

use std::collections::BTreeSet;

use super::setters::{containers, named, places};
use crate::facts::{Capabilities, ContainerFacts, PodFacts};
use crate::violation::Fault;
use crate::wording::quoted;

/// What containers get by default, and may therefore ask for. Names are compared to the letter.
const USUAL: [&str; 13] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

pub(crate) fn baseline<'a>(facts: &PodFacts<'a>) -> Option<Fault<'a>> {
    let forbidden = |name: &str| !USUAL.contains(&name);
    let adding = containers(facts, |container| added(container).any(forbidden));
    (!adding.is_empty()).then(|| Fault {
        reason: "non-default capabilities",
        detail: must_not_include(&adding, forbidden),
        places: places(&adding, &["capabilities", "add"]),
    })
}

pub(crate) fn restricted<'a>(facts: &PodFacts<'a>) -> Option<Fault<'a>> {
    let forbidden = |name: &str| name != "NET_BIND_SERVICE";
    let drops_all = |has: Capabilities<'a>| has.dropped().any(|name| name == "ALL");
    let keeping = containers(facts, |container| !container.capabilities.is_some_and(drops_all));
    let adding = containers(facts, |container| added(container).any(forbidden));
    if keeping.is_empty() && adding.is_empty() {
        return None;
    }
    let mut details = Vec::with_capacity(2);
    if !keeping.is_empty() {
        details.push(format!("{} must set securityContext.capabilities.drop=[\"ALL\"]", named(&keeping)));
    }
    if !adding.is_empty() {
        details.push(must_not_include(&adding, forbidden));
    }
    let mut places_at_fault = places(&keeping, &["capabilities", "drop"]);
    places_at_fault.extend(places(&adding, &["capabilities", "add"]));
    Some(Fault { reason: "unrestricted capabilities", detail: details.join("; "), places: places_at_fault })
}

/// Windows has no capabilities.
pub(crate) fn restricted_on_linux<'a>(facts: &PodFacts<'a>) -> Option<Fault<'a>> {
    if facts.windows { None } else { restricted(facts) }
}

fn added<'a>(container: &ContainerFacts<'a>) -> impl Iterator<Item = &'a str> + use<'a> {
    container.capabilities.into_iter().flat_map(Capabilities::added)
}

fn must_not_include(adding: &[&ContainerFacts<'_>], forbidden: impl Fn(&str) -> bool) -> String {
    let names: BTreeSet<&str> =
        adding.iter().flat_map(|container| added(container)).filter(|name| forbidden(name)).collect();
    format!("{} must not include {} in securityContext.capabilities.add", named(adding), quoted(names))
}
