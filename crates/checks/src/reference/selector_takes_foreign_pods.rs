//! Two workloads that count the same pods as theirs.

use ironsides_core::{Inventory, LabelSelector};

use crate::gathered::{Pods, namespace};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "selector-takes-foreign-pods",
        title: "selector of a workload takes pods of another",
        severity: Severity::Medium,
        family: "reference",
        since: "0.1.0",
        page: include_str!("selector_takes_foreign_pods.md"),
    },
    run: Run::Together { judges: WORKLOADS, needs: &[], welcomes: &[], run },
};

const WORKLOADS: &[(&str, &str)] =
    &[("apps", "Deployment"), ("apps", "StatefulSet"), ("apps", "DaemonSet"), ("apps", "ReplicaSet")];
/// How many pods are looked at for one workload.
const PODS: usize = 256;

fn run(object: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let at = object.cursor().at(&["spec", "selector"]);
    let (Ok(selector), true) = (LabelSelector::read(&at), at.is_set()) else { return out.pass(&at) };
    if object.cursor().at(&["metadata", "ownerReferences"]).items().next().is_some() {
        return out.not_applicable("its owner made the selector");
    }
    let templates = out.templates();
    let pods = Pods::of(inventory, templates);
    let own = object.reference();
    let other = pods.selected(namespace(object), &selector).take(PODS).find_map(|place| {
        let other = inventory.objects().get(place)?;
        let reference = other.reference();
        let same = reference.kind == own.kind && reference.name == own.name;
        let owned = other.cursor().at(&["metadata", "ownerReferences"]).items().next().is_some();
        let counts = WORKLOADS.iter().any(|(_, kind)| *kind == &*reference.kind);
        (!same && !owned && counts).then_some(other)
    });
    match other {
        Some(other) => {
            let reference = other.reference();
            let message =
                format!("selector matches the pods of {} \"{}\" as well", reference.kind, reference.name);
            out.fail(&at, message).also(other, &other.cursor().at(&["metadata", "name"]));
        }
        None => out.pass(&at),
    }
}
