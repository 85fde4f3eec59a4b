//! A Windows container that runs as its administrator.

use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "windows-administrator",
        title: "Windows container runs as administrator",
        severity: Severity::Medium,
        family: "workload",
        since: "0.1.0",
        page: include_str!("windows_administrator.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    if pod.spec().at(&["os", "name"]).str() == Some("linux") {
        return out.not_applicable("the pod runs on Linux");
    }
    for container in pod.containers() {
        let at = container.effective(pod, "windowsOptions");
        // The options are merged field by field: the container's own name wins.
        let own = container.security("windowsOptions").get("runAsUserName");
        let user = if own.is_set() { own } else { pod.security("windowsOptions").get("runAsUserName") };
        let name = user.str().unwrap_or_default();
        let bare = name.rsplit('\\').next().unwrap_or(name);
        let is_administrator = ["ContainerAdministrator", "Administrator", "SYSTEM"];
        if is_administrator.iter().any(|known| known.eq_ignore_ascii_case(bare)) {
            out.fail(&user, format!("{container} runs as {bare}")).key(container.name());
        } else {
            out.pass(if user.is_set() { &user } else { &at });
        }
    }
}
