//! The kubeconfig of the controller manager with more permissions than needed.

use ironsides_settings::Component;

use super::judge::mode;
use super::place::{CONTROLLER_MANAGER, named};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "controller-manager-kubeconfig-readable",
        title: "Kubeconfig of controller manager open to others",
        severity: Severity::High,
        family: "host_files",
        since: "0.1.0",
        page: include_str!("controller_manager_kubeconfig_readable.md"),
    },
    run: Run::Host(run),
};

fn run(_: &Host, out: &mut Out<'_>) {
    let sought = named(
        out,
        Component::KubeControllerManager,
        &["kubeconfig", "authentication-kubeconfig", "authorization-kubeconfig"],
        CONTROLLER_MANAGER,
    );
    mode(out, sought, 0o600);
}
