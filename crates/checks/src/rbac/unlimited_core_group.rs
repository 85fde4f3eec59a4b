//! A role that leaves nothing of the core group out.

use ironsides_core::Inventory;

use super::holders::Held;
use super::rule::{Rule, excused};
use super::{BINDINGS, ROLES};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "unlimited-core-group",
        title: "role allows everything on the core resources",
        severity: Severity::High,
        family: "rbac",
        since: "0.1.0",
        page: include_str!("unlimited_core_group.md"),
    },
    run: Run::Together { judges: ROLES, needs: &[], welcomes: BINDINGS, run },
};

fn run(role: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    if let Some(why) = excused(role) {
        return out.not_applicable(why);
    }
    let mut known = None;
    for rule in Rule::all(role) {
        // Another check speaks of rules that leave out no group either.
        if !rule.is_wild() || rule.is_unlimited() || !rule.covers("", "secrets") {
            out.pass(&rule.at);
            continue;
        }
        let held = known.get_or_insert_with(|| Held::of(role, inventory));
        if matches!(held, Held::Nobody) {
            out.pass(&rule.at);
            continue;
        }
        let message = format!(
            "the {} allows everything on Secrets, pods and all other core resources{}",
            role.reference().kind,
            held.told()
        );
        let finding = out.fail(&rule.at, message);
        if matches!(held, Held::Unseen { beside: true }) {
            finding.milder();
        }
        held.show(inventory, finding);
    }
}
