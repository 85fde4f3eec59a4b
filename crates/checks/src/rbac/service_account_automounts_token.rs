//! A service account that hands out its token unless a pod declines.

use ironsides_core::Inventory;
use ironsides_rbac::Identity;

use super::binding::is_own;
use super::holders::Holders;
use super::{BINDINGS, SERVICE_ACCOUNT};
use crate::gathered::namespace;
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
    run: Run::Together { judges: SERVICE_ACCOUNT, needs: &[], welcomes: BINDINGS, run },
};

/// The namespace of the accounts that the controller manager makes for its controllers.
const CONTROLLERS: &str = "kube-system";

fn run(account: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let (holders, name) = (Holders::of(inventory), &*account.reference().name);
    if namespace(account) == CONTROLLERS && name != "default" && is_controller(&holders, inventory, name) {
        return out
            .not_applicable("the controller manager asks for the token of this account; no pod runs as it");
    }
    let at = account.cursor().get("automountServiceAccountToken");
    if at.is(false) {
        return out.pass(&at);
    }
    let finding = out.fail(&at, "pods of this account get its token unless they decline it");
    if !at.is_set() {
        finding.effective("true", "the default of automountServiceAccountToken");
    }
}

/// Whether Kubernetes itself binds a role of a controller to an account.
fn is_controller(holders: &Holders, inventory: &Inventory, name: &str) -> bool {
    let bindings = holders.rbac.bindings_of(&Identity::service_account(CONTROLLERS, name));
    bindings.into_iter().filter_map(|id| holders.rbac.binding(id)).any(|binding| {
        binding.name.starts_with("system:controller:")
            && inventory.objects().get(binding.object).is_some_and(is_own)
    })
}
