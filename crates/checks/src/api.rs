//! Checks of API versions: those that Kubernetes took away, and those it is going to.

use crate::check::Check;

/// The minor version of Kubernetes whose kinds are known here: 36 for 1.36.
pub(crate) fn newest() -> u64 {
    let minor = ironsides_schema::RELEASE.trim_start_matches('v').split('.').nth(1);
    minor.and_then(|minor| minor.parse().ok()).unwrap_or_default()
}

/// The checks of this family, in alphabetical order.
pub(crate) static CHECKS: &[&Check] = &[];
