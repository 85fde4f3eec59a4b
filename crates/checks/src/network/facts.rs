//! What is odd about the HTTP rules of Cilium's policies, told by the checks that are about it.

use ironsides_core::Inventory;
use ironsides_network::l7::facts::Fact;

use super::model::{Network, at, http_rules};
use crate::prelude::*;

/// Tells of every HTTP rule of a policy what `say` makes of a fact: the field, and the message. The first of each field
/// counts.
pub(super) fn tell(
    policy: &Object,
    inventory: &Inventory,
    out: &mut Out<'_>,
    say: impl Fn(&Fact, &Written<'_>) -> Option<(&'static str, String)>,
) {
    let network = Network::of(inventory, out.templates());
    let Some(read) = network.cilium_policy(inventory, policy) else { return };
    let mut any = false;
    let mut fine = true;
    for (rule, facts) in http_rules(read).zip(network.http_facts(read)) {
        any = true;
        let written = Written { path: &rule.path, method: &rule.method, host: &rule.host };
        let mut told: Vec<&str> = Vec::new();
        for (field, message) in facts.iter().filter_map(|fact| say(fact, &written)) {
            if told.contains(&field) {
                continue;
            }
            told.push(field);
            fine = false;
            out.fail(&at(policy, &format!("{}.{field}", rule.place.path)), message);
        }
    }
    if !any {
        return out.not_applicable("the policy has no HTTP rules");
    }
    if fine {
        out.pass(&policy.cursor());
    }
}

/// The expressions of a rule, as they are written.
pub(super) struct Written<'a> {
    pub(super) path: &'a str,
    pub(super) method: &'a str,
    pub(super) host: &'a str,
}
