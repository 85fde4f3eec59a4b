//! The program as its users meet it: what it prints, where, and how it ends.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop where it stands")]

use std::fmt::Write as _;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  containers:\n  - name: app\n    image: registry.example/app:1\n    securityContext:\n      privileged: yes\n";

fn ironsides(folder: &Path, args: &[&str], stdin: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_ironsides"))
        .args(args)
        .current_dir(folder)
        .env_remove("CLICOLOR_FORCE")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(stdin.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

/// Exit code, standard output, standard error.
fn run(files: &[(&str, &str)], args: &[&str], stdin: &str) -> (i32, String, String) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let output = ironsides(folder.path(), args, stdin);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn scan(files: &[(&str, &str)], args: &[&str]) -> (i32, String, String) {
    run(files, &[&["scan"], args].concat(), "")
}

const ONE: &[&str] = &["--check", "privileged-container"];

#[test]
fn a_first_run_helps() {
    let (code, out, err) = run(&[], &[], "");
    assert_eq!((code, err.as_str()), (2, ""));
    insta::assert_snapshot!(out);
}

#[test]
fn help_of_scan() {
    let (code, out, _) = run(&[], &["scan", "--help"], "");
    assert_eq!(code, 0);
    insta::assert_snapshot!(out);
}

#[test]
fn a_finding_is_marked() {
    let (code, out, err) = scan(&[("pod.yaml", POD)], ONE);
    assert_eq!((code, err.as_str()), (1, "failed: 1 finding of severity high or worse (--fail-on high)\n"));
    insta::assert_snapshot!(out);
}

#[test]
fn exit_codes() {
    type Files<'a> = &'a [(&'a str, &'a str)];
    let clean = POD.replace("yes", "no");
    // What kustomize writes for a bare `yes` or `no` is a string.
    let (tidy, loud) = (POD.replace("yes", "false"), POD.replace("yes", "true"));
    let broken = ("broken.yaml", "a: [1\n");
    let cases: &[(i32, Files<'_>, &[&str])] = &[
        (0, &[("pod.yaml", &clean)], &[]),
        (1, &[("pod.yaml", POD)], &[]),
        (0, &[("pod.yaml", POD)], &["--fail-on", "none"]),
        (1, &[("pod.yaml", POD)], &["--fail-on", "critical"]),
        (1, &[("pod.yaml", POD), broken], &[]),
        (4, &[("pod.yaml", POD), broken], &["--require-complete"]),
        (4, &[("pod.yaml", &clean), broken], &[]),
        (3, &[], &[]),
        (3, &[("values.yaml", "a: 1\n")], &[]),
        (3, &[("empty.yaml", "")], &["empty.yaml"]),
        (4, &[("pod.yaml", &clean)], &["pod.yaml", "absent.yaml"]),
        (4, &[("chart/Chart.yaml", "apiVersion: v2\nname: x\n"), ("chart/templates/a.yaml", POD)], &[]),
        (0, &[("pod.yaml", &tidy), ("kustomization.yaml", "resources: [pod.yaml]\n")], &[]),
        (1, &[("pod.yaml", &loud), ("kustomization.yaml", "resources: [pod.yaml]\n")], &[]),
        (4, &[("pod.yaml", &tidy), ("kustomization.yaml", "resources: [pods.yaml]\n")], &[]),
        (0, &[("pod.yaml", &clean), ("lib/Chart.yaml", LIBRARY), ("lib/templates/_a.tpl", "")], &[]),
        (4, &[("pod.yaml", &clean), ("lib/Chart.yaml", LIBRARY)], &["pod.yaml", "lib"]),
        (2, &[("pod.yaml", POD)], &["--skip", "privileged-container"]),
        (2, &[("pod.yaml", POD)], &["--fail-on", "bad"]),
        (2, &[("pod.yaml", POD)], &["--check", "priviledged-container"]),
        (2, &[("pod.yaml", POD)], &["-o", "table", "-o", "json"]),
        (2, &[("pod.yaml", POD)], &["-o", "xml"]),
        (2, &[("pod.yaml", POD)], &["-o", "json=absent/folder/x.json"]),
        (2, &[("pod.yaml", POD)], &["--bogus"]),
    ];
    for (expected, files, args) in cases {
        let more: &[&str] = if args.contains(&"--check") { &[] } else { ONE };
        let (code, out, err) = scan(files, &[args, more].concat());
        assert_eq!(code, *expected, "{args:?} {files:?}\n{out}{err}");
        if code >= 2 {
            assert!(err.contains("error: "), "{args:?} says why: {err}");
        }
    }
}

const LIBRARY: &str = "apiVersion: v2\nname: lib\nversion: 0.1.0\ntype: library\n";

#[test]
fn library_charts_are_passed_over_with_a_note() {
    let (_, _, err) = scan(&[("pod.yaml", POD), ("lib/Chart.yaml", LIBRARY)], &[ONE, &["-v"]].concat());
    assert!(err.contains("lib is a library chart: it is judged as other charts use it"), "{err}");
}

#[test]
fn kustomization_files_are_no_objects_without_checks() {
    let kind =
        |kind: &str| format!("apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: {kind}\nresources: []\n");
    let (_, out, _) = scan(&[("pod.yaml", POD), ("c.yaml", &kind("Component"))], &["-o", "json"]);
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["summary"]["formOnly"], serde_json::json!({}), "{out}");
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let string = POD.replace("yes", "\"yes\"");
    let files = [
        ("tab.yaml", "apiVersion: v1\nmetadata:\n\tname: a\n"),
        ("open.yaml", "a: [1, 2\nb: 3\n"),
        ("quote.json", "{\"apiVersion\": \"v1\", \"kind\": \"Pod\"\n \"metadata\": {}}\n"),
        ("half.yaml", "kind: Pod\nmetadata:\n  name: a\n"),
        ("template.yaml", "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Values.name }}\n"),
        ("string.yaml", string.as_str()),
        ("chart/Chart.yaml", "apiVersion: v2\nname: x\n"),
    ];
    let (code, out, err) = scan(&files, ONE);
    assert_eq!(code, 4);
    insta::assert_snapshot!(format!("{out}--- stderr\n{err}"));
}

#[test]
fn usage_errors_say_what_to_do() {
    let mut said = String::new();
    for args in [
        &["--check", "priviledged-container"][..],
        &["-o", "xml"],
        &["-o", "json="],
        &["--fail-on", "severe"],
        &["--pod-template", "x"],
        &["absent.yaml"],
        &["-o", "table", "-o", "json"],
    ] {
        let (_, _, err) = scan(&[("pod.yaml", POD)], args);
        let _ = writeln!(said, "$ ironsides scan {}\n{err}", args.join(" "));
    }
    insta::assert_snapshot!(said);
}

#[test]
fn binary_and_foreign_text_is_refused_in_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("utf16.yaml"), [0xFF, 0xFE, b'a', 0, b':', 0]).unwrap();
    fs::write(folder.path().join("binary.yaml"), b"a: \x00\xFF\xFE\x01").unwrap();
    let output = ironsides(folder.path(), &["scan"], "");
    assert_eq!(output.status.code(), Some(4));
    insta::assert_snapshot!(String::from_utf8(output.stderr).unwrap());
}

