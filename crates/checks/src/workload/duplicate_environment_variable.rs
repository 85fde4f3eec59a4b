//! A variable that is set twice, so that one of its values is not in force.

use std::collections::HashMap;

use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "duplicate-environment-variable",
        title: "environment variable is set twice",
        severity: Severity::Low,
        family: "workload",
        since: "0.1.0",
        page: include_str!("duplicate_environment_variable.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    for container in pod.containers() {
        let variables = container.get("env");
        let list = variables.node().map(ironsides_tree::Node::items).unwrap_or_default();
        if list.len() < 2 {
            out.pass(&variables);
            continue;
        }
        let mut seen = HashMap::with_capacity(list.len());
        for variable in variables.items() {
            let at = variable.get("name");
            let Some(name) = at.str() else { continue };
            let Some(first) = seen.insert(name, at.clone()) else { continue };
            let message = format!("{container} sets environment variable \"{name}\" again");
            let draft = out.fail(&at, message);
            draft
                .effective("the last value", "of variables of one name the last counts")
                .also(pod.object(), &first);
        }
        if seen.len() == list.len() {
            out.pass(&variables);
        }
    }
}
