//! A pod that nobody brings back.

use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "naked-pod",
        title: "pod has no controller",
        severity: Severity::Low,
        family: "reliability",
        since: "0.1.0",
        page: include_str!("naked_pod.md"),
    },
    run: Run::Kinds(&[("", "Pod")], run),
};

fn run(object: &Object, out: &mut Out<'_>) {
    let metadata = object.cursor().get("metadata");
    let owners = metadata.get("ownerReferences");
    if owners.items().next().is_some() {
        return out.pass(&owners);
    }
    let annotations = metadata.get("annotations");
    let is_hook =
        ["helm.sh/hook", "argocd.argoproj.io/hook"].into_iter().any(|key| annotations.get(key).is_set());
    if is_hook {
        return out.not_applicable("the pod is a hook, run once");
    }
    let is_static = ["kubernetes.io/config.mirror", "kubernetes.io/config.source"];
    if is_static.into_iter().any(|key| annotations.get(key).is_set()) {
        return out.not_applicable("the kubelet runs the pod from a file of its node");
    }
    out.fail(&object.cursor().get("kind"), "the pod has no controller that would replace it");
}
