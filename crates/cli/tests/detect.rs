//! `ironsides audit detect` as its users meet it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop where it stands")]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

/// Exit code, standard output, standard error; what is given comes from standard input.
fn run(folder: &Path, args: &[&str], input: &str) -> (i32, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_ironsides"))
        .args(["audit", "detect"])
        .args(args)
        .current_dir(folder)
        .env("FALCO_HOSTNAME", "watcher")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Who refuses its arguments reads nothing.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn transcript((code, out, err): (i32, String, String)) -> String {
    format!("{out}--- standard error\n{err}--- exit {code}\n")
}

fn event(id: &str, second: u32, user: &str, verb: &str, resource: &str, name: &str) -> String {
    format!(
        r#"{{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"{id}","stage":"ResponseComplete","requestURI":"/x","verb":"{verb}","user":{{"username":"{user}","groups":["g"]}},"sourceIPs":["10.0.0.1"],"objectRef":{{"resource":"{resource}","namespace":"shop","name":"{name}","apiVersion":"v1"}},"responseStatus":{{"code":200}},"stageTimestamp":"2026-11-22T10:00:{second:02}.500000Z"}}"#
    )
}

const RULES: &str = "
- macro: kevt
  condition: jevt.value[/stage] = ResponseComplete
- list: admins
  items: [root]
- rule: Secret read
  desc: Somebody reads a secret
  condition: kevt and ka.verb = get and ka.target.resource = secrets and not ka.user.name in (admins)
  output: secret %ka.target.name read by %ka.user.name
  priority: CRITICAL
  source: k8s_audit
  tags: [secrets]
- rule: Anything by ann
  desc: Ann does something
  condition: kevt and ka.user.name = ann
  output: ann did %ka.verb
  priority: NOTICE
  source: k8s_audit
- correlation: Many secrets
  desc: Secrets one after the other
  type: value_count
  condition: kevt and ka.target.resource = secrets
  group-by: [ka.user.name]
  field: ka.target.name
  timespan: 60s
  at-least: 3
  output: \"%correlation.count secrets by %ka.user.name\"
  priority: ERROR
  source: k8s_audit
- rule: Shell
  desc: d
  condition: evt.type = execve
  output: o
  priority: ERROR
";

/// A log: three secrets by ann, something of everybody else, and what is no event.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let quoted = serde_json::to_string(&event("d", 4, "ann", "list", "pods", "")).unwrap();
    let lines = [
        event("a", 1, "ann", "get", "secrets", "db"),
        event("b", 2, "root", "get", "secrets", "db"),
        event("c", 3, "ann", "get", "secrets", "queue"),
        format!(r#"{{"timestamp":1,"message":{quoted}}}"#),
        "I1122 starting".to_owned(),
        "{\"kind\":\"Event\",\"auditID\":".to_owned(),
        event("e", 5, "ann", "get", "secrets", "mail"),
    ];
    fs::write(folder.path().join("audit.log"), lines.join("\n") + "\n").unwrap();
    fs::write(folder.path().join("rules.yaml"), RULES).unwrap();
    folder
}

const BOTH: [&str; 3] = ["audit.log", "--rules", "rules.yaml"];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&BOTH, more].concat()
}

#[test]
fn alerts_are_lines_and_the_rest_is_told() {
    let folder = folder();
    insta::assert_snapshot!("table", transcript(run(folder.path(), &with(&[]), "")));
    // From standard input it is the same.
    let text = fs::read_to_string(folder.path().join("audit.log")).unwrap();
    let (code, out, _) = run(folder.path(), &["-", "--rules", "rules.yaml"], &text);
    let (_, expected, _) = run(folder.path(), &BOTH, "");
    assert_eq!((code, out), (1, expected.replace("audit.log", "(standard input)")));
}

