//! An image from a registry that has no name.

use super::references;
use std::net::{IpAddr, Ipv4Addr};

use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "image-registry-by-address",
        title: "image registry is named by an address",
        severity: Severity::Low,
        family: "image",
        since: "0.1.0",
        page: include_str!("image_registry_by_address.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    for (image, reference) in references(pod) {
        let host = match reference.registry.strip_prefix('[') {
            Some(rest) => rest.split(']').next().unwrap_or_default(),
            None => reference.registry.split(':').next().unwrap_or_default(),
        };
        let is_address = host.parse::<IpAddr>().is_ok() || host.parse::<Ipv4Addr>().is_ok();
        if is_address || host == "localhost" {
            let message = format!(
                "{} takes its image from {}, an address without a name",
                image.user, reference.registry
            );
            out.fail(&image.at, message);
        } else {
            out.pass(&image.at);
        }
    }
}
