//! What a ConfigMap, a Secret or an annotation holds.

use ironsides_core::Object;

use crate::check::Check;

mod guessable_secret;
mod incomplete_secret;
mod secret_in_annotation;
mod secret_in_configmap;
mod secret_in_manifest;

pub(crate) mod content;

/// The checks of this family, in alphabetical order.
pub(crate) static CHECKS: &[&Check] = &[
    &guessable_secret::CHECK,
    &incomplete_secret::CHECK,
    &secret_in_annotation::CHECK,
    &secret_in_configmap::CHECK,
    &secret_in_manifest::CHECK,
];

const CONFIG_MAPS: &[(&str, &str)] = &[("", "ConfigMap")];
const SECRETS: &[(&str, &str)] = &[("", "Secret")];

/// Whether an object was read from a cluster. A uid alone may be what was left when somebody cleaned an export by hand.
fn is_stored(object: &Object) -> bool {
    let metadata = object.cursor().get("metadata");
    ["uid", "creationTimestamp"]
        .iter()
        .all(|field| metadata.get(field).str().is_some_and(|text| !text.is_empty()))
}
