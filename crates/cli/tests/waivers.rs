//! Waivers, from the command line.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop where it stands")]

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: agent\n  namespace: ops\nspec:\n  hostPID: true\n  containers:\n  - name: agent\n    image: registry.example/agent:2.1.0\n    securityContext:\n      privileged: true\n";

/// Only what these tests are about.
const CHECKS: &str = "host-pid,host-ipc,privileged-container,expired-waiver,malformed-waiver,unknown-waived-check,unused-waiver,waiver-without-expiry,waiver-without-reason";

/// Runs a command in a folder, on the day 2026-06-15.
fn run(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_ironsides"))
        .args(args)
        .current_dir(folder)
        .env("IRONSIDES_TODAY", "2026-06-15")
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// What a scan says: exit code, `check severity` of what is reported, how many are waived.
fn scan(folder: &Path, args: &[&str]) -> (i32, Vec<String>, u64) {
    let (code, out, err) = run(folder, &[&["scan", "--check", CHECKS, "-o", "json"], args].concat());
    let report: Value = serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}{err}"));
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap().to_owned();
    let findings = report["findings"].as_array().unwrap();
    let found = findings.iter().map(|finding| {
        let waived = finding["waived"]["place"].as_str().map(|place| format!(" {place}")).unwrap_or_default();
        format!("{}{waived}", text(finding, "check"))
    });
    (code, found.collect(), report["summary"]["waived"].as_u64().unwrap())
}

#[test]
fn a_comment_waives_its_line_or_what_it_stands_above() {
    let line =
        POD.replace("hostPID: true", "hostPID: true # ironsides: allow[host-pid] until 2026-06-15 it must");
    let above =
        POD.replace("  hostPID", "  # ironsides: allow[host-pid] until 2026-06-15 it must\n  hostPID");
    let item = POD
        .replace("  - name", "  # ironsides: allow[privileged-container] until 2026-06-15 it must\n  - name");
    let all = format!("# ironsides: allow[host-pid, privileged-container] until 2026-06-15 it must\n{POD}");
    let string = POD.replace("name: agent\n", "name: \"agent# ironsides: allow[host-pid] it must\"\n");
    for (text, code, found, waived) in [
        (line, 1, vec!["privileged-container"], 1),
        (above, 1, vec!["privileged-container"], 1),
        (item, 1, vec!["host-pid"], 1),
        (all, 0, vec![], 2),
        (string, 1, vec!["host-pid", "privileged-container"], 0),
    ] {
        let folder = folder(&[("a.yaml", &text)]);
        assert_eq!(
            scan(folder.path(), &[]),
            (code, found.into_iter().map(str::to_owned).collect(), waived),
            "{text}"
        );
    }
}

#[test]
fn waivers_are_judged_themselves() {
    for (comment, check) in [
        ("allow[host-pid] until 2026-06-14 it must", "expired-waiver"),
        ("allow[host-pid] until 2026-06-15", "waiver-without-reason"),
        ("allow[host-pid] it must", "waiver-without-expiry"),
        ("allow[host-pids] until 2026-06-15 it must", "unknown-waived-check"),
        ("allow[host-ipc] until 2026-06-15 it must", "unused-waiver"),
        ("alow[host-pid] until 2026-06-15 it must", "malformed-waiver"),
    ] {
        let folder = folder(&[("a.yaml", &format!("# ironsides: {comment}\n{POD}"))]);
        let (code, found, waived) = scan(folder.path(), &[]);
        assert_eq!((code, waived), (1, 0), "{comment}");
        assert_eq!(found, [check, "host-pid", "privileged-container"], "{comment}");
    }
}

#[test]
fn a_waiver_of_a_check_that_did_not_run_is_not_called_unused() {
    let text = format!("# ironsides: allow[host-ipc] until 2026-06-15 it must\n{POD}");
    let folder = folder(&[("a.yaml", &text), ("broken.yaml", &format!("{text}---\na: [1\n"))]);
    let unused = |args: &[&str]| {
        let (_, out, _) = run(folder.path(), &[&["scan", "-o", "json"], args].concat());
        out.matches("\"check\":\"unused-waiver\"").count()
    };
    assert_eq!(unused(&["a.yaml"]), 1);
    assert_eq!(unused(&["a.yaml", "--check", "host-pid,unused-waiver"]), 0);
    assert_eq!(unused(&["a.yaml", "--skip", "host-ipc"]), 0);
    assert_eq!(unused(&["broken.yaml"]), 0, "nobody knows what the broken part would have held");
}

#[test]
fn annotations_waive_for_the_whole_object() {
    let annotated = |lines: &str| POD.replace("spec:", &format!("  annotations:\n{lines}spec:"));
    let ours = annotated(
        "    ironsides.dev/allow: host-pid, privileged-container\n    ironsides.dev/reason: it must\n    ironsides.dev/expires: \"2026-06-15\"\n",
    );
    let others = annotated(
        "    ignore-check.kube-linter.io/host-pid: it must\n    polaris.fairwinds.com/runAsPrivileged-exempt: \"true\"\n",
    );
    let ours = folder(&[("a.yaml", &ours)]);
    assert_eq!(scan(ours.path(), &[]), (0, vec![], 2));
    let others = folder(&[("a.yaml", &others)]);
    assert!(scan(others.path(), &[]).2 >= 1);
    assert_eq!(scan(others.path(), &["--no-foreign-waivers"]).2, 0);
}

#[test]
fn what_is_waived_is_counted_and_can_be_shown() {
    let text = format!("# ironsides: allow[host-pid, privileged-container] until 2026-06-15 it must\n{POD}");
    let folder = folder(&[("a.yaml", &text)]);
    let (code, out, _) = run(folder.path(), &["scan", "--check", CHECKS]);
    assert_eq!(code, 0);
    assert!(out.contains(", 2 waived") && !out.contains("a.yaml:"), "{out}");
    let (code, out, _) = run(folder.path(), &["scan", "--check", CHECKS, "--show", "waived"]);
    assert_eq!(code, 0);
    insta::assert_snapshot!(out);
    let (_, found, _) = scan(folder.path(), &["--show", "waived"]);
    assert_eq!(found, ["host-pid a.yaml:1", "privileged-container a.yaml:1"]);
}
