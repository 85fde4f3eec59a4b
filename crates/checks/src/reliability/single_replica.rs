//! A Deployment that one lost node stops.

use ironsides_core::Inventory;

use super::{AUTOSCALERS, gathered};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "single-replica",
        title: "Deployment runs a single replica",
        severity: Severity::Low,
        family: "reliability",
        since: "0.1.0",
        page: include_str!("single_replica.md"),
    },
    run: Run::Together { judges: &[("apps", "Deployment")], needs: &[], welcomes: AUTOSCALERS, run },
};

fn run(object: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let at = object.cursor().at(&["spec", "replicas"]);
    match at.int() {
        Some(0) => out.not_applicable("the Deployment is scaled to nothing"),
        Some(count) if count >= 2 => out.pass(&at),
        written => {
            if gathered::autoscaler(inventory, object).is_some() {
                return out.not_applicable("an autoscaler sets the number of replicas");
            }
            let draft = out.fail(&at, "the Deployment runs a single replica");
            if written.is_none() {
                draft.effective("1", "the default of replicas").confidence(Confidence::Medium);
            }
        }
    }
}
