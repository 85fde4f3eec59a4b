//! Checks of API versions: those that Kubernetes took away, and those it is going to.

use crate::check::Check;

mod deprecated_api_version;
mod removed_api_version;
mod stale_stored_version;
mod table;

/// The minor version of Kubernetes whose kinds are known here: 36 for 1.36.
pub(crate) fn newest() -> u64 {
    let minor = ironsides_schema::RELEASE.trim_start_matches('v').split('.').nth(1);
    minor.and_then(|minor| minor.parse().ok()).unwrap_or_default()
}

/// Whether a version of a kind was served once and no longer is in a minor version of Kubernetes.
pub(crate) fn is_removed(api_version: &str, kind: &str, kubernetes: u64) -> bool {
    let removed = table::retired(api_version, kind).and_then(|retired| retired.removed);
    removed.is_some_and(|removed| removed <= kubernetes)
}

/// The checks of this family, in alphabetical order.
pub(crate) static CHECKS: &[&Check] =
    &[&deprecated_api_version::CHECK, &removed_api_version::CHECK, &stale_stored_version::CHECK];
