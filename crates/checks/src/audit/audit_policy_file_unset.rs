//! An API server that records nothing.

use super::server::{Said, each};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "audit-policy-file-unset",
        title: "API server has no audit policy",
        severity: Severity::High,
        family: "audit",
        since: "0.1.0",
        page: include_str!("audit_policy_file_unset.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    each(pod, out, |server, out| {
        let at = server.at(FLAG);
        match server.text(FLAG, out) {
            Err(Said) => {}
            Ok(None) => {
                let message =
                    format!("{} runs an API server without --{FLAG}: nothing is recorded", server.container);
                out.fail(at, message);
            }
            Ok(Some(_)) => out.pass(at),
        }
    });
}

const FLAG: &str = "audit-policy-file";
