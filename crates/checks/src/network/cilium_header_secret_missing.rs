//! A header whose value is nowhere.

use ironsides_core::Inventory;

use super::CILIUM_POLICY;
use super::model::{Network, at, http_rules};
use crate::gathered::follow;
use crate::prelude::*;

const SECRET: (&str, &str) = ("", "Secret");

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "cilium-header-secret-missing",
        title: "Cilium policy takes the value of a header from no Secret",
        severity: Severity::Medium,
        family: "network",
        since: "0.1.0",
        page: include_str!("cilium_header_secret_missing.md"),
    },
    run: Run::Together { judges: CILIUM_POLICY, needs: &[], welcomes: &[SECRET], run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    let Some(read) = network.cilium_policy(inventory, policy) else { return };
    for header in http_rules(read).flat_map(|rule| &rule.header_matches) {
        let Some(secret) = &header.secret else { continue };
        let own = read.name.namespace.as_deref();
        let namespace = Some(secret.namespace.as_str()).filter(|name| !name.is_empty()).or(own);
        let Some(namespace) = namespace else { continue };
        let lead = follow(inventory, SECRET, Some(namespace), &secret.name);
        let at = at(policy, &format!("{}.secret", header.place.path));
        let missing = || {
            let (name, header) = (&secret.name, &header.name);
            format!("there is no Secret {namespace}/{name} that holds the value of {header}")
        };
        if let Some((finding, confidence)) = lead.tell(out, &at, "Secret", missing) {
            finding.confidence(confidence);
        }
    }
    out.pass(&policy.cursor());
}
