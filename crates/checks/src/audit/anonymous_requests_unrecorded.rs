//! Rules that silence whoever comes without credentials.

use super::POLICY;
use super::lint::Lint;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "anonymous-requests-unrecorded",
        title: "audit policy silences requests without credentials",
        severity: Severity::High,
        family: "audit",
        since: "0.1.0",
        page: include_str!("anonymous_requests_unrecorded.md"),
    },
    run: Run::Kinds(POLICY, run),
};

fn run(policy: &Object, out: &mut Out<'_>) {
    let Some(lint) = Lint::of(policy, out) else { return };
    for (number, rule, at) in lint.rules() {
        let level = at.get("level");
        let is_anonymous = rule.users.iter().any(|user| user == "system:anonymous")
            || rule.user_groups.iter().any(|group| group == "system:unauthenticated");
        let of_resources = || {
            let on_paths = !rule.non_resource_urls.is_empty();
            lint.request(rule, number).filter(|_| !on_paths)
        };
        let found = (is_anonymous && rule.level == ironsides_audit::Level::None).then(of_resources).flatten();
        match found {
            Some(request) => {
                let message = format!("nothing is recorded of requests without credentials: {request}");
                out.fail(&level, message);
            }
            None => out.pass(&level),
        }
    }
}
