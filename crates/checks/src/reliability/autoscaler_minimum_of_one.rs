//! An autoscaler that may leave one replica.

use super::AUTOSCALERS;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "autoscaler-minimum-of-one",
        title: "autoscaler may leave a single replica",
        severity: Severity::Low,
        family: "reliability",
        since: "0.1.0",
        page: include_str!("autoscaler_minimum_of_one.md"),
    },
    run: Run::Kinds(AUTOSCALERS, run),
};

fn run(object: &Object, out: &mut Out<'_>) {
    let at = object.cursor().at(&["spec", "minReplicas"]);
    match at.int() {
        Some(count) if count >= 2 => out.pass(&at),
        Some(0) => {
            out.fail(&at, "the autoscaler may leave no replica (minReplicas 0)");
        }
        Some(_) => {
            out.fail(&at, "the autoscaler may leave a single replica (minReplicas 1)");
        }
        None => {
            out.fail(&at, "the autoscaler may leave a single replica (minReplicas is not set)")
                .effective("1", "the default of minReplicas");
        }
    }
}
