//! Bodies of requests and responses in the audit log.

use ironsides_audit::{GroupResources, Level, Request, Rule};

use super::lint::{Lint, listed};
use crate::out::Out;

/// What bodies of a resource hold, and with which verbs they are recorded.
pub(super) struct Bodies {
    pub(super) group: &'static str,
    pub(super) resource: &'static str,
    /// Whose requests hold it.
    pub(super) in_requests: &'static [&'static str],
    /// Whose responses hold it; `watch` is none of them, for its response is not recorded.
    pub(super) in_responses: &'static [&'static str],
}

/// Reports each rule that records some of these bodies, with a request that it decides. Entries that are `spared` are meant
/// to be recorded, because they name what is no secret.
pub(super) fn report(
    lint: &Lint<'_>,
    what: &str,
    bodies: &[Bodies],
    spared: fn(&GroupResources) -> bool,
    out: &mut Out<'_>,
) {
    for (number, rule, at) in lint.rules() {
        let Some(rule) = &unspared(rule, spared) else {
            out.pass(&at.get("level"));
            continue;
        };
        let (resources, found) = recorded(lint, number, rule, bodies);
        let level = at.get("level");
        let Some(request) = found else {
            out.pass(&level);
            continue;
        };
        let resources = listed(&resources);
        let message = format!("the rule records bodies of {resources}, and so {what}: {request}");
        let finding = out.fail(&level, message);
        // Where a rule is about nothing else, its level can go down.
        let is_own = |entry: &GroupResources| {
            let of = |resource: &String| {
                bodies.iter().any(|own| own.group == entry.group && own.resource == resource)
            };
            !entry.resources.is_empty() && entry.resources.iter().all(of)
        };
        if !rule.resources.is_empty() && rule.resources.iter().all(is_own) {
            let test = "see whether anybody reads these bodies in the log";
            finding.unsafe_fix("set level to Metadata", test, || [crate::fixes::set(&level, "Metadata")]);
        }
    }
}

/// A rule without the entries that are spared; `None` where it has no others.
pub(super) fn unspared(rule: &Rule, spared: fn(&GroupResources) -> bool) -> Option<Rule> {
    let rest: Vec<GroupResources> = rule.resources.iter().filter(|own| !spared(own)).cloned().collect();
    (!rest.is_empty() || rule.resources.is_empty()).then(|| Rule { resources: rest, ..rule.clone() })
}

/// The resources of whose bodies a rule records some, and the first request that it decides so.
pub(super) fn recorded(
    lint: &Lint<'_>,
    number: usize,
    rule: &Rule,
    bodies: &[Bodies],
) -> (Vec<&'static str>, Option<Request<'static>>) {
    let mut found = None;
    let mut resources: Vec<&str> = Vec::new();
    for own in bodies {
        let requests: &[&str] = if rule.level >= Level::Request { own.in_requests } else { &[] };
        let responses: &[&str] = if rule.level == Level::RequestResponse { own.in_responses } else { &[] };
        let verbs: Vec<&str> = requests.iter().chain(responses).copied().collect();
        if let Some(request) = lint.would_decide(rule, number, &verbs, own.group, own.resource) {
            resources.push(own.resource);
            found.get_or_insert(request);
        }
    }
    (resources, found)
}

/// Spares nothing.
pub(super) fn none(_: &GroupResources) -> bool {
    false
}
