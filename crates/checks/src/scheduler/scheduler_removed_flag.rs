//! Flags that are gone.

use ironsides_settings::Settings;

use super::KUBE_SCHEDULER;
use crate::flags::judge_removed;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "scheduler-removed-flag",
        title: "Scheduler has flags of old advice",
        severity: Severity::Low,
        family: "scheduler",
        since: "0.1.0",
        page: include_str!("scheduler_removed_flag.md"),
    },
    run: Run::Settings(KUBE_SCHEDULER, run),
};

fn run(scheduler: &Settings, out: &mut Out<'_>) {
    judge_removed(scheduler, &REMOVED, out);
}

/// Flags that kube-scheduler 1.36.3 refuses to start with, each tried, and what has come in their place.
const REMOVED: [(&str, &str); 6] = [
    ("address", "the port without TLS is gone: use --bind-address"),
    ("algorithm-provider", "use profiles in the file of --config"),
    ("lock-object-name", "use --leader-elect-resource-name"),
    ("policy-config-file", "use profiles in the file of --config"),
    ("policy-configmap", "use profiles in the file of --config"),
    ("port", "the port without TLS is gone: use --secure-port"),
];
