//! Checks of the settings of a node's kernel.

use crate::check::Check;

mod judge;
mod kernel_addresses_readable;
mod kernel_differs_from_kubelet;
mod kernel_memory_not_randomised;
mod kernel_privileged_core_dumps;
mod kernel_ptrace_unrestricted;
mod kernel_unprivileged_bpf;
mod kernel_unprivileged_user_namespaces;
mod kernel_unprotected_links;

/// The checks of this family, in alphabetical order.
pub(crate) const CHECKS: &[&Check] = &[
    &kernel_addresses_readable::CHECK,
    &kernel_differs_from_kubelet::CHECK,
    &kernel_memory_not_randomised::CHECK,
    &kernel_privileged_core_dumps::CHECK,
    &kernel_ptrace_unrestricted::CHECK,
    &kernel_unprivileged_bpf::CHECK,
    &kernel_unprivileged_user_namespaces::CHECK,
    &kernel_unprotected_links::CHECK,
];
