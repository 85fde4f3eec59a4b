//! The kubeconfig of the scheduler with more permissions than needed.

use ironsides_settings::Component;

use super::judge::mode;
use super::place::{SCHEDULER, named};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "scheduler-kubeconfig-readable",
        title: "Kubeconfig of scheduler open to others",
        severity: Severity::High,
        family: "host_files",
        since: "0.1.0",
        page: include_str!("scheduler_kubeconfig_readable.md"),
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
    mode(out, sought, 0o600);
}
