//! A pod that is given a token for the API server.

use ironsides_core::Inventory;

use super::service_account::{NO_TOKEN, TRY_NO_TOKEN, account, automount};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "service-account-token-mounted",
        title: "service account token is mounted",
        severity: Severity::Medium,
        family: "workload",
        since: "0.1.0",
        page: include_str!("service_account_token_mounted.md"),
    },
    run: Run::Together { judges: &[], needs: &[], welcomes: &[("", "ServiceAccount")], run },
};

fn run(object: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let Some(pod) = out.whole_pod(object) else { return };
    let token = automount(&pod, inventory);
    if !token.mounts {
        return out.pass(&token.at);
    }
    let (_, name) = account(&pod);
    let message = format!("the pod mounts the token of service account \"{name}\"");
    let finding = out.fail(&token.at, message).confidence(token.confidence);
    finding.unsafe_fix(NO_TOKEN, TRY_NO_TOKEN, || [set(&token.at, false)]);
    if let Some(rule) = token.rule {
        finding.effective("true", rule);
    }
    if let Some(account) = token.account {
        finding.also(account, &account.cursor().get("automountServiceAccountToken"));
    }
}
