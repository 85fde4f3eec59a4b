//! An Ingress whose Service is not there.

use ironsides_core::Inventory;

use super::INGRESS;
use crate::gathered::{among, follow, namespace};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "dangling-ingress-backend",
        title: "ingress leads to no service of the input",
        severity: Severity::Low,
        family: "ingress",
        since: "0.1.0",
        page: include_str!("dangling_ingress_backend.md"),
    },
    run: Run::Together { judges: INGRESS, needs: &[], welcomes: &[("", "Service")], run },
};

const SERVICE: (&str, &str) = ("", "Service");

fn run(ingress: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let spec = ingress.cursor().get("spec");
    let namespace = namespace(ingress);
    let paths = spec.get("rules").items().flat_map(|rule| rule.at(&["http", "paths"]).items());
    let backends = paths.map(|path| path.get("backend"));
    for backend in [spec.get("defaultBackend"), spec.get("backend")].into_iter().chain(backends) {
        // The first versions had the name beside the backend.
        let (new, old) = (backend.at(&["service", "name"]), backend.get("serviceName"));
        let at = if old.is_set() { old } else { new };
        let Some(name) = at.str() else { continue };
        let what = format!("Service \"{name}\"");
        let missing = || format!("the {what} is not {}", among(inventory));
        let lead = follow(inventory, SERVICE, Some(namespace), name);
        if let Some((finding, confidence)) = lead.tell(out, &at, &what, missing) {
            finding.confidence(confidence);
        }
    }
}
