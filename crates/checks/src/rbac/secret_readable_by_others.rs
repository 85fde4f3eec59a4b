//! A Secret that others than its own programs may read.

use ironsides_core::Inventory;
use ironsides_rbac::{Subject, SubjectKind};

use super::holders::{Holders, is_everybody, several};
use super::readers::{Reader, Readers};
use super::{BINDINGS, ROLES};
use crate::gathered::namespace;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "secret-readable-by-others",
        title: "others than its own programs may read the secret",
        severity: Severity::Medium,
        family: "rbac",
        since: "0.1.0",
        page: include_str!("secret_readable_by_others.md"),
    },
    run: Run::Together { judges: super::SECRET, needs: BINDINGS, welcomes: ROLES, run },
};

/// How many bindings a finding shows.
const SHOWN: usize = 5;

fn run(secret: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let at = secret.cursor().at(&["metadata", "name"]);
    let (namespace, name) = (namespace(secret), &*secret.reference().name);
    let holders = Holders::of(inventory);
    let readers = Readers::of(inventory);
    let mut worst = Severity::Info;
    let mut who: Vec<&Subject> = Vec::new();
    let mut places: Vec<usize> = Vec::new();
    for reader in readers.of_secret(namespace, name) {
        let Some(binding) = holders.rbac.bindings().get(reader.binding) else { continue };
        let before = who.len();
        for subject in &binding.subjects {
            let Some(severity) = severity(subject, reader, binding.namespace.is_none(), namespace) else {
                continue;
            };
            worst = worst.max(severity);
            if !who.contains(&subject) {
                who.push(subject);
            }
        }
        if who.len() > before && places.len() < SHOWN {
            places.push(binding.object);
        }
    }
    if who.is_empty() {
        return out.pass(&at);
    }
    // The worst are named first.
    who.sort_by_key(|subject| (!is_everybody(subject), subject.kind != SubjectKind::Group));
    let finding = out.fail(&at, format!("{} may read the Secret", several(&who)));
    finding.severity(worst);
    for binding in places.iter().filter_map(|&place| inventory.objects().get(place)) {
        finding.also(binding, &binding.cursor().get("subjects"));
    }
}

/// How bad it is that somebody may read a Secret of a namespace; `None` where that is as it should be: a program of the
/// namespace that may read this one by its name.
fn severity(subject: &Subject, reader: &Reader, whole: bool, namespace: &str) -> Option<Severity> {
    if is_everybody(subject) {
        let stranger = matches!(subject.name.as_str(), "system:unauthenticated" | "system:anonymous");
        return Some(if stranger { Severity::Critical } else { Severity::High });
    }
    let own = subject.kind == SubjectKind::ServiceAccount && subject.namespace == namespace;
    match subject.kind {
        _ if own && reader.is_limited() => None,
        // Of those who may read all Secrets the role tells.
        _ if own || whole => Some(Severity::Info),
        SubjectKind::ServiceAccount => Some(Severity::Medium),
        SubjectKind::Group | SubjectKind::User => Some(Severity::Low),
    }
}
