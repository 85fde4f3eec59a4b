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

const CONFIG: &str = "waivers:\n- check: [host-pid, host-ipc]\n  target: {kind: Pod, namespace: ops, name: agent}\n  reason: it must\n  expires: 2026-06-15\n- check: privileged-container\n  target: {container: ag*, path: apps/**}\n  reason: it loads modules\n  owner: platform\n  expires: 2026-12-31\n";

#[test]
fn the_configuration_file_waives() {
    let folder = folder(&[(".ironsides.yaml", CONFIG), ("apps/a.yaml", POD), (".git/HEAD", "")]);
    let shown = |args: &[&str]| scan(folder.path(), &[args, &["--show", "waived"]].concat());
    let all =
        ["host-pid .ironsides.yaml:2", "privileged-container .ironsides.yaml:6"].map(str::to_owned).to_vec();
    let unused = |mut found: Vec<String>| {
        found.push("unused-waiver".into());
        found
    };
    // The whole folder was looked at, so that one of the waivers is known to be of no use.
    assert_eq!(shown(&[]), (0, unused(all.clone()), 2));
    // Of a part of it nobody can tell.
    assert_eq!(shown(&["apps"]), (0, all.clone(), 2));
    assert_eq!(shown(&["apps/a.yaml"]), (0, all, 2));
    assert_eq!(shown(&["--no-config"]).2, 0);
    // From within, the file is found above, and its paths still begin beside it.
    let inside = folder.path().join("apps");
    let found = scan(&inside, &["--show", "waived"]);
    assert_eq!(found.1, ["host-pid ../.ironsides.yaml:2", "privileged-container ../.ironsides.yaml:6"]);
    fs::rename(inside.join("a.yaml"), folder.path().join("b.yaml")).unwrap();
    assert_eq!(shown(&["b.yaml"]).2, 1, "not in apps");
}

#[test]
fn a_waiver_in_the_file_is_shown_with_its_line() {
    let config = CONFIG.replace("2026-06-15", "2026-06-14").replace("  reason: it loads modules\n", "");
    let folder = folder(&[(".ironsides.yaml", &config), ("apps/a.yaml", POD)]);
    let (_, out, _) = run(folder.path(), &["scan", "--check", CHECKS]);
    insta::assert_snapshot!(out);
}

#[test]
fn the_command_line_wins_over_the_file() {
    let config = "fail-on: none\nmin-severity: critical\noutput: json\nchecks:\n  disable: ['*']\n  enable: [host-pid, privileged-container]\n  severity: {host-pid: low}\nexclude: [old/]\nkubernetes-version: 1.30\n";
    let folder = folder(&[("conf.yaml", config), ("a.yaml", POD), ("old/b.yaml", POD)]);
    let (code, out, _) = run(folder.path(), &["scan", "--config", "conf.yaml"]);
    let report: Value = serde_json::from_str(&out).unwrap();
    let found: Vec<(&str, &str)> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| (finding["check"].as_str().unwrap(), finding["severity"].as_str().unwrap()))
        .collect();
    assert_eq!((code, found), (0, vec![("host-pid", "low"), ("privileged-container", "critical")]));
    assert_eq!(report["podSecurity"][0]["version"], "v1.30");
    let (code, out, _) = run(
        folder.path(),
        &["scan", "--config", "conf.yaml", "--fail-on", "low", "--check", "host-ipc,host-pid", "-o", "name"],
    );
    assert_eq!((code, out.as_str()), (1, "pod/agent --namespace=ops\n"), "{out}");
    // What is excluded is read where it is named.
    assert_eq!(scan(folder.path(), &["--config", "conf.yaml", "old/b.yaml"]).1.len(), 2);
    let output = Command::new(env!("CARGO_BIN_EXE_ironsides"))
        .arg("scan")
        .current_dir(folder.path())
        .env("IRONSIDES_CONFIG", "conf.yaml")
        .output()
        .unwrap();
    assert!(output.stdout.starts_with(b"{"));
}

#[test]
fn a_broken_configuration_ends_the_run() {
    let folder = folder(&[(".ironsides.yaml", "fail-ob: high\n"), ("a.yaml", POD)]);
    let (code, _, err) = run(folder.path(), &["scan"]);
    assert_eq!(
        (code, err.as_str()),
        (2, "error: .ironsides.yaml:1:1: no key is called fail-ob; did you mean fail-on?\n")
    );
    let (code, _, err) = run(folder.path(), &["scan", "--config", "absent.yaml"]);
    assert_eq!(code, 2);
    assert!(err.contains("absent.yaml"), "{err}");
    assert_eq!(run(folder.path(), &["scan", "--no-config", "--fail-on", "none"]).0, 0);
}

