//! Tiller: whoever reaches it may do anything in the cluster.

use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "helm-tiller",
        title: "Tiller, the server of Helm 2, is deployed",
        severity: Severity::High,
        family: "workload",
        since: "0.1.0",
        page: include_str!("helm_tiller.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    let labels = pod.metadata().get("labels");
    let name = labels.get("name");
    if labels.get("app").str() == Some("helm") && name.str() == Some("tiller") {
        out.fail(&name, "the pod bears the labels of Tiller, the server of Helm 2");
        return;
    }
    for container in pod.containers() {
        let at = container.get("image");
        if at.str().is_some_and(is_tiller) {
            out.fail(&at, format!("{container} runs Tiller, the server of Helm 2"));
        } else {
            out.pass(&at);
        }
    }
}

/// Whether an image's repository ends in `tiller`, whatever its registry, tag and digest.
fn is_tiller(image: &str) -> bool {
    let named = image.split('@').next().unwrap_or_default();
    let last = named.rsplit('/').next().unwrap_or_default();
    last.split(':').next() == Some("tiller")
}
