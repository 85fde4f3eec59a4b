//! A persistent volume that is used again.

use super::PERSISTENT_VOLUME;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "recycled-volume",
        title: "persistent volume is wiped and given to the next",
        severity: Severity::Low,
        family: "storage",
        since: "0.1.0",
        page: include_str!("recycled_volume.md"),
    },
    run: Run::Kinds(PERSISTENT_VOLUME, run),
};

fn run(volume: &Object, out: &mut Out<'_>) {
    let at = volume.cursor().at(&["spec", "persistentVolumeReclaimPolicy"]);
    if at.str() == Some("Recycle") {
        out.fail(&at, "the volume is wiped with rm and given to the next claim");
    } else {
        out.pass(&at);
    }
}
