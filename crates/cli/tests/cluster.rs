//! `scan --cluster` as its users meet it: against a real cluster, as somebody who may not list, and from bundles.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop where it stands")]
#![allow(clippy::print_stderr, reason = "a test says loudly that it was skipped")]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

const NAMESPACE: &str = "ironsides-scan-test";
const ADMIN: &str = "cluster-admin-of-tests";

/// Known-bad workloads, all of which an API server takes.
const OBJECTS: &str = "\
apiVersion: v1
kind: Namespace
metadata: {name: ironsides-scan-test}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: bad
  namespace: ironsides-scan-test
  annotations:
    ironsides.dev/allow.privileged-container: the tenant says so
spec:
  replicas: 2
  selector: {matchLabels: {app: bad}}
  template:
    metadata: {labels: {app: bad}}
    spec:
      containers:
        - name: bad
          image: registry.invalid/bad:1.0
          securityContext: {privileged: true}
          env: [{name: DATABASE_PASSWORD, value: zq9Topmost-0451}]
          envFrom: [{secretRef: {name: nowhere}}]
---
apiVersion: v1
kind: Pod
metadata: {name: bare, namespace: ironsides-scan-test}
spec:
  hostPID: true
  containers: [{name: bare, image: 'registry.invalid/bare:1.0'}]
---
apiVersion: v1
kind: Secret
metadata: {name: kept, namespace: ironsides-scan-test}
stringData: {door: zq9Topmost-0451}
";

/// Exit code, standard output, standard error.
fn ironsides(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_ironsides"))
        .args(args)
        .current_dir(folder)
        .env_remove("KUBECONFIG")
        .env("HOME", folder)
        .env("SOURCE_DATE_EPOCH", "1763000000")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn arguments_that_do_not_fit_are_refused_in_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    for (args, expected) in [
        (&["scan", "--cluster", "--fix"][..], "--fix edits manifests"),
        (&["scan", "-n", "shop", "."], "--namespace is about a cluster"),
        (&["scan", "--context", "prod"], "--context is about a cluster"),
        (&["scan", "--cluster", "."], "cannot be used with"),
        (&["scan", "--dry-run"], "--cluster"),
        (&["scan", "--facts", "missing.tar.zst"], "missing.tar.zst"),
    ] {
        let (code, out, err) = ironsides(folder.path(), args);
        assert!(matches!(code, 2 | 4), "{args:?}: {code}");
        assert!(out.is_empty() && err.contains(expected), "{args:?}: {err}");
    }
}

/// The findings of a report about targets of a namespace, as check, verdict, kind and pods.
fn told(report: &str) -> Vec<(String, String, String, u64)> {
    let report: Value = serde_json::from_str(report).unwrap();
    let findings = report["findings"].as_array().unwrap().clone();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    findings
        .iter()
        .map(|finding| {
            let kind = match text(&finding["target"]["type"]).as_str() {
                "object" => text(&finding["target"]["kind"]),
                other => other.to_owned(),
            };
            (text(&finding["check"]), text(&finding["verdict"]), kind, finding["pods"].as_u64().unwrap_or(0))
        })
        .collect()
}