#[test]
fn published_schemas_take_what_the_program_takes() {
    let schema = |name: &str| -> Value {
        let (_, out, _) = run(Path::new("."), &["schema", name]);
        serde_json::from_str(&out).unwrap()
    };
    let config = jsonschema::validator_for(&schema("config")).unwrap();
    let docs = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/waivers.md")).unwrap();
    let marked =
        docs.split("```yaml .ironsides.yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let mut examples: Vec<&str> = marked.collect();
    assert!(examples.len() >= 2, "the page shows the file");
    examples.push(CONFIG);
    for text in examples {
        let folder = folder(&[(".ironsides.yaml", text), ("a.yaml", POD)]);
        let (code, _, err) = run(folder.path(), &["scan", "--fail-on", "none"]);
        assert_eq!(code, 0, "{text}\n{err}");
        let root = ironsides_tree::parse_one(text).unwrap();
        let value: Value = serde_json::from_str(&ironsides_tree::print::json(&root)).unwrap();
        let errors: Vec<String> = config.iter_errors(&value).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{text}\n{errors:?}");
    }
    for wrong in ["{\"fail-ob\": 1}", "{\"waivers\": [{\"reason\": \"x\"}]}", "[]"] {
        assert!(!config.is_valid(&serde_json::from_str(wrong).unwrap()), "{wrong}");
    }
    let folder = folder(&[("a.yaml", POD)]);
    let (_, out, _) = run(folder.path(), &["baseline", "write", "-o", "-"]);
    let baseline = jsonschema::validator_for(&schema("baseline")).unwrap();
    assert!(baseline.is_valid(&serde_json::from_str(&out).unwrap()), "{out}");
}

#[test]
fn only_what_is_new_fails_against_a_baseline() {
    let folder = folder(&[("a.yaml", POD), ("b.yaml", POD)]);
    let (code, _, err) =
        run(folder.path(), &["baseline", "write", "--output", "known.json", "--check", CHECKS]);
    assert_eq!(code, 0, "{err}");
    assert!(err.starts_with("note: wrote 4 findings to known.json\n"), "{err}");
    let text = fs::read_to_string(folder.path().join("known.json")).unwrap();
    assert_eq!(text.lines().filter(|line| line.contains("fingerprint")).count(), 4);
    let against = |args: &[&str]| scan(folder.path(), &[&["--baseline", "known.json"], args].concat());
    assert_eq!(against(&[]), (0, vec![], 4));
    // The same object in a third file: its findings have fingerprints that are known, but not that often.
    fs::write(folder.path().join("c.yaml"), POD).unwrap();
    assert_eq!(against(&[]), (1, vec!["host-pid".into(), "privileged-container".into()], 4));
    fs::write(
        folder.path().join("c.yaml"),
        POD.replace("hostPID", "hostIPC").replace("privileged: true", "privileged: false"),
    )
    .unwrap();
    assert_eq!(against(&[]).1, ["host-ipc"]);
    fs::remove_file(folder.path().join("c.yaml")).unwrap();
    fs::write(folder.path().join("b.yaml"), POD.replace("hostPID: true", "hostPID: false")).unwrap();
    let (code, _, err) = run(folder.path(), &["scan", "--check", CHECKS, "--baseline", "known.json"]);
    assert_eq!(code, 0);
    assert!(err.starts_with("note: 1 finding of the baseline is fixed\nhint: "), "{err}");
    // Of what was not looked at nothing is said.
    for args in [&["a.yaml"][..], &[".", "--skip", "host-pid"]] {
        let (_, _, err) =
            run(folder.path(), &[&["scan", "--check", CHECKS, "--baseline", "known.json"], args].concat());
        assert_eq!(err, "", "{args:?}");
    }
}

#[test]
fn a_report_serves_as_a_baseline() {
    let folder = folder(&[("a.yaml", POD)]);
    run(folder.path(), &["scan", "-o", "json=report.json", "--show", "passes"]);
    fs::rename(folder.path().join("report.json"), folder.path().join("report.txt")).unwrap();
    let (code, found, waived) = scan(folder.path(), &["--baseline", "report.txt"]);
    assert_eq!((code, found, waived), (0, vec![], 2));
    for (text, said) in [
        ("{\"a\": [", "wrong:1:7: the baseline is no JSON"),
        ("{}", "wrong is neither a baseline nor a report"),
        ("{\"schemaVersion\": \"2.0\", \"findings\": []}", "schema version \"2.0\""),
        ("{\"schemaVersion\": \"1.0\", \"findings\": [{}]}", "finding 0 has no fingerprint"),
    ] {
        fs::write(folder.path().join("wrong"), text).unwrap();
        let (code, _, err) = run(folder.path(), &["scan", "--baseline", "wrong"]);
        assert_eq!(code, 2);
        assert!(err.contains(said), "{err}");
    }
}

#[test]
fn the_ignore_files_of_other_tools_are_honoured_and_reported() {
    let folder = folder(&[
        (".git/HEAD", ""),
        (".trivyignore", "# ours\nAVD-KSV-0010\nCVE-2024-1\n"),
        (".checkov.yaml", "skip-check: [CKV_K8S_18]\n"),
        (".kube-linter.yaml", "checks: {ignorePaths: [old/**]}\n"),
        (
            "apps/a.yaml",
            &POD.replace("hostPID", "hostIPC: true\n  hostPID")
                .replace("privileged: true", "privileged: false"),
        ),
        ("old/b.yaml", &POD.replace("privileged: true", "privileged: false")),
    ]);
    let (code, found, waived) = scan(folder.path(), &["--show", "waived"]);
    assert_eq!((code, waived), (0, 3), "{found:?}");
    assert!(found.contains(&"host-ipc .checkov.yaml:1".to_owned()), "{found:?}");
    let (_, out, err) = run(&folder.path().join("apps"), &["scan", "--check", CHECKS]);
    assert!(
        out.contains("read ../.trivyignore: 2 entries, 1 applies to checks here, 1 does not (CVE-2024-1: "),
        "{out}"
    );
    assert_eq!(err, "");
    let (_, _, err) = run(folder.path(), &["scan", "--check", CHECKS, "-o", "name"]);
    assert!(err.contains("note: read .checkov.yaml: 1 entry, 1 applies to checks here\n"), "{err}");
    assert_eq!(scan(folder.path(), &["--no-foreign-waivers"]).2, 0);
    fs::write(folder.path().join(".kube-linter.yaml"), "checks: [\n").unwrap();
    let (code, _, err) = run(folder.path(), &["scan", "--check", CHECKS]);
    assert_eq!(code, 0, "trivy's says the same of b.yaml");
    assert!(err.starts_with("warning: .kube-linter.yaml:1:9: "), "{err}");
}

#[test]
fn exceptions_can_be_named() {
    let polaris = "exemptions:\n- namespace: ops\n  controllerNames: [agent]\n  rules: [hostPIDSet]\n";
    let folder = folder(&[
        ("a.yaml", POD),
        ("polaris.yaml", polaris),
        ("trivy.yaml", "misconfigurations: [{id: KSV010, paths: [a.yaml]}]\n"),
    ]);
    for args in [["--exceptions", "polaris.yaml"], ["--ignore-file", "trivy.yaml"]] {
        let (_, found, waived) = scan(folder.path(), &[&args[..], &["a.yaml"]].concat());
        assert_eq!((found.as_slice(), waived), (&["privileged-container".to_owned()][..], 1), "{args:?}");
    }
    let (code, _, err) = run(folder.path(), &["scan", "--exceptions", "a.yaml"]);
    assert_eq!(code, 2);
    assert!(err.contains("a.yaml holds neither exceptions of kubescape"), "{err}");
    assert_eq!(run(folder.path(), &["scan", "--ignore-file", "absent"]).0, 2);
}

#[test]
fn comments_in_charts_count_where_they_come_out() {
    let pod = POD
        .replace(
            "  hostPID: true",
            "  # ironsides: allow[host-pid] until 2026-06-15 it must\n  hostPID: {{ .Values.wide }}",
        )
        .replace(
            "privileged: true",
            "privileged: {{ .Values.wide }} # ironsides: allow[privileged-container]",
        );
    let template = format!("{{{{/* # ironsides: allow[host-ipc] this does not come out */}}}}\n{pod}");
    let folder = folder(&[
        ("chart/Chart.yaml", "apiVersion: v2\nname: x\nversion: 1.0.0\n"),
        ("chart/values.yaml", "wide: true\n"),
        ("chart/templates/a.yaml", &template),
    ]);
    let (code, mut found, waived) = scan(folder.path(), &["chart", "--show", "waived"]);
    found.sort();
    assert_eq!((code, waived), (1, 1), "{found:?}");
    assert_eq!(found, ["host-pid chart/templates/a.yaml:8", "privileged-container", "waiver-without-reason"]);
}
