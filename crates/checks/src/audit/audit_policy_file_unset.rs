//! An API server that records nothing.

use super::server::{KUBE_APISERVER, Said, Server};
use crate::prelude::*;
use ironsides_settings::Settings;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "audit-policy-file-unset",
        title: "API server has no audit policy",
        severity: Severity::High,
        family: "audit",
        since: "0.1.0",
        page: include_str!("audit_policy_file_unset.md"),
    },
    run: Run::Settings(KUBE_APISERVER, run),
};

fn run(settings: &Settings, out: &mut Out<'_>) {
    let server = &Server::of(settings, out);
    match server.text(FLAG, out) {
        Err(Said) => {}
        Ok(None) => {
            let message = format!("the API server runs without --{FLAG}: nothing is recorded");
            server.fail(FLAG, message, out);
        }
        Ok(Some(_)) => {
            let Ok(flag) = settings.get(FLAG) else { return };
            // A file that is known not to be there, or not to be read, is no policy.
            if !out.knows_file(settings, &flag) || out.config_file(settings, &flag).is_some() {
                server.pass(FLAG, out);
            }
        }
    }
}

const FLAG: &str = "audit-policy-file";
