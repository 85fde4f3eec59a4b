//! A verb that no request has.

use ironsides_audit::RESOURCE_VERBS;
use strsim::levenshtein;

use super::POLICY;
use super::lint::{Lint, item};
use crate::out::Draft;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "impossible-audit-verb",
        title: "verb of an audit rule occurs in no request",
        severity: Severity::Medium,
        family: "audit",
        since: "0.1.0",
        page: include_str!("impossible_audit_verb.md"),
    },
    run: Run::Kinds(POLICY, run),
};

/// HTTP methods in lower case: the verbs of requests for paths.
const METHODS: [&str; 9] = ["connect", "delete", "get", "head", "options", "patch", "post", "put", "trace"];

/// What people write for a verb of resources or of paths.
const MEANT: [(&str, &str); 10] = [
    ("create", "post"),
    ("head", "get"),
    ("list", "get"),
    ("post", "create"),
    ("put", "update"),
    ("read", "get"),
    ("replace", "put"),
    ("replace", "update"),
    ("update", "put"),
    ("watch", "get"),
];

fn run(policy: &Object, out: &mut Out<'_>) {
    let Some(lint) = Lint::of(policy, out) else { return };
    for (_, rule, at) in lint.rules() {
        let of_resources = !rule.resources.is_empty() || !rule.namespaces.is_empty();
        let of_paths = !rule.non_resource_urls.is_empty() && !of_resources;
        let is_possible = |verb: &str| {
            // The server still makes `proxy` of a path that it has not served for years.
            let resource = RESOURCE_VERBS.contains(&verb) || verb == "proxy";
            resource && !of_paths || METHODS.contains(&verb) && !of_resources
        };
        let verbs = at.get("verbs");
        let any = rule.verbs.iter().any(|verb| is_possible(verb));
        for verb in verbs.items() {
            let text = verb.str().unwrap_or_default();
            if is_possible(text) {
                out.pass(&verb);
                continue;
            }
            let meant = meant(text, of_paths);
            let what = if of_paths { "paths" } else { "resources" };
            let hint = match meant {
                Some(meant) => format!("; did you mean {meant}?"),
                None if text.contains('*') => "; leave verbs out to mean all".to_owned(),
                None => String::new(),
            };
            let finding = out.fail(&verb, format!("no request for {what} has the verb \"{text}\"{hint}"));
            if any {
                finding.milder();
            }
            mend(&verbs, &verb, text, meant, finding);
        }
    }
}

/// The verb that was probably meant.
fn meant(text: &str, of_paths: bool) -> Option<&'static str> {
    let lower = text.to_ascii_lowercase();
    let known: &[&'static str] = if of_paths { &METHODS } else { &RESOURCE_VERBS };
    let same = known.iter().copied().find(|verb| *verb == lower);
    let of_table = || {
        let found = MEANT.into_iter().find(|(written, verb)| *written == lower && known.contains(verb));
        found.map(|(_, verb)| verb)
    };
    let near = || {
        let (far, verb) = known.iter().map(|verb| (levenshtein(verb, &lower), *verb)).min()?;
        (far <= 2 && far < verb.len() / 2).then_some(verb)
    };
    same.or_else(of_table).or_else(near)
}

/// Offers the verb that was meant, or to leave out one that means nothing.
fn mend(verbs: &Cursor<'_>, verb: &Cursor<'_>, text: &str, meant: Option<&'static str>, finding: &mut Draft) {
    let test = "simulate the policy: until now the verb fitted nothing";
    match meant {
        Some(meant) if item(verbs, meant).is_some() => {
            finding.safe_fix(format!("remove {text}"), || [remove(verb)]);
        }
        Some(meant) => _ = finding.unsafe_fix(format!("set it to {meant}"), test, || [set(verb, meant)]),
        None if text == "*" && verbs.items().count() == 1 => {
            finding.unsafe_fix("remove verbs, so that the rule is about all", test, || [remove(verbs)]);
        }
        None => {}
    }
}
