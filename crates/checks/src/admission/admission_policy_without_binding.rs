//! A policy that no binding puts into force.

use ironsides_core::Inventory;

use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "admission-policy-without-binding",
        title: "admission policy is bound to nothing",
        severity: Severity::Medium,
        family: "admission",
        since: "0.1.0",
        page: include_str!("admission_policy_without_binding.md"),
    },
    run: Run::Together { judges: POLICIES, needs: &[], welcomes: BINDINGS, run },
};

const POLICIES: &[(&str, &str)] = &[
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy"),
    ("admissionregistration.k8s.io", "MutatingAdmissionPolicy"),
];
const BINDINGS: &[(&str, &str)] = &[
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding"),
    ("admissionregistration.k8s.io", "MutatingAdmissionPolicyBinding"),
];

/// How many bindings are looked at, for every policy anew.
const MOST: usize = 2048;

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let at = policy.cursor().at(&["metadata", "name"]);
    let reference = policy.reference();
    let kind = format!("{}Binding", reference.kind);
    let mut bindings = inventory.of_kind(reference.group(), &kind).take(MOST);
    let binds =
        |binding: &Object| binding.cursor().at(&["spec", "policyName"]).str() == Some(&*reference.name);
    if bindings.any(binds) {
        out.pass(&at);
    } else {
        let message = "no binding of the policy is among the scanned files, so it decides nothing";
        out.fail(&at, message).confidence(Confidence::Medium);
    }
}
