//! A Service that every node listens for.

use super::SERVICE;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "node-port-service",
        title: "service is open on every node",
        severity: Severity::Low,
        family: "service",
        since: "0.1.0",
        page: include_str!("node_port_service.md"),
    },
    run: Run::Kinds(SERVICE, run),
};

fn run(service: &Object, out: &mut Out<'_>) {
    let at = service.cursor().get("spec").get("type");
    if at.str() == Some("NodePort") {
        out.fail(&at, "a port on every node leads to this Service");
    } else {
        out.pass(&at);
    }
}
