//! A level whose meaning the next upgrade may change.

use ironsides_podsecurity::labels::ENFORCE_VERSION;
use ironsides_podsecurity::{Level, Version};

use super::{NAMESPACE, enforced, label};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "pod-security-version-unpinned",
        title: "Pod Security level is not pinned to a version",
        severity: Severity::Info,
        family: "namespace",
        since: "0.1.0",
        page: include_str!("pod_security_version_unpinned.md"),
    },
    run: Run::Kinds(NAMESPACE, run),
};

fn run(namespace: &Object, out: &mut Out<'_>) {
    if enforced(namespace).is_none_or(|level| level == Level::Privileged) {
        return out.not_applicable("no level is enforced that could change");
    }
    let at = label(namespace, ENFORCE_VERSION);
    let name = &namespace.reference().name;
    match at.str().map(str::parse) {
        // The server refuses it: pod-security-label-invalid tells of that.
        Some(Err(_)) => out.not_applicable("the label is not a version"),
        Some(Ok(Version::V(_))) => out.pass(&at),
        latest => {
            let message = format!(
                "namespace \"{name}\" does not pin the version of its Pod Security level, so a cluster upgrade can \
                 change it"
            );
            let finding = out.fail(&at, message);
            if latest.is_none() {
                finding.effective("latest", "the default of the label");
            }
        }
    }
}
