//! Tokens that outlive their account.

use ironsides_settings::Settings;

use super::KUBE_APISERVER;
use crate::flags::{Mend, Switch};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "apiserver-service-account-lookup-off",
        title: "API server takes tokens of deleted service accounts",
        severity: Severity::High,
        family: "apiserver",
        since: "0.1.0",
        page: include_str!("apiserver_service_account_lookup_off.md"),
    },
    run: Run::Settings(KUBE_APISERVER, run),
};

fn run(server: &Settings, out: &mut Out<'_>) {
    SWITCH.judge(server, out);
}

const SWITCH: Switch = Switch {
    key: "service-account-lookup",
    wanted: true,
    why: "tokens of service accounts and pods that are gone stay valid",
    mend: Mend::Safe,
};
