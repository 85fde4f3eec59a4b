//! A claim that nobody brings.

use ironsides_core::Inventory;

use super::look_up;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "dangling-volume-claim",
        title: "pod names a volume claim that is not in the input",
        severity: Severity::Low,
        family: "reference",
        since: "0.1.0",
        page: include_str!("dangling_volume_claim.md"),
    },
    run: Run::Together { judges: &[], needs: &[("", "PersistentVolumeClaim")], welcomes: &[], run },
};

const KIND: (&str, &str) = ("", "PersistentVolumeClaim");

fn run(object: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let Some(pod) = Pod::of(object, out.templates()) else { return };
    for volume in pod.spec().get("volumes").items() {
        let at = volume.at(&["persistentVolumeClaim", "claimName"]);
        if let Some(finding) = look_up(out, inventory, object, KIND, &at) {
            finding.confidence(Confidence::Medium);
        }
    }
}
