//! All checks, in the order in which they are listed.

use crate::check::Check;
use crate::{document, image, namespace, reliability, workload};

/// The families, each in its own order.
pub static CATALOGUE: &[&[&Check]] =
    &[document::CHECKS, workload::CHECKS, image::CHECKS, namespace::CHECKS, reliability::CHECKS];

/// The check with this id.
pub fn find(id: &str) -> Option<&'static Check> {
    CATALOGUE.iter().copied().flatten().copied().find(|check| check.meta.id == id)
}
