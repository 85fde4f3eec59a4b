//! Requests that take as long as they like.

use ironsides_settings::Settings;

use super::KUBE_APISERVER;
use crate::flags::{Mend, fail, not_read};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "apiserver-request-timeout",
        title: "API server gives requests too much time, or none",
        severity: Severity::Low,
        family: "apiserver",
        since: "0.1.0",
        page: include_str!("apiserver_request_timeout.md"),
    },
    run: Run::Settings(KUBE_APISERVER, run),
};

fn run(server: &Settings, out: &mut Out<'_>) {
    let Some(timeout) = out.get(server, "request-timeout") else { return };
    let Some(seconds) = timeout.seconds() else {
        let raw = timeout.raw.as_deref().unwrap_or_default();
        let message = not_read(server, "--request-timeout", raw, "length of time");
        out.fail_setting(server, &timeout, message);
        return;
    };
    let value = timeout.text().unwrap_or_default().into_owned();
    let message = if seconds <= 0.0 {
        format!("--request-timeout is {value}: no request but long-running ones comes to an answer")
    } else if seconds > LONGEST {
        format!("--request-timeout is {value}: few slow requests can hold the API server for long")
    } else {
        return out.pass_setting(&timeout);
    };
    let test = "see that no client lists so much that it takes longer than a minute";
    fail(server, &timeout, message, Some("1m0s"), Mend::Test(test), out);
}

/// Five minutes: the longest that the CIS benchmark has as an example for slow networks.
const LONGEST: f64 = 300.0;
