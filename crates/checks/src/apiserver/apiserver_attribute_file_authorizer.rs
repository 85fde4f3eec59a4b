//! Rights that no object shows.

use ironsides_settings::Settings;

use super::KUBE_APISERVER;
use super::authorization::Chain;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "apiserver-attribute-file-authorizer",
        title: "API server authorizes by a file of attributes",
        severity: Severity::Medium,
        family: "apiserver",
        since: "0.1.0",
        page: include_str!("apiserver_attribute_file_authorizer.md"),
    },
    run: Run::Settings(KUBE_APISERVER, run),
};

fn run(server: &Settings, out: &mut Out<'_>) {
    let Some(chain) = Chain::of(server, out) else { return };
    if !chain.has("ABAC") {
        return chain.pass(out);
    }
    let message = format!("{} has ABAC: a file on the node grants rights that no role shows", chain.name());
    chain.fail(message, None, out);
}
