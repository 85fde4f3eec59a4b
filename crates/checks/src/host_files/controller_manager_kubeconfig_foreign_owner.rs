//! The kubeconfig of the controller manager that belongs to others than root.

use ironsides_settings::Component;

use super::judge::owner;
use super::place::{CONTROLLER_MANAGER, named};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "controller-manager-kubeconfig-foreign-owner",
        title: "Kubeconfig of controller manager belongs to others",
        severity: Severity::High,
        family: "host_files",
        since: "0.1.0",
        page: include_str!("controller_manager_kubeconfig_foreign_owner.md"),
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
    owner(out, sought, "root", "root");
}
