//! An API server whose audit policy writes secrets, tokens or settings into the log.

use ironsides_settings::Settings;

use super::lint::{Audited, Lint, listed};
use super::server::KUBE_APISERVER;
use super::{bodies, config_map_bodies_in_audit_log, secret_bodies_in_audit_log, token_bodies_in_audit_log};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "audit-policy-file-records-bodies",
        title: "API server writes secrets, tokens or settings into its audit log",
        severity: Severity::High,
        family: "audit",
        since: "0.1.0",
        page: include_str!("audit_policy_file_records_bodies.md"),
    },
    run: Run::Settings(KUBE_APISERVER, run),
};

fn run(server: &Settings, out: &mut Out<'_>) {
    let Some(flag) = out.get(server, "audit-policy-file") else { return };
    if flag.text().is_none() {
        return out.pass_setting(&flag);
    }
    let Some(file) = out.config_file(server, &flag) else { return };
    let audited = Audited::of_text(file.text);
    let root = Cursor::root(&file.root);
    let Some(lint) = Lint::at_root(root.clone(), &audited) else {
        return out
            .not_applicable("the API server does not start with this policy, which another check tells");
    };
    let kinds = [
        (secret_bodies_in_audit_log::BODIES, "secret values", Severity::High),
        (token_bodies_in_audit_log::BODIES, "tokens", Severity::High),
        (config_map_bodies_in_audit_log::BODIES, "settings", Severity::Low),
    ];
    let mut any = false;
    for (number, rule, at) in lint.rules() {
        for (held, what, severity) in kinds {
            let spared: fn(&_) -> bool = if what == "settings" {
                config_map_bodies_in_audit_log::names_settings
            } else {
                bodies::none
            };
            let Some(rule) = bodies::unspared(rule, spared) else { continue };
            let (resources, found) = bodies::recorded(&lint, number, &rule, held);
            let Some(request) = found else { continue };
            any = true;
            let resources = listed(&resources);
            let message = format!("the rule records bodies of {resources}, and so {what}: {request}");
            file.fail(&at.get("level"), message, out).severity(severity).key(what);
        }
    }
    if !any {
        file.pass(&root.get("rules"), out);
    }
}
