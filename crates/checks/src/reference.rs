//! Checks of names that lead nowhere, and of selectors that miss.
//!
//! What a manifest names may live in the cluster already. These checks say that it is "not among the scanned files", and
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

use crate::gathered::{is_kept, is_there, namespace};
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
    let namespace = namespace(object);
    if is_there(inventory, kind, namespace, name) || !is_kept(inventory, kind, namespace) {
        out.pass(at);
        return None;
    }
    Some(out.fail(at, format!("the {} \"{name}\" is not among the scanned files", kind.1)))
}

/// The same for a kind that is in no namespace.
fn look_up_global<'a>(
    out: &'a mut Out<'_>,
    inventory: &Inventory,
    (group, kind): (&str, &str),
    at: &Cursor<'_>,
) -> Option<&'a mut Draft> {
    let name = at.str().filter(|name| !name.is_empty())?;
    if inventory.named(group, kind, None, name).next().is_some() {
        out.pass(at);
        return None;
    }
    Some(out.fail(at, format!("the {kind} \"{name}\" is not among the scanned files")))
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
