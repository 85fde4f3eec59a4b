//! Accounts without tokens.

use ironsides_settings::Settings;

use super::KUBE_CONTROLLER_MANAGER;
use crate::flags::Needed;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "controller-manager-service-account-key-unset",
        title: "Controller manager signs no tokens with a key of its own",
        severity: Severity::Medium,
        family: "controller_manager",
        since: "0.1.0",
        page: include_str!("controller_manager_service_account_key_unset.md"),
    },
    run: Run::Settings(KUBE_CONTROLLER_MANAGER, run),
};

fn run(manager: &Settings, out: &mut Out<'_>) {
    NEEDED.judge(manager, out);
}

const NEEDED: Needed = Needed {
    keys: &["service-account-private-key-file"],
    why: "Secrets with tokens of service accounts are not filled, or by something else",
};
