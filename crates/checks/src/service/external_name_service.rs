//! A Service that is an alias of another name.

use super::SERVICE;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "external-name-service",
        title: "service leads to a name outside",
        severity: Severity::Low,
        family: "service",
        since: "0.1.0",
        page: include_str!("external_name_service.md"),
    },
    run: Run::Kinds(SERVICE, run),
};

fn run(service: &Object, out: &mut Out<'_>) {
    let spec = service.cursor().get("spec");
    if spec.get("type").str() != Some("ExternalName") {
        return out.pass(&spec.get("type"));
    }
    let at = spec.get("externalName");
    let name = at.str().unwrap_or_default();
    let inside = name == "localhost" || name.split('.').any(|part| part == "svc");
    let finding = out.fail(&at, format!("clients of this Service are sent to \"{name}\""));
    if inside {
        finding.severity(Severity::Medium);
    }
}
