//! Checks of the document family.

use crate::check::Check;

pub(crate) static CHECKS: &[&Check] = &[];
