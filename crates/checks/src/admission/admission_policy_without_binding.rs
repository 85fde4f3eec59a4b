//! A policy that no binding puts into force.

use ironsides_core::Inventory;
use ironsides_tree::Text;
use rustc_hash::FxHashSet;

use crate::gathered::{among, sure};
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

/// The kinds of bindings and the names of the policies that they put into force.
struct Bound(FxHashSet<(Text, Text)>);

impl Bound {
    fn new(inventory: &Inventory) -> Self {
        let bindings = BINDINGS.iter().flat_map(|(group, kind)| inventory.of_kind(group, kind));
        let names = bindings.filter_map(|binding| {
            let name = binding.cursor().at(&["spec", "policyName"]).str()?;
            Some((binding.reference().kind.clone(), Text::new(name)))
        });
        Self(names.collect())
    }
}

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let at = policy.cursor().at(&["metadata", "name"]);
    let reference = policy.reference();
    let kind = format!("{}Binding", reference.kind);
    if inventory.derived(Bound::new).0.contains(&(Text::from(kind), reference.name.clone())) {
        out.pass(&at);
    } else {
        let message = format!("no binding of the policy is {}, so it decides nothing", among(inventory));
        out.fail(&at, message).confidence(sure(inventory, Confidence::Medium));
    }
}
