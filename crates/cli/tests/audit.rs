//! `ironsides audit` as its users meet it: what is asked of policies.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop where it stands")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn ironsides(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ironsides"))
        .arg("audit")
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// Exit code, standard output, standard error.
fn told(output: Output) -> (i32, String, String) {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// Over the demo.
fn demo(args: &[&str]) -> (i32, String, String) {
    told(ironsides(&root(), args))
}

/// Over files of a test.
fn run(files: &[(&str, &str)], args: &[&str]) -> (i32, String, String) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    told(ironsides(folder.path(), args))
}

/// One transcript: exit code and both streams.
fn transcript((code, out, err): (i32, String, String)) -> String {
    format!("{out}--- standard error\n{err}--- exit {code}\n")
}

const ALL: &str = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: RequestResponse}]\n";

#[test]
fn coverage_of_the_demo_tells_what_nothing_records() {
    insta::assert_snapshot!("coverage", transcript(demo(&["coverage", "demo/audit/thin-policy.yaml"])));
    let (code, out, _) = demo(&["coverage", "demo/audit/thin-policy.yaml", "-o", "json"]);
    let answer: Value = serde_json::from_str(&out).unwrap();
    let policy = &answer["policies"][0];
    assert_eq!((code, &policy["total"], &policy["covered"]), (0, &53.into(), &5.into()));
    let of = |id: &str| {
        policy["techniques"].as_array().unwrap().iter().find(|own| own["id"] == id).unwrap().clone()
    };
    // The two faults of the policy: nothing catches the rest, and failed logins are asked of paths alone.
    assert_eq!(of("bind-verb")["standing"], "unseen");
    assert_eq!(of("bind-verb")["acts"][0]["rule"], Value::Null);
    let guessing = of("token-guessing");
    assert_eq!(guessing["acts"][0]["rule"]["line"], 19);
    assert_eq!(guessing["acts"][0]["stages"][0], "ResponseStarted");
    assert_eq!(guessing["acts"][1]["level"], "None");
}

#[test]
fn coverage_is_a_gate() {
    let gate = |args: &[&str]| run(&[("p.yaml", ALL)], &[&["coverage", "p.yaml", "-q"], args].concat()).0;
    assert_eq!(gate(&["--min", "53", "--require", "exec,bind-verb"]), 0);
    assert_eq!(gate(&["--min", "54"]), 1);
    let weak = |args: &[&str]| demo(&[&["coverage", "demo/audit/thin-policy.yaml"], args].concat());
    assert_eq!(weak(&["--require", "exec"]).0, 0);
    let (code, _, err) = weak(&["--require", "exec,bind-verb", "--min", "10"]);
    assert_eq!(code, 1);
    assert!(err.contains("bind-verb is not recorded well enough (--require)"), "{err}");
    assert!(err.contains("5 techniques are recorded well enough, fewer than 10 (--min)"), "{err}");
    let (code, _, err) = weak(&["--require", "exce"]);
    assert!(code == 2 && err.contains("did you mean exec?"), "{err}");
}

#[test]
fn those_whom_rules_let_pass_are_told() {
    let text = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- {level: None, users: [bob], verbs: [watch]}\n\
                - {level: None, userGroups: [ops]}\n- {level: RequestResponse}\n";
    let (code, out, _) = run(&[("p.yaml", text)], &["coverage", "p.yaml"]);
    assert_eq!(code, 0);
    assert!(out.contains("user bob (p.yaml:4): secret-dump\n"), "{out}");
    assert!(out.contains("group ops (p.yaml:5): admission-policy-deletion, "), "{out}");
    assert!(out.contains(" and 45 more\n"), "{out}");
    let wide = run(&[("p.yaml", text)], &["coverage", "p.yaml", "-o", "wide"]).1;
    assert!(wide.contains("workload-account-swap\n") && !wide.contains(" more\n"), "{wide}");
}

