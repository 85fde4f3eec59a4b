//! A profile of the node that is asked for without its name, or named without being asked for.

use super::security_context::on_windows;
use crate::out::Out as Answers;

use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "incomplete-localhost-profile",
        title: "profile of the node is not named",
        severity: Severity::Medium,
        family: "workload",
        since: "0.1.0",
        page: include_str!("incomplete_localhost_profile.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    if on_windows(pod, out) {
        return;
    }
    for field in ["seccompProfile", "appArmorProfile"] {
        judge(&pod.security(field), field, "the pod", out);
        for container in pod.containers() {
            let at = container.security(field);
            if at.is_set() {
                judge(&at, field, &container.to_string(), out);
            }
        }
    }
}

fn judge(profile: &Cursor<'_>, field: &str, who: &str, out: &mut Answers<'_>) {
    let (kind, name) = (profile.get("type"), profile.get("localhostProfile"));
    match (kind.str(), name.str().filter(|name| !name.is_empty())) {
        (Some("Localhost"), None) => {
            out.fail(&kind, format!("{who} sets {field} to Localhost without localhostProfile"));
        }
        (Some(other), Some(_)) if other != "Localhost" => {
            out.fail(&name, format!("{who} names a localhostProfile, but {field} is {other}"));
        }
        _ => out.pass(profile),
    }
}
