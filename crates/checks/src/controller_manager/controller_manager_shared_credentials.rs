//! Controllers with the rights of all.

use ironsides_settings::Settings;

use super::KUBE_CONTROLLER_MANAGER;
use crate::flags::{Mend, Switch};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "controller-manager-shared-credentials",
        title: "All controllers share one identity",
        severity: Severity::Medium,
        family: "controller_manager",
        since: "0.1.0",
        page: include_str!("controller_manager_shared_credentials.md"),
    },
    run: Run::Settings(KUBE_CONTROLLER_MANAGER, run),
};

fn run(manager: &Settings, out: &mut Out<'_>) {
    SWITCH.judge(manager, out);
}

const SWITCH: Switch = Switch {
    key: "use-service-account-credentials",
    wanted: true,
    why: "every controller has the rights of all, and the audit log cannot tell them apart",
    mend: Mend::Test("see that the roles system:controller:… are there: `kubectl get clusterroles`"),
};
