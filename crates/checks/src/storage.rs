//! x

use crate::check::Check;

/// The checks of this family, in alphabetical order.
pub(crate) static CHECKS: &[&Check] = &[];