#[test]
fn broken_and_empty_policies_are_told_with_their_place() {
    let files = [
        ("broken.yaml", "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: metadata\n"),
        ("empty.yaml", ""),
        ("odd.yaml", "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- {level: Metadata, verb: [get]}\n"),
    ];
    insta::assert_snapshot!("broken", transcript(run(&files, &["coverage", "broken.yaml", "empty.yaml"])));
    let (code, out, err) = run(&files, &["coverage", "broken.yaml", "odd.yaml"]);
    assert_eq!(code, 4);
    assert!(out.starts_with("odd.yaml records "), "{out}");
    assert!(err.contains("warning: odd.yaml:4:"), "{err}");
    let (code, out, err) = run(&files, &["coverage", "missing.yaml"]);
    assert!(code == 2 && out.is_empty() && err.contains("missing.yaml: no such file"), "{err}");
}

#[test]
fn simulate_names_the_rule_that_decides_and_why_others_do_not() {
    let ask =
        |words: &[&str]| transcript(demo(&[&["simulate", "demo/audit/thin-policy.yaml"], words].concat()));
    insta::assert_snapshot!("simulate_exec", ask(&["get", "pods/exec", "web", "-n", "shop", "--as", "jane"]));
    insta::assert_snapshot!("simulate_refused_login", ask(&["list", "pods", "--refused-login"]));
    insta::assert_snapshot!(
        "simulate_markdown",
        ask(&["list", "deployments", "-A", "--as", "system:serviceaccount:shop:ci", "-o", "markdown"])
    );
    let (code, out, _) =
        demo(&["simulate", "demo/audit/policy.yaml", "create", "rolebindings", "-o", "json"]);
    let answer: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (code, &answer["kind"], &answer["level"]),
        (0, &"audit-simulate".into(), &"RequestResponse".into())
    );
    assert_eq!(answer["rule"]["line"], 18);
    assert_eq!(answer["omitManagedFields"], true);
    assert_eq!(answer["stages"], serde_json::json!(["ResponseComplete"]));
    assert_eq!(answer["passedOver"].as_array().unwrap().len(), 2);
}

#[test]
fn simulate_asks_as_the_api_server_would() {
    let text = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- {level: Request, namespaces: [shop], verbs: [delete]}\n\
                - {level: None, verbs: [create], resources: [{resources: [pods/exec]}]}\n\
                - {level: Metadata, userGroups: ['system:serviceaccounts:shop', 'system:unauthenticated']}\n";
    let ask = |words: &[&str]| run(&[("p.yaml", text)], &[&["simulate", "p.yaml"], words].concat());
    // A request for a namespace is in it.
    assert!(ask(&["delete", "ns", "shop"]).1.contains("\n  Request at "));
    assert!(ask(&["delete", "namespaces/shop"]).1.contains("\n  Request at "));
    assert!(ask(&["get", "po", "--as", "system:serviceaccount:shop:ci"]).1.contains("\n  Metadata at "));
    assert!(ask(&["get", "/api", "--as", "system:anonymous"]).1.contains("\n  Metadata at "));
    assert!(ask(&["get", "/api", "--refused-login"]).1.contains("it names groups, and a request whose"));
    let (_, _, err) = ask(&["get", "pods/exec", "web", "--as", "system:serviceaccount:shop:ci"]);
    assert!(err.contains("the same act by another client is create: None"), "{err}");
    let (code, _, err) = ask(&["get", "widgets"]);
    assert!(code == 2 && err.contains("no resource called \"widgets\""), "{err}");
    assert_eq!(ask(&["get", "widgets", "--any-resource"]).0, 0);
    assert_eq!(ask(&["get", "widgets.example.com"]).0, 0);
    assert!(ask(&["lsit", "pods"]).2.contains("did you mean list?"));
    let (code, _, err) = ask(&["GET", "/healthz"]);
    assert!(code == 2 && err.contains("in small letters: get"), "{err}");
    assert_eq!(run(&[("p.yaml", "rules: [")], &["simulate", "p.yaml", "get", "pods"]).0, 4);
}

#[test]
fn lint_of_the_demo_tells_what_the_thin_policy_misses() {
    insta::assert_snapshot!("lint", transcript(demo(&["lint", "demo/audit/thin-policy.yaml"])));
    let (code, out, err) = demo(&["lint", "demo/audit/policy.yaml", "--min-severity", "low", "-o", "json"]);
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, report["summary"]["objects"].as_u64()), (0, Some(1)), "{out}{err}");
}

