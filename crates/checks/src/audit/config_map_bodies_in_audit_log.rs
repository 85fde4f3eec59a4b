//! Contents of config maps in the audit log.

use ironsides_audit::{GroupResources, is_setting};

use super::POLICY;
use super::bodies::{Bodies, report};
use super::lint::Lint;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "config-map-bodies-in-audit-log",
        title: "audit log holds the contents of config maps",
        severity: Severity::Low,
        family: "audit",
        since: "0.1.0",
        page: include_str!("config_map_bodies_in_audit_log.md"),
    },
    run: Run::Kinds(POLICY, run),
};

pub(super) const BODIES: &[Bodies] = &[Bodies {
    group: "",
    resource: "configmaps",
    in_requests: &["create", "update", "patch"],
    in_responses: &["create", "update", "patch", "get", "list", "delete", "deletecollection"],
}];

fn run(policy: &Object, out: &mut Out<'_>) {
    if let Some(lint) = Lint::of(policy, out) {
        report(&lint, "settings", BODIES, names_settings, out);
    }
}

/// Whether an entry names nothing but settings of the system, whose changes are seen in their bodies alone.
pub(super) fn names_settings(entry: &GroupResources) -> bool {
    let of_all = |name: &String| entry.resources.iter().all(|own| is_setting(&entry.group, own, name));
    !entry.resources.is_empty() && !entry.resource_names.is_empty() && entry.resource_names.iter().all(of_all)
}
