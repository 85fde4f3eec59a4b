//! What Kubernetes lets strangers ask.

use ironsides_core::Inventory;

use super::BINDINGS;
use super::binding::{called, is_own, subjects};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "anonymous-public-info",
        title: "strangers may ask the API server for its version and health",
        severity: Severity::Info,
        family: "rbac",
        since: "0.1.0",
        page: include_str!("anonymous_public_info.md"),
    },
    run: Run::Together { judges: BINDINGS, needs: &[], welcomes: &[], run },
};

fn run(binding: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    if !is_own(binding) {
        return out.not_applicable("another check tells of bindings that Kubernetes does not bring");
    }
    // A server that asks everybody for credentials answers none of it, whatever is bound.
    let answers = inventory.server().map(|server| server.anonymous.as_slice()).unwrap_or_default();
    let refuses = !answers.is_empty() && answers.iter().all(|answer| answer.status == 401);
    for subject in subjects(binding) {
        match (subject.kind, subject.name) {
            ("User", "system:anonymous") | ("Group", "system:unauthenticated") if !refuses => {
                let message =
                    format!("{} may ask for the paths of the role without signing in", called(&subject));
                out.fail(&subject.at, message);
            }
            _ => out.pass(&subject.at),
        }
    }
}
