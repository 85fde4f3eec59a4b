//! Conditions and rules over events: the engine against the plain evaluator, explanations, outputs.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test may stop where it stands"
)]

use std::collections::BTreeMap;
use std::sync::Arc;

use ironsides_detect::engine::{Engine, Explained, Matching, alert};
use ironsides_detect::field::{Catalogue, FieldUse};
use ironsides_detect::filter::{Dialect, parse};
use ironsides_detect::k8s_audit::AuditEvent;
use ironsides_detect::rules::{Options, RuleFile, RuleSet, load};
use ironsides_detect::{Condition, Event, EventType, Kind, Value};
use ironsides_tree::parse_one;
use proptest::prelude::*;

/// An event with texts and numbers by field.
#[derive(Clone, Debug, Default)]
struct Plain(BTreeMap<&'static str, String>);

impl Event for Plain {
    fn value(&self, field: &FieldUse) -> Option<Value<'_>> {
        let text = self.0.get(field.to_string().as_str())?;
        Some(match field.kind {
            Kind::Int64 => Value::Int(text.parse().ok()?),
            Kind::Uint32 | Kind::Uint64 => Value::Uint(text.parse().ok()?),
            Kind::IpAddr => Value::Ip(text.parse().ok()?),
            _ => Value::text(text),
        })
    }

    fn event_type(&self) -> Option<EventType> {
        self.0.get("evt.type").and_then(|name| EventType::named(name))
    }
}

