//! A policy that repeats another one.

use ironsides_core::Inventory;
use rustc_hash::FxHashMap;

use super::POLICY;
use super::place::place;
use crate::gathered::namespace;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "duplicate-network-policy",
        title: "two network policies say the same",
        severity: Severity::Info,
        family: "network",
        since: "0.1.0",
        page: include_str!("duplicate_network_policy.md"),
    },
    run: Run::Together { judges: POLICY, needs: &[], welcomes: &[], run },
};

/// The first policy of each namespace that says something.
struct First(FxHashMap<(String, String), usize>);

impl First {
    fn new(inventory: &Inventory) -> Self {
        let mut first = FxHashMap::default();
        for (at, object) in inventory.objects().iter().enumerate() {
            let reference = object.reference();
            if POLICY.iter().any(|(group, kind)| reference.group() == *group && reference.kind == *kind) {
                first.entry(key(object)).or_insert(at);
            }
        }
        Self(first)
    }
}

/// What a policy says and where.
fn key(policy: &Object) -> (String, String) {
    let spec = policy.root.get("spec").map(ironsides_tree::print::json).unwrap_or_default();
    (namespace(policy).to_owned(), spec)
}

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let at = policy.cursor().get("spec");
    let first = inventory.derived(First::new).0.get(&key(policy)).copied();
    let other = first.filter(|first| Some(*first) != place(inventory, policy));
    let Some(other) = other.and_then(|other| inventory.objects().get(other)) else { return out.pass(&at) };
    if other.reference().name == policy.reference().name {
        return out.pass(&at);
    }
    let message = format!("it says the same as policy {}", other.reference().name);
    out.fail(&at, message).also(other, &other.cursor().get("spec"));
}
