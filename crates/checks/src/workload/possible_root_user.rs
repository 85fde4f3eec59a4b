//! A container whose user is left to the image.

use super::security_context::{note_inherited, own_users};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "possible-root-user",
        title: "container may run as root",
        severity: Severity::Medium,
        family: "workload",
        since: "0.1.0",
        page: include_str!("possible_root_user.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    if let Some(own) = own_users(pod) {
        out.pass(&own);
        return;
    }
    for container in pod.containers() {
        if pod.is_windows() {
            windows(pod, &container, out);
        } else {
            linux(pod, &container, out);
        }
    }
}

fn linux<'a>(pod: &Pod<'a>, container: &Container<'a>, out: &mut Out<'_>) {
    let non_root = container.effective(pod, "runAsNonRoot");
    if non_root.is(true) {
        return out.pass(&non_root);
    }
    let user = container.effective(pod, "runAsUser");
    match user.int() {
        Some(0) => {} // root-user says so.
        Some(_) => out.pass(&user),
        None => undecided(pod, container, &non_root, "the image's user, or root if it sets none", out),
    }
}

/// Where `runAsNonRoot` is best set: for the whole pod, unless the container says otherwise or another one is root by
/// its own word and would not start any more.
fn place<'a>(pod: &Pod<'a>, container: &Container<'a>) -> Cursor<'a> {
    let own = container.security("runAsNonRoot");
    let is_root = |other: Container<'a>| other.effective(pod, "runAsUser").int() == Some(0);
    if own.is_set() || pod.containers().any(is_root) { own } else { pod.security("runAsNonRoot") }
}

/// Windows has no user 0; the kubelet takes `ContainerAdministrator` for root.
fn windows<'a>(pod: &Pod<'a>, container: &Container<'a>, out: &mut Out<'_>) {
    let own = container.security("windowsOptions").get("runAsUserName");
    let inherited = pod.security("windowsOptions").get("runAsUserName");
    let user = if own.is_set() || !inherited.is_set() { own.clone() } else { inherited };
    let non_root = container.effective(pod, "runAsNonRoot");
    let name = user.str().unwrap_or_default();
    let is = |account: &str| name.eq_ignore_ascii_case(account);
    let administrator = is("ContainerAdministrator") && !non_root.is(true);
    if administrator || is("SYSTEM") || is(r"NT AUTHORITY\SYSTEM") {
        let draft = out.fail(&user, format!("{container} runs as {name}, a Windows administrator"));
        if !own.is_set() {
            let rule = format!("{container} inherits runAsUserName from the pod's securityContext");
            draft.effective(name.to_owned(), rule).key(container.name());
        }
    } else if user.is_set() {
        out.pass(&user);
    } else if non_root.is(true) {
        out.pass(&non_root);
    } else {
        undecided(pod, container, &non_root, "the image's user, often ContainerAdministrator", out);
    }
}

fn undecided<'a>(
    pod: &Pod<'a>,
    container: &Container<'a>,
    non_root: &Cursor<'a>,
    user: &str,
    out: &mut Out<'_>,
) {
    let draft = if non_root.is_set() {
        out.fail(non_root, format!("{container} sets runAsNonRoot to false and does not set runAsUser"))
    } else {
        out.fail(non_root, format!("{container} sets neither runAsUser nor runAsNonRoot"))
    };
    draft.confidence(Confidence::Medium).unsafe_fix(
        "set runAsNonRoot to true",
        "start it: the kubelet refuses an image whose user is root, or has no number",
        || [set(&place(pod, container), true)],
    );
    if non_root.is_set() {
        note_inherited(draft, container, "runAsNonRoot", "false");
    } else {
        draft
            .effective(user.to_owned(), "the image decides the user, and nothing checks that it is not root");
    }
}
