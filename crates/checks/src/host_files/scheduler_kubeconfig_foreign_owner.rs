//! The kubeconfig of the scheduler that belongs to others than root.

use ironsides_settings::Component;

use super::judge::owner;
use super::place::{SCHEDULER, named};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "scheduler-kubeconfig-foreign-owner",
        title: "Kubeconfig of scheduler belongs to others",
        severity: Severity::High,
        family: "host_files",
        since: "0.1.0",
        page: include_str!("scheduler_kubeconfig_foreign_owner.md"),
    },
    run: Run::Host(run),
};

fn run(_: &Host, out: &mut Out<'_>) {
    let sought = named(
        out,
        Component::KubeScheduler,
        &["kubeconfig", "authentication-kubeconfig", "authorization-kubeconfig"],
        SCHEDULER,
    );
    owner(out, sought, "root", "root");
}
