//! AdminNetworkPolicy and BaselineAdminNetworkPolicy.

use super::CLUSTER_POLICY;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "old-cluster-policy-kind",
        title: "network policy is of a kind that plug-ins drop",
        severity: Severity::Medium,
        family: "network",
        since: "0.1.0",
        page: include_str!("old_cluster_policy_kind.md"),
    },
    run: Run::Kinds(CLUSTER_POLICY, run),
};

fn run(policy: &Object, out: &mut Out<'_>) {
    let kind = &policy.reference().kind;
    let at = policy.cursor().get("kind");
    if kind == "ClusterNetworkPolicy" {
        return out.pass(&at);
    }
    let message = format!(
        "{kind} of v1alpha1 is no longer enforced by Calico from 3.32 on nor by Cilium: ClusterNetworkPolicy of v1alpha2 \
         replaces it"
    );
    out.fail(&at, message);
}
