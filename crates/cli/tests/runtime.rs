//! `ironsides runtime rules` as its users meet it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test may stop where it stands"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// Exit code, standard output, standard error, over files of a test.
fn run(files: &[(&str, &str)], args: &[&str]) -> (i32, String, String) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    told(ironsides(folder.path(), args))
}

fn ironsides(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ironsides"))
        .args(["runtime", "rules"])
        .args(args)
        .current_dir(folder)
        .env("SHOP_CLUSTER", "shop-1")
        .output()
        .unwrap()
}

/// Exit code, standard output, standard error.
fn told(output: Output) -> (i32, String, String) {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Over the rules directory in `demo/falco`, with one flag.
fn demo(args: &[&str]) -> (i32, String, String) {
    told(ironsides(&root(), &[args, &["--falco-config", "demo/falco/falco.yaml"]].concat()))
}

/// One transcript: exit code and both streams.
fn transcript((code, out, err): (i32, String, String)) -> String {
    format!("{out}--- standard error\n{err}--- exit {code}\n")
}

const RULES: &str = "\
- list: shells
  items: [bash, sh]
- macro: is_shell
  condition: proc.name in (shells)
- rule: A shell
  desc: somebody runs a shell
  condition: evt.type = execve and is_shell
  output: shell %proc.name
  priority: WARNING
- rule: A secret is read
  desc: somebody reads a secret
  condition: ka.verb = get and ka.target.resource = secrets
  output: secret %ka.target.name read by %ka.user.name (%evt.plugininfo)
  priority: NOTICE
  source: k8s_audit
";

#[test]
fn what_files_do_to_each_other_is_told() {
    let local = "\
- rule: A secret is read
  condition: and not ka.user.name = vault
  override: {condition: append}
- list: shells
  items: [zsh]
  override: {items: append}
- macro: is_shell
  condition: proc.name in (shells) or proc.exe endswith sh
- rule: A shell
  enabled: false
";
    let told = run(&[("a.yaml", RULES), ("b.yaml", local)], &["check", "a.yaml", "b.yaml"]);
    insta::assert_snapshot!("check", transcript(told));
}

#[test]
fn errors_have_places_marks_and_codes() {
    let wrong = "\
- rule: A secret is read
  desc: somebody reads a secret
  condition: >
    ka.verb = get and
    ka.targt.resource = secrets and is_shel
  output: x
  priority: NOTICE
  source: k8s_audit
- macro: a
  condition: b
- macro: b
  condition: a
- rulle: x
";
    let told = run(&[("rules.d/20.yml", wrong), ("rules.d/10.yaml", RULES)], &["check", "rules.d"]);
    insta::assert_snapshot!("check_errors", transcript(told));
}

#[test]
fn exit_codes_say_how_it_went() {
    let files =
        [("a.yaml", RULES), ("unused.yaml", "- macro: m\n  condition: evt.num > 0\n"), ("a.txt", RULES)];
    let code = |args: &[&str]| run(&files, &[&["check"], args].concat()).0;
    assert_eq!(code(&["a.yaml"]), 0);
    assert_eq!(code(&["a.yaml", "unused.yaml"]), 0);
    assert_eq!(code(&["a.yaml", "unused.yaml", "--fail-on", "warning"]), 1);
    assert_eq!(code(&["unused.yaml", "--fail-on", "none"]), 0);
    // The rules that Ironsides brings.
    assert_eq!(code(&[]), 0);
    // Falco passes over what is not called .yaml or .yml.
    assert_eq!(code(&["a.txt"]), 3);
    assert_eq!(code(&["a.yaml", "missing.yaml"]), 4);
    assert_eq!(code(&["missing.yaml"]), 4);
    let (_, out, _) = run(&files, &["check", "-r", "a.yaml", "-r", "missing.yaml", "-o", "json"]);
    let json: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(json["complete"], false);
    assert_eq!(json["sources"]["syscall"]["rules"], 1);
    assert_eq!(json["falco_load_results"][0]["successful"], true);
}

#[test]
fn a_rules_directory_of_falco_works_with_one_flag() {
    insta::assert_snapshot!("demo_check", transcript(demo(&["check"])));
    insta::assert_snapshot!("demo_explain", transcript(demo(&["explain", "shell in a pod"])));
    let log = ["--event", "demo/falco/audit.log"];
    let explain =
        |rule: &str, number: &str| demo(&[&["explain", rule, "--number", number], &log[..]].concat());
    insta::assert_snapshot!("demo_fires", transcript(explain("A shell in a pod", "1")));
    insta::assert_snapshot!("demo_fires_not", transcript(explain("A secret is read", "4")));
    // Event by event: which of the rules fire.
    for (rule, fires) in [
        ("A shell in a pod", &["1"][..]),
        ("A secret is read", &["3"]),
        ("A pod is deleted", &["5"]),
        ("A request without credentials", &["6"]),
        ("A pod with the node's rights", &[]),
    ] {
        for number in ["1", "2", "3", "4", "5", "6"] {
            let code = explain(rule, number).0;
            assert_eq!(code, i32::from(!fires.contains(&number)), "{rule}, event {number}");
        }
    }
}

#[test]
fn an_event_can_be_a_map_of_fields() {
    let event = r#"{"evt.type": "execve", "container.id": "abc", "proc.name": "bash", "proc.tty": 34816}"#;
    let falco = root().join("demo/falco/falco.yaml");
    let ask = |event: &str| {
        let args =
            ["explain", "in a container", "--falco-config", falco.to_str().unwrap(), "--event", "e.json"];
        run(&[("e.json", event)], &args)
    };
    let (code, out, _) = ask(event);
    assert_eq!(code, 0, "{out}");
    assert!(out.contains("command=<NA>"), "{out}");
    let (code, out, _) = ask(&event.replace("bash", "vim"));
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("false  proc.name in (bash, dash, sh, zsh)  (proc.name is vim)"), "{out}");
    let (code, _, err) = ask(r#"{"proc.nme": "x"}"#);
    assert!(code == 2 && err.contains("did you mean proc.name?"), "{err}");
    let audit = fs::read_to_string(root().join("demo/falco/audit.log")).unwrap();
    let (code, _, err) = ask(&audit);
    assert!(code == 2 && err.contains("source syscall"), "{err}");
    let (code, _, err) = ask("{");
    assert!(code == 2 && err.contains("e.json holds no event"), "{err}");
}

#[test]
fn a_rule_that_nobody_knows_comes_with_the_nearest() {
    let (code, _, err) = demo(&["explain", "A shel in a pod"]);
    assert!(code == 2 && err.contains("did you mean \"A shell in a pod\"?"), "{err}");
    let (code, _, err) = demo(&["explain", "shell"]);
    assert!(code == 2 && err.contains("2 rules are called like"), "{err}");
}

#[test]
fn with_rule_matching_first_another_rule_can_come_before() {
    let rule = |name: &str| {
        format!(
            "- rule: {name}\n  desc: d\n  condition: ka.verb = get\n  output: o\n  priority: INFO\n  source: k8s_audit\n"
        )
    };
    let rules = rule("one") + &rule("two");
    let files = |matching: &str| {
        let config = format!("rules_files: [r.yaml]\nrule_matching: {matching}\n");
        let files =
            [("falco.yaml", config.as_str()), ("r.yaml", &rules), ("e.json", r#"{"ka.verb": "get"}"#)];
        run(&files, &["explain", "two", "--falco-config", "falco.yaml", "--event", "e.json"])
    };
    let (code, out, _) = files("first");
    assert!(code == 1 && out.contains("\"one\" (r.yaml:1) comes before it"), "{out}");
    assert_eq!(files("all").0, 0);
}

#[test]
fn what_a_configuration_gets_wrong_is_told_with_its_line() {
    let config = "\
rules_files: [/etc/falco/r.yaml, missing.yaml]
config_files: [conf.d]
rule_matchin: all
program_output: {enabled: true, program: mail}
load_plugins: [cloudtrail]
plugins: [{name: cloudtrail, library_path: x}]
";
    let files = [("etc/falco.yaml", config), ("etc/r.yaml", RULES), ("etc/conf.d/a", "priority: lowest\n")];
    insta::assert_snapshot!(
        "config",
        transcript(run(&files, &["check", "--falco-config", "etc/falco.yaml"]))
    );
}

#[test]
fn odd_paths_of_a_configuration_read_nothing_that_nobody_named() {
    let base = ("base.yaml", RULES);
    let empty = ("falco.yaml", "rules_files: [\"${IRONSIDES_NO_SUCH_VARIABLE}\", base.yaml]\n");
    let (code, out, err) = run(&[base, empty], &["check", "--falco-config", "falco.yaml"]);
    assert_eq!(code, 0, "{out}{err}");
    assert!(err.contains("there is no file: the path is empty"), "{err}");
    assert!(!err.contains("takes the place"), "base.yaml was read twice: {err}");

    let itself = ("falco.yaml", "config_files: [falco.yaml]\nrules_files: [base.yaml]\n");
    let (code, _, err) = run(&[base, itself], &["check", "--falco-config", "falco.yaml"]);
    assert_eq!(code, 2, "{err}");
    assert!(err.contains("names itself in config_files"), "{err}");
}

#[test]
fn what_a_broken_rule_uses_is_not_called_unused() {
    let broken = "- macro: m\n  condition: proc.name = x\n- rule: r\n  desc: d\n  condition: m and nosuch.field = 1\n  output: o\n  priority: INFO\n";
    let (code, out, err) = run(&[("rules.yaml", broken)], &["check", "rules.yaml"]);
    assert_eq!(code, 1, "{out}{err}");
    assert!(!format!("{out}{err}").contains("LOAD_UNUSED_MACRO"), "{out}{err}");
}

#[test]
fn rules_that_falco_ships_are_checked() {
    let folder = root().join("../shared/conformance/falco/rules");
    if !folder.exists() {
        eprintln!("SKIPPED: the rules that Falco ships are not at hand");
        return;
    }
    let (code, out, _) = told(ironsides(&folder, &["check", ".", "-o", "json"]));
    let json: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(code, 0, "{out}");
    assert_eq!(json["sources"]["k8s_audit"]["rules"], 48);
    assert_eq!(json["sources"]["syscall"]["rules"], 56);
    assert_eq!(json["falco_load_results"].as_array().unwrap().len(), 3);
    // Every rule can be explained.
    let names: Vec<String> = fs::read_to_string(folder.join("k8s_audit_rules.yaml"))
        .unwrap()
        .lines()
        .filter_map(|line| line.strip_prefix("- rule: ").map(str::to_owned))
        .collect();
    assert_eq!(names.len(), 48);
    for name in names.iter().step_by(8) {
        let (code, out, err) = told(ironsides(&folder, &["explain", name, "-r", "k8s_audit_rules.yaml"]));
        assert!(code == 0 && out.contains("jevt.value[/stage]"), "{name}: {err}");
    }
}

#[test]
fn coverage_tells_what_rules_are_about_and_what_can_be_seen() {
    insta::assert_snapshot!("demo_coverage", transcript(demo(&["coverage"])));
    let (code, out, _) = run(&[], &["coverage", "-o", "json"]);
    let json: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(code, 0);
    // The rules that Ironsides brings are about audit events alone, and no field of theirs stays empty.
    assert_eq!(json["sources"].as_object().unwrap().keys().collect::<Vec<_>>(), ["k8s_audit"]);
    assert!(json["fields"].as_array().unwrap().iter().all(|field| field["filled"] == true), "{out}");
    let techniques = json["auditTechniques"].as_array().unwrap();
    let named = techniques.iter().filter(|known| !known["rules"].as_array().unwrap().is_empty());
    assert!(named.count() > techniques.len() / 2);
    // What is disabled covers nothing.
    let disabled = RULES.replace("  desc", "  enabled: false\n  desc");
    let (_, out, _) = run(&[("a.yaml", &disabled)], &["coverage", "-r", "a.yaml", "-o", "json"]);
    let json: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(json["sources"]["syscall"]["disabled"], 1);
    assert!(
        json["fields"].as_array().unwrap().is_empty() && json["eventTypes"].as_object().unwrap().is_empty()
    );
}
