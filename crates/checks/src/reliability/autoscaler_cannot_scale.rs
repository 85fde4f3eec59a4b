//! An autoscaler that can do nothing.

use super::AUTOSCALERS;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "autoscaler-cannot-scale",
        title: "autoscaler has no room to scale",
        severity: Severity::Low,
        family: "reliability",
        since: "0.1.0",
        page: include_str!("autoscaler_cannot_scale.md"),
    },
    run: Run::Kinds(AUTOSCALERS, run),
};

fn run(object: &Object, out: &mut Out<'_>) {
    let spec = object.cursor().get("spec");
    let (least, most) = (spec.get("minReplicas"), spec.get("maxReplicas"));
    let Some(most_count) = most.int() else { return };
    let least_count = least.int().unwrap_or(1);
    if most_count > least_count {
        return out.pass(&most);
    }
    let message = if most_count == least_count {
        format!("the autoscaler always sets {most_count}: minReplicas and maxReplicas are the same")
    } else {
        format!("maxReplicas {most_count} is below minReplicas {least_count}, which the API server refuses")
    };
    let draft = out.fail(&most, message);
    draft.also(object, &least);
}
