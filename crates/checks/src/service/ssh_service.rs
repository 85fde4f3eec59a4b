//! A Service for the port of a remote shell.

use super::SERVICE;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "ssh-service",
        title: "service leads to a remote shell",
        severity: Severity::Medium,
        family: "service",
        since: "0.1.0",
        page: include_str!("ssh_service.md"),
    },
    run: Run::Kinds(SERVICE, run),
};

/// The port of SSH, and the one that is taken where 22 is not free.
const PORTS: [i64; 2] = [22, 2222];

fn run(service: &Object, out: &mut Out<'_>) {
    for port in service.cursor().get("spec").get("ports").items() {
        let at = |field| {
            let place = port.get(field);
            place.int().filter(|number| PORTS.contains(number)).map(|number| (place, number))
        };
        let tcp = port.get("protocol").str().is_none_or(|protocol| protocol == "TCP");
        match at("port").or_else(|| at("targetPort")).filter(|_| tcp) {
            Some((place, number)) => _ = out.fail(&place, format!("port {number} is that of SSH")),
            None => out.pass(&port),
        }
    }
}
