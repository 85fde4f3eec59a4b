//! An API server with an address of the Internet.

use std::net::IpAddr;

use ironsides_core::Inventory;

use super::API_SERVER;
use super::address::{host, is_local_name, is_public, look_at};
use crate::gathered::DEFAULT_NAMESPACE;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "api-server-at-public-address",
        title: "API server has a public address",
        severity: Severity::Medium,
        family: "cluster",
        since: "0.1.0",
        page: include_str!("api_server_at_public_address.md"),
    },
    run: Run::Cluster { welcomes: &[ENDPOINTS, SLICES], run },
};

const ENDPOINTS: (&str, &str) = ("", "Endpoints");
const SLICES: (&str, &str) = ("discovery.k8s.io", "EndpointSlice");

fn run(server: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let at = server.cursor().get("address");
    let host = host(at.str().unwrap_or_default());
    match host.parse::<IpAddr>() {
        Ok(address) if is_public(address) => {
            out.fail(&at, format!("the API server is reached at {address}, an address of the Internet"));
        }
        Ok(_) => out.pass(&at),
        Err(_) if host.is_empty() => {
            out.unknown(&at, "the address of the API server is not known", "the address of the API server");
        }
        Err(_) if is_local_name(host) => out.pass(&at),
        Err(_) => {
            out.manual(&at, format!("whether {host} leads to the API server from outside"), look_at(host));
        }
    }
    let in_slices =
        inventory.named(SLICES.0, SLICES.1, Some(DEFAULT_NAMESPACE), API_SERVER).flat_map(|slice| {
            let endpoints = slice.cursor().get("endpoints");
            let all: Vec<_> =
                endpoints.items().flat_map(|endpoint| endpoint.get("addresses").items()).collect();
            all.into_iter().map(move |at| (slice, at))
        });
    let in_endpoints =
        inventory.named("", ENDPOINTS.1, Some(DEFAULT_NAMESPACE), API_SERVER).flat_map(|object| {
            let subsets = object.cursor().get("subsets");
            let all: Vec<_> = subsets
                .items()
                .flat_map(|subset| subset.get("addresses").items())
                .map(|address| address.get("ip"))
                .collect();
            all.into_iter().map(move |at| (object, at))
        });
    let mut told: Vec<&str> = Vec::new();
    for (object, address) in in_slices.chain(in_endpoints) {
        let Some(text) = address.str().filter(|text| !told.contains(text)) else { continue };
        if text.parse().is_ok_and(is_public) {
            told.push(text);
            let message = format!("the API server advertises {text}, an address of the Internet");
            out.fail(&at, message).key(text).also(object, &address);
        }
    }
}
