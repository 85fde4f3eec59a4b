//! A kubelet that gives pods no seccomp profile of themselves.

use ironsides_settings::Settings;

use super::KUBELET;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "kubelet-seccomp-unset",
        title: "Pods get no seccomp profile unless they ask for one",
        severity: Severity::Medium,
        family: "kubelet",
        since: "0.1.0",
        page: include_str!("kubelet_seccomp_unset.md"),
    },
    run: Run::Settings(KUBELET, run),
};

fn run(kubelet: &Settings, out: &mut Out<'_>) {
    let Some(seccomp) = out.get(kubelet, "seccompDefault") else { return };
    if seccomp.is_on() == Some(true) {
        return out.pass_setting(&seccomp);
    }
    let message = "seccompDefault is off: a pod that names no seccomp profile may make every system call";
    out.fail_setting(kubelet, &seccomp, message);
}
