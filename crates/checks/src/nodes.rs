//! Checks across nodes: what one has and those like it have not.

use crate::check::Check;

mod certificate_authority_shared;
mod gathered;
mod keys;
mod kubelet_differs_from_files;
mod node_differs_from_siblings;
mod portrait;
mod siblings;

pub(crate) use gathered::Nodes;

pub(crate) const CHECKS: &[&Check] = &[
    &certificate_authority_shared::CHECK,
    &kubelet_differs_from_files::CHECK,
    &node_differs_from_siblings::CHECK,
];