#[test]
fn lint_judges_policies_and_says_where_there_is_none() {
    let files = [
        ("twice.yaml", "apiVersion: audit.k8s.io/v1\nrules: []\nrules: [{level: Request}]\n"),
        ("map.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"),
        (
            "pod.yaml",
            "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: a:1}]}\n",
        ),
        ("server.yaml", SERVER),
        ("empty.yaml", ""),
    ];
    // The kind may be missing, and the second of equal keys counts.
    let (code, out, _) = run(&files, &["lint", "twice.yaml", "-o", "jsonl"]);
    assert_eq!(code, 1);
    for check in ["duplicate-key", "secret-bodies-in-audit-log", "request-received-recorded"] {
        assert!(out.contains(check), "{check}: {out}");
    }
    for neither in ["map.yaml", "pod.yaml"] {
        let (code, _, err) = run(&files, &["lint", neither]);
        assert_eq!((code, err.contains("there is neither an audit policy")), (3, true), "{neither}: {err}");
    }
    let (code, out, err) = run(&files, &["lint", "server.yaml", "-o", "jsonl"]);
    assert_eq!(code, 1, "{out}{err}");
    for check in ["audit-policy-file-unset", "audit-backend-without-policy", "short-audit-log-age"] {
        assert!(out.contains(check), "{check}: {out}");
    }
    let (_, _, err) = run(&[("policy.yaml", ALL)], &["lint", "policy.yaml"]);
    let note = "note: policy.yaml records 53 of 53 attack techniques well enough: ironsides audit coverage policy.yaml";
    assert!(err.contains(note), "{err}");
    assert_eq!(run(&files, &["lint", "empty.yaml"]).0, 3);
    assert_eq!(run(&files, &["lint", "missing.yaml"]).0, 4);
}

/// An API server that keeps a log of nothing.
const SERVER: &str = "apiVersion: v1
kind: Pod
metadata: {name: kube-apiserver, namespace: kube-system}
spec:
  containers:
  - name: kube-apiserver
    image: registry.k8s.io/kube-apiserver:v1.35.2
    command: [kube-apiserver, --audit-log-path=/var/log/audit.log]
";

#[test]
fn lint_fixes_what_is_safe() {
    let policy = "\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived, Panic]
rules:
- level: Request
  verbs: [create, update, patch, delete]
  resources:
  - group: rbac.authorization.k8s.io
- level: Metadata
";
    let (_, out, err) = run(&[("policy.yaml", policy)], &["lint", "policy.yaml", "--fix", "--diff"]);
    assert!(out.contains("+omitStages: [RequestReceived]"), "{out}{err}");
    assert!(out.contains("+  verbs: [create, update, patch, delete, deletecollection]"), "{out}{err}");
}

const OLD: &str = "apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: None
  nonResourceURLs: [/healthz*]
- level: Request
  resources: [{group: '', resources: [pods, secrets]}]
- level: Metadata
";
const NEW: &str = "apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived, ResponseStarted]
rules:
- level: None
  users: [system:kube-controller-manager]
- level: None
  nonResourceURLs: [/healthz*]
- level: Metadata
  resources: [{group: '', resources: [secrets]}]
- level: Request
  resources: [{group: '', resources: [pods, pods/exec]}]
- level: Metadata
";

#[test]
fn diff_tells_each_class_of_requests_and_gates() {
    let files = [("old.yaml", OLD), ("new.yaml", NEW)];
    insta::assert_snapshot!("diff", transcript(run(&files, &["diff", "old.yaml", "new.yaml"])));
    insta::assert_snapshot!(
        "diff_markdown",
        transcript(run(&files, &["diff", "old.yaml", "new.yaml", "-o", "markdown"]))
    );
    let (code, out, _) = run(&files, &["diff", "old.yaml", "new.yaml", "-o", "json", "--fail-on", "none"]);
    let answer: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(code, 0);
    let changes = answer["changes"].as_array().unwrap();
    let less = |change: &&Value| change["recorded"] == "less";
    assert!(changes.iter().filter(less).count() >= 4, "{out}");
    // A failed login is written at the one stage that is omitted now.
    assert!(
        changes
            .iter()
            .filter(less)
            .any(|change| change["request"]["user"].is_null()
                && change["new"]["stages"] == serde_json::json!([])),
        "{out}"
    );
    assert!(answer["techniquesWorse"].as_array().unwrap().iter().any(|id| id == "token-guessing"), "{out}");
}