#[test]
fn events_whose_parts_have_other_shapes_are_broken() {
    let folder = folder();
    let event = event("a", 1, "root", "list", "pods", "");
    let with = |key: &str, value: Value| {
        let mut event: Value = serde_json::from_str(&event).unwrap();
        event[key] = value;
        event.to_string()
    };
    let lines = [
        event.clone(),
        with("user", serde_json::json!("str")),
        with("objectRef", serde_json::json!([])),
        with("user", serde_json::json!({ "username": "root", "groups": "x" })),
        with("sourceIPs", serde_json::json!("10.0.0.1")),
        with("userAgent", serde_json::json!(5)),
        with("annotations", serde_json::json!(null)),
    ];
    fs::write(folder.path().join("audit.log"), lines.join("\n")).unwrap();
    let (code, out, err) = run(folder.path(), &BOTH, "");
    assert!(
        code == 4
            && err.contains("4 records are broken, the first at audit.log:2")
            && err.contains("in all: 3 events"),
        "{code}\n{out}\n{err}"
    );
}

#[test]
fn lines_of_json_are_falcos_alerts() {
    let folder = folder();
    let (code, out, _) = run(folder.path(), &with(&["-o", "jsonl", "--matching", "all"]), "");
    let alerts: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let rules: Vec<&str> = alerts.iter().map(|alert| alert["rule"].as_str().unwrap()).collect();
    let (secret, ann) = ("Secret read", "Anything by ann");
    assert_eq!((code, rules), (1, vec![secret, ann, secret, ann, ann, secret, ann, "Many secrets"]));
    let first = &alerts[0];
    assert_eq!(first["priority"], "Critical");
    assert_eq!(first["hostname"], "watcher");
    assert_eq!(first["time"], "2026-11-22T10:00:01.500000000Z");
    assert_eq!(first["output_fields"]["ka.target.name"], "db");
    assert_eq!(first["place"], serde_json::json!({ "file": "audit.log", "line": 1, "offset": 0 }));
    assert_eq!(alerts[4]["place"]["line"], 4);
    assert_eq!((&first["auditID"], &alerts[4]["auditID"]), (&"a".into(), &"d".into()));

    let (_, out, _) = run(folder.path(), &with(&["-o", "json", "-o", "jsonl=copy.jsonl"]), "");
    let answer: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&answer["kind"], &answer["complete"]), (&"audit-detect".into(), &false.into()));
    assert_eq!(answer["alerts"].as_array().unwrap().len(), 5);
    assert_eq!(answer["summary"]["rules"][0]["rule"], secret);
    assert_eq!((&answer["summary"]["events"], &answer["summary"]["broken"]), (&5.into(), &1.into()));
    let copy = fs::read_to_string(folder.path().join("copy.jsonl")).unwrap();
    assert_eq!(copy.lines().count(), 5);
    let (_, none, _) =
        run(folder.path(), &with(&["-o", "json", "--tag", "secrets", "--until", "2026-11-22"]), "");
    assert_eq!(serde_json::from_str::<Value>(&none).unwrap()["alerts"], serde_json::json!([]));
}

#[test]
fn alerts_are_sent_elsewhere_too() {
    let folder = folder();
    let (code, out, _) = run(folder.path(), &with(&["--alert", "file=sent.jsonl"]), "");
    let sent = fs::read_to_string(folder.path().join("sent.jsonl")).unwrap();
    let first: Value = serde_json::from_str(sent.lines().next().unwrap()).unwrap();
    assert_eq!((code, out.lines().count(), sent.lines().count()), (1, 5, 5));
    assert_eq!((&first["rule"], &first["hostname"]), (&"Secret read".into(), &"watcher".into()));
    let (id, place) = (&first["output_fields"]["ka.auditid"], &first["output_fields"]["place"]);
    assert_eq!((id, place), (&"a".into(), &"audit.log:1".into()));
    // Nobody listens there.
    let args = with(&["--alert", "syslog=127.0.0.1:nowhere", "--fail-on", "none"]);
    assert_ne!(run(folder.path(), &args, "").0, 0);
}

