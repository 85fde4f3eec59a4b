//! A workload that does not know its own pods.

use ironsides_core::{LabelSelector, Labels};

use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "selector-misses-own-pods",
        title: "selector of a workload misses its own pods",
        severity: Severity::Medium,
        family: "reference",
        since: "0.1.0",
        page: include_str!("selector_misses_own_pods.md"),
    },
    run: Run::Object(run),
};

fn run(object: &Object, out: &mut Out<'_>) {
    let reference = object.reference();
    let plain = match (reference.group(), &*reference.kind) {
        ("apps" | "extensions", "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet") => false,
        ("", "ReplicationController") => true,
        _ => return out.not_applicable("the object does not select pods of its own"),
    };
    let at = object.cursor().at(&["spec", "selector"]);
    let selector = if plain { LabelSelector::read_map(&at) } else { LabelSelector::read(&at) };
    // Old versions filled in what is not written.
    let (Ok(selector), true) = (selector, at.is_set()) else { return out.pass(&at) };
    let template = object.cursor().at(&["spec", "template", "metadata"]);
    let labels = Labels::of(&template);
    if selector.is_everything() || selector.matches(&labels) {
        out.pass(&at);
    } else {
        out.fail(&at, "selector does not match template.metadata.labels, and the server refuses that")
            .also(object, &template.get("labels"));
    }
}
