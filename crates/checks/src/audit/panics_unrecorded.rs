//! The stage of a server that panicked, left out.

use ironsides_audit::Stage;

use super::POLICY;
use super::lint::{Lint, item};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "panics-unrecorded",
        title: "audit policy leaves out panics of the server",
        severity: Severity::Low,
        family: "audit",
        since: "0.1.0",
        page: include_str!("panics_unrecorded.md"),
    },
    run: Run::Kinds(POLICY, run),
};

fn run(policy: &Object, out: &mut Out<'_>) {
    let Some(lint) = Lint::of(policy, out) else { return };
    let places = [lint.root.clone()].into_iter().chain(lint.recording().map(|(_, _, at)| at.clone()));
    for at in places {
        let list = at.get("omitStages");
        match item(&list, Stage::Panic.as_str()) {
            Some(place) => {
                let message =
                    "the stage Panic is left out, so a request that breaks the server leaves no trace";
                out.fail(&place, message).safe_fix("record the stage Panic", || [remove(&place)]);
            }
            None => out.pass(if list.is_set() { &list } else { &at }),
        }
    }
}
