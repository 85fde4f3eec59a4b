//! A witness is found exactly where trying every request finds one.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::Write;

use ironsides_audit::{About, Policy, Request, Rule, Verbs, witness};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

const USERS: [&str; 3] = ["u", "v", "-"];
const GROUPS: [&str; 2] = ["g", "h"];
const VERBS: [&str; 3] = ["get", "create", "list"];
const SPACES: [&str; 3] = ["", "n", "-"];
const RESOURCES: [&str; 4] = ["pods", "nodes", "*", "-"];
const SUBS: [&str; 4] = ["", "log", "*", "-"];
const NAMES: [&str; 3] = ["", "x", "-"];
const API: [&str; 3] = ["", "apps", "-"];
const PATHS: [&str; 6] = ["/", "/a", "/a/b", "/a/-", "/ab", "/-"];

fn some(words: &'static [&'static str]) -> impl Strategy<Value = Vec<&'static str>> {
    prop_oneof![2 => Just(Vec::new()), 1 => subsequence(words, 1..=words.len())]
}

fn list(words: &[&str]) -> String {
    words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", ")
}

fn rule() -> impl Strategy<Value = String> {
    let entry = (
        select(&["", "apps", "*"][..]),
        some(&["pods", "pods/log", "*/log", "pods/*", "*", "*/*", "nodes"]),
        some(&["", "x"]),
    );
    let entries = proptest::collection::vec(entry, 0..3);
    let target = (some(&["", "n"]), entries, some(&["/a", "/a/*", "/a*", "*", "/*"]), any::<bool>());
    (some(&["u", "v"]), some(&["g", "h"]), some(&["get", "create"]), target).prop_map(
        |(users, groups, verbs, (spaces, entries, paths, on_paths))| {
            let mut rule = format!(
                "{{level: Metadata, users: [{}], userGroups: [{}], verbs: [{}]",
                list(&users),
                list(&groups),
                list(&verbs)
            );
            if on_paths && !paths.is_empty() {
                let _ = write!(rule, ", nonResourceURLs: [{}]", list(&paths));
            } else {
                let entries: Vec<String> = entries
                    .iter()
                    .map(|(group, resources, names)| {
                        let names = if resources.is_empty() { String::new() } else { list(names) };
                        format!(
                            "{{group: \"{group}\", resources: [{}], resourceNames: [{names}]}}",
                            list(resources)
                        )
                    })
                    .collect();
                let _ =
                    write!(rule, ", namespaces: [{}], resources: [{}]", list(&spaces), entries.join(", "));
            }
            rule + "}"
        },
    )
}

