//! A StatefulSet without the Service that gives its pods names.

use ironsides_core::Inventory;

use super::look_up;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "dangling-governing-service",
        title: "stateful set names a service that is not in the input",
        severity: Severity::Low,
        family: "reference",
        since: "0.1.0",
        page: include_str!("dangling_governing_service.md"),
    },
    run: Run::Together { judges: SETS, needs: &[("", "Service")], welcomes: &[], run },
};

const SETS: &[(&str, &str)] = &[("apps", "StatefulSet")];

fn run(set: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let at = set.cursor().at(&["spec", "serviceName"]);
    if let Some(finding) = look_up(out, inventory, set, ("", "Service"), &at) {
        finding.confidence(Confidence::Medium);
    }
}
