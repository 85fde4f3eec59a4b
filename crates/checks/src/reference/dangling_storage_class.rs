//! A storage class that nobody brings.

use ironsides_core::Inventory;

use super::look_up_global;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "dangling-storage-class",
        title: "claim names a storage class that is not in the input",
        severity: Severity::Low,
        family: "reference",
        since: "0.1.0",
        page: include_str!("dangling_storage_class.md"),
    },
    run: Run::Together { judges: CLAIMS, needs: &[("storage.k8s.io", "StorageClass")], welcomes: &[], run },
};

const CLAIMS: &[(&str, &str)] = &[("", "PersistentVolumeClaim"), ("apps", "StatefulSet")];
const KIND: (&str, &str) = ("storage.k8s.io", "StorageClass");

fn run(object: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let spec = object.cursor().get("spec");
    let templates =
        spec.get("volumeClaimTemplates").items().map(|claim| claim.at(&["spec", "storageClassName"]));
    for at in std::iter::once(spec.get("storageClassName")).chain(templates) {
        if let Some(finding) = look_up_global(out, inventory, KIND, &at) {
            finding.confidence(Confidence::Low);
        }
    }
}