/// Every request of a small world. `-` is what no rule names, and so is the verb `list`.
fn requests() -> Vec<Request<'static>> {
    let borrow = Cow::Borrowed;
    let mut abouts: Vec<About<'static>> = PATHS.iter().map(|path| About::Path(borrow(path))).collect();
    for group in API {
        for resource in RESOURCES {
            for subresource in SUBS {
                for namespace in SPACES {
                    for name in NAMES {
                        abouts.push(About::Resource {
                            group: borrow(group),
                            resource: borrow(resource),
                            subresource: borrow(subresource),
                            namespace: borrow(namespace),
                            name: borrow(name),
                        });
                    }
                }
            }
        }
    }
    let mut all = Vec::new();
    for about in abouts {
        for user in USERS {
            for groups in 0..1 << GROUPS.len() {
                for verb in VERBS {
                    let groups = GROUPS.iter().enumerate().filter(|(at, _)| groups & (1 << at) != 0);
                    all.push(Request {
                        user: Some(borrow(user)),
                        groups: groups.map(|(_, group)| borrow(group)).collect(),
                        verb: borrow(verb),
                        about: about.clone(),
                    });
                }
            }
        }
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn trying_every_request_finds_no_more(rules in proptest::collection::vec(rule(), 1..6), split in 1usize..3) {
        let text = format!("{{apiVersion: audit.k8s.io/v1, kind: Policy, rules: [\n{}\n]}}", rules.join(",\n"));
        let text = format!("# \n{text}");
        let policy = Policy::read(&text).unwrap().policy;
        let rules: Vec<&Rule> = policy.rules.iter().collect();
        let (fit, avoid) = rules.split_at(split.min(rules.len()));
        let found = witness(fit, avoid, Verbs::Any);
        let fits = |request: &Request<'_>| {
            fit.iter().all(|rule| rule.fits(request)) && !avoid.iter().any(|rule| rule.fits(request))
        };
        if let Some(request) = &found {
            prop_assert!(fits(request));
        }
        let any = requests().into_iter().find(|request| fits(request));
        prop_assert_eq!(found.is_some(), any.is_some(), "{}\n{:?}\n{:?}", text, found, any);
    }

    #[test]
    fn dead_rules_decide_nothing_and_changes_are_all_there_are(
        rules in proptest::collection::vec(rule(), 1..5),
        others in proptest::collection::vec(rule(), 1..4),
        levels in proptest::collection::vec(select(&["None", "Metadata", "Request"][..]), 9),
    ) {
        let mut levels = levels.iter();
        let mut policy = |rules: &[String]| {
            let level = |rule: &String| rule.replacen("Metadata", levels.next().unwrap_or(&"None"), 1);
            let rules: Vec<String> = rules.iter().map(level).collect();
            let text = format!("# \n{{apiVersion: audit.k8s.io/v1, kind: Policy, rules: [\n{}\n]}}", rules.join(",\n"));
            Policy::read(&text).unwrap().policy
        };
        let (old, new) = (policy(&rules), policy(&others));
        let requests = requests();
        let reached: BTreeSet<usize> = requests.iter().filter_map(|request| old.decide(request).rule).collect();
        let dead: BTreeSet<usize> = old.dead().iter().map(|dead| dead.rule).collect();
        let unreached: BTreeSet<usize> = (0..old.rules.len()).filter(|at| !reached.contains(at)).collect();
        prop_assert_eq!(&dead, &unreached, "{:#?}", old);
        for dead in old.dead() {
            // Those that shadow it do so alone.
            let rules = dead.by.iter().chain([&dead.rule]).map(|at| old.rules[*at].clone()).collect();
            let alone = Policy { rules, ..Policy::default() };
            prop_assert!(requests.iter().all(|request| alone.decide(request).rule != Some(dead.by.len())));
        }
        prop_assert_eq!(old.undecided().is_some(), requests.iter().any(|request| old.decide(request).rule.is_none()));
        let pairs: BTreeSet<_> = requests
            .iter()
            .map(|request| (old.decide(request), new.decide(request)))
            .filter(|(old, new)| old.level != new.level)
            .map(|(old, new)| (old.rule, new.rule))
            .collect();
        let told: BTreeSet<_> = old.changes(&new).iter().map(|change| (change.old_rule, change.new_rule)).collect();
        prop_assert_eq!(told, pairs);
    }

    #[test]
    fn a_narrowed_rule_is_about_its_part_of_the_requests(
        rule in rule(),
        group in select(&API[..]),
        (resource, sub) in (select(&["pods", "nodes"][..]), select(&["", "log"][..])),
    ) {
        let text = format!("# \n{{apiVersion: audit.k8s.io/v1, kind: Policy, rules: [{rule}]}}");
        let policy = Policy::read(&text).unwrap().policy;
        let whole = &policy.rules[0];
        let name = if sub.is_empty() { resource.to_owned() } else { format!("{resource}/{sub}") };
        let verbs = ["get", "list"];
        let narrowed = whole.narrowed(&verbs, group, &name);
        for request in requests() {
            let is_part = verbs.contains(&&*request.verb)
                && matches!(&request.about, About::Resource { group: own_group, resource: own, subresource, .. }
                    if own_group == group && own == resource && subresource == sub);
            let fits = narrowed.as_ref().is_some_and(|rule| rule.fits(&request));
            prop_assert_eq!(fits, is_part && whole.fits(&request), "{}\n{:?}\n{:?}", text, narrowed, request);
        }
    }
}
