//! Requests without valid credentials, of which nothing is recorded.

use ironsides_audit::{About, Level, Request, Rule, Stage};
use ironsides_tree::Cursor;

use super::POLICY;
use super::audit_policy_without_catch_all::catch_all;
use super::lint::{Lint, listed};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "failed-logins-unrecorded",
        title: "audit policy does not record failed logins",
        severity: Severity::Medium,
        family: "audit",
        since: "0.1.0",
        page: include_str!("failed_logins_unrecorded.md"),
    },
    run: Run::Kinds(POLICY, run),
};

/// What people without valid credentials try.
const TRIED: [(&str, &str); 4] = [("list", "pods"), ("list", "secrets"), ("create", "pods"), ("get", "/api")];

fn run(policy: &Object, out: &mut Out<'_>) {
    let Some(lint) = Lint::of(policy, out) else { return };
    let mut told: Vec<Option<usize>> = Vec::new();
    for (verb, what) in TRIED {
        let request = request(verb, what);
        let decision = lint.policy.decide(&request);
        let omits = decision.omit_stages.has(Stage::ResponseStarted);
        if decision.level > Level::None && !omits || told.contains(&decision.rule) {
            continue;
        }
        told.push(decision.rule);
        let Some(at) = decision.rule.and_then(|number| lint.at(number)) else {
            let rules = lint.root.get("rules");
            let test = "see how much the log grows";
            let (place, message) = unseen(&lint, &request);
            let finding = out.fail(&place, message);
            finding
                .unsafe_fix("add a last rule that records the rest", test, || [append(&rules, catch_all())]);
            continue;
        };
        if decision.level == Level::None {
            out.fail(&at.get("level"), format!("the rule silences failed logins: {request}"));
            continue;
        }
        let place = decision.rule.and_then(|number| lint.omits(number, Stage::ResponseStarted));
        let place = place.unwrap_or_else(|| at.get("omitStages"));
        let message = "a failed login is recorded at ResponseStarted alone, which is left out";
        let test = "see how much the log grows: every watch is recorded twice then";
        let finding = out.fail(&place, message);
        finding.unsafe_fix("record the stage ResponseStarted", test, || [remove(&place)]);
        if let Some(number) = decision.rule {
            finding.key(format!("rules[{number}]"));
        }
    }
    if told.is_empty() {
        out.pass(&lint.root.get("rules"));
    }
}

/// Where it is told that no rule sees a failed login, and why: at a rule that sees others, at one that asks for users or
/// groups, which a failed login has not, or at all of them.
fn unseen<'a>(lint: &Lint<'a>, request: &Request<'static>) -> (Cursor<'a>, String) {
    let is_path = matches!(request.about, About::Path(_));
    let missed = if is_path { "paths" } else { "resources" };
    for (_, rule, at) in lint.recording() {
        // A rule for everybody that is about paths, where resources are missed, or the other way round.
        let is_seen = rule.users.is_empty()
            && rule.user_groups.is_empty()
            && !rule.omit_stages.and(lint.policy.omit_stages).has(Stage::ResponseStarted)
            && sees(lint, rule);
        if is_seen && !is_path && !rule.non_resource_urls.is_empty() {
            let urls = &rule.non_resource_urls;
            let message = format!(
                "the rule sees failed logins only for {}; those for {missed} leave nothing: {request}",
                listed(urls)
            );
            return (at.get("nonResourceURLs"), message);
        }
    }
    for (_, rule, at) in lint.recording() {
        let anybody = Rule { users: Vec::new(), user_groups: Vec::new(), ..rule.clone() };
        if anybody.fits(request) {
            let (key, names) =
                if rule.users.is_empty() { ("userGroups", "groups") } else { ("users", "users") };
            let message = format!(
                "no rule sees a failed login, which has neither user nor group, and this one names {names}: {request}"
            );
            return (at.get(key), message);
        }
    }
    (
        lint.root.get("rules"),
        format!("no rule sees failed logins for {missed}, which leave nothing: {request}"),
    )
}

/// Whether a failed login for one of a rule's paths is decided by it.
fn sees(lint: &Lint<'_>, rule: &Rule) -> bool {
    let path = |pattern: &String| Request {
        user: None,
        groups: Vec::new(),
        verb: rule.verbs.first().cloned().unwrap_or_else(|| "get".to_owned()).into(),
        about: About::Path(pattern.trim_end_matches('*').to_owned().into()),
    };
    let decides = |request: &Request<'_>| {
        let by = lint.policy.decide(request).rule.and_then(|number| lint.policy.rules.get(number));
        by.is_some_and(|by| std::ptr::eq(by, rule))
    };
    rule.non_resource_urls.iter().map(path).any(|request| decides(&request))
}

/// A request of nobody: of one who failed to log in there is no user and no group.
fn request(verb: &'static str, what: &'static str) -> Request<'static> {
    let about = if what.starts_with('/') {
        About::Path(what.into())
    } else {
        About::Resource {
            group: "".into(),
            resource: what.into(),
            subresource: "".into(),
            namespace: "default".into(),
            name: "".into(),
        }
    };
    Request { user: None, groups: Vec::new(), verb: verb.into(), about }
}
