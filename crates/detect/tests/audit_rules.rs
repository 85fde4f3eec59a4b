//! Our own detections: each loads without a word, says what it is, fires for what it should and not for what is like it.
//!
//! The events stand beside the rules, in `rules/audit/tests/`: a file for each rule file, a case a line, with the rule it
//! is about, what happens in it, and whether the rule fires.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test may stop where it stands"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use ironsides_audit::TECHNIQUES;
use ironsides_detect::correlation::Correlator;
use ironsides_detect::engine::{Engine, Matching};
use ironsides_detect::k8s_audit::AuditEvent;
use ironsides_detect::rules::{Options, Rule, RuleFile, RuleSet, load};
use ironsides_detect::shipped;
use ironsides_tree::{Node, parse_one};

/// The folder of the rules.
fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../rules/audit"))
}

/// The shipped rules, with a user's file behind them.
fn rules(own: Option<&str>) -> RuleSet {
    let mut files: Vec<RuleFile<'_>> = shipped().iter().map(|(name, text)| RuleFile { name, text }).collect();
    files.extend(own.map(|text| RuleFile { name: "own.yaml", text }));
    let loaded = load(&files, &Options::default());
    for message in &loaded.messages {
        println!("{message} {:?}", message.hint);
    }
    assert!(loaded.messages.is_empty());
    loaded.rules.unwrap()
}

/// Rules and correlations, by their common side.
fn all(rules: &RuleSet) -> impl Iterator<Item = &Rule> {
    rules.rules.iter().chain(rules.correlations.iter().map(|correlation| &correlation.rule))
}

#[test]
fn shipped_rules_load_without_a_word_and_say_what_they_are() {
    let rules = rules(None);
    let attacks: BTreeSet<&str> = TECHNIQUES.iter().map(|technique| technique.attack).collect();
    for rule in all(&rules) {
        let name = &rule.name;
        assert!(rule.description.contains("Look first"), "{name}: what to look at first");
        assert!(rule.tags.iter().any(|tag| tag.starts_with("mitre_")), "{name}: a tactic");
        assert!(rule.tags.iter().any(|tag| attacks.contains(tag.as_str())), "{name}: an ATT&CK technique");
        assert_eq!(rule.source, "k8s_audit", "{name}");
        let shown: Vec<String> = rule.output.fields().map(ToString::to_string).collect();
        for field in ["ka.user.name", "ka.useragent", "ka.verb", "ka.target.resource", "ka.response.code"] {
            assert!(shown.iter().any(|known| known == field), "{name}: {field} in its output");
        }
    }
}

#[test]
fn every_shipped_file_is_in_the_folder_and_the_other_way_round() {
    let there: BTreeSet<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| Path::new(name).extension().is_some_and(|extension| extension == "yaml"))
        .collect();
    let named: BTreeSet<String> = shipped().iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(there, named);
}

/// Techniques that no rule names, and why.
const UNSEEN: &[(&str, &str)] = &[];

#[test]
fn every_technique_has_a_rule_or_a_reason() {
    let rules = rules(None);
    let tags: BTreeSet<&str> = all(&rules).flat_map(|rule| rule.tags.iter().map(String::as_str)).collect();
    for technique in TECHNIQUES {
        let reason = UNSEEN.iter().any(|(id, _)| *id == technique.id);
        assert_ne!(tags.contains(technique.id), reason, "{}", technique.id);
        if !reason {
            assert!(tags.contains(technique.attack), "{}", technique.attack);
        }
    }
}

/// What fires for events that follow one another.
fn fired(rules: &Arc<RuleSet>, events: &[Node]) -> BTreeSet<String> {
    let mut engine = Engine::new(Arc::clone(rules), "k8s_audit", Matching::All);
    let mut correlator = Correlator::new(Arc::clone(rules), "k8s_audit");
    let mut names = BTreeSet::new();
    for (number, root) in (1..).zip(events) {
        let event = AuditEvent::new(root, number);
        let fired = engine.fire(&event);
        names.extend(fired.rules().map(|rule| rule.name.clone()));
        let found = correlator.add(fired.sightings(), &event);
        names.extend(found.iter().filter_map(|found| Some(found.rule()?.name.clone())));
    }
    names
}

