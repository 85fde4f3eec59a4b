//! Seccomp profiles: first in annotations, later in fields.

use std::collections::BTreeSet;

use ironsides_core::go_quoted;

use super::setters::{Setters, containers, named, places};
use crate::facts::{PodFacts, SECCOMP_POD, SECCOMP_PREFIX};
use crate::violation::Fault;
use crate::wording::{plural, quoted};

const REASON: &str = "seccompProfile";

fn is_profile(kind: &str) -> bool {
    kind == "RuntimeDefault" || kind == "Localhost"
}

/// Until 1.18 only annotations count: the pod's, and those of containers that exist.
pub(crate) fn annotations<'a>(facts: &PodFacts<'a>) -> Option<Fault<'a>> {
    let allowed = |value: &str| {
        value == "runtime/default" || value == "docker/default" || value.starts_with("localhost/")
    };
    let counts = |key: &str| {
        let of_container = key.strip_prefix(SECCOMP_PREFIX);
        key == SECCOMP_POD
            || of_container.is_some_and(|name| facts.containers.iter().any(|one| one.name == name))
    };
    let bad = || facts.annotations.iter().filter(|(key, value)| !allowed(value) && counts(key));
    bad().next()?;
    let values: BTreeSet<String> = bad().map(|(key, value)| format!("{key}={}", go_quoted(value))).collect();
    Some(Fault {
        reason: REASON,
        detail: format!(
            "forbidden {} {}",
            plural(values.len(), "annotation", "annotations"),
            values.iter().map(String::as_str).collect::<Vec<_>>().join(", "),
        ),
        places: bad().map(|(key, _)| facts.annotation(key)).collect(),
    })
}

/// From 1.19 on only fields count.
pub(crate) fn allowed<'a>(facts: &PodFacts<'a>) -> Option<Fault<'a>> {
    let bad = Setters::of(facts, |security| security.seccomp.is_some_and(|kind| !is_profile(kind)));
    if bad.is_empty() {
        return None;
    }
    let kinds = bad.contexts().filter_map(|security| security.seccomp);
    let kinds: BTreeSet<&str> = kinds.collect();
    Some(Fault {
        reason: REASON,
        detail: format!(
            "{} must not set securityContext.seccompProfile.type to {}",
            bad.words(),
            quoted(kinds)
        ),
        places: bad.places(&["seccompProfile", "type"]),
    })
}

pub(crate) fn required<'a>(facts: &PodFacts<'a>) -> Option<Fault<'a>> {
    if let Some(fault) = allowed(facts) {
        return Some(fault);
    }
    if facts.security.seccomp.is_some() {
        return None;
    }
    let silent = containers(facts, |container| container.security.seccomp.is_none());
    (!silent.is_empty()).then(|| Fault {
        reason: REASON,
        detail: format!(
            "pod or {} must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\"",
            named(&silent),
        ),
        places: places(&silent, &["seccompProfile", "type"]),
    })
}

/// Windows has no seccomp.
pub(crate) fn required_on_linux<'a>(facts: &PodFacts<'a>) -> Option<Fault<'a>> {
    if facts.windows { None } else { required(facts) }
}
