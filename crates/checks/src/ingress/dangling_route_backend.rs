//! A route of a Gateway whose Service is not there.

use ironsides_core::Inventory;

use super::ROUTES;
use crate::gathered::{among, follow, namespace};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "dangling-route-backend",
        title: "route leads to no service of the input",
        severity: Severity::Low,
        family: "ingress",
        since: "0.1.0",
        page: include_str!("dangling_route_backend.md"),
    },
    run: Run::Together { judges: ROUTES, needs: &[], welcomes: &[("", "Service")], run },
};

const SERVICE: (&str, &str) = ("", "Service");

fn run(route: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let own = namespace(route);
    for reference in
        route.cursor().get("spec").get("rules").items().flat_map(|rule| rule.get("backendRefs").items())
    {
        let text = |field| reference.get(field).str().filter(|text| !text.is_empty());
        if text("group").is_some() || text("kind").is_some_and(|kind| kind != "Service") {
            out.pass(&reference);
            continue;
        }
        let at = reference.get("name");
        let Some(name) = at.str() else { continue };
        let namespace = text("namespace").unwrap_or(own);
        let what = format!("Service \"{name}\"");
        let missing = || format!("the {what} is not {}", among(inventory));
        let lead = follow(inventory, SERVICE, Some(namespace), name);
        if let Some((finding, confidence)) = lead.tell(out, &at, &what, missing) {
            finding.confidence(confidence);
        }
    }
}
