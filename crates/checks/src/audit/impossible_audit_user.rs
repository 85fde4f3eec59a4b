//! Users and groups that no request carries.

use super::POLICY;
use super::lint::Lint;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "impossible-audit-user",
        title: "audit rule names a user or group that nobody has",
        severity: Severity::Medium,
        family: "audit",
        since: "0.1.0",
        page: include_str!("impossible_audit_user.md"),
    },
    run: Run::Kinds(POLICY, run),
};

/// Groups that the server itself gives: nobody is called so.
const GROUPS: [&str; 5] = [
    "system:authenticated",
    "system:masters",
    "system:nodes",
    "system:serviceaccounts",
    "system:unauthenticated",
];

/// Users of the control plane and of requests without credentials: no group is called so.
const USERS: [&str; 5] = [
    "system:anonymous",
    "system:apiserver",
    "system:kube-controller-manager",
    "system:kube-proxy",
    "system:kube-scheduler",
];

fn run(policy: &Object, out: &mut Out<'_>) {
    let Some(lint) = Lint::of(policy, out) else { return };
    for (_, _, at) in lint.rules() {
        for (field, why) in [("users", of_user as fn(&str) -> _), ("userGroups", of_group)] {
            let list = at.get(field);
            for item in list.items() {
                let text = item.str().unwrap_or_default();
                let Some(why) = why(text) else {
                    out.pass(&item);
                    continue;
                };
                let finding = out.fail(&item, format!("\"{text}\" {why}"));
                if text == UNSECURED {
                    finding.severity(Severity::Low);
                }
                if list.items().count() > 1 {
                    finding.safe_fix(format!("remove {text}"), || [remove(&item)]);
                }
            }
        }
    }
}

/// Who asked at the port without authentication, which API servers had before 1.20.
const UNSECURED: &str = "system:unsecured";

/// Why nobody is called so.
pub(super) fn of_user(name: &str) -> Option<&'static str> {
    let is_group = GROUPS.contains(&name) || name.starts_with("system:serviceaccounts:");
    if is_group {
        return Some("is a group: it belongs into userGroups");
    }
    if name == UNSECURED {
        return Some("was who asked at the insecure port, which no API server has any more");
    }
    if name.is_empty() {
        return Some("is nobody: a request without a user fits no rule with users");
    }
    let account = name.strip_prefix("system:serviceaccount:")?;
    let is_whole = account
        .split_once(':')
        .is_some_and(|(space, name)| !space.is_empty() && !name.is_empty() && !name.contains(':'));
    (!is_whole).then_some("is no service account: they are called system:serviceaccount:NAMESPACE:NAME")
}

/// Why no group is called so.
pub(super) fn of_group(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        return Some("is no group");
    }
    let is_user = USERS.contains(&name)
        || name.starts_with("system:serviceaccount:")
        || name.starts_with("system:node:");
    is_user.then_some("is a user: it belongs into users")
}