#[test]
fn each_rule_fires_for_what_it_should_and_not_for_what_is_like_it() {
    let own = std::fs::read_to_string(folder().join("tests/settings.yaml")).unwrap();
    let rules = Arc::new(rules(Some(&own)));
    let mut seen: BTreeMap<String, [usize; 2]> =
        all(&rules).map(|rule| (rule.name.clone(), [0; 2])).collect();
    let mut wrong = Vec::new();
    for (file, _) in shipped().iter().filter(|(name, _)| !["settings.yaml", "macros.yaml"].contains(name)) {
        let text =
            std::fs::read_to_string(folder().join("tests").join(file.replace(".yaml", ".jsonl"))).unwrap();
        for line in text.lines() {
            let case = parse_one(line).unwrap();
            let of = |key: &str| case.get(key).and_then(Node::as_str).unwrap().to_owned();
            let (rule, what) = (of("rule"), of("case"));
            let fires = case.get("fires").and_then(Node::as_bool).unwrap();
            let known = all(&rules).find(|known| known.name == rule);
            assert_eq!(known.map(|known| known.file.as_str()), Some(*file), "{rule}");
            let found = fired(&rules, case.get("events").and_then(Node::as_list).unwrap());
            if found.contains(&rule) != fires {
                wrong.push(format!("{rule}: {what}: {found:?}"));
            }
            seen.get_mut(&rule).unwrap()[usize::from(fires)] += 1;
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let bare: Vec<&String> =
        seen.iter().filter(|(_, counts)| counts.contains(&0)).map(|(name, _)| name).collect();
    assert!(
        bare.is_empty(),
        "rules without an event for which they fire and one for which they do not: {bare:?}"
    );
}

/// The level from which on a policy must record a request for a rule to see it, by the fields it asks for.
fn level(rules: &RuleSet, rule: &Rule) -> &'static str {
    let asked: Vec<String> = rules.unsupported(rule, |_| false).iter().map(ToString::to_string).collect();
    let any = |parts: &[&str]| asked.iter().any(|field| parts.iter().any(|part| field.starts_with(part)));
    if any(&["jevt.value[/responseObject", "ka.resp.name"]) {
        "RequestResponse"
    } else if any(&["jevt.value[/requestObject", "ka.req."]) {
        "Request"
    } else {
        "Metadata"
    }
}

/// The page about the rules: a table for each file.
fn page(rules: &RuleSet) -> String {
    let mut out = String::from(INTRODUCTION);
    for (file, text) in shipped() {
        let of_file: Vec<&Rule> = all(rules).filter(|rule| rule.file == *file).collect();
        if of_file.is_empty() {
            continue;
        }
        let about = text.lines().next().unwrap().trim_start_matches("# ");
        writeln!(out, "\n## {file}\n\n{about}\n\n| detection | priority | sees | needs | techniques |")
            .unwrap();
        out += "|---|---|---|---|---|\n";
        for rule in of_file {
            let sees = rule.description.split(". ").next().unwrap().trim_end_matches(['.', '\n']);
            let techniques: Vec<&str> =
                rule.tags.iter().map(String::as_str).filter(|tag| !tag.starts_with("mitre_")).collect();
            let started = if rule.condition.to_string().contains("begun") { ", ResponseStarted" } else { "" };
            writeln!(
                out,
                "| {} | {} | {sees} | {}{started} | {} |",
                rule.name,
                rule.priority.name(),
                level(rules, rule),
                techniques.join(", ")
            )
            .unwrap();
        }
    }
    out
}

const INTRODUCTION: &str = "<!-- Written by `INSTA_UPDATE=always cargo test -p ironsides-detect --test audit_rules`. -->

# Detections in audit logs

The rules that Ironsides ships for Kubernetes audit logs, in Falco's language (see [rules](rules.md)); they stand in
`rules/audit/` and are in the program. Each says in its `desc` what it sees, why that matters and what to look at first, and
has events for and against it in `rules/audit/tests/`. How many attacks of a real log they find: [accuracy](accuracy.md).

**Settings.** `rules/audit/settings.yaml` has lists and a table to override in a file of your own: who administers the cluster,
who is on call, which namespaces are production, which accounts deploy, build, scale and back up, and from where each user
usually comes. Without them the rules know only what comes with Kubernetes, and say more than they need to.

**Needs** is the audit level from which on the policy must record a request for the rule to see all that it asks for; a rule that
asks for a body sees nothing of it, or a part, below. *ResponseStarted* means that it looks at the beginning of requests that run
long, and at refused logins, which have no other event: a policy with `omitStages: [ResponseStarted]` hides both. Where that
cannot be changed, override the macro `begun` with `ka.stage in (ResponseStarted, ResponseComplete)`; what is still seen is seen
at its end. `ironsides audit coverage` says what a policy records of each technique.
";

#[test]
fn the_page_says_what_the_rules_say() {
    let rules = rules(None);
    let path = folder().join("../../docs/detections.md");
    let page = page(&rules);
    if std::env::var("INSTA_UPDATE").is_ok_and(|value| value == "always") {
        std::fs::write(&path, &page).unwrap();
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        there == page,
        "docs/detections.md is not what the rules say: run the test with INSTA_UPDATE=always"
    );
}