#[test]
fn standard_input_is_read() {
    let (code, out, _) = run(&[], &[&["scan", "-"], ONE].concat(), POD);
    assert_eq!(code, 1);
    assert!(out.starts_with("(standard input):10:19"), "{out}");
}

#[test]
fn several_outputs_at_once() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("pod.yaml"), POD).unwrap();
    let output =
        ironsides(folder.path(), &["scan", "-o", "json=a.json", "-o", "table", "-o", "sarif=b.sarif"], "");
    assert!(String::from_utf8(output.stdout).unwrap().contains("privileged-container"));
    for file in ["a.json", "b.sarif"] {
        let value: serde_json::Value =
            serde_json::from_str(&fs::read_to_string(folder.path().join(file)).unwrap()).unwrap();
        assert!(value.to_string().contains("privileged-container"), "{file}");
    }
}

#[test]
fn output_does_not_depend_on_cores_or_batches() {
    let files: Vec<(String, String)> = (0..60)
        .map(|n| {
            (format!("{n:02}.yaml"), format!("{POD}---\n{}", POD.replace("name: a", &format!("name: b{n}"))))
        })
        .collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let run = |threads: &str| {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in &files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let output = Command::new(env!("CARGO_BIN_EXE_ironsides"))
            .arg("scan")
            .current_dir(folder.path())
            .env("RAYON_NUM_THREADS", threads)
            .output()
            .unwrap();
        output.stdout
    };
    assert_eq!(run("1"), run("7"));
}

