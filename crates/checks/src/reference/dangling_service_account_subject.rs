//! A permission for an account that nobody brings.

use ironsides_core::Inventory;

use crate::gathered::{among, follow, namespace};
use crate::prelude::*;
use crate::rbac::binding::is_own;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "dangling-service-account-subject",
        title: "binding names a service account that is not in the input",
        severity: Severity::Low,
        family: "reference",
        since: "0.1.0",
        page: include_str!("dangling_service_account_subject.md"),
    },
    run: Run::Together { judges: BINDINGS, needs: &[("", "ServiceAccount")], welcomes: &[], run },
};

const BINDINGS: &[(&str, &str)] =
    &[("rbac.authorization.k8s.io", "RoleBinding"), ("rbac.authorization.k8s.io", "ClusterRoleBinding")];
const KIND: (&str, &str) = ("", "ServiceAccount");

fn run(binding: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    if is_own(binding) {
        return out.not_applicable(
            "Kubernetes itself brings this binding, for programs that a cluster may do without",
        );
    }
    // The controller manager makes the accounts of its controllers when they first ask, and others not at all.
    let brought = binding.cursor().at(&["metadata", "labels"]).get("kubernetes.io/bootstrapping");
    if brought.str() == Some("rbac-defaults") && binding.reference().name.starts_with("system:") {
        return out.not_applicable("Kubernetes itself brings this binding");
    }
    for subject in binding.cursor().get("subjects").items() {
        let at = subject.get("name");
        let account = subject.get("kind").str() == Some("ServiceAccount");
        let Some(name) = at.str().filter(|name| account && *name != "default") else { continue };
        let home = subject.get("namespace").str().filter(|home| !home.is_empty());
        let home = home.unwrap_or_else(|| namespace(binding));
        let missing = || format!("the service account \"{name}\" of \"{home}\" is not {}", among(inventory));
        let lead = follow(inventory, KIND, Some(home), name).or_elsewhere();
        if let Some((finding, confidence)) = lead.tell(out, &at, &format!("account \"{name}\""), missing) {
            finding.confidence(confidence);
        }
    }
}
