//! Tokens for joining nodes.

use ironsides_settings::Settings;

use super::KUBE_APISERVER;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "apiserver-bootstrap-tokens-for-users",
        title: "API server takes bootstrap tokens",
        severity: Severity::Low,
        family: "apiserver",
        since: "0.1.0",
        page: include_str!("apiserver_bootstrap_tokens_for_users.md"),
    },
    run: Run::Settings(KUBE_APISERVER, run),
};

fn run(server: &Settings, out: &mut Out<'_>) {
    let Some(flag) = out.get(server, "enable-bootstrap-token-auth") else { return };
    if flag.is_on() != Some(true) {
        return out.pass_setting(&flag);
    }
    let look_at = "which tokens there are, when they expire, and that nobody but joining nodes uses them: `kubectl get secrets -n \
                   kube-system --field-selector type=bootstrap.kubernetes.io/token`";
    let message =
        "--enable-bootstrap-token-auth is on: whoever has such a token can ask for a certificate of a node";
    out.manual_setting(server, &flag, message, look_at);
}
