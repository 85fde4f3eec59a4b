//! Accounts of programs in the hands of people.

use ironsides_settings::Settings;

use super::KUBE_APISERVER;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "apiserver-service-account-tokens-for-users",
        title: "People may come to the API server as service accounts",
        severity: Severity::Low,
        family: "apiserver",
        since: "0.1.0",
        page: include_str!("apiserver_service_account_tokens_for_users.md"),
    },
    run: Run::Settings(KUBE_APISERVER, run),
};

fn run(server: &Settings, out: &mut Out<'_>) {
    let mut provider = None;
    for key in ["authentication-config", "oidc-issuer-url", "authentication-token-webhook-config-file"] {
        let Some(flag) = out.get(server, key) else { return };
        if flag.text().is_some() && key == "authentication-config" {
            // It may be there for anonymous requests alone.
            let Some(file) = out.config_file(server, &flag) else { return };
            if Cursor::root(&file.root).get("jwt").items().next().is_none() {
                continue;
            }
        }
        if flag.text().is_some() {
            provider = provider.or(Some(flag));
        }
    }
    let look_at = "whose kubeconfig holds a token of a service account, and which Secrets of type \
                   kubernetes.io/service-account-token are read by people: `kubectl get secrets -A \
                   --field-selector type=kubernetes.io/service-account-token`";
    if let Some(provider) = provider {
        let message = format!(
            "--{} lets people come otherwise: see that none comes as a service account",
            provider.key
        );
        out.manual_setting(server, &provider, message, look_at);
    } else if let Some(flag) = out.get(server, "oidc-issuer-url") {
        let message = "nothing lets people come but certificates and tokens of service accounts";
        out.manual_setting(server, &flag, message, look_at);
    }
}
