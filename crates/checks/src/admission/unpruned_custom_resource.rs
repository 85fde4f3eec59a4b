//! A definition that stores whatever it is given.

use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "unpruned-custom-resource",
        title: "custom resources keep fields that nobody declared",
        severity: Severity::Low,
        family: "admission",
        since: "0.1.0",
        page: include_str!("unpruned_custom_resource.md"),
    },
    run: Run::Kinds(DEFINITION, run),
};

const DEFINITION: &[(&str, &str)] = &[("apiextensions.k8s.io", "CustomResourceDefinition")];

fn run(definition: &Object, out: &mut Out<'_>) {
    let spec = definition.cursor().get("spec");
    let old = spec.get("preserveUnknownFields");
    if old.is(true) {
        out.fail(&old, "preserveUnknownFields stores fields that the schema does not know");
    }
    for version in spec.get("versions").items() {
        let schema = version.at(&["schema", "openAPIV3Schema"]);
        let at = schema.get("x-kubernetes-preserve-unknown-fields");
        if at.is(true) {
            let name = version.get("name").str().unwrap_or_default();
            out.fail(&at, format!("version {name} stores whatever an object holds, unchecked"));
        } else {
            out.pass(&schema);
        }
    }
}
