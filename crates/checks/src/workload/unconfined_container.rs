//! A container that nothing confines: no seccomp, no AppArmor, no SELinux, all default capabilities.

use super::security_context::on_windows;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "unconfined-container",
        title: "nothing in the kernel confines the container",
        severity: Severity::Low,
        family: "workload",
        since: "0.1.0",
        page: include_str!("unconfined_container.md"),
    },
    run: Run::Pod(run),
};

/// Followed by the name of a container.
const ANNOTATION: &str = "container.apparmor.security.beta.kubernetes.io/";

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    if on_windows(pod, out) {
        return;
    }
    for container in pod.containers() {
        let privileged = container.security("privileged");
        let profile = ["seccompProfile", "appArmorProfile"]
            .into_iter()
            .map(|field| container.effective(pod, field).get("type"))
            .find(|at| at.str().is_some_and(|kind| kind != "Unconfined"));
        let confined = profile.or_else(|| annotation(pod, &container)).or_else(|| labels(pod, &container));
        let confined = confined.or_else(|| dropped(&container)).filter(|_| !privileged.is(true));
        if let Some(at) = confined {
            out.pass(&at);
            continue;
        }
        let what = "no seccomp or AppArmor profile, no SELinux options, no dropped capability";
        let draft =
            out.fail(&container.get("securityContext"), format!("{container} is not confined: {what}"));
        if privileged.is(true) {
            draft.effective("nothing", "runtimes do not confine privileged containers");
        } else {
            draft.confidence(Confidence::Medium);
        }
    }
}

/// The annotation that was there before the field, where it names a profile.
fn annotation<'a>(pod: &Pod<'a>, container: &Container<'a>) -> Option<Cursor<'a>> {
    let meant = |key: &str| key.strip_prefix(ANNOTATION) == Some(container.name());
    let (_, at) = pod.metadata().get("annotations").entries().find(|(key, _)| meant(key))?;
    at.str().is_some_and(|profile| !matches!(profile, "" | "unconfined")).then_some(at)
}

/// SELinux options with anything in them.
fn labels<'a>(pod: &Pod<'a>, container: &Container<'a>) -> Option<Cursor<'a>> {
    let options = container.effective(pod, "seLinuxOptions");
    let has_any = options.entries().next().is_some();
    has_any.then_some(options)
}

/// What the container drops, unless it takes everything back.
fn dropped<'a>(container: &Container<'a>) -> Option<Cursor<'a>> {
    let capabilities = container.security("capabilities");
    let is_all = |item: Cursor<'_>| item.str().is_some_and(|name| name.eq_ignore_ascii_case("ALL"));
    let drop = capabilities.get("drop");
    let has_any = drop.items().next().is_some() && !capabilities.get("add").items().any(is_all);
    has_any.then_some(drop)
}
