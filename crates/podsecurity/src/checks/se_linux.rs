//! The SELinux labels of a pod.

use std::collections::BTreeSet;

use super::setters::Setters;
use crate::facts::PodFacts;
use crate::violation::Fault;
use crate::wording::counted_set;

const SINCE_0: &[&str] = &["", "container_t", "container_init_t", "container_kvm_t"];
const SINCE_31: &[&str] = &["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"];

pub(crate) fn since_0<'a>(facts: &PodFacts<'a>) -> Option<Fault<'a>> {
    options(facts, SINCE_0)
}

pub(crate) fn since_31<'a>(facts: &PodFacts<'a>) -> Option<Fault<'a>> {
    options(facts, SINCE_31)
}

fn options<'a>(facts: &PodFacts<'a>, types: &[&str]) -> Option<Fault<'a>> {
    let bad = Setters::of(facts, |security| {
        security.se_linux.is_some_and(|asked| {
            !types.contains(&asked.kind) || !asked.user.is_empty() || !asked.role.is_empty()
        })
    });
    if bad.is_empty() {
        return None;
    }
    let asked = || bad.contexts().filter_map(|security| security.se_linux);
    let wrong: BTreeSet<&str> =
        asked().map(|asked| asked.kind).filter(|kind| !types.contains(kind)).collect();
    let mut what = Vec::with_capacity(3);
    if !wrong.is_empty() {
        what.push(counted_set(&wrong, "type", "types"));
    }
    if asked().any(|asked| !asked.user.is_empty()) {
        what.push("user may not be set".to_owned());
    }
    if asked().any(|asked| !asked.role.is_empty()) {
        what.push("role may not be set".to_owned());
    }
    let what = what.join("; ");
    Some(Fault {
        reason: "seLinuxOptions",
        detail: format!("{} set forbidden securityContext.seLinuxOptions: {what}", bad.words()),
        places: bad.places(&["seLinuxOptions"]),
    })
}
