//! A container whose user may be one that the node has too.

use super::security_context::{note_inherited, on_windows, own_users};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "low-user-id",
        title: "container's user id may be one of the node's",
        severity: Severity::Low,
        family: "workload",
        since: "0.1.0",
        page: include_str!("low_user_id.md"),
    },
    run: Run::Pod(run),
};

/// Where the users of nodes end, by the custom of linters and distributions.
const LAST: i64 = 10_000;

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    if on_windows(pod, out) {
        return;
    }
    if let Some(own) = own_users(pod) {
        out.pass(&own);
        return;
    }
    for container in pod.containers() {
        let user = container.effective(pod, "runAsUser");
        match user.int() {
            // root-user speaks of user 0.
            Some(0) => out.pass(&user),
            Some(id) if id <= LAST => {
                let draft =
                    out.fail(&user, format!("{container} runs as user {id}, which a node may have too"));
                note_inherited(draft, &container, "runAsUser", id.to_string());
            }
            Some(_) => out.pass(&user),
            None => {
                out.fail(&user, format!("{container} does not set runAsUser"))
                    .key(container.name())
                    .effective("the user of the image, or 0 if it has none", "runAsUser has no default")
                    .severity(Severity::Info)
                    .confidence(Confidence::Medium);
            }
        }
    }
}
