//! Rules that silence people whom somebody trusts.

use super::POLICY;
use super::act::{decided, told};
use super::lint::{Lint, listed};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "trusted-users-unrecorded",
        title: "audit policy silences what some people do",
        severity: Severity::High,
        family: "audit",
        since: "0.1.0",
        page: include_str!("trusted_users_unrecorded.md"),
    },
    run: Run::Kinds(POLICY, run),
};

fn run(policy: &Object, out: &mut Out<'_>) {
    let Some(lint) = Lint::of(policy, out) else { return };
    for (number, rule, at) in lint.silent() {
        let level = at.get("level");
        let named = || rule.users.iter().chain(&rule.user_groups);
        let is_asked = named().any(|name| is_person(name));
        let who = named().filter(|name| is_person(name)).cloned().collect::<Vec<_>>();
        let who = listed(&who);
        match decided(&lint, number).filter(|_| is_asked) {
            Some((acts, request)) => {
                let acts = told(&acts);
                out.fail(&level, format!("nothing is recorded of {acts} by {who}, such as: {request}"));
            }
            None => out.pass(&level),
        }
    }
    for (_, _, at) in lint.recording() {
        out.pass(&at.get("level"));
    }
}

/// Whether a name stands for people, or for so many that it may be anybody: not for one part of the cluster, and not for
/// those without credentials, who are another check's.
fn is_person(name: &str) -> bool {
    const BROAD: [&str; 4] =
        ["system:authenticated", "system:kubeadm:cluster-admins", "system:masters", "system:serviceaccounts"];
    let is_accounts = name.starts_with("system:serviceaccounts:");
    BROAD.contains(&name)
        || is_accounts
        || !name.starts_with("system:") && !name.is_empty() && !name.contains('*')
}
