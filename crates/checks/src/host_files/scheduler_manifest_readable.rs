//! The manifest of a scheduler with more permissions than its owner needs.

use ironsides_settings::Component;

use super::judge::mode;
use super::place::manifests;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "scheduler-manifest-readable",
        title: "Manifest of scheduler open to others than its owner",
        severity: Severity::Medium,
        family: "host_files",
        since: "0.1.0",
        page: include_str!("scheduler_manifest_readable.md"),
    },
    run: Run::Host(run),
};

fn run(_: &Host, out: &mut Out<'_>) {
    let sought = manifests(out, Component::KubeScheduler);
    mode(out, sought, 0o600);
}
