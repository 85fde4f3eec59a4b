//! A tag that is not looked up again once a node holds a copy.

use super::{User, references};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "stale-image-pull",
        title: "node may run a stale cached image",
        severity: Severity::Low,
        family: "image",
        since: "0.1.0",
        page: include_str!("stale_image_pull.md"),
    },
    run: Run::Pod(run),
};

const PULL: &str = "set imagePullPolicy to Always";
const PULL_VOLUME: &str = "set pullPolicy to Always";

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    // The admission plugin AlwaysPullImages may still change the policy of a pod that is not stored yet.
    let confidence = if pod.is_stored() { Confidence::High } else { Confidence::Medium };
    for (image, reference) in references(pod) {
        let written = image.policy.str().filter(|policy| !policy.is_empty());
        let policy = match written {
            _ if reference.digest.is_some() => "",
            None if reference.effective_tag() == Some("latest") => "Always",
            None => "IfNotPresent",
            Some(policy) => policy,
        };
        if !matches!(policy, "IfNotPresent" | "Never") {
            out.pass(&image.policy);
            continue;
        }
        let user = &image.user;
        let field = if matches!(user, User::Volume(_)) { "pullPolicy" } else { "imagePullPolicy" };
        let message = format!("{user} may run a stale cached image ({field} {policy})");
        let finding = out.fail(&image.policy, message).confidence(confidence);
        let summary = if field == "pullPolicy" { PULL_VOLUME } else { PULL };
        let edits = || [set(&image.policy, "Always")];
        if policy == "Never" {
            finding.unsafe_fix(
                summary,
                "pull the image from a node: its registry may not be in reach",
                edits,
            );
        } else {
            finding.safe_fix(summary, edits);
        }
        if written.is_none() {
            finding.effective(
                policy.to_owned(),
                "the default is Always for the tag latest and IfNotPresent for all others",
            );
        }
    }
}
