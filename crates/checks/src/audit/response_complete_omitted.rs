//! The stage at which most requests are recorded, left out.

use ironsides_audit::Stage;

use super::POLICY;
use super::lint::{Lint, item};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "response-complete-omitted",
        title: "audit policy leaves out how requests end",
        severity: Severity::High,
        family: "audit",
        since: "0.1.0",
        page: include_str!("response_complete_omitted.md"),
    },
    run: Run::Kinds(POLICY, run),
};

fn run(policy: &Object, out: &mut Out<'_>) {
    let Some(lint) = Lint::of(policy, out) else { return };
    let stage = Stage::ResponseComplete.as_str();
    let places = [lint.root.clone()].into_iter().chain(lint.recording().map(|(_, _, at)| at.clone()));
    for at in places {
        let list = at.get("omitStages");
        match item(&list, stage) {
            Some(place) => {
                let message =
                    "the stage ResponseComplete is left out, so nothing tells whether a request succeeded";
                out.fail(&place, message).safe_fix("record the stage ResponseComplete", || [remove(&place)]);
            }
            None => out.pass(if list.is_set() { &list } else { &at }),
        }
    }
}
