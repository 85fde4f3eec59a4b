//! A binding that only watches.

use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "binding-that-denies-nothing",
        title: "admission policy is bound without refusing anything",
        severity: Severity::Low,
        family: "admission",
        since: "0.1.0",
        page: include_str!("binding_that_denies_nothing.md"),
    },
    run: Run::Kinds(BINDING, run),
};

const BINDING: &[(&str, &str)] = &[("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding")];

fn run(binding: &Object, out: &mut Out<'_>) {
    let at = binding.cursor().at(&["spec", "validationActions"]);
    if at.items().any(|action| action.str() == Some("Deny")) {
        out.pass(&at);
    } else {
        out.fail(&at, "validationActions does not name Deny, so the policy refuses nothing");
    }
}
