//! A token that never expires.

use super::SECRET;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "service-account-token-secret",
        title: "token of a service account is kept in a Secret",
        severity: Severity::Medium,
        family: "rbac",
        since: "0.1.0",
        page: include_str!("service_account_token_secret.md"),
    },
    run: Run::Kinds(SECRET, run),
};

fn run(secret: &Object, out: &mut Out<'_>) {
    let at = secret.cursor().get("type");
    if at.str() != Some("kubernetes.io/service-account-token") {
        return out.not_applicable("the Secret holds no token of a service account");
    }
    let name = secret.cursor().at(&["metadata", "annotations"]).get("kubernetes.io/service-account.name");
    let account = name.str().unwrap_or_default();
    out.fail(&at, format!("the Secret holds a token of service account \"{account}\" that does not expire"));
}
