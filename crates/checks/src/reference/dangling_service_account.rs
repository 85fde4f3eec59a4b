//! A service account that nobody brings.

use ironsides_core::Inventory;

use crate::gathered::{among, follow, namespace};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "dangling-service-account",
        title: "pod names a service account that is not in the input",
        severity: Severity::Low,
        family: "reference",
        since: "0.1.0",
        page: include_str!("dangling_service_account.md"),
    },
    run: Run::Together { judges: &[], needs: &[], welcomes: &[("", "ServiceAccount")], run },
};

const KIND: (&str, &str) = ("", "ServiceAccount");

fn run(object: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let Some(pod) = Pod::of(object, out.templates()) else { return };
    let (new, old) = (pod.spec().get("serviceAccountName"), pod.spec().get("serviceAccount"));
    let at = if new.str().is_some_and(|name| !name.is_empty()) { new } else { old };
    let Some(name) = at.str().filter(|name| !name.is_empty() && *name != "default") else {
        return out.pass(&at);
    };
    let missing = || format!("the service account \"{name}\" is not {}", among(inventory));
    let lead = follow(inventory, KIND, Some(namespace(object)), name);
    if let Some((finding, confidence)) = lead.tell(out, &at, &format!("account \"{name}\""), missing) {
        finding.confidence(confidence);
    }
}
