//! A port that need not be reachable.

use ironsides_settings::Settings;

use super::KUBE_CONTROLLER_MANAGER;
use crate::flags::judge_loopback;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "controller-manager-exposed",
        title: "Controller manager listens on all addresses",
        severity: Severity::Medium,
        family: "controller_manager",
        since: "0.1.0",
        page: include_str!("controller_manager_exposed.md"),
    },
    run: Run::Settings(KUBE_CONTROLLER_MANAGER, run),
};

fn run(manager: &Settings, out: &mut Out<'_>) {
    judge_loopback(
        manager,
        "bind-address",
        "the port of metrics and profiles is reachable from other hosts",
        out,
    );
}
