//! Checks of the image family.

use crate::check::Check;

pub(crate) static CHECKS: &[&Check] = &[];
