//! A pod that is given a token which allows nothing.

use ironsides_core::Inventory;

use super::service_account::{NO_TOKEN, TRY_NO_TOKEN, account, automount};
use crate::gathered::{is_there, namespace};
use crate::prelude::*;
use crate::rbac::BINDINGS;
use crate::rbac::holders::{Holders, bindings_of_account};

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "useless-service-account-token",
        title: "mounted token allows nothing that every account may not do",
        severity: Severity::Low,
        family: "workload",
        since: "0.1.0",
        page: include_str!("useless_service_account_token.md"),
    },
    run: Run::Together { judges: &[], needs: BINDINGS, welcomes: &[SERVICE_ACCOUNT], run },
};

const SERVICE_ACCOUNT: (&str, &str) = ("", "ServiceAccount");

fn run(object: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let Some(pod) = out.whole_pod(object) else { return };
    let token = automount(&pod, inventory);
    if !token.mounts {
        return out.pass(&token.at);
    }
    let (_, name) = account(&pod);
    let namespace = namespace(object);
    let holders = Holders::of(inventory);
    if !bindings_of_account(&holders, inventory, namespace, name).is_empty() {
        return out.pass(&token.at);
    }
    // Files that do not bring the account hardly bring its bindings.
    let live = inventory.server().is_some();
    if !live && !is_there(inventory, SERVICE_ACCOUNT, namespace, name) {
        return out
            .not_applicable("the input does not hold the service account, so its bindings may be elsewhere");
    }
    let message = format!("nothing is bound to service account \"{name}\", and the pod mounts its token");
    let finding = out.fail(&token.at, message);
    finding.confidence(if live { Confidence::High } else { Confidence::Medium });
    finding.unsafe_fix(NO_TOKEN, TRY_NO_TOKEN, || [set(&token.at, false)]);
    if let Some(rule) = token.rule {
        finding.effective("true", rule);
    }
}
