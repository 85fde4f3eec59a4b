//! Checks of Services: who can reach them, and where they lead.

use crate::check::Check;

mod external_ips;
mod external_name_service;
mod load_balancer_open_to_everyone;
mod node_port_service;
mod sensitive_interface_exposed;
mod service_port_names_nobody;
mod service_selects_nothing;
mod service_selects_several_workloads;
mod ssh_service;

/// The kind that these checks are about.
const SERVICE: &[(&str, &str)] = &[("", "Service")];

/// The checks of this family, in alphabetical order.
pub(crate) static CHECKS: &[&Check] = &[
    &external_ips::CHECK,
    &external_name_service::CHECK,
    &load_balancer_open_to_everyone::CHECK,
    &node_port_service::CHECK,
    &sensitive_interface_exposed::CHECK,
    &service_port_names_nobody::CHECK,
    &service_selects_nothing::CHECK,
    &service_selects_several_workloads::CHECK,
    &ssh_service::CHECK,
];
