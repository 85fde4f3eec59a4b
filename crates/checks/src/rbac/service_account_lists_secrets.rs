//! A service account that refers to tokens in Secrets.

use super::SERVICE_ACCOUNT;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "service-account-lists-secrets",
        title: "service account names its token Secrets",
        severity: Severity::Low,
        family: "rbac",
        since: "0.1.0",
        page: include_str!("service_account_lists_secrets.md"),
    },
    run: Run::Kinds(SERVICE_ACCOUNT, run),
};

fn run(account: &Object, out: &mut Out<'_>) {
    for at in account.cursor().get("secrets").items() {
        let name = at.get("name").str().unwrap_or_default();
        out.fail(
            &at,
            format!("secrets names \"{name}\", a list that Kubernetes filled with tokens until 1.24"),
        );
    }
}
