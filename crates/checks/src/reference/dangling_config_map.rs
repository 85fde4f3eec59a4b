//! A reference to a config map that nobody brings.

use ironsides_core::Inventory;

use super::look_up;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "dangling-config-map",
        title: "pod names a ConfigMap that is not in the input",
        severity: Severity::Low,
        family: "reference",
        since: "0.1.0",
        page: include_str!("dangling_config_map.md"),
    },
    run: Run::Together { judges: &[], needs: &[("", "ConfigMap")], welcomes: &[], run },
};

const KIND: (&str, &str) = ("", "ConfigMap");

fn run(object: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let Some(pod) = Pod::of(object, out.templates()) else { return };
    let volumes = pod.spec().get("volumes");
    for volume in volumes.items() {
        ask(&volume.get("configMap"), "name", object, inventory, out);
        for source in volume.at(&["projected", "sources"]).items() {
            ask(&source.get("configMap"), "name", object, inventory, out);
        }
    }
    for container in pod.containers() {
        for variable in container.get("env").items() {
            ask(&variable.at(&["valueFrom", "configMapKeyRef"]), "name", object, inventory, out);
        }
        for source in container.get("envFrom").items() {
            ask(&source.get("configMapRef"), "name", object, inventory, out);
        }
    }
}

/// Looks a reference up unless it says that it may lead nowhere.
fn ask(at: &Cursor<'_>, field: &'static str, object: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    if !at.is_set() || at.get("optional").is(true) {
        return;
    }
    if let Some(finding) = look_up(out, inventory, object, KIND, &at.get(field)) {
        finding.confidence(Confidence::Medium);
    }
}
