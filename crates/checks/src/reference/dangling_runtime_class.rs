//! A class that nobody brings.

use ironsides_core::Inventory;

use super::look_up_global;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "dangling-runtime-class",
        title: "pod names a runtime class that is not in the input",
        severity: Severity::Low,
        family: "reference",
        since: "0.1.0",
        page: include_str!("dangling_runtime_class.md"),
    },
    run: Run::Together { judges: &[], needs: &[("node.k8s.io", "RuntimeClass")], welcomes: &[], run },
};

const KIND: (&str, &str) = ("node.k8s.io", "RuntimeClass");

fn run(object: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let Some(pod) = Pod::of(object, out.templates()) else { return };
    let at = pod.spec().get("runtimeClassName");
    if at.str().is_some_and(|name| !name.is_empty()) {
        if let Some(finding) = look_up_global(out, inventory, KIND, &at) {
            finding.confidence(Confidence::Medium);
        }
    } else {
        out.pass(&at);
    }
}
