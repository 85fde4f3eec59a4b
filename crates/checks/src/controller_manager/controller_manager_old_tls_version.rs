//! Versions of TLS that are broken.

use ironsides_settings::Settings;

use super::KUBE_CONTROLLER_MANAGER;
use crate::flags::judge_tls_version;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "controller-manager-old-tls-version",
        title: "Controller manager speaks TLS before 1.2",
        severity: Severity::Low,
        family: "controller_manager",
        since: "0.1.0",
        page: include_str!("controller_manager_old_tls_version.md"),
    },
    run: Run::Settings(KUBE_CONTROLLER_MANAGER, run),
};

fn run(manager: &Settings, out: &mut Out<'_>) {
    judge_tls_version(manager, "tls-min-version", out);
}
