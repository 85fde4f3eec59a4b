//! Frameworks on the command line: the list, the score, and the exit code that depends on it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop where it stands")]

use std::fs;
use std::process::Command;

/// A pod of which nearly everything can be said, and most of it is good.
const POD: &str = "\
apiVersion: v1
kind: Pod
metadata:
  name: a
  namespace: shop
spec:
  hostNetwork: true
  containers:
  - name: app
    image: registry.example/app:1
";

/// Exit code, standard output, standard error.
fn run(files: &[(&str, &str)], args: &[&str]) -> (i32, String, String) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_ironsides"));
    let output = command.args(args).current_dir(folder.path()).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn a_framework_is_scored_and_gates() {
    let scan = |more: &[&str]| run(&[("pod.yaml", POD)], &[&["scan", "--framework", "pss"], more].concat());
    let (code, out, err) = scan(&["--fail-on", "none"]);
    assert_eq!((code, err.as_str()), (0, ""));
    let table: Vec<&str> = out
        .lines()
        .skip_while(|line| !line.starts_with("pss:"))
        .take_while(|line| !line.is_empty())
        .collect();
    insta::assert_snapshot!(table.join("\n"));
    let (code, _, err) = scan(&["--fail-on", "none", "--fail-below", "90"]);
    assert_eq!(code, 1);
    assert!(err.contains("failed: pss: 73.6 % (--fail-below 90)"), "{err}");
    assert_eq!(scan(&["--fail-on", "none", "--fail-below", "60"]).0, 0);
}

#[test]
fn the_score_is_in_the_report_and_nothing_at_all_is_no_score() {
    let (_, out, _) = run(&[("pod.yaml", POD)], &["scan", "--framework", "pss", "-o", "json"]);
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["compliance"][0]["score"], 73.6);
    assert_eq!(report["compliance"][0]["controls"][1]["standing"], "fail");
    // Nothing was looked at: that is its own exit code, and no control passes.
    let (code, out, _) = run(&[], &["scan", "--framework", "pss", "--fail-below", "50"]);
    assert_eq!(code, 3);
    assert!(out.contains("no control could be decided, 19 n/a"), "{out}");
    let config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
    let (code, _, err) = run(&[("a.yaml", config)], &["scan", "--framework", "pss", "--fail-below", "50"]);
    assert_eq!(code, 1);
    assert!(err.contains("pss: nothing decided (--fail-below 50)"), "{err}");
}

#[test]
fn frameworks_are_listed_and_explained() {
    let (code, out, _) = run(&[], &["framework", "list", "-o", "name"]);
    assert_eq!(code, 0);
    assert!(out.lines().any(|line| line == "pss"), "{out}");
    let (code, out, _) = run(&[], &["framework", "coverage", "pss"]);
    assert_eq!(code, 0);
    assert!(out.contains("baseline/sysctls") && out.contains("unsafe-sysctl"), "{out}");
    let (code, out, _) = run(&[], &["explain", "pss/baseline/sysctls"]);
    assert_eq!(code, 0);
    assert!(out.contains("unsafe-sysctl"), "{out}");
    let (code, _, err) = run(&[], &["scan", "--framework", "psss"]);
    assert_eq!(code, 2);
    assert!(err.contains("did you mean pss?"), "{err}");
    let (code, _, err) = run(&[], &["scan", "--framework", "pss", "--fail-below", "101"]);
    assert_eq!(code, 2);
    assert!(err.contains("a number from 0 to 100"), "{err}");
}
