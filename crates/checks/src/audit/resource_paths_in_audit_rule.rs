//! Paths of resources, which no rule about paths ever sees.

use ironsides_audit::Level;

use super::POLICY;
use super::lint::Lint;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "resource-paths-in-audit-rule",
        title: "audit rule looks for resources among paths",
        severity: Severity::Medium,
        family: "audit",
        since: "0.1.0",
        page: include_str!("resource_paths_in_audit_rule.md"),
    },
    run: Run::Kinds(POLICY, run),
};

fn run(policy: &Object, out: &mut Out<'_>) {
    let Some(lint) = Lint::of(policy, out) else { return };
    for (_, rule, at) in lint.rules() {
        for at in at.get("nonResourceURLs").items() {
            let text = at.str().unwrap_or_default();
            if is_of_resources(text) {
                let why = "is the path of resources, and requests for resources never fit a rule about paths";
                out.fail(&at, format!("\"{text}\" {why}"));
            } else if is_discovery(text) && rule.level > Level::None {
                let why = "means discovery alone: requests for resources never fit a rule about paths";
                out.fail(&at, format!("\"{text}\" {why}")).severity(Severity::Low);
            } else {
                out.pass(&at);
            }
        }
    }
}

fn segments(path: &str) -> Vec<&str> {
    path.trim_end_matches('*').split('/').filter(|part| !part.is_empty()).collect()
}

/// Whether all requests with such a path are for resources: something follows the version.
fn is_of_resources(path: &str) -> bool {
    match segments(path)[..] {
        ["api", _, ..] => segments(path).len() > 2,
        ["apis", _, _, ..] => segments(path).len() > 3,
        _ => false,
    }
}

/// Whether a pattern seems to mean all of the API, and means its discovery.
fn is_discovery(path: &str) -> bool {
    path.ends_with('*')
        && matches!(segments(path)[..], ["api" | "apis"] | ["api" | "apis", _] | ["apis", _, _])
}