fn event(fields: &[(&'static str, &str)]) -> Plain {
    Plain(fields.iter().map(|(field, value)| (*field, (*value).to_owned())).collect())
}

fn holds(condition: &str, event: &Plain) -> bool {
    let expr = parse(condition, Dialect::Newest).unwrap_or_else(|error| panic!("{condition}: {error}"));
    Condition::new(&expr, Catalogue::SYSCALL)
        .unwrap_or_else(|error| panic!("{condition}: {error}"))
        .holds(event)
}

fn rules(text: &str) -> RuleSet {
    let loaded = load(&[RuleFile { name: "r.yaml", text }], &Options::default());
    loaded.rules.unwrap_or_else(|| panic!("{:?}", loaded.messages))
}

#[test]
fn operators_mean_what_they_say() {
    let cat = event(&[
        ("evt.type", "open"),
        ("proc.name", "cat"),
        ("proc.args", "-o out --level=3 in"),
        ("fd.name", "/etc/shadow"),
        ("fd.num", "3"),
        ("fd.sip", "10.1.2.3"),
        ("user.uid", "4294967295"),
        ("proc.exe", "Y2F0"),
    ]);
    for condition in [
        "proc.name = cat",
        "not proc.name != cat",
        "proc.name icontains AT",
        "fd.name pmatch (/etc)",
        "fd.name glob /*/sha*",
        "fd.name regex '/etc/(shadow|passwd)'",
        "proc.name startswith oneof (ca, do)",
        "not proc.name endswith oneof (x, y)",
        "fd.num > 2 and fd.num <= 3",
        "user.uid = -1",
        "fd.sip in (10.1.2.3, ::1) and not fd.snet in (192.168.0.0/16)",
        "tolower(toupper(proc.name)) = val(proc.name)",
        "b64(proc.exe) = cat",
        "len(fd.name) = 11",
        "basename(fd.name) = shadow",
        "concat(proc.name, fd.name) = cat/etc/shadow",
        "join(\":\", (proc.name, evt.type)) = cat:open",
        "getopt(proc.args, \"o\") = out and getopt(proc.args, \"level\") = 3",
        "not getopt(proc.args, \"x\") exists",
        "not proc.pname = cat and not proc.pname != cat and not proc.pname exists",
    ] {
        assert!(holds(condition, &cat), "{condition}");
    }
}

const BASE: &str = "
- macro: opened
  condition: evt.type in (open, openat) and fd.num >= 0
- list: shells
  items: [bash, sh]
- rule: first
  desc: d
  condition: opened and fd.name startswith /etc and not proc.name in (shells)
  output: opened %fd.name by %proc.name (%user.name)
  priority: WARNING
  tags: [a]
- rule: second
  desc: d
  condition: opened and fd.name contains shadow
  output: o
  priority: ERROR
- rule: third
  desc: d
  condition: evt.type = execve and proc.name = sh
  output: o
  priority: INFO
- rule: off
  desc: d
  condition: evt.type = open
  output: o
  priority: INFO
  enabled: false
";

#[test]
fn the_first_rule_fires_or_all_do() {
    let set = Arc::new(rules(BASE));
    let shadow =
        event(&[("evt.type", "open"), ("fd.num", "3"), ("fd.name", "/etc/shadow"), ("proc.name", "cat")]);
    let fired = |matching| {
        let mut engine = Engine::new(Arc::clone(&set), "syscall", matching);
        engine.fire(&shadow).rules().map(|rule| rule.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(fired(Matching::First), ["first"]);
    assert_eq!(fired(Matching::All), ["first", "second"]);
    let rule = set.rule("first").unwrap();
    let alert = alert(rule, &shadow, "T", "node");
    assert_eq!(alert["output"], "T: Warning opened /etc/shadow by cat (<NA>)");
    assert_eq!(alert["output_fields"]["user.name"], serde_json::Value::Null);
    assert_eq!(alert["output_fields"]["fd.name"], "/etc/shadow");
    assert_eq!((&alert["priority"], &alert["rule"]), (&"Warning".into(), &"first".into()));
}

#[test]
fn explanations_go_down_to_the_comparison() {
    let set = Arc::new(rules(BASE));
    let engine = Engine::new(Arc::clone(&set), "syscall", Matching::First);
    let shell =
        event(&[("evt.type", "open"), ("fd.num", "3"), ("fd.name", "/etc/shadow"), ("proc.name", "bash")]);
    let why = engine.explain(set.rule("first").unwrap(), &shell).unwrap();
    assert!(!why.holds);
    let reasons = why.reasons();
    assert_eq!(reasons.len(), 1);
    let Explained::Check { check, values } = &reasons[0].what else { panic!("{reasons:?}") };
    assert_eq!(check, "proc.name in (bash, sh)");
    assert_eq!(values, &[("proc.name".to_owned(), "bash".to_owned())]);
    assert!(matches!(&why.parts[0].what, Explained::Macro { name } if name == "opened"));
}

#[test]
fn fields_that_nobody_fills_are_named() {
    let set = rules(BASE);
    let rule = set.rule("first").unwrap();
    let missing = set.unsupported(rule, |field| field.to_string() != "fd.num");
    assert_eq!(missing.iter().map(ToString::to_string).collect::<Vec<_>>(), ["fd.num"]);
    let all: Vec<String> = set.fields(rule).iter().map(ToString::to_string).collect();
    assert_eq!(all, ["evt.type", "fd.name", "fd.num", "proc.name", "user.name"]);
    // `opened` is in two rules, and its comparisons are there once.
    assert_eq!(set.comparisons("syscall"), 8);
}

#[test]
fn audit_events_are_told_apart() {
    let text = "
- rule: exec
  desc: d
  condition: jevt.value[/stage] = ResponseComplete and ka.verb = create and ka.target.subresource = exec
  output: exec %ka.uri.param[command] in %ka.target.name by %ka.user.name from %ka.sourceips
  priority: NOTICE
  source: k8s_audit
- rule: privileged
  desc: d
  condition: ka.req.pod.containers.privileged intersects (true) and not ka.req.pod.containers.image.repository in (ok)
  output: o
  priority: NOTICE
  source: k8s_audit
";
    let set = Arc::new(rules(text));
    let mut engine = Engine::new(Arc::clone(&set), "k8s_audit", Matching::All);
    let exec = r#"{"auditID":"1","stage":"ResponseComplete","verb":"create","user":{"username":"eve"},
        "sourceIPs":["10.0.0.1","10.0.0.2"],"requestURI":"/api/v1/x/exec?command=sh&command=-c",
        "stageTimestamp":"2026-01-02T03:04:05.000006Z",
        "objectRef":{"resource":"pods","subresource":"exec","name":"web"}}"#;
    let pod = r#"{"auditID":"2","stage":"ResponseComplete","verb":"create","requestObject":{"spec":{"containers":[
        {"name":"a","image":"ok:1"},{"name":"b","image":"bad@sha256:0","securityContext":{"privileged":true}}]}}}"#;
    let (exec, pod) = (parse_one(exec).unwrap(), parse_one(pod).unwrap());
    let (exec, pod) = (AuditEvent::new(&exec, 1), AuditEvent::new(&pod, 2));
    for _ in 0..3 {
        let fired: Vec<&str> = engine.fire(&exec).rules().map(|rule| rule.name.as_str()).collect();
        assert_eq!(fired, ["exec"]);
        let fired: Vec<&str> = engine.fire(&pod).rules().map(|rule| rule.name.as_str()).collect();
        assert_eq!(fired, ["privileged"]);
    }
    let text = set.rule("exec").unwrap().output.text(&exec);
    assert_eq!(text, "exec sh in web by eve from (10.0.0.1,10.0.0.2)");
    assert_eq!(exec.time(), Some(1_767_323_045_000_006_000));
}

