//! A level whose meaning the next upgrade may change.

use ironsides_podsecurity::labels::ENFORCE_VERSION;
use ironsides_podsecurity::{Level, Version};

use super::{NAMESPACE, enforced, label};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "pod-security-version-unpinned",
        title: "Pod Security level changes with the server",
        severity: Severity::Info,
        family: "namespace",
        since: "0.1.0",
        page: include_str!("pod_security_version_unpinned.md"),
    },
    run: Run::Kinds(NAMESPACE, run),
};

fn run(namespace: &Object, out: &mut Out<'_>) {
    let Some(level) = enforced(namespace).filter(|level| *level != Level::Privileged) else {
        return out.not_applicable("no level is enforced that could change");
    };
    let at = label(namespace, ENFORCE_VERSION);
    let name = &namespace.reference().name;
    match at.str().map(str::parse) {
        // The server refuses it: pod-security-label-invalid tells of that.
        Some(Err(_)) => out.not_applicable("the label names no version"),
        Some(Ok(Version::V(_))) => out.pass(&at),
        Some(Ok(Version::Latest)) => {
            out.fail(&at, format!("namespace \"{name}\" enforces {level} as every upgrade redefines it"));
        }
        None => {
            out.fail(&at, format!("namespace \"{name}\" enforces {level} as every upgrade redefines it"))
                .effective("latest", "the version where the label is not set");
        }
    }
}
