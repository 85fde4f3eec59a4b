//! An object in the namespace that everything falls into.

use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "default-namespace",
        title: "object is in the default namespace",
        severity: Severity::Low,
        family: "namespace",
        since: "0.1.0",
        page: include_str!("default_namespace.md"),
    },
    run: Run::Object(run),
};

fn run(object: &Object, out: &mut Out<'_>) {
    let at = object.cursor().get("metadata").get("namespace");
    if object.kind().is_some_and(|kind| !kind.namespaced) || object.reference().kind.is_empty() {
        return out.not_applicable("the object is not namespaced");
    }
    match at.str() {
        None | Some("") => out.not_applicable("the manifest does not set a namespace"),
        Some("default") => {
            if let Some(why) = excused(object) {
                return out.not_applicable(why);
            }
            let kind = &object.reference().kind;
            out.fail(&at, format!("the {kind} is in the default namespace"));
        }
        Some(_) => out.pass(&at),
    }
}

/// What the controller that keeps the Endpoints of Services writes on them. They have no owner.
const ENDPOINTS_CONTROLLER: &str = "endpoints.kubernetes.io/last-change-trigger-time";

/// Why an object may stand in the default namespace.
fn excused(object: &Object) -> Option<&'static str> {
    let reference = object.reference();
    let metadata = object.cursor().get("metadata");
    if metadata.get("ownerReferences").items().any(|owner| owner.get("controller").is(true)) {
        return Some("its owner decides the namespace");
    }
    let of_account =
        || metadata.get("annotations").get("kubernetes.io/service-account.name").str() == Some("default");
    let made_by_cluster = match (&*reference.kind, &*reference.name) {
        ("Service" | "Endpoints" | "EndpointSlice", "kubernetes")
        | ("ServiceAccount", "default")
        | ("ConfigMap", "kube-root-ca.crt") => true,
        ("Endpoints", _) => metadata.get("annotations").get(ENDPOINTS_CONTROLLER).is_set(),
        ("Secret", _) => of_account(),
        _ => false,
    };
    if made_by_cluster {
        return Some("the cluster creates it there itself");
    }
    let guards = matches!(&*reference.kind, "LimitRange" | "ResourceQuota")
        || reference.kind.ends_with("NetworkPolicy");
    if guards {
        return Some("it protects the namespace");
    }
    (reference.kind == "Event").then_some("it describes another object")
}
