//! A workload whose selector does not fit the pods of its template.

use ironsides_core::{LabelSelector, Labels};

use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "selector-mismatch",
        title: "workload does not select its own pods",
        severity: Severity::High,
        family: "reliability",
        since: "0.1.0",
        page: include_str!("selector_mismatch.md"),
    },
    run: Run::Kinds(
        &[("apps", "Deployment"), ("apps", "StatefulSet"), ("apps", "DaemonSet"), ("apps", "ReplicaSet")],
        run,
    ),
};

fn run(object: &Object, out: &mut Out<'_>) {
    let at = object.cursor().at(&["spec", "selector"]);
    let labels = object.cursor().at(&["spec", "template", "metadata", "labels"]);
    if !at.is_set() {
        return out.not_applicable("there is no selector, which is another fault");
    }
    match LabelSelector::read(&at) {
        Ok(selector) if selector.is_everything() => {
            out.fail(&at, "the selector is empty, which the API server refuses");
        }
        Ok(selector) if !selector.matches(&Labels::at(&labels)) => {
            out.fail(&at, "the selector does not match the labels of the pod template").also(object, &labels);
        }
        _ => out.pass(&at),
    }
}
