//! A Service whose selector fits more than one workload.

use ironsides_core::{Inventory, LabelSelector};

use super::SERVICE;
use crate::gathered::{Pods, namespace};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "service-selects-several-workloads",
        title: "service spreads over several workloads",
        severity: Severity::Info,
        family: "service",
        since: "0.1.0",
        page: include_str!("service_selects_several_workloads.md"),
    },
    run: Run::Together { judges: SERVICE, needs: &[ANY_POD], welcomes: &[], run },
};

fn run(service: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let at = service.cursor().get("spec").get("selector");
    let Ok(selector) = LabelSelector::read_map(&at) else { return out.pass(&at) };
    if selector.is_everything() {
        return out.not_applicable("the Service selects no pods by their labels");
    }
    let templates = out.templates();
    let pods = Pods::of(inventory, templates);
    let objects = pods
        .selected(namespace(service), &selector)
        .filter_map(|place| inventory.objects().get(place))
        .filter(|object| !matches!(&*object.reference().kind, "Pod" | "Job" | "CronJob" | "ReplicaSet"));
    let mut first: Option<&Object> = None;
    for object in objects.take(256) {
        match first {
            None => first = Some(object),
            // Overlays write the same workload more than once.
            Some(known) if known.reference().name == object.reference().name => {}
            Some(known) => {
                let message =
                    format!("selector matches the pods of {} and of {}", named(known), named(object));
                out.fail(&at, message)
                    .also(known, &known.cursor().get("metadata").get("name"))
                    .also(object, &object.cursor().get("metadata").get("name"));
                return;
            }
        }
    }
    out.pass(&at);
}

fn named(object: &Object) -> String {
    let reference = object.reference();
    format!("{} \"{}\"", reference.kind, reference.name)
}
