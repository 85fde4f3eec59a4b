//! A rule for whatever paths the API server serves.

use super::CLUSTER_ROLES;
use super::rule::{Rule, excused};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "wildcard-urls",
        title: "role covers all paths of the API server",
        severity: Severity::Medium,
        family: "rbac",
        since: "0.1.0",
        page: include_str!("wildcard_urls.md"),
    },
    run: Run::Kinds(CLUSTER_ROLES, run),
};

fn run(role: &Object, out: &mut Out<'_>) {
    if let Some(why) = excused(role) {
        return out.not_applicable(why);
    }
    for rule in Rule::all(role) {
        // A star stands for the rest of the path, and only at its end.
        let all = |url: &str| matches!(url.trim_end_matches('*'), "" | "/") && url.ends_with('*');
        if rule.list("nonResourceURLs").any(all) {
            out.fail(&rule.at, "the ClusterRole covers all paths of the API server that are no resources");
        } else {
            out.pass(&rule.at);
        }
    }
}