#[test]
fn a_large_list_streams_like_its_parts() {
    let item = |n: usize| POD.replace("name: a", &format!("name: p{n}"));
    let parts: String =
        (0..3000).fold(String::new(), |text, n| text + &format!("---\n{}# {}\n", item(n), "x".repeat(1500)));
    assert!(parts.len() > 4 << 20, "large enough for the other way of reading");
    let (code, out, _) = scan(&[("large.yaml", &parts)], &[ONE, &["-o", "json"]].concat());
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, report["findings"].as_array().unwrap().len()), (1, 3000));
    let names: Vec<&str> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["target"]["name"].as_str().unwrap())
        .collect();
    assert_eq!((names[0], names[2999]), ("p0", "p2999"));
    // A pipe has no size to tell beforehand how much it will be; the report is the same.
    let (_, piped, _) = run(&[], &[&["scan", "-", "-o", "json"], ONE].concat(), &parts);
    assert_eq!(piped.replace("\"-\"", "\"large.yaml\""), out);
}

#[test]
fn completions_man_pages_and_schemas_are_printed() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let (code, out, _) = run(&[], &["completions", shell], "");
        assert!(code == 0 && out.contains("ironsides") && out.contains("explain"), "{shell}");
    }
    let folder = tempfile::tempdir().unwrap();
    let output = ironsides(folder.path(), &["man", "man"], "");
    assert!(output.status.success());
    assert!(fs::read_to_string(folder.path().join("man/ironsides-scan.1")).unwrap().contains("fail\\-on"));
    let (_, schema, _) = run(&[], &["schema"], "");
    assert!(serde_json::from_str::<serde_json::Value>(&schema).is_ok());
}

#[test]
fn every_check_is_explained() {
    let (_, names, _) = run(&[], &["check", "list", "-o", "name"], "");
    assert!(names.lines().count() > 0);
    for name in names.lines() {
        let (code, out, _) = run(&[], &["explain", name], "");
        assert_eq!(code, 0);
        assert!(out.starts_with(&format!("{name}: ")) && out.contains("\nFix\n"), "{out}");
    }
    let (code, _, err) = run(&[], &["explain", "host-pidd"], "");
    assert_eq!(code, 2);
    assert!(err.contains("did you mean host-pid"), "{err}");
}

#[test]
fn a_closed_pipe_is_no_panic() {
    let folder = tempfile::tempdir().unwrap();
    let many: String = (0..2000).fold(String::new(), |text, n| {
        text + &format!("---\n{}", POD.replace("name: a", &format!("name: p{n}")))
    });
    fs::write(folder.path().join("many.yaml"), many).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_ironsides"))
        .arg("scan")
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    assert_eq!(output.status.code(), Some(130));
}

#[test]
fn as_a_kubectl_plugin_it_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("kubectl-ironsides");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_ironsides"), &link).unwrap();
    let output = Command::new(link).args(["scan", "--bogus"]).output().unwrap();
    assert!(String::from_utf8(output.stderr).unwrap().contains("kubectl ironsides scan"));
}

#[test]
fn no_format_repeats_a_secret() {
    let flow = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: app, image: x, env: [{name: DB_PASSWORD, value: zq9Topmost}], securityContext: {privileged: true}}]}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: s, labels: {a: b}}\nstringData:\n  key: |\n    zq9Topmost\n    zq9Topmost\n  other: zq9Topmost\n  other: zq9Topmost\ntypo: 1\n";
    for args in [
        &["--show-passes"][..],
        &["-o", "json", "--show-passes"],
        &["-o", "sarif"],
        &["--check", "privileged-container"],
        &["--check", "unknown-field"],
    ] {
        let (_, out, err) = scan(&[("a.yaml", flow)], args);
        assert!(!out.contains("zq9Topmost") && !err.contains("zq9Topmost"), "{args:?}\n{out}{err}");
    }
    let (_, out, _) = scan(&[("a.yaml", flow)], &["--check", "privileged-container"]);
    assert!(out.contains("value: **********}"), "{out}");
    let lines = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: app, image: x, command: [sh, -c, \"export PASSWORD=zq9Topmost; run\"], args: [\"--db-password=zq9Topmost\"], livenessProbe: {httpGet: {port: 1, httpHeaders: [{name: Authorization, value: Bearer zq9Topmost}]}}, env: [{name: DB_PASSWORD, valeu: zq9Topmost}, {name: DB_PASSWORD, value: [zq9Topmost]}]}]}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {DB_PASSWORD: zq9Topmost, DB_PASSWORD: zq9Topmost, typo: {}}\n";
    for format in ["table", "json", "sarif"] {
        let (_, out, err) = scan(&[("a.yaml", lines)], &["-o", format, "--show-passes"]);
        assert!(!out.contains("zq9Topmost") && !err.contains("zq9Topmost"), "{format}\n{out}{err}");
    }
}