#[test]
fn what_was_written_anew_and_records_the_same_is_no_difference() {
    let anew = OLD.replace("[pods, secrets]", "[secrets, pods]").replace(
        "- level: Request\n",
        "- level: Request\n  verbs: [get]\n  resources: [{resources: [secrets]}]\n- level: Request\n",
    );
    let files = [("old.yaml", OLD), ("new.yaml", anew.as_str())];
    let (code, out, err) = run(&files, &["diff", "old.yaml", "new.yaml", "--fail-on", "any"]);
    assert_eq!((code, out.as_str(), err.as_str()), (0, "both record the same\n", ""));
    // More is no failure unless any difference is; fewer stages are none where a later one holds all of it.
    let more = OLD.replace("omitStages: [RequestReceived]\n", "");
    let files = [("old.yaml", OLD), ("new.yaml", more.as_str())];
    assert_eq!(run(&files, &["diff", "old.yaml", "new.yaml"]).0, 0);
    assert_eq!(run(&files, &["diff", "old.yaml", "new.yaml", "--fail-on", "any"]).0, 1);
    let (code, out, _) = run(&files, &["diff", "new.yaml", "old.yaml"]);
    assert!(code == 0 && out.starts_with("Recorded otherwise"), "{out}");
    assert_eq!(run(&[("a", ""), ("b", OLD)], &["diff", "a", "b"]).0, 4);
    assert_eq!(run(&[("b", OLD)], &["diff", "a", "b"]).0, 2);
}

const BUSY: &str = "demo/audit/audit.jsonl";

#[test]
fn simulate_over_a_log_tells_what_each_rule_writes_and_what_goes() {
    insta::assert_snapshot!(
        "simulate_log",
        transcript(demo(&["simulate", "demo/audit/thin-policy.yaml", "--log", BUSY]))
    );
    // The policy that the log was written by loses nothing of it.
    let (code, out, _) = demo(&["simulate", "demo/audit/policy.yaml", "--log", BUSY, "-o", "json"]);
    let answer: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &answer["kind"]), (0, &"audit-simulate-log".into()));
    assert_eq!(answer["noLongerWritten"], serde_json::json!([]));
    let written =
        answer["rules"].as_array().unwrap().iter().map(|rule| rule["written"].as_u64().unwrap()).sum::<u64>();
    assert_eq!(Some(written), answer["events"].as_u64());
    let log = fs::read_to_string(root().join(BUSY)).unwrap();
    let bytes = answer["bytes"].as_f64().unwrap();
    let length = f64::from(u32::try_from(log.len()).unwrap());
    assert!((bytes - length).abs() < 2.0, "{bytes} of {}", log.len());
    let files = [("p.yaml", ALL), ("broken.jsonl", &log[..log.len() / 2]), ("empty.jsonl", "")];
    let (code, out, _) = run(&files, &["simulate", "p.yaml", "--log", "broken.jsonl"]);
    assert!(code == 4 && out.starts_with("of "), "{out}");
    assert_eq!(run(&files, &["simulate", "p.yaml", "--log", "empty.jsonl"]).0, 3);
    assert_eq!(run(&files, &["simulate", "p.yaml", "--log", "missing.jsonl"]).0, 2);
    assert_eq!(run(&files, &["simulate", "p.yaml"]).0, 2);
}

#[test]
fn generate_makes_policies_that_pass_our_own_commands() {
    insta::assert_snapshot!("generate", transcript(demo(&["generate", "--nodes", "5", "--pods", "100"])));
    for goal in ["minimal", "detection", "forensics", "cis"] {
        for from in [&[][..], &["--from", BUSY][..]] {
            let (code, text, err) = demo(&[&["generate", "--goal", goal], from].concat());
            assert_eq!(code, 0, "{goal} {err}");
            let files = [("p.yaml", text.as_str())];
            // Lint and coverage do not ask for opposite things.
            let least = if goal == "detection" { "low" } else { "medium" };
            let (code, out, err) = run(&files, &["lint", "p.yaml", "--fail-on", least]);
            assert_eq!(code, 0, "{goal} {out}{err}");
            let gate = if goal == "detection" { ["--min", "53"] } else { ["--min", "20"] };
            let (code, out, err) = run(&files, &[&["coverage", "p.yaml"], &gate[..]].concat());
            assert_eq!((code, err.as_str()), (0, ""), "{goal} {out}");
            assert!(!out.contains(" unseen: "), "{goal} {out}");
        }
    }
}

