//! A custom resource of which old versions are still stored.

use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "stale-stored-version",
        title: "custom resources may be stored in an old version",
        severity: Severity::Low,
        family: "api",
        since: "0.1.0",
        page: include_str!("stale_stored_version.md"),
    },
    run: Run::Kinds(&[("apiextensions.k8s.io", "CustomResourceDefinition")], run),
};

fn run(definition: &Object, out: &mut Out<'_>) {
    let root = definition.cursor();
    let stored = root.at(&["status", "storedVersions"]);
    if stored.items().next().is_none() {
        return out.not_applicable("a manifest does not tell which versions are stored");
    }
    let versions = root.at(&["spec", "versions"]);
    for at in stored.items() {
        let Some(name) = at.str() else { continue };
        let version = versions.items().find(|version| version.get("name").str() == Some(name));
        let Some(version) = version else {
            out.fail(&at, format!("objects may be stored in {name}, which the definition no longer has"))
                .severity(Severity::Medium);
            continue;
        };
        if version.get("storage").is(true) {
            out.pass(&at);
        } else if version.get("served").is(false) || version.get("deprecated").is(true) {
            let how = if version.get("served").is(false) { "no longer served" } else { "deprecated" };
            out.fail(&at, format!("objects may be stored in {name}, which is {how}"));
        } else {
            out.fail(
                &at,
                format!("objects may be stored in {name}, which is no longer the version to store"),
            )
            .severity(Severity::Info);
        }
    }
}
