//! Flags that are gone.

use ironsides_settings::Settings;

use super::KUBE_CONTROLLER_MANAGER;
use crate::flags::judge_removed;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "controller-manager-removed-flag",
        title: "Controller manager has flags of old advice",
        severity: Severity::Low,
        family: "controller_manager",
        since: "0.1.0",
        page: include_str!("controller_manager_removed_flag.md"),
    },
    run: Run::Settings(KUBE_CONTROLLER_MANAGER, run),
};

fn run(manager: &Settings, out: &mut Out<'_>) {
    judge_removed(manager, &REMOVED, out);
}

/// Flags that kube-controller-manager 1.36.3 refuses to start with, each tried, and what has come in their place.
const REMOVED: [(&str, &str); 6] = [
    ("address", "the port without TLS is gone: use --bind-address"),
    ("enable-taint-manager", "taints are always obeyed"),
    ("experimental-cluster-signing-duration", "use --cluster-signing-duration"),
    ("pod-eviction-timeout", "taints decide: use tolerationSeconds of pods"),
    ("port", "the port without TLS is gone: use --secure-port"),
    ("register-retry-count", "it did nothing"),
];