#[test]
fn what_is_asked_for_is_asked() {
    let folder = folder();
    let count = |args: &[&str]| {
        let (code, out, _) = run(folder.path(), &with(args), "");
        (code, out.lines().count())
    };
    assert_eq!(count(&["--tag", "secrets"]), (1, 3));
    assert_eq!(count(&["--min-priority", "error"]), (1, 4));
    assert_eq!(count(&["--rule", "by ann"]), (4, 4));
    assert_eq!(count(&["--rule", "Many secrets", "--fail-on", "error"]), (1, 1));
    assert_eq!(count(&["--rule", "Many secrets", "--fail-on", "critical"]), (4, 1));
    assert_eq!(count(&["--fail-on", "none"]), (4, 5));
    assert_eq!(count(&["--since", "2026-11-22T10:00:03Z", "--tag", "secrets"]), (1, 2));
}

#[test]
fn a_rule_is_explained_for_an_event() {
    let folder = folder();
    let explain =
        |more: &[&str]| run(folder.path(), &with(&[&["--explain", "secret read"], more].concat()), "");
    insta::assert_snapshot!("explain", transcript(explain(&["--event", "b"])));
    let (code, out, _) = explain(&["-o", "jsonl"]);
    assert_eq!((code, out.lines().count()), (4, 3));
    let first: Value = serde_json::from_str(out.lines().next().unwrap()).unwrap();
    assert_eq!((&first["auditID"], &first["fires"]), (&"a".into(), &true.into()));
    let (code, _, err) = explain(&["--event", "nobody"]);
    assert!(
        code == 3 && err.contains("no event of the audit id or at the line nobody is in the log (5 events)"),
        "{code} {err}"
    );
}

#[test]
fn what_cannot_be_asked_is_refused() {
    let folder = folder();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("broken.yaml", &RULES.replace("ka.verb = get", "ka.verbs = get"));
    write(
        "syscall.yaml",
        "- rule: r\n  desc: d\n  condition: evt.type = open\n  output: o\n  priority: INFO\n",
    );
    write("empty.log", "");
    write("text.log", "I1122 starting\nI1122 stopping\n");
    let told = |args: &[&str]| {
        let (code, out, err) = run(folder.path(), args, "");
        assert!(out.is_empty(), "{out}");
        (code, err)
    };
    for (args, code, words) in [
        (&["audit.log", "--rules", "broken.yaml"][..], 2, "LOAD_ERR_COMPILE_CONDITION"),
        (&["audit.log", "--rules", "syscall.yaml"], 2, "no rule is left that is asked of audit events"),
        (&["audit.log", "--rules", "none.yaml"], 4, "none.yaml"),
        (
            &["audit.log", "--rules", "rules.yaml", "--rule", "Secret raed"],
            2,
            "did you mean \"Secret read\"?",
        ),
        (
            &["audit.log", "--rules", "rules.yaml", "--rule", "zzz"],
            2,
            "no rule is called \"zzz\"; 4 are loaded",
        ),
        (&["audit.log", "--rules", "rules.yaml", "--rule", "Shell"], 2, "is for events of syscall"),
        (
            &["audit.log", "--rules", "rules.yaml", "--tag", "secrets,sekrets"],
            2,
            "has the tag \"sekrets\"; did you mean secrets?",
        ),
        (
            &["audit.log", "--alert", "file=none/x"],
            2,
            "none/x: cannot be written: No such file or directory (os error 2)\n",
        ),
        (&["audit.log", "--min-priority", "high"], 2, "a priority is one of emergency"),
        (&["none.log"], 2, "none.log"),
        (&["empty.log"], 3, "no event was looked at"),
        (&["text.log"], 3, "2 records are no audit events"),
    ] {
        let (told_code, err) = told(args);
        assert!(told_code == code && err.contains(words), "{args:?}: {told_code} {err}");
    }
}

