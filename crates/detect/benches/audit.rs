//! Rules over audit events at level Metadata, from text to alert.
//!
//! The rule file is the one that Falco ships for audit events; without it (it is no part of this tree) the rules are
//! left out.

#![allow(clippy::print_stderr, reason = "a measurement says what it skips")]

use std::fmt::Write;
use std::sync::Arc;

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use ironsides_detect::correlation::Correlator;
use ironsides_detect::engine::{Engine, Matching};
use ironsides_detect::k8s_audit::{AuditEvent, Index};
use ironsides_detect::rules::{Options, RuleFile, RuleSet, load};
use ironsides_detect::shipped;

fn main() {
    divan::main();
}

/// Events as an API server writes them: six resources, seven verbs, 50 namespaces, 20 service accounts.
fn log(count: usize) -> String {
    const RESOURCES: [(&str, &str); 6] = [
        ("", "pods"),
        ("", "secrets"),
        ("", "configmaps"),
        ("apps", "deployments"),
        ("batch", "jobs"),
        ("networking.k8s.io", "ingresses"),
    ];
    const VERBS: [&str; 7] = ["get", "list", "watch", "create", "update", "patch", "delete"];
    let mut text = String::new();
    let mut seed = 5_u64;
    let mut next = |limit: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap_or_default() % limit
    };
    for at in 0..count {
        let ((group, resource), verb) = (RESOURCES[next(6)], VERBS[next(7)]);
        let (space, user, name) = (next(50), next(20), next(300));
        let path = if group.is_empty() { "/api/v1".to_owned() } else { format!("/apis/{group}/v1") };
        let named = !matches!(verb, "list" | "watch" | "create");
        let (slash, key) = if named {
            (format!("/obj-{name}"), format!(r#","name":"obj-{name}""#))
        } else {
            Default::default()
        };
        let group = if group.is_empty() { String::new() } else { format!(r#","apiGroup":"{group}""#) };
        let _ = writeln!(
            text,
            r#"{{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"{at:08}-0000-4000-8000-000000000000","stage":"ResponseComplete","requestURI":"{path}/namespaces/ns-{space}/{resource}{slash}","verb":"{verb}","user":{{"username":"system:serviceaccount:ns-{user}:sa-{user}","groups":["system:serviceaccounts","system:serviceaccounts:ns-{user}","system:authenticated"]}},"sourceIPs":["10.0.0.1"],"objectRef":{{"resource":"{resource}","namespace":"ns-{space}","apiVersion":"v1"{group}{key}}},"responseStatus":{{"metadata":{{}},"code":200}},"requestReceivedTimestamp":"2026-01-01T00:00:00.000000Z","stageTimestamp":"2026-01-01T00:00:00.010000Z"}}"#
        );
    }
    text
}

/// Falco's rules for audit events, and ours behind them.
fn rules() -> Option<Arc<RuleSet>> {
    let file =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/conformance/falco/rules/k8s_audit_rules.yaml");
    let text = std::fs::read_to_string(file).ok()?;
    let falco = RuleFile { name: "k8s_audit_rules.yaml", text: &text };
    let ours = shipped().iter().map(|(name, text)| RuleFile { name, text });
    let files: Vec<RuleFile<'_>> = std::iter::once(falco).chain(ours).collect();
    load(&files, &Options::default()).rules.map(Arc::new)
}

/// The index alone.
#[divan::bench]
fn index(bencher: Bencher<'_, '_>) {
    let log = log(10_000);
    let mut index = Index::new();
    bencher
        .counter(BytesCount::of_str(&log))
        .bench_local(|| log.lines().filter(|line| index.read(black_box(line)).is_ok()).count());
}

/// The index, all rules, and all correlations.
#[divan::bench]
fn detect(bencher: Bencher<'_, '_>) {
    let Some(rules) = rules() else {
        eprintln!("SKIPPED: no rule file in ../shared");
        return;
    };
    let log = log(10_000);
    let lines: Vec<&str> = log.lines().collect();
    let mut index = Index::new();
    let mut engine = Engine::new(Arc::clone(&rules), "k8s_audit", Matching::All);
    let mut correlator = Correlator::new(rules, "k8s_audit");
    bencher.counter(BytesCount::of_str(&log)).bench_local(|| {
        let mut alerts = 0;
        for (line, number) in lines.iter().zip(1..) {
            let Ok(root) = index.read(black_box(line)) else { continue };
            let event = AuditEvent::new(root, number);
            let fired = engine.fire(&event);
            alerts += fired.rules().count();
            alerts += correlator.add(fired.sightings(), &event).len();
        }
        alerts
    });
}

/// Correlations that look at every event, at every seventh, and at every sixth.
const CORRELATIONS: &str = "
- correlation: first seen
  desc: a subject does something to a resource for the first time
  type: new_value
  condition: ka.user.name exists
  group-by: [ka.user.name]
  field: [ka.verb, ka.target.resource]
  learn: always
  output: o
  priority: INFO
  source: k8s_audit
- correlation: lists
  desc: many lists
  type: event_count
  condition: ka.verb = list
  group-by: [ka.user.name, ka.sourceips.last]
  timespan: 60s
  at-least: 100000
  output: o
  priority: INFO
  source: k8s_audit
- correlation: secrets
  desc: many secrets
  type: value_count
  condition: ka.target.resource = secrets
  group-by: [ka.user.name]
  field: [ka.target.namespace, ka.target.name]
  timespan: 60s
  at-least: 50
  output: o
  priority: INFO
  source: k8s_audit
";

/// The index, and correlations.
#[divan::bench]
fn correlate(bencher: Bencher<'_, '_>) {
    let loaded = load(&[RuleFile { name: "c.yaml", text: CORRELATIONS }], &Options::default());
    let Some(rules) = loaded.rules.map(Arc::new) else { return };
    let log = log(10_000);
    let mut index = Index::new();
    let mut engine = Engine::new(Arc::clone(&rules), "k8s_audit", Matching::First);
    let mut correlator = Correlator::new(rules, "k8s_audit");
    let lines: Vec<&str> = log.lines().collect();
    bencher.counter(BytesCount::of_str(&log)).bench_local(|| {
        let mut alerts = 0;
        for (line, number) in lines.iter().zip(1..) {
            let Ok(root) = index.read(black_box(line)) else { continue };
            let event = AuditEvent::new(root, number);
            alerts += correlator.add(engine.fire(&event).sightings(), &event).len();
        }
        alerts
    });
}
