//! The manifest of a controller manager that belongs to others than root.

use ironsides_settings::Component;

use super::judge::owner;
use super::place::manifests;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "controller-manager-manifest-foreign-owner",
        title: "Manifest of controller manager belongs to others than root",
        severity: Severity::High,
        family: "host_files",
        since: "0.1.0",
        page: include_str!("controller_manager_manifest_foreign_owner.md"),
    },
    run: Run::Host(run),
};

fn run(_: &Host, out: &mut Out<'_>) {
    let sought = manifests(out, Component::KubeControllerManager);
    owner(out, sought, "root", "root");
}
