//! A service account that hands out its token unless a pod declines.

use super::SERVICE_ACCOUNT;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "service-account-automounts-token",
        title: "service account gives its token to every pod",
        severity: Severity::Low,
        family: "rbac",
        since: "0.1.0",
        page: include_str!("service_account_automounts_token.md"),
    },
    run: Run::Kinds(SERVICE_ACCOUNT, run),
};

fn run(account: &Object, out: &mut Out<'_>) {
    let at = account.cursor().get("automountServiceAccountToken");
    if at.is(false) {
        return out.pass(&at);
    }
    let finding = out.fail(&at, "pods of this account get its token unless they decline it");
    if !at.is_set() {
        finding.effective("true", "the default of automountServiceAccountToken");
    }
}
