//! A default that is not the only one.

use ironsides_core::Inventory;

use super::STORAGE_CLASS;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "several-default-storage-classes",
        title: "more than one storage class is the default",
        severity: Severity::Low,
        family: "storage",
        since: "0.1.0",
        page: include_str!("several_default_storage_classes.md"),
    },
    run: Run::Together { judges: STORAGE_CLASS, needs: &[], welcomes: &[], run },
};

/// How many classes are looked at, for every class anew.
const CLASSES: usize = 256;

fn default(class: &Object) -> Option<Cursor<'_>> {
    let annotations = class.cursor().at(&["metadata", "annotations"]);
    let keys =
        ["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"];
    keys.into_iter().map(|key| annotations.get(key)).find(|at| at.str() == Some("true"))
}

fn run(class: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let Some(at) = default(class) else { return out.not_applicable("the class is not the default") };
    let name = &class.reference().name;
    let other = inventory
        .of_kind("storage.k8s.io", "StorageClass")
        .take(CLASSES)
        .filter(|other| other.reference().name != *name)
        .find_map(|other| Some((other, default(other)?)));
    match other {
        Some((other, place)) => {
            let message = format!("class \"{}\" is the default as well", other.reference().name);
            out.fail(&at, message).also(other, &place);
        }
        None => out.pass(&at),
    }
}
