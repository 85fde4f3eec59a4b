//! A pod that acts as the account that all pods of its namespace share.

use ironsides_core::Inventory;

use super::service_account::{DEFAULT, NO_TOKEN, TRY_NO_TOKEN, account, automount, projects_token};
use crate::gathered::namespace;
use crate::prelude::*;
use crate::rbac::BINDINGS;
use crate::rbac::holders::{Holders, bindings_of_account};

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "default-service-account",
        title: "pod uses the default service account",
        severity: Severity::Low,
        family: "workload",
        since: "0.1.0",
        page: include_str!("default_service_account.md"),
    },
    run: Run::Together { judges: &[], needs: &[], welcomes: WELCOMES, run },
};

const WELCOMES: &[(&str, &str)] = &[("", "ServiceAccount"), BINDINGS[0], BINDINGS[1]];

fn run(object: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let Some(pod) = out.whole_pod(object) else { return };
    let (at, name) = account(&pod);
    let token = automount(&pod, inventory);
    let projected = projects_token(&pod);
    // Without a token nothing in the pod can act as the account.
    if name != DEFAULT || !(token.mounts || projected) {
        return out.pass(&at);
    }
    let confidence = if projected { Confidence::High } else { token.confidence };
    let holders = Holders::of(inventory);
    let rights = bindings_of_account(&holders, inventory, namespace(object), DEFAULT);
    let held = rights.first().map(|(binding, _)| format!(", which holds \"{}\"", binding.role.name));
    let message =
        format!("the pod uses the default service account of its namespace{}", held.unwrap_or_default());
    let finding = out.fail(&at, message).confidence(confidence);
    // What was granted for one program is granted to this one as well.
    if let Some((_, binding)) = rights.first() {
        finding.severity(Severity::Medium).also(binding, &binding.cursor().get("subjects"));
    }
    if !projected {
        finding.unsafe_fix(NO_TOKEN, TRY_NO_TOKEN, || [set(&token.at, false)]);
    }
    if !at.is_set() {
        finding.effective(DEFAULT, "the default of serviceAccountName");
    }
}
