//! A container that switches off the AppArmor profile it would have.

use super::security_context::{note_inherited, on_windows};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "apparmor-unconfined",
        title: "container disables AppArmor",
        severity: Severity::Medium,
        family: "workload",
        since: "0.1.0",
        page: include_str!("apparmor_unconfined.md"),
    },
    run: Run::Pod(run),
};

/// Followed by the name of a container; how profiles were named before there was a field.
const ANNOTATION: &str = "container.apparmor.security.beta.kubernetes.io/";

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    if on_windows(pod, out) {
        return;
    }
    for container in pod.containers() {
        // The container's field counts first, then the annotation, then the pod's field.
        let field = container.security("appArmorProfile");
        match annotation(pod, &container) {
            Some(annotation) if !field.is_set() => judge_annotation(&annotation, &container, out),
            _ => judge_field(pod, &container, out),
        }
    }
}

fn annotation<'a>(pod: &Pod<'a>, container: &Container<'a>) -> Option<Cursor<'a>> {
    let annotations = pod.metadata().get("annotations");
    let entry = annotations.node()?.as_map()?.entry(&format!("{ANNOTATION}{}", container.name()))?;
    let at = annotations.get(&entry.key);
    // An empty one says nothing.
    at.str().is_some_and(|profile| !profile.is_empty()).then_some(at)
}

const TRY: &str = "start it and look for AppArmor's refusals in the node's audit log";

fn judge_annotation(at: &Cursor<'_>, container: &Container<'_>, out: &mut Out<'_>) {
    match at.str().unwrap_or_default() {
        "unconfined" => {
            out.fail(at, format!("{container} runs without AppArmor"))
                .effective("Unconfined", "the annotation applies where the container sets no appArmorProfile")
                .unsafe_fix("set the annotation to runtime/default", TRY, || [set(at, "runtime/default")]);
        }
        profile if profile == "runtime/default" || profile.starts_with("localhost/") => out.pass(at),
        other => {
            out.fail(
                at,
                format!("{container} asks for AppArmor profile \"{other}\", which is not a profile"),
            )
            .unsafe_fix("set the annotation to runtime/default", TRY, || [set(at, "runtime/default")]);
        }
    }
}

fn judge_field<'a>(pod: &Pod<'a>, container: &Container<'a>, out: &mut Out<'_>) {
    let at = container.effective(pod, "appArmorProfile").get("type");
    let draft = match at.str() {
        Some("RuntimeDefault" | "Localhost") | None => return out.pass(&at),
        Some("Unconfined") => out.fail(&at, format!("{container} runs without AppArmor")),
        Some(other) => out
            .fail(&at, format!("{container} sets appArmorProfile.type to \"{other}\", which is not a type")),
    };
    draft.unsafe_fix("set appArmorProfile.type to RuntimeDefault", TRY, || [set(&at, "RuntimeDefault")]);
    note_inherited(draft, container, "appArmorProfile", at.str().unwrap_or_default().to_owned());
}
