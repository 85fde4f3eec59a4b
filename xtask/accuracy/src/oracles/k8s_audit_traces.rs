//! Audit events that Falco's own tests replayed, and the rules that must fire for them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use ironsides_detect::engine::{Engine, Matching};
use ironsides_detect::k8s_audit::AuditEvent;
use ironsides_detect::rules::{Options, Priority, RuleFile, load};
use ironsides_tree::{Documents, Format, Limits, Map, Node, parse_one};

use crate::data;
use crate::oracle::{Oracle, Score};

pub(crate) const ORACLE: Oracle = Oracle {
    name: "k8s-audit-traces",
    files: &["falco/k8s_audit/expected.yaml", "falco/k8s_audit/traces", "falco/rules"],
    run,
};

fn run(folder: &Path) -> Result<Score> {
    let root = folder.join("falco");
    let expected = data::text(&root.join("k8s_audit/expected.yaml"))?;
    // The tag belongs to the program that ran these tests.
    let expected = parse_one(&expected.replace("!mux", ""))?;
    let cases = expected.get("trace_files").and_then(Node::as_map).context("there are no trace_files")?;
    let mut score = Score::default();
    for (name, case) in cases.iter() {
        if case.get("stderr_contains").is_some() || case.get("stdout_contains").is_some() {
            score.skip();
            continue;
        }
        let Some(trace) = trace(&root, case) else {
            score.skip();
            continue;
        };
        let expected = wanted(case);
        let got = fired(&root, case, &trace).map(|fired| answer(case, &fired));
        score.compare(|| name.to_owned(), &expected, got);
    }
    Ok(score)
}

/// The events of a case; `None` where the file is not there.
fn trace(root: &Path, case: &Node) -> Option<String> {
    let options = case.get("addl_cmdline_opts")?.as_str()?;
    let name = options.rsplit('/').next()?.trim();
    fs::read_to_string(root.join("k8s_audit/traces").join(name)).ok()
}

/// What must fire.
fn wanted(case: &Node) -> String {
    if case.get("detect").and_then(Node::as_bool) == Some(false) {
        return "nothing fires".to_owned();
    }
    let counts = case.get("detect_counts").map(Node::items).unwrap_or_default();
    let counts = counts.iter().filter_map(Node::as_map).flat_map(Map::iter);
    let mut counts: Vec<String> =
        counts.filter_map(|(rule, count)| Some(format!("{rule}: {}", count.as_i64()?))).collect();
    counts.sort_unstable();
    let level = case.get("detect_level").and_then(Node::as_str).unwrap_or_default();
    format!("{level} {}", counts.join(", ")).trim().to_owned()
}

/// What fired, as far as the case is about it.
fn answer(case: &Node, fired: &BTreeMap<String, (usize, Priority)>) -> String {
    if case.get("detect").and_then(Node::as_bool) == Some(false) {
        if fired.is_empty() {
            return "nothing fires".to_owned();
        }
        let names: Vec<&str> = fired.keys().map(String::as_str).collect();
        return names.join(", ");
    }
    let counts = case.get("detect_counts").map(Node::items).unwrap_or_default();
    let counts = counts.iter().filter_map(Node::as_map).flat_map(Map::iter);
    let mut counts: Vec<String> = counts.map(|(rule, _)| format!("{rule}: {}", count(fired, rule))).collect();
    counts.sort_unstable();
    let level = case.get("detect_level").and_then(Node::as_str).unwrap_or_default();
    let reached = fired.values().any(|(_, priority)| Some(*priority) == Priority::named(level));
    let level = if reached { level } else { "" };
    format!("{level} {}", counts.join(", ")).trim().to_owned()
}

/// How often a rule fired. The rule files are newer than these cases: `A/B Created` has become `A Created` and
/// `B Created`, and case was put right.
fn count(fired: &BTreeMap<String, (usize, Priority)>, rule: &str) -> usize {
    let one = |rule: &str| {
        let found = fired.iter().find(|(name, _)| name.eq_ignore_ascii_case(rule));
        found.map_or(0, |(_, (count, _))| *count)
    };
    let Some(pair) = rule.split(' ').find(|word| word.contains('/')) else { return one(rule) };
    if fired.contains_key(rule) {
        return one(rule);
    }
    pair.split('/').map(|half| one(&rule.replace(pair, half))).sum()
}

/// Lists whose names began with `falco_` begin with `k8s_audit_` in the newer rule files. What adds to the old name
/// adds to the new one too.
fn renamed(files: &mut [(String, String)]) {
    let defines =
        |text: &str, list: &str| text.lines().any(|line| line.trim_end() == format!("- list: {list}"));
    for at in 0..files.len() {
        let Some((_, text)) = files.get(at) else { continue };
        if !text.contains("append: true") {
            continue;
        }
        let lists = text.lines().filter_map(|line| line.strip_prefix("- list: falco_"));
        let mut newer = text.clone();
        for list in lists.map(str::trim_end) {
            let (old, new) = (format!("falco_{list}"), format!("k8s_audit_{list}"));
            if files.iter().any(|(_, text)| defines(text, &new)) {
                newer = newer.replace(&old, &new);
            }
        }
        if let Some((_, text)) = files.get_mut(at).filter(|(_, text)| *text != newer) {
            *text = format!("{text}\n{newer}");
        }
    }
}

/// The rules that fire for the events, with how often and how bad.
fn fired(root: &Path, case: &Node, trace: &str) -> Result<BTreeMap<String, (usize, Priority)>> {
    let named = case.get("rules_file").map(Node::items).unwrap_or_default();
    let mut files = Vec::new();
    for path in named.iter().filter_map(Node::as_str) {
        let name = path.rsplit('/').next().unwrap_or(path);
        let text = if path.starts_with("BUILD_DIR/") {
            data::text(&root.join("rules").join(name))?
        } else {
            let inner = path.split_once("k8s_audit/").map_or(name, |(_, inner)| inner);
            data::text(&root.join("k8s_audit/rules").join(inner))?
        };
        files.push((name.to_owned(), text));
    }
    renamed(&mut files);
    let files: Vec<RuleFile<'_>> = files.iter().map(|(name, text)| RuleFile { name, text }).collect();
    // The rules are newer than what adds to their lists.
    let options = Options { append_defines: true, ..Options::default() };
    let loaded = load(&files, &options);
    let Some(rules) = loaded.rules else {
        let messages: Vec<String> = loaded.messages.iter().map(ToString::to_string).collect();
        bail!("the rules do not load: {}", messages.join("; "));
    };
    let mut engine = Engine::new(Arc::new(rules), "k8s_audit", Matching::First);
    let mut fired = BTreeMap::new();
    let mut number = 0;
    for document in Documents::with_format(trace, Format::Json, Limits::default()) {
        let root = document?.root;
        let events = if root.as_list().is_some() { root.items() } else { std::slice::from_ref(&root) };
        for event in events {
            number += 1;
            for rule in engine.fire(&AuditEvent::new(event, number)).rules() {
                fired.entry(rule.name.clone()).or_insert((0, rule.priority)).0 += 1;
            }
        }
    }
    Ok(fired)
}