#[test]
fn rules_that_are_shipped_are_asked_alone_or_besides() {
    let folder = folder();
    let events: Vec<String> =
        (0..3).map(|second| event("s", second, "system:anonymous", "list", "secrets", "")).collect();
    fs::write(folder.path().join("anonymous.log"), events.join("\n")).unwrap();
    let asked = |args: &[&str]| {
        let (_, out, _) = run(folder.path(), &[&["anonymous.log", "-o", "json"], args].concat(), "");
        serde_json::from_str::<Value>(&out).unwrap()["summary"]["asked"].as_u64().unwrap()
    };
    let shipped = asked(&[]);
    assert!(shipped > 20, "{shipped}");
    assert_eq!(asked(&["--rules", "rules.yaml"]), 3);
    assert_eq!(asked(&["--rules", "rules.yaml", "--shipped-rules"]), shipped + 3);
    let (code, out, _) = run(folder.path(), &["anonymous.log"], "");
    assert!(code == 1 && out.contains("system:anonymous: list secrets shop from 10.0.0.1: 200"), "{out}");
}

#[test]
fn a_correlation_is_replayed_to_be_explained() {
    let folder = folder();
    let explain = |more: &[&str]| {
        let args = with(&[&["--explain", "Many secrets", "-o", "jsonl"], more].concat());
        let (code, out, err) = run(folder.path(), &args, "");
        (code, out.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Value>>(), err)
    };
    // Of the four events that count one completes it.
    let (code, events, _) = explain(&[]);
    assert_eq!((code, events.len()), (4, 1));
    let found = &events[0]["correlation"];
    assert_eq!((&events[0]["auditID"], &events[0]["fires"]), (&"e".into(), &true.into()));
    assert_eq!((&found["count"], &found["group"]), (&3.into(), &serde_json::json!(["ann"])));
    assert_eq!(found["values"], serde_json::json!(["db", "queue", "mail"]));
    assert_eq!(found["first"], "2026-11-22T10:00:01.500000Z");
    assert_eq!(found["last"], "2026-11-22T10:00:05.500000Z");
    // It is found by its audit id, its line, and its place.
    for word in ["e", "7", "audit.log:7"] {
        let (code, events, _) = explain(&["--event", word]);
        assert_eq!((code, &events[0]["auditID"]), (4, &"e".into()), "{word}");
    }
    let (code, events, err) = explain(&["--event", "c"]);
    assert_eq!((code, &events[0]["fires"]), (1, &false.into()));
    let outcome = events[0]["outcome"].as_str().unwrap();
    assert!(outcome.starts_with("counts this event, and does not fire at it"), "{outcome}");
    assert!(err.contains("it first fires at audit.log:7 (e)"), "{err}");
    assert_eq!(explain(&["--event", "audit.log:99"]).0, 3);
}

#[test]
fn the_exception_that_stops_a_rule_is_named() {
    let folder = folder();
    let exception = "  source: k8s_audit\n  exceptions:\n  - name: known_readers\n    fields: ka.user.name\n    \
                     values: [ann]\n  tags: [secrets]";
    let rules = RULES.replace("  source: k8s_audit\n  tags: [secrets]", exception);
    fs::write(folder.path().join("rules.yaml"), rules).unwrap();
    let (code, out, _) = run(folder.path(), &with(&["--explain", "Secret read", "--event", "a"]), "");
    let because =
        "The condition is false because of\n  exception \"known_readers\" (rules.yaml:13) holds:\n    true ";
    assert!(code == 1 && out.contains(because), "{code} {out}");
}

#[test]
fn a_run_that_fails_says_why() {
    let folder = folder();
    let (code, _, err) = run(folder.path(), &with(&["--fail-on", "error"]), "");
    assert!(
        code == 1 && err.contains("failed: 4 alerts of priority error or worse (--fail-on error)"),
        "{err}"
    );
    let (code, _, err) = run(folder.path(), &with(&["--fail-on", "none"]), "");
    assert!(code == 4 && !err.contains("failed:"), "{err}");
}
