//! Checks of the namespace family.

use crate::check::Check;

pub(crate) static CHECKS: &[&Check] = &[];
