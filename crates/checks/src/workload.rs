//! What a pod asks for, wherever it is written.

use crate::check::Check;

mod privileged_container;

/// The checks of this family, in alphabetical order.
pub(crate) static CHECKS: &[&Check] = &[&privileged_container::CHECK];
