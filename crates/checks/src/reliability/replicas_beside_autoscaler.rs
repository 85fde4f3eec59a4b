//! A number of replicas that two of them set.

use ironsides_core::Inventory;

use super::{AUTOSCALERS, SCALED, gathered};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "replicas-beside-autoscaler",
        title: "manifest and autoscaler both set the number of replicas",
        severity: Severity::Low,
        family: "reliability",
        since: "0.1.0",
        page: include_str!("replicas_beside_autoscaler.md"),
    },
    run: Run::Together { judges: SCALED, needs: AUTOSCALERS, welcomes: &[], run },
};

fn run(object: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let at = object.cursor().at(&["spec", "replicas"]);
    let Some(autoscaler) = gathered::autoscaler(inventory, object) else {
        return out.not_applicable("no autoscaler of the input scales it");
    };
    if object.cursor().at(&["metadata", "uid"]).is_set() {
        return out.not_applicable("the autoscaler has written the number into the stored object");
    }
    if at.is_set() {
        let name = &autoscaler.reference().name;
        out.fail(&at, format!("replicas is set here and by the autoscaler \"{name}\""))
            .also(autoscaler, &autoscaler.cursor().at(&["spec", "scaleTargetRef"]));
    } else {
        out.pass(&at);
    }
}