#[test]
fn a_real_cluster_is_judged_and_what_may_not_be_listed_is_unknown() {
    let Some(config) = std::env::var_os("IRONSIDES_TEST_KUBECONFIG").filter(|path| !path.is_empty()) else {
        eprintln!("SKIPPED: IRONSIDES_TEST_KUBECONFIG names no cluster, so none was scanned");
        return;
    };
    let config = PathBuf::from(config);
    let config = config.to_str().unwrap();
    let Some(kubectl) = kubectl() else {
        eprintln!("SKIPPED: there is no kubectl to put objects into the cluster with");
        return;
    };
    let apply = |verb: &[&str], text: &str| {
        let mut child = Command::new(&kubectl)
            .args(["--kubeconfig", config])
            .args(verb)
            .args(["-f", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        child.wait().unwrap().success()
    };
    // Objects in a namespace wait for its service account, and for what an earlier run left to go.
    let applied = (0..120).any(|_| {
        let done = apply(&["apply", "--server-side"], OBJECTS);
        if !done {
            std::thread::sleep(std::time::Duration::from_millis(500));
        }
        done
    });
    assert!(applied, "the objects of the test could not be applied");
    let folder = tempfile::tempdir().unwrap();
    let scan = |more: &[&str]| {
        let mut args = vec!["scan", "--no-config", "--cluster", "--kubeconfig", config, "-n", NAMESPACE];
        args.extend(more);
        ironsides(folder.path(), &args)
    };

    let (code, report, err) = scan(&["-o", "json"]);
    assert_eq!(code, 1, "{err}");
    let all = told(&report);
    let has = |check: &str, verdict: &str, kind: &str| {
        all.iter().any(|(c, v, k, _)| c == check && v == verdict && k == kind)
    };
    // The annotation of a tenant silences nothing, and pods are told of with their Deployment.
    assert!(has("privileged-container", "fail", "Deployment"), "{report}");
    assert!(
        !has("privileged-container", "fail", "Pod") && !has("privileged-container", "fail", "ReplicaSet")
    );
    assert!(has("host-pid", "fail", "Pod"));
    assert!(has("naked-pod", "fail", "Pod"));
    // All Secrets were listed, so it is certain that one is missing.
    assert!(has("dangling-secret", "fail", "Deployment"));
    assert!(!all.iter().any(|(check, ..)| check == "unknown-field" || check == "secret-in-manifest"));
    assert!(!report.contains("zq9Topmost-0451") && !report.contains("enE5VG9wbW9zdC0wNDUx"));
    // Whoever may read everything of a namespace is told everything of it.
    let whole: Value = serde_json::from_str(&report).unwrap();
    assert_eq!(whole["summary"]["complete"], true, "{report}");

    // Two reads of a cluster that stands still, and a bundle of it, give the same report.
    let bundle = folder.path().join("facts.tar.zst");
    let bundle = bundle.to_str().unwrap();
    let (code, _, err) =
        ironsides(folder.path(), &["collect", "--kubeconfig", config, "-n", NAMESPACE, "-o", bundle]);
    assert_eq!(code, 0, "{err}");
    let still = ["--check", "privileged-container,host-pid,dangling-secret", "-o", "json"];
    let (_, live, _) = scan(&still);
    let mut args = vec!["scan", "--no-config", "--facts", bundle, "-n", NAMESPACE];
    args.extend(still);
    let (code, from_bundle, err) = ironsides(folder.path(), &args);
    assert_eq!(code, 1, "{err}");
    let findings = |report: &str| serde_json::from_str::<Value>(report).unwrap()["findings"].clone();
    assert_eq!(findings(&live), findings(&from_bundle));

    // Whoever may list nothing is told what is missing, and passes nothing.
    let nobody = ["--as", ADMIN, "--as-group", "ironsides-scan-test-nobody", "-o", "json"];
    let (code, report, err) = scan(&nobody);
    assert_eq!(code, 4, "{err}");
    let report_of_nobody: Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report_of_nobody["summary"]["complete"], false);
    let card = |id: &str| {
        let checks = report_of_nobody["checks"].as_array().unwrap();
        checks.iter().find(|card| card["id"] == id).unwrap()["tally"].clone()
    };
    for check in ["privileged-container", "dangling-secret", "secrets-readable"] {
        let tally = card(check);
        assert_eq!(tally["pass"], 0, "{check}");
        assert!(tally["unknown"].as_u64().unwrap() > 0, "{check}");
    }
    let (code, table, _) = scan(&["--as", ADMIN, "--check", "privileged-container,dangling-secret"]);
    assert_eq!(code, 4);
    assert!(table.contains("pods in ironsides-scan-test could not be listed: forbidden"), "{table}");

    let elsewhere =
        ["scan", "--no-config", "--cluster", "--kubeconfig", config, "-n", "ironsides-scan-nowhere"];
    let (code, table, err) = ironsides(folder.path(), &elsewhere);
    assert_eq!((code, &*table), (3, ""), "{err}");
    assert!(
        err.contains("there is no namespace \"ironsides-scan-nowhere\" in the cluster https://"),
        "{err}"
    );

    let (code, dry, err) = scan(&["--dry-run", "--check", "privileged-container"]);
    assert_eq!(code, 0, "{err}");
    assert!(dry.contains("GET /apis/apps/v1/namespaces/ironsides-scan-test/deployments"), "{dry}");
    assert!(dry.contains("kind: Role") && !dry.contains("secrets"), "{dry}");
    apply(&["delete", "--wait=false", "--ignore-not-found"], OBJECTS);
}

/// The kubectl that stands with the test cluster, or the one on the path.
fn kubectl() -> Option<PathBuf> {
    let named = std::env::var_os("IRONSIDES_KUBECTL").map(PathBuf::from).filter(|path| path.is_file());
    let on_path = || {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).map(|folder| folder.join("kubectl")).find(|path| path.is_file())
    };
    named.or_else(on_path)
}
