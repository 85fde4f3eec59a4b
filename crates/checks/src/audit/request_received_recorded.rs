//! The stage that tells nothing which the next one does not.

use ironsides_audit::{Left, Stage};

use super::POLICY;
use super::lint::Lint;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "request-received-recorded",
        title: "audit policy records every request twice",
        severity: Severity::Info,
        family: "audit",
        since: "0.1.0",
        page: include_str!("request_received_recorded.md"),
    },
    run: Run::Kinds(POLICY, run),
};

fn run(policy: &Object, out: &mut Out<'_>) {
    let Some(lint) = Lint::of(policy, out) else { return };
    let list = lint.root.get("omitStages");
    let records = |number: &usize| {
        let is_reached = matches!(lint.left().get(*number), Some(Left::Some(_)));
        is_reached && lint.omits(*number, Stage::RequestReceived).is_none()
    };
    let first = lint.recording().map(|(number, _, _)| number).find(records);
    let Some(at) = first.and_then(|number| lint.at(number)) else {
        return out.pass(&list);
    };
    let test = "see whether requests that never end are worth an event";
    out.fail(&at.get("level"), "the stage RequestReceived is recorded, so that every request has two events")
        .unsafe_fix("omit the stage RequestReceived", test, || [append(&list, "RequestReceived")]);
}
