//! A Service that leads nowhere.

use ironsides_core::{Inventory, LabelSelector};

use super::SERVICE;
use crate::gathered::{Pods, among, namespace, sure};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "service-selects-nothing",
        title: "service selects no pod of the input",
        severity: Severity::Low,
        family: "service",
        since: "0.1.0",
        page: include_str!("service_selects_nothing.md"),
    },
    run: Run::Together { judges: SERVICE, needs: &[ANY_POD], welcomes: &[], run },
};

fn run(service: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let spec = service.cursor().get("spec");
    let at = spec.get("selector");
    let Ok(selector) = LabelSelector::read_map(&at) else { return out.pass(&at) };
    if selector.is_everything() || spec.get("type").str() == Some("ExternalName") {
        return out.not_applicable("the Service selects no pods by their labels");
    }
    let templates = out.templates();
    let pods = Pods::of(inventory, templates);
    let namespace = namespace(service);
    if !pods.any_in(namespace) {
        return out.not_applicable("no pod of the namespace is in the input");
    }
    if pods.selected(namespace, &selector).next().is_some() {
        return out.pass(&at);
    }
    let message = format!("selector matches the labels of no pod {}", among(inventory));
    out.fail(&at, message).confidence(sure(inventory, Confidence::Medium));
}
