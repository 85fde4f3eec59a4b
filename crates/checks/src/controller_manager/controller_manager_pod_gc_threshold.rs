//! Finished pods that pile up.

use ironsides_settings::Settings;

use super::KUBE_CONTROLLER_MANAGER;
use crate::flags::{Mend, fail, not_read};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "controller-manager-pod-gc-threshold",
        title: "Controller manager keeps finished pods without a limit of its own",
        severity: Severity::Low,
        family: "controller_manager",
        since: "0.1.0",
        page: include_str!("controller_manager_pod_gc_threshold.md"),
    },
    run: Run::Settings(KUBE_CONTROLLER_MANAGER, run),
};

fn run(manager: &Settings, out: &mut Out<'_>) {
    let Some(threshold) = out.get(manager, "terminated-pod-gc-threshold") else { return };
    let Some(number) = threshold.integer() else {
        let raw = threshold.raw.as_deref().unwrap_or_default();
        let message = not_read(manager, "--terminated-pod-gc-threshold", raw, "number");
        out.fail_setting(manager, &threshold, message);
        return;
    };
    let message = if number <= 0.0 {
        "--terminated-pod-gc-threshold is 0 or less: finished pods are never removed"
    } else if !threshold.is_given() {
        "--terminated-pod-gc-threshold is not set: 12500 finished pods may pile up"
    } else if number > DEFAULT {
        "--terminated-pod-gc-threshold is above its default of 12500: more finished pods may pile up"
    } else {
        return out.pass_setting(&threshold);
    };
    let test = "see that nobody reads finished pods later than that";
    fail(manager, &threshold, message.to_owned(), Some("1000"), Mend::Test(test), out);
}

/// The default since the flag is there.
const DEFAULT: f64 = 12500.0;
