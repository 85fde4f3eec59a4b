//! An update that stops the old before it starts the new.

use super::ROLLED_OUT;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "downtime-on-update",
        title: "update stops everything before it starts anything",
        severity: Severity::Low,
        family: "reliability",
        since: "0.1.0",
        page: include_str!("downtime_on_update.md"),
    },
    run: Run::Kinds(ROLLED_OUT, run),
};

fn run(object: &Object, out: &mut Out<'_>) {
    let field = if &*object.reference().kind == "Deployment" { "strategy" } else { "updateStrategy" };
    let at = object.cursor().at(&["spec", field, "type"]);
    match at.str() {
        Some("Recreate") => {
            out.fail(&at, "an update stops all pods before it starts new ones (Recreate)");
        }
        Some("OnDelete") => {
            out.fail(&at, "an update changes nothing until somebody deletes the pods (OnDelete)");
        }
        _ => out.pass(&at),
    }
}
