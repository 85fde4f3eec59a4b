//! Replicas that nothing keeps apart.

use super::REPLICATED;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "missing-topology-spread",
        title: "replicas may all land on one node",
        severity: Severity::Info,
        family: "reliability",
        since: "0.1.0",
        page: include_str!("missing_topology_spread.md"),
    },
    run: Run::Kinds(REPLICATED, run),
};

fn run(object: &Object, out: &mut Out<'_>) {
    let replicas = object.cursor().at(&["spec", "replicas"]);
    if replicas.int().is_some_and(|count| count < 2) {
        return out.not_applicable("there is one replica at most");
    }
    let spec = object.cursor().at(&["spec", "template", "spec"]);
    let spread = spec.get("topologySpreadConstraints");
    let apart = spec.at(&["affinity", "podAntiAffinity"]);
    if spread.items().next().is_some() {
        return out.pass(&spread);
    }
    if apart.entries().any(|(_, terms)| terms.items().next().is_some()) {
        return out.pass(&apart);
    }
    let draft = out.fail(&spread, "nothing keeps the replicas on different nodes");
    draft
        .effective("spread as well as it goes", "the scheduler's own default, unless the cluster changes it")
        .confidence(Confidence::Medium);
}
