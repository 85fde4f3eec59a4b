//! What an audit policy does not see.

use ironsides_settings::Settings;

use super::KUBE_APISERVER;
use crate::prelude::*;
use ironsides_audit::{Policy, Standing};

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "apiserver-audit-policy-gaps",
        title: "Audit policy leaves attacks without a trace",
        severity: Severity::High,
        family: "apiserver",
        since: "0.1.0",
        page: include_str!("apiserver_audit_policy_gaps.md"),
    },
    run: Run::Settings(KUBE_APISERVER, run),
};

fn run(server: &Settings, out: &mut Out<'_>) {
    let Some(flag) = out.get(server, "audit-policy-file") else { return };
    if flag.text().is_none() {
        let message = "--audit-policy-file is not set: no attack leaves a trace";
        out.fail_setting(server, &flag, message);
        return;
    }
    let Some(file) = out.config_file(server, &flag) else { return };
    let root = Cursor::root(&file.root);
    let policy = match Policy::read(file.text) {
        Ok(loaded) => loaded.policy,
        Err(errors) => {
            let first = errors.first().map(ToString::to_string).unwrap_or_default();
            file.fail(&root, format!("the API server does not start with this policy: {first}"), out);
            return;
        }
    };
    let coverage = policy.coverage();
    let unseen: Vec<&str> = coverage
        .iter()
        .filter(|one| one.standing() == Standing::Unseen)
        .map(|one| one.technique.id)
        .collect();
    if unseen.is_empty() {
        return file.pass(&root.get("rules"), out);
    }
    let named = unseen.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    let more = unseen.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let message = format!("{} of {} attacks leave no trace: {named}{more}", unseen.len(), coverage.len());
    file.fail(&root.get("rules"), message, out);
}

/// How many attacks a message names.
const SHOWN: usize = 4;
