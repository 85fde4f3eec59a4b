//! A port that is listed twice.

use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "duplicate-container-port",
        title: "container port is listed twice",
        severity: Severity::Low,
        family: "workload",
        since: "0.1.0",
        page: include_str!("duplicate_container_port.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    for container in pod.containers() {
        let ports = container.get("ports");
        let count = ports.node().map(ironsides_tree::Node::items).unwrap_or_default().len();
        if count < 2 {
            out.pass(&ports);
            continue;
        }
        for (index, port) in ports.items().enumerate() {
            let at = port.get("containerPort");
            let key = |port: &Cursor<'_>| {
                let protocol = port.get("protocol").str().unwrap_or("TCP").to_owned();
                (port.get("containerPort").int(), protocol)
            };
            let this = key(&port);
            let again =
                this.0.is_some() && ports.items().take(index.min(LOOKED_AT)).any(|other| key(&other) == this);
            if again {
                let (number, protocol) = (this.0.unwrap_or_default(), this.1);
                out.fail(&at, format!("{container} lists port {number}/{protocol} again"));
            } else {
                out.pass(&at);
            }
        }
    }
}

/// How many ports each one is compared with.
const LOOKED_AT: usize = 64;
