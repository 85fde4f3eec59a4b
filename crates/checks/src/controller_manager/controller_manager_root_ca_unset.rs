//! Pods that cannot verify the API server.

use ironsides_settings::Settings;

use super::KUBE_CONTROLLER_MANAGER;
use crate::flags::Needed;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "controller-manager-root-ca-unset",
        title: "Pods get no CA to verify the API server with",
        severity: Severity::Medium,
        family: "controller_manager",
        since: "0.1.0",
        page: include_str!("controller_manager_root_ca_unset.md"),
    },
    run: Run::Settings(KUBE_CONTROLLER_MANAGER, run),
};

fn run(manager: &Settings, out: &mut Out<'_>) {
    NEEDED.judge(manager, out);
}

const NEEDED: Needed = Needed {
    keys: &["root-ca-file"],
    why: "the ConfigMap kube-root-ca.crt is not made, so pods cannot verify the API server",
};
