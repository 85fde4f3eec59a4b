//! A container that runs as user 0.

use super::security_context::{note_inherited, on_windows, own_users};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "root-user",
        title: "container runs as root",
        severity: Severity::High,
        family: "workload",
        since: "0.1.0",
        page: include_str!("root_user.md"),
    },
    run: Run::Pod(run),
};

/// `runAsNonRoot` where the user stands: in the container, or in the pod.
fn beside<'a>(pod: &Pod<'a>, container: &Container<'a>, user: &Cursor<'a>) -> Cursor<'a> {
    let own = container.security("runAsUser");
    if own.path() == user.path() { container.security("runAsNonRoot") } else { pod.security("runAsNonRoot") }
}

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
        if user.int() != Some(0) {
            out.pass(&user);
            continue;
        }
        let non_root = container.effective(pod, "runAsNonRoot");
        let draft = if non_root.is(true) {
            // A contradiction that the kubelet settles: the container waits with CreateContainerConfigError.
            out.fail(
                &user,
                format!("{container} sets runAsUser to 0 and runAsNonRoot to true, so it never starts"),
            )
            .severity(Severity::Low)
            .also(pod.object(), &non_root)
            .safe_fix("take runAsUser: 0 away", || [remove(&user)])
        } else {
            out.fail(&user, format!("{container} runs as user 0")).unsafe_fix(
                "take runAsUser: 0 away and set runAsNonRoot to true",
                "start it as the image's user: the kubelet refuses one that is root, or has no number",
                || [remove(&user), set(&beside(pod, &container, &user), true)],
            )
        };
        note_inherited(draft, &container, "runAsUser", "0");
    }
}
