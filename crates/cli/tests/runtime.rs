//! `ironsides runtime rules` as its users meet it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop where it stands")]

use std::fs;
use std::process::Command;

use serde_json::Value;

/// Exit code, standard output, standard error, over files of a test.
fn run(files: &[(&str, &str)], args: &[&str]) -> (i32, String, String) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let output = Command::new(env!("CARGO_BIN_EXE_ironsides"))
        .args(["runtime", "rules"])
        .args(args)
        .current_dir(folder.path())
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
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
