//! Checks of names that lead nowhere, and of selectors that miss.
//!
//! What a manifest names may live in the cluster already, unless it is a cluster that is looked at. These checks say that it is "not among the scanned files", and
//! most of them keep silent unless the input holds other objects of the kind in the same namespace.

use ironsides_core::{Inventory, Object};
use ironsides_tree::Cursor;

use crate::check::Check;

mod dangling_config_map;
mod dangling_governing_service;
mod dangling_ingress_class;
mod dangling_priority_class;
mod dangling_role;
mod dangling_runtime_class;
mod dangling_scale_target;
mod dangling_secret;
mod dangling_service_account;
mod dangling_service_account_subject;
mod dangling_storage_class;
mod dangling_volume_claim;
mod selector_misses_own_pods;
mod selector_takes_foreign_pods;

use crate::gathered::{Lead, among, follow, namespace};
use crate::out::{Draft, Out};

/// Reports a name that no object of the input has, where others of the kind are there in the namespace.
fn look_up<'a>(
    out: &'a mut Out<'_>,
    inventory: &Inventory,
    object: &Object,
    kind: (&str, &str),
    at: &Cursor<'_>,
) -> Option<&'a mut Draft> {
    let name = at.str().filter(|name| !name.is_empty())?;
    let lead = follow(inventory, kind, Some(namespace(object)), name).or_elsewhere();
    told(out, lead, inventory, kind, at, name)
}

/// The same for a kind that is in no namespace.
fn look_up_global<'a>(
    out: &'a mut Out<'_>,
    inventory: &Inventory,
    kind: (&str, &str),
    at: &Cursor<'_>,
) -> Option<&'a mut Draft> {
    let name = at.str().filter(|name| !name.is_empty())?;
    told(out, follow(inventory, kind, None, name), inventory, kind, at, name)
}

fn told<'a>(
    out: &'a mut Out<'_>,
    lead: Lead,
    inventory: &Inventory,
    kind: (&str, &str),
    at: &Cursor<'_>,
    name: &str,
) -> Option<&'a mut Draft> {
    let what = format!("{} \"{name}\"", kind.1);
    let missing = || format!("the {what} is not {}", among(inventory));
    lead.tell(out, at, &what, missing).map(|(finding, _)| finding)
}

/// The checks of this family, in alphabetical order.
pub(crate) static CHECKS: &[&Check] = &[
    &dangling_config_map::CHECK,
    &dangling_governing_service::CHECK,
    &dangling_ingress_class::CHECK,
    &dangling_priority_class::CHECK,
    &dangling_role::CHECK,
    &dangling_runtime_class::CHECK,
    &dangling_scale_target::CHECK,
    &dangling_secret::CHECK,
    &dangling_service_account::CHECK,
    &dangling_service_account_subject::CHECK,
    &dangling_storage_class::CHECK,
    &dangling_volume_claim::CHECK,
    &selector_misses_own_pods::CHECK,
    &selector_takes_foreign_pods::CHECK,
];