#[test]
fn generate_predicts_what_a_replay_writes() {
    for goal in ["minimal", "detection", "forensics", "cis"] {
        let (_, out, _) = demo(&["generate", "--goal", goal, "--from", BUSY, "-o", "json"]);
        let made: Value = serde_json::from_str(&out).unwrap();
        let policy = made["policy"].as_str().unwrap();
        let log = root().join(BUSY);
        let args = ["simulate", "p.yaml", "--log", log.to_str().unwrap(), "-o", "json"];
        let (_, out, _) = run(&[("p.yaml", policy)], &args);
        let replay: Value = serde_json::from_str(&out).unwrap();
        let (predicted, replayed) =
            (made["bytesADay"].as_f64().unwrap(), replay["bytesADay"].as_f64().unwrap());
        // Sizes of bodies that the log does not have are assumed, and a watch that the log ends before is one event more;
        // a replay counts neither.
        let unknown = replay["rules"].as_array().unwrap().iter().any(|rule| rule["bodiesUnknown"] != 0);
        assert!(predicted > replayed * 0.98, "{goal}: {predicted} {replayed}");
        assert!(unknown || predicted < replayed * 1.05, "{goal}: {predicted} {replayed}");
    }
}

/// Events of an hour: somebody reads widgets and secrets all the time, and somebody without credentials asks for pods.
fn widgets() -> String {
    let mut log = String::new();
    for second in 0..3_600 {
        let (minute, second) = (second / 60, second % 60);
        for (user, group, api, resource) in [
            ("jane", "system:authenticated", "shop.example", "widgets"),
            ("jane", "system:authenticated", "", "secrets"),
            ("system:anonymous", "system:unauthenticated", "", "pods"),
        ] {
            log += &serde_json::json!({
                "kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": "Metadata", "stage": "ResponseComplete",
                "auditID": format!("{resource}-{minute}-{second}"), "verb": "list", "requestURI": "/",
                "user": { "username": user, "groups": [group] },
                "objectRef": { "resource": resource, "apiGroup": api, "namespace": "shop", "apiVersion": "v1" },
                "requestReceivedTimestamp": format!("2026-11-16T10:{minute:02}:{second:02}.000000Z"),
                "stageTimestamp": format!("2026-11-16T10:{minute:02}:{second:02}.000000Z"),
            })
            .to_string();
            log.push('\n');
        }
    }
    log
}

#[test]
fn a_budget_drops_what_hides_nothing_before_it_is_told_as_not_met() {
    let log = widgets();
    let files = [("log.jsonl", log.as_str())];
    let (code, text, err) = run(&files, &["generate", "--from", "log.jsonl", "--budget", "1MB/day"]);
    assert_eq!(code, 1, "{err}");
    assert!(
        err.contains("note: dropped for the budget: 1 kind of requests in which no known technique hides"),
        "{err}"
    );
    assert!(text.contains("for the budget: work of jane, in which no known technique hides"), "{text}");
    assert!(text.contains("a day: for the budget") && text.contains("resources: [\"widgets\"]"), "{text}");
    // What stays is what would hide attacks.
    assert!(err.contains("without list secrets by jane") && err.contains("secret-dump"), "{err}");
    assert!(
        err.contains("without list pods by system:anonymous") && err.contains("anonymous-access"),
        "{err}"
    );
    let files = [("p.yaml", text.as_str())];
    let (code, out, err) = run(&files, &["coverage", "p.yaml", "--min", "53"]);
    assert!(code == 0 && !out.contains("Rules name who"), "{out}{err}");
    // Without a budget, or with one that is met, nobody's work is dropped.
    let files = [("log.jsonl", log.as_str())];
    for budget in [&[][..], &["--budget", "10GB"][..]] {
        let (code, text, err) = run(&files, &[&["generate", "--from", "log.jsonl"], budget].concat());
        assert!(code == 0 && !text.contains("widgets") && !err.contains("dropped"), "{text}{err}");
    }
}

