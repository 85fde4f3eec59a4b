//! A rolling update that may stop everything at once.

use super::{ROLLED_OUT, amount};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "rollout-without-spare",
        title: "rolling update may stop all pods at once",
        severity: Severity::Low,
        family: "reliability",
        since: "0.1.0",
        page: include_str!("rollout_without_spare.md"),
    },
    run: Run::Kinds(ROLLED_OUT, run),
};

fn run(object: &Object, out: &mut Out<'_>) {
    let kind = &*object.reference().kind;
    let field = if kind == "Deployment" { "strategy" } else { "updateStrategy" };
    let at = object.cursor().at(&["spec", field, "rollingUpdate", "maxUnavailable"]);
    let replicas = object.cursor().at(&["spec", "replicas"]);
    // How many nodes a DaemonSet is on is not in its manifest.
    let count = if kind == "DaemonSet" { None } else { Some(replicas.int().unwrap_or(1)) };
    if count.is_some_and(|count| count < 2) {
        return out.not_applicable("there is one replica at most");
    }
    let all = match (amount(&at), count) {
        (Some(amount::Amount::Percent(percent)), _) => percent >= 100,
        (Some(amount::Amount::Count(pods)), Some(count)) => pods >= count,
        _ => false,
    };
    if all {
        out.fail(&at, "a rolling update may stop all pods at once").also(object, &replicas);
    } else {
        out.pass(&at);
    }
}
