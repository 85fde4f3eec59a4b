//! A kernel that makes user namespaces for everybody.

use super::judge::{is_unknown, place};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "kernel-unprivileged-user-namespaces",
        title: "Everybody may make namespaces of their own",
        severity: Severity::Low,
        family: "kernel",
        since: "0.1.0",
        page: include_str!("kernel_unprivileged_user_namespaces.md"),
    },
    run: Run::Host(run),
};

fn run(host: &Host, out: &mut Out<'_>) {
    if is_unknown(host, &SWITCHES, out) {
        return;
    }
    // Each of them turns it off.
    let off = SWITCHES.into_iter().find(|name| host.sysctls.get(*name).is_some_and(|value| value == "0"));
    let Some(name) = off.or_else(|| SWITCHES.into_iter().find(|name| host.sysctls.contains_key(*name)))
    else {
        return;
    };
    let value = host.sysctls.get(name).cloned().unwrap_or_default();
    let fact = out.on_host(place(name), name, Some(value.clone()));
    if off.is_some() {
        return out.pass_with(fact);
    }
    let message = format!(
        "{name} is {value}: whoever runs on the node has all capabilities in a namespace of their own, and reaches \
         parts of the kernel that are for root"
    );
    out.fail_with(fact, name, message);
}

/// The switch that Debian and Ubuntu add to the kernel, and how many there may be.
const SWITCHES: [&str; 2] = ["kernel.unprivileged_userns_clone", "user.max_user_namespaces"];
