//! A probe whose port has a name that no port of the container has.

use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "probe-names-no-port",
        title: "probe asks a port that the container does not name",
        severity: Severity::Medium,
        family: "reliability",
        since: "0.1.0",
        page: include_str!("probe_names_no_port.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    for container in pod.containers() {
        for path in HANDLERS {
            for action in ["httpGet", "tcpSocket"] {
                let at = container.at.at(path).get(action).get("port");
                // Numbers need no entry in the list; a number in quotes is one too.
                let Some(name) = at.str().filter(|name| name.parse::<u16>().is_err()) else { continue };
                let ports = container.get("ports");
                if ports.items().any(|port| port.get("name").str() == Some(name)) {
                    out.pass(&at);
                    continue;
                }
                let what = path.last().copied().unwrap_or_default();
                let message =
                    format!("{container} has a {what} for port \"{name}\", but no port of that name");
                out.fail(&at, message);
            }
        }
    }
}

const HANDLERS: [&[&str]; 5] = [
    &["livenessProbe"],
    &["readinessProbe"],
    &["startupProbe"],
    &["lifecycle", "postStart"],
    &["lifecycle", "preStop"],
];
