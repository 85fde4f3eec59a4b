//! A volume of a plugin that was taken out.

use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "removed-volume-plugin",
        title: "volume needs a plugin that Kubernetes no longer has",
        severity: Severity::Medium,
        family: "storage",
        since: "0.1.0",
        page: include_str!("removed_volume_plugin.md"),
    },
    run: Run::Object(run),
};

/// The fields of such volumes, and the release that took the plugin out.
const REMOVED: [(&str, u64); 8] = [
    ("flocker", 25),
    ("quobyte", 25),
    ("storageos", 25),
    ("glusterfs", 26),
    ("cephfs", 31),
    ("rbd", 31),
    ("gitRepo", 33),
    ("scaleIO", 22),
];

fn run(object: &Object, out: &mut Out<'_>) {
    let reference = object.reference();
    if &*reference.kind == "PersistentVolume" && reference.group().is_empty() {
        return judge(&object.cursor().get("spec"), out);
    }
    let Some(pod) = Pod::of(object, out.templates()) else {
        return out.not_applicable("the object has no volumes");
    };
    for volume in pod.spec().get("volumes").items() {
        judge(&volume, out);
    }
}

fn judge(volume: &Cursor<'_>, out: &mut Out<'_>) {
    for (field, removed) in REMOVED {
        let at = volume.get(field);
        if !at.is_set() {
            continue;
        }
        if removed <= out.kubernetes() {
            out.fail(
                &at,
                format!("nodes cannot mount a volume of type {field} from Kubernetes 1.{removed} on"),
            );
        } else {
            out.pass(&at);
        }
    }
}
