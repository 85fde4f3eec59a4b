//! Tokens for an hour that are good for a year.

use ironsides_settings::Settings;

use super::KUBE_APISERVER;
use crate::flags::{Mend, Switch};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "apiserver-extended-token-expiration",
        title: "API server makes tokens of pods last a year",
        severity: Severity::Low,
        family: "apiserver",
        since: "0.1.0",
        page: include_str!("apiserver_extended_token_expiration.md"),
    },
    run: Run::Settings(KUBE_APISERVER, run),
};

fn run(server: &Settings, out: &mut Out<'_>) {
    SWITCH.judge(server, out);
}

const SWITCH: Switch = Switch {
    key: "service-account-extend-token-expiration",
    wanted: false,
    why: "tokens that the kubelet mounts for an hour are good for a year",
    mend: Mend::Test("see in the metric serviceaccount_stale_tokens_total that nothing uses stale tokens"),
};
