//! Checks of waivers themselves: comments, annotations and entries of the configuration file that say of findings that
//! somebody answers for them.

use crate::check::Check;

mod expired_waiver;
mod malformed_waiver;
mod unknown_waived_check;
mod unused_waiver;
mod waiver_without_expiry;
mod waiver_without_reason;

/// The checks of this family, in alphabetical order.
pub(crate) static CHECKS: &[&Check] = &[
    &expired_waiver::CHECK,
    &malformed_waiver::CHECK,
    &unknown_waived_check::CHECK,
    &unused_waiver::CHECK,
    &waiver_without_expiry::CHECK,
    &waiver_without_reason::CHECK,
];