/// No format shows `zq9Topmost` of these files, whatever is shown.
#[track_caller]
fn assert_concealed(files: &[(&str, &str)], args: &[&str]) -> String {
    let formats = ["table", "json", "jsonl", "yaml", "csv", "html", "ocsf", "oscal", "sarif", "markdown"];
    let more = ["github", "gitlab", "junit", "policyreport"];
    for format in formats.into_iter().chain(more) {
        let args = [&[".", "-o", format, "--show", "passes", "--min-severity", "info"], args].concat();
        let (code, out, err) = scan(files, &args);
        assert!(matches!(code, 0 | 1 | 4) && !out.is_empty(), "{args:?}\n{err}");
        let shown = out.lines().chain(err.lines()).filter(|line| line.contains("zq9Topmost"));
        assert_eq!(shown.collect::<Vec<_>>(), [""; 0], "{args:?}");
    }
    scan(files, &[&[".", "--show", "passes", "--min-severity", "info"], args].concat()).1
}

#[test]
fn passes_repeat_no_secret() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: '{\"password\":\"zq9Topmost\"}'\n    example.com/a: '{\"user\": \"a\", \"api_key\": \"zq9Topmost\"}'\nspec:\n  hostPID: true\n  containers:\n  - name: app\n    image: app:1\n    args: [--password=zq9Topmost, --passphrase, zq9Topmost, mysql -pzq9Topmost, curl -u a:zq9Topmost b]\n    livenessProbe: {exec: {command: [redis-cli -a zq9Topmost ping, --password, zq9Topmost]}}\n    lifecycle: {preStop: {exec: {command: [sh, -c, PASS=zq9Topmost x]}}}\n    env:\n    - {name: DB_PASSWORD, value: zq9Topmost}\n";
    let out = assert_concealed(&[("a.yaml", pod)], &[]);
    assert!(out.contains("args[0]: ********\n") && out.contains("image: app:1\n"), "{out}");
    let more = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ntypo: zq9Topmost\nstringDate: {a: zq9Topmost}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  a.json: '{\"user\": \"a\", \"password\": \"zq9Topmost\"}'\n  b: x\n";
    assert_concealed(&[("a.yaml", more)], &[]);
}