/// Conditions over few fields and few values, so that they are often true.
fn any_condition() -> impl Strategy<Value = String> {
    let check = prop_oneof![
        "evt\\.type = (open|execve|close)",
        "evt\\.type in \\((open|execve), (close|dup)\\)",
        "proc\\.name (=|!=|startswith|contains) (a|b|ab)",
        "proc\\.pname in \\((a|b), ab\\)",
        "fd\\.num (<|>=|=) [0-3]",
        "fd\\.name exists",
    ];
    check.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 2..4)
                .prop_map(|parts| format!("({})", parts.join(" and "))),
            proptest::collection::vec(inner.clone(), 2..4)
                .prop_map(|parts| format!("({})", parts.join(" or "))),
            inner.prop_map(|part| format!("not {part}")),
        ]
    })
}

fn any_event() -> impl Strategy<Value = Plain> {
    let name = || proptest::option::of("a|b|ab");
    (proptest::option::of("open|execve|close|dup"), name(), name(), proptest::option::of("[0-3]"), name())
        .prop_map(|(kind, process, parent, descriptor, file)| {
            let fields = [
                ("evt.type", kind),
                ("proc.name", process),
                ("proc.pname", parent),
                ("fd.num", descriptor),
                ("fd.name", file),
            ];
            Plain(fields.into_iter().filter_map(|(field, value)| Some((field, value?))).collect())
        })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]

    /// Sharing, specialising and reordering change nothing.
    #[test]
    fn the_engine_answers_as_the_plain_evaluator(
        conditions in proptest::collection::vec(any_condition(), 1..6),
        events in proptest::collection::vec(any_event(), 1..80),
    ) {
        let texts: Vec<String> = conditions.iter().enumerate().map(|(number, condition)| {
            format!("- rule: r{number}\n  desc: d\n  condition: \"{condition}\"\n  output: o\n  priority: INFO\n")
        }).collect();
        let mut engine = Engine::new(Arc::new(rules(&texts.concat())), "syscall", Matching::All);
        for event in events.iter().cycle().take(200) {
            let expected: Vec<String> = conditions.iter().enumerate()
                .filter(|(_, condition)| holds(condition, event))
                .map(|(number, _)| format!("r{number}"))
                .collect();
            let found: Vec<String> = engine.fire(event).rules().map(|rule| rule.name.clone()).collect();
            prop_assert_eq!(found, expected);
        }
    }

    /// What is written reads as the same tree.
    #[test]
    fn conditions_survive_being_written(condition in any_condition()) {
        let expr = parse(&condition, Dialect::Newest).unwrap();
        let again = parse(&expr.to_string(), Dialect::Newest).unwrap();
        prop_assert_eq!(expr.to_string(), again.to_string());
    }

    /// No text makes the parser panic, and every fault lies in the text.
    #[test]
    fn any_text_is_read_or_refused(text in "[a-z.(){}=<>!'\"\\\\ ,\\[\\]0-9é\n]{0,60}") {
        if let Err(error) = parse(&text, Dialect::Newest) {
            prop_assert!(error.span.start as usize <= text.len());
        }
    }
}
