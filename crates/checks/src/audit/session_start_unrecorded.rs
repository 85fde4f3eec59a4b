//! Sessions whose beginning is not recorded.

use ironsides_audit::Stage;

use super::POLICY;
use super::lint::Lint;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "session-start-unrecorded",
        title: "audit log shows exec only when the session has ended",
        severity: Severity::Medium,
        family: "audit",
        since: "0.1.0",
        page: include_str!("session_start_unrecorded.md"),
    },
    run: Run::Kinds(POLICY, run),
};

const SESSIONS: [&str; 3] = ["pods/exec", "pods/attach", "pods/portforward"];

fn run(policy: &Object, out: &mut Out<'_>) {
    let Some(lint) = Lint::of(policy, out) else { return };
    let mut told = Vec::new();
    for (number, _, at) in lint.recording() {
        let Some(place) = lint.omits(number, Stage::ResponseStarted) else {
            out.pass(at);
            continue;
        };
        let session =
            SESSIONS.iter().find_map(|resource| lint.decides(number, &["create", "get"], "", resource));
        let path = place.path().to_string();
        if let (Some(request), false) = (session, told.contains(&path)) {
            told.push(path);
            let message = format!(
                "the stage ResponseStarted is left out, so a session is recorded when it ends: {request}"
            );
            let test = "see how much the log grows: every watch is recorded twice then";
            out.fail(&place, message)
                .unsafe_fix("record the stage ResponseStarted", test, || [remove(&place)]);
        }
    }
}