#[test]
fn a_chart_repeats_no_secret_of_its_values() {
    let chart = "apiVersion: v2\nname: a\nversion: 0.1.0\n";
    let template = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  hostPID: {{ .Values.host }}\n  containers:\n  - name: a\n    image: {{ .Values.image }}\n    args: [\"--user={{ .Values.user }} --password=zq9Topmost\", \"--password={{ .Values.pw }}\"]\n    env: [{name: DB_PASSWORD, value: {{ .Values.pw }}}, {name: DB_PASSWORD, value: {{ default \"zq9Topmost\" .Values.no }}}]\n";
    let values = "host: true\nuser: a\nimage: \"a:zq9Topmost@x\"\npw: zq9Topmost\n";
    let files = [("Chart.yaml", chart), ("templates/p.yaml", template), ("values.yaml", values)];
    let out = assert_concealed(&files, &[]);
    assert!(out.contains(".Values.host (values.yaml:1)"), "{out}");
    assert_concealed(&files, &["--set", "pw=zq9Topmost", "--set-string", "image=a:zq9Topmost@y"]);
}

#[test]
fn a_kustomization_repeats_no_secret() {
    let kustomization = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [p.yaml]\nsecretGenerator:\n- name: s\n  literals: [a=zq9Topmost, 'b=\"zq9Topmost\"']\n  envs: [s.env]\nconfigMapGenerator:\n- name: c\n  literals: [DB_PASSWORD=zq9Topmost, DATABASE_URL=postgres://a:zq9Topmost@db/x, level=info]\n  envs: [c.env]\npatches:\n- patch: |\n    apiVersion: v1\n    kind: Pod\n    metadata: {name: x}\n    spec: {hostPID: true, containers: [{name: a, env: [{name: DB_PASSWORD, value: zq9Topmost}]}]}\n- target: {kind: Pod}\n  patch: |\n    - {op: add, path: /spec/containers/0/env/-, value: {name: API_PASSWORD, value: zq9Topmost}}\n    - {op: add, path: /spec/hostIPC, value: true}\n";
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {containers: [{name: a, image: b, env: [{name: DB_PASSWORD, value: old-zq9Topmost}]}]}\n";
    let base = "configMapGenerator:\n- name: d\n  literals: [PASSWORD=zq9Topmost, b=c]\n";
    let files = |kustomization| {
        [
            ("k/kustomization.yaml", kustomization),
            ("k/p.yaml", pod),
            ("k/s.env", "x=zq9Topmost\n"),
            ("k/c.env", "A=b\nREDIS_PASSWORD=zq9Topmost\n"),
            ("base/kustomization.yaml", base),
        ]
    };
    let out = assert_concealed(&files(kustomization), &[]);
    assert!(out.contains("DB_PASSWORD=**********, DATABASE_URL=****"), "{out}");
    // What says nothing of its kind is no object, and a base may lie outside of what is scanned.
    let bare =
        kustomization.split_once("Kustomization\n").unwrap().1.replace("[p.yaml]", "[p.yaml, ../base]");
    assert_concealed(&files(&bare), &[]);
    let (_, out, _) = scan(&files(&bare), &["k", "-o", "html", "--show", "passes", "--min-severity", "info"]);
    assert!(out.contains("level=info") && !out.contains("zq9Topmost"), "{out}");
    // One that cannot be built is judged for its form all the same.
    assert_concealed(&files(&kustomization.replace("resources", "typo: a\nresources")), &[]);
}

#[test]
fn names_cannot_drive_the_terminal() {
    let evil = "apiVersion: v1\nkind: Pod\nmetadata: {name: \"a\\e]0;owned\\a\\e[2J\", namespace: \"n\\nFAKE: 0 findings\"}\nspec: {hostPID: true, containers: [{name: \"c\\r\\u202e\", image: x}]}\n";
    let (_, out, err) = scan(&[("a\u{1b}[2J.yaml", evil), ("b\u{1b}\n.yaml", "a: [1\n")], &["-v"]);
    assert!(out.contains("host-pid"));
    assert!(!out.contains(['\u{1b}', '\u{7}', '\r', '\u{202e}']) && !out.contains("\nFAKE"), "{out:?}");
    assert!(!err.contains('\u{1b}'), "{err:?}");
}

#[test]
fn a_custom_resource_with_a_broken_pod_does_not_pass() {
    let rollout = "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: a, namespace: b}\nspec:\n  template: {spec: {hostPID: \"true\", containers: [{name: c, image: x}]}}\n";
    let (code, out, _) = scan(&[("a.yaml", rollout)], &["--check", "host-pid"]);
    assert_eq!(code, 4, "{out}");
    assert!(out.contains("unknown   host-pid") && out.contains("a.yaml:5:30"), "{out}");
}

#[test]
fn an_item_that_is_no_object_is_told() {
    let list = r#"{"kind":"List","apiVersion":"v1","items":["x",null,{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}]}"#;
    let (code, _, err) = scan(&[("a.json", list)], &[]);
    assert_eq!(code, 4);
    assert!(
        err.contains("a.json:1:43: item 0 of a list is no Kubernetes object") && err.contains("item 1"),
        "{err}"
    );
}

#[test]
fn an_output_never_overwrites_what_is_read() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("pod.yaml"), POD).unwrap();
    let output = ironsides(folder.path(), &["scan", "pod.yaml", "-o", "json=./pod.yaml"], "");
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(fs::read_to_string(folder.path().join("pod.yaml")).unwrap(), POD);
    let output = ironsides(folder.path(), &["scan", "pod.yaml", "-o", "json=a", "-o", "sarif=a"], "");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn fingerprints_follow_containers_not_their_places() {
    let pod = |containers: &str| {
        format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec:\n  containers:\n{containers}")
    };
    let bad = "  - {name: bad, image: x, securityContext: {privileged: true}}\n";
    let good = "  - {name: good, image: x}\n";
    let of = |text: String| {
        let (_, out, _) = scan(&[("a.yaml", &text)], &["--check", "privileged-container", "-o", "json"]);
        let report: serde_json::Value = serde_json::from_str(&out).unwrap();
        report["findings"][0]["fingerprint"].as_str().unwrap().to_owned()
    };
    let first = of(pod(&format!("{bad}{good}")));
    assert_eq!(first, of(pod(&format!("{good}{bad}"))));
    assert_ne!(first, of(pod(&format!("{}{good}", bad.replace("name: bad", "name: other")))));
}