#[test]
fn a_day_from_a_few_minutes_is_warned_of() {
    let log = widgets().lines().take(30).collect::<Vec<_>>().join("\n") + "\n";
    let files = [("log.jsonl", log.as_str()), ("p.yaml", ALL)];
    for args in [&["simulate", "p.yaml", "--log", "log.jsonl"][..], &["generate", "--from", "log.jsonl"][..]]
    {
        let (_, _, err) = run(&files, args);
        assert!(err.contains("warning: the log spans 9 seconds, and a day is worked out from it"), "{err}");
    }
    let (_, text, err) = run(&[("log.jsonl", &widgets())], &["generate", "--from", "log.jsonl"]);
    assert!(text.contains("# From 10800 events of 60 minutes"), "{text}{err}");
}

/// Each detection that is shipped, and how much it needs: where a technique asks for less, it says what it lacks.
#[test]
fn coverage_asks_for_what_the_shipped_rules_need() {
    let page = fs::read_to_string(root().join("docs/detections.md")).unwrap();
    let mut seen = 0;
    for row in page.lines().filter_map(|line| line.strip_prefix("| ")) {
        let cells: Vec<&str> = row.trim_end_matches(" |").split(" | ").collect();
        let [rule, .., needs, tags] = cells[..] else { continue };
        let Some(needs) = ironsides_audit::Level::of(needs.split(',').next().unwrap()) else { continue };
        for tag in tags.split(", ") {
            let technique = ironsides_audit::TECHNIQUES.iter().find(|technique| technique.id == tag);
            let Some(technique) = technique else { continue };
            seen += 1;
            assert!(
                technique.needs >= needs || technique.limit().is_some(),
                "{rule} needs {needs} for {tag}"
            );
        }
    }
    assert!(seen > 50, "{seen}");
    let (_, out, _) = run(&[("p.yaml", ALL)], &["coverage", "p.yaml"]);
    assert!(out.contains("that the secret holds a token is in its body alone"), "{out}");
}

/// Prose of the help is not broken by hand, or orphan words stand on lines of their own.
#[test]
fn help_is_wrapped_by_the_terminal_alone() {
    for command in ["coverage", "lint", "simulate", "diff", "generate"] {
        let (_, out, _) = demo(&[command, "--help"]);
        let lines: Vec<&str> = out.lines().collect();
        for pair in lines.windows(2) {
            let is_prose = |line: &str| !line.is_empty() && !line.starts_with(' ');
            let (Some(word), true) = (pair[1].split(' ').next(), is_prose(pair[0]) && is_prose(pair[1]))
            else {
                continue;
            };
            assert!(pair[0].len() + 1 + word.len() > 100, "{command}: {pair:?}");
        }
    }
}

#[test]
fn a_budget_that_cannot_be_met_says_what_would_have_to_go() {
    let ask = |args: &[&str]| demo(&[&["generate", "--goal", "detection"], args].concat());
    let (code, text, err) = ask(&["--budget", "100MB/day", "--controllers", "5"]);
    assert_eq!(code, 1);
    assert!(err.contains("are more than the budget of 100 MB"), "{err}");
    assert!(
        err.contains("without update leases.coordination.k8s.io by system:serviceaccount:operators:operator")
            && err.contains("hides lease-tampering"),
        "{err}"
    );
    // What is printed covers all techniques all the same.
    assert_eq!(run(&[("p.yaml", text.as_str())], &["coverage", "p.yaml", "--min", "53"]).0, 0);
    assert_eq!(ask(&["--budget", "50GB/day"]).0, 0);
    let (code, _, err) = ask(&["--budget", "lots"]);
    assert!(code == 2 && err.contains("write 500MB/day"), "{err}");
    assert_eq!(run(&[("empty.jsonl", "")], &["generate", "--from", "empty.jsonl"]).0, 3);
    assert_eq!(ask(&["--from", "missing.jsonl"]).0, 2);
    assert_eq!(ask(&["--from", BUSY, "--nodes", "3"]).0, 2);
}
