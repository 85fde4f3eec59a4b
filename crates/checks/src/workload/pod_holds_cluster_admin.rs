//! A pod that may do everything in the cluster.

use ironsides_core::Inventory;

use super::service_account::{account, automount, projects_token};
use crate::gathered::namespace;
use crate::prelude::*;
use crate::rbac::holders::{Holders, bindings_of_account};
use crate::rbac::{BINDINGS, ROLES};

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "pod-holds-cluster-admin",
        title: "pod holds a token that allows everything",
        severity: Severity::High,
        family: "workload",
        since: "0.1.0",
        page: include_str!("pod_holds_cluster_admin.md"),
    },
    run: Run::Together { judges: &[], needs: BINDINGS, welcomes: WELCOMES, run },
};

const WELCOMES: &[(&str, &str)] = &[ROLES[0], ROLES[1], ("", "ServiceAccount")];

fn run(object: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let Some(pod) = out.whole_pod(object) else { return };
    let (at, name) = account(&pod);
    let token = automount(&pod, inventory);
    let projected = projects_token(&pod);
    if !(token.mounts || projected) {
        return out.pass(&token.at);
    }
    let holders = Holders::of(inventory);
    let bindings = bindings_of_account(&holders, inventory, namespace(object), name);
    let found = bindings
        .into_iter()
        .find(|(binding, _)| binding.namespace.is_none() && holders.is_unlimited(binding));
    let Some((binding, source)) = found else { return out.pass(&at) };
    let message =
        format!("the pod acts as service account \"{name}\", which \"{}\" lets do everything", binding.name);
    let finding = out.fail(&at, message);
    finding.also(source, &source.cursor().get("roleRef").get("name"));
    if !projected {
        finding.confidence(token.confidence);
    }
    if !at.is_set() {
        finding.effective("default", "the default of serviceAccountName");
    }
}
