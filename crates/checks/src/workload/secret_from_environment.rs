//! A secret that a container gets through its environment.

use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "secret-from-environment",
        title: "secret is passed in an environment variable",
        severity: Severity::Low,
        family: "workload",
        since: "0.1.0",
        page: include_str!("secret_from_environment.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    for container in pod.containers() {
        for variable in container.get("env").items() {
            let at = variable.get("valueFrom").get("secretKeyRef");
            if at.is_set() {
                let name = variable.get("name").str().unwrap_or_default();
                let message = format!("{container} reads environment variable \"{name}\" from a Secret");
                out.fail(&at, message);
            } else {
                out.pass(&variable.get("name"));
            }
        }
        for source in container.get("envFrom").items() {
            let at = source.get("secretRef");
            if at.is_set() {
                let name = at.get("name").str().unwrap_or_default();
                let message =
                    format!("{container} reads environment variables from the whole Secret \"{name}\"");
                out.fail(&at, message);
            } else {
                out.pass(&source);
            }
        }
    }
}
