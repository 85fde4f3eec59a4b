//! A pod that the namespace it is written for does not take.

use ironsides_core::Inventory;
use ironsides_podsecurity::labels::ENFORCE;
use ironsides_podsecurity::{Labels, PodFacts, Policy, evaluate, violates};

use super::{NAMESPACE, label};
use crate::gaps::unseen;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "pod-refused-by-namespace",
        title: "namespace refuses the pod",
        severity: Severity::High,
        family: "namespace",
        since: "0.1.0",
        page: include_str!("pod_refused_by_namespace.md"),
    },
    run: Run::Together { judges: &[], needs: NAMESPACE, welcomes: &[], run },
};

/// How many objects of one namespace are looked at, for every pod anew: clusters and overlays that were put together.
const COPIES: usize = 32;

fn run(object: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let Some(pod) = out.whole_pod(object) else { return };
    let Some(name) = &object.reference().namespace else {
        return out.not_applicable("the manifest does not set a namespace");
    };
    let mut namespaces = inventory.named("", "Namespace", None, name).peekable();
    if namespaces.peek().is_none() {
        // Of a namespace that could not be read nobody knows what it refuses.
        if unseen(inventory, ("", "Namespace"), Some(name)).is_some_and(|gap| !gap.is_left_out) {
            return;
        }
        return out.not_applicable(format!("namespace \"{name}\" is not in the input"));
    }
    // Workloads are never refused. What counts are the pods that their controllers create.
    let pod = pod.instance();
    let facts = PodFacts::of(&pod);
    if let Some(at) = facts.malformed().first() {
        let missing = "the server cannot read this field; correct it and scan again";
        out.unknown(at, format!("cannot tell whether namespace \"{name}\" accepts the pod"), missing);
        return;
    }
    let mut judged = Vec::new();
    for namespace in namespaces.take(COPIES) {
        let (policy, _) = Labels::of(&namespace.cursor()).policy(&Policy::default());
        if judged.contains(&policy.enforce) {
            continue;
        }
        judged.push(policy.enforce);
        let violations = evaluate(&facts, policy.enforce);
        if violations.is_empty() {
            out.pass(pod.spec());
            continue;
        }
        let why = violates(policy.enforce, &violations);
        // The admission configuration may exempt the namespace, and webhooks may complete the pod.
        let finding = out.fail(pod.spec(), format!("namespace \"{name}\" refuses the pod: {why}"));
        finding.confidence(Confidence::Medium);
        finding.also(namespace, &label(namespace, ENFORCE));
        for place in violations.iter().flat_map(|violation| &violation.places) {
            finding.also(object, place);
        }
        return;
    }
}
