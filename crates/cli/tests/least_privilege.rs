//! `ironsides rbac least-privilege` as its users meet it, over the log of `demo/audit`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop where it stands")]
#![allow(clippy::print_stderr, reason = "a test says loudly that it was skipped")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Exit code, standard output, standard error.
fn ironsides(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_ironsides"))
        .args(["rbac", "least-privilege"])
        .args(args)
        .current_dir(folder)
        .env("KUBECONFIG", "/nonexistent")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn demo(args: &[&str]) -> (i32, String, String) {
    ironsides(&root(), &[&["demo/audit/audit.jsonl"], args].concat())
}

fn transcript((code, out, err): (i32, String, String)) -> String {
    format!("{out}--- standard error\n{err}--- exit {code}\n")
}

const RBAC: [&str; 2] = ["-f", "demo/audit/rbac.yaml"];
const POLICY: [&str; 2] = ["--audit-policy", "demo/audit/policy.yaml"];
/// Whatever came from the attacker.
const NOT_FROM: [&str; 2] = ["--not-from", "203.0.113.0/24"];

#[test]
fn the_demo_s_subjects_need_little() {
    let all = [&RBAC[..], &POLICY, &NOT_FROM].concat();
    insta::assert_snapshot!("table", transcript(demo(&all)));
    let one = [&["--subject", "ServiceAccount:ci/deployer"][..], &RBAC, &POLICY, &NOT_FROM].concat();
    insta::assert_snapshot!("wide", transcript(demo(&[&one[..], &["-o", "wide"]].concat())));
    insta::assert_snapshot!("yaml", transcript(demo(&[&one[..], &["-o", "yaml"]].concat())));
    insta::assert_snapshot!(
        "json",
        transcript(demo(&[&one[..], &["-o", "json", "-n", "shop", "--names", "exact"]].concat()))
    );
}

#[test]
fn without_roles_the_log_alone_speaks() {
    let (code, out, err) = demo(&["--subject", "jane", "-o", "json"]);
    assert_eq!(code, 0, "{err}");
    assert!(err.contains("today's roles and bindings are not known"), "{err}");
    let answer: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(answer["currentKnown"], json!(false));
    let jane = &answer["subjects"][0];
    assert_eq!(jane["today"], Value::Null);
    assert_eq!(jane["removed"], json!([]));
    assert_eq!(jane["certificate"]["newlyDenied"], json!([]));
    assert_eq!(jane["refused"], json!(2));
    // Asking about one's own rights is everybody's.
    assert_eq!(jane["standing"][0]["request"]["resource"], json!("selfsubjectaccessreviews"));
    // Every right has an event with its place.
    let text = fs::read_to_string(root().join("demo/audit/audit.jsonl")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let mut proofs = 0;
    for rule in jane["roles"].as_array().unwrap().iter().flat_map(|role| role["rules"].as_array().unwrap()) {
        for right in rule["rights"].as_array().unwrap() {
            for proved in right["proofs"].as_array().unwrap() {
                let line = usize::try_from(proved["proof"]["line"].as_u64().unwrap()).unwrap();
                let event: Value = serde_json::from_str(lines[line - 1]).unwrap();
                assert_eq!(event["auditID"], proved["proof"]["auditID"]);
                assert_eq!(event["verb"], proved["request"]["verb"]);
                proofs += 1;
            }
        }
    }
    assert!(proofs >= 5, "{proofs}");
}

#[test]
fn dangerous_rights_that_stay_are_told_with_where_the_requests_came_from() {
    // As the table prints it.
    let deployer =
        |args: &[&str]| demo(&[&["--subject", "ServiceAccount ci/deployer"][..], &RBAC, args].concat());
    let (code, out, err) = deployer(&[]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("  from     10.244.2.17 (32), 203.0.113.66 (29)\n"), "{out}");
    assert!(out.contains("  keeps    critical: reads secrets (secrets-read; whole cluster)\n"), "{out}");
    assert!(out.contains("role-bind; whole cluster, only name cluster-admin"), "{out}");
    assert!(err.contains("`ironsides audit detect demo/audit/audit.jsonl`"), "{err}");
    assert!(err.contains("203.0.113.66 (29)") && err.contains("--not-from"), "{err}");
    let (_, yaml, _) = deployer(&["-o", "yaml"]);
    assert!(yaml.contains("#   Kept, critical: reads secrets"), "{yaml}");
    let (_, json, _) = deployer(&["-o", "json"]);
    let answer: Value = serde_json::from_str(&json).unwrap();
    let kept = &answer["subjects"][0]["dangersKept"][0];
    assert_eq!((&kept["severity"], &kept["family"]), (&json!("critical"), &json!("secrets-read")));
    assert_eq!(answer["subjects"][0]["addresses"][1], json!({ "value": "203.0.113.66", "requests": 29 }));
    // Without the attacker nothing grave is left to hint at.
    let (_, out, err) = deployer(&NOT_FROM);
    assert!(!out.contains("  from ") && !out.contains("secrets-read"), "{out}");
    assert!(!err.contains("--not-from"), "{err}");
}

#[test]
fn numbers_add_up_in_words() {
    let (_, out, _) = demo(&RBAC);
    for line in [
        "9 checks replayed (4 requests, 4 to act as others, 1 implied by these), 0 newly denied; 7 of 7 rights have an event\n",
        "51 of 51 rights have an event; 1 of the 52 used is in a wider one\n",
        "used     61 allowed requests, 52 rights and 4 that everybody has\n",
        "drops    * on all paths (whole cluster)\n",
    ] {
        assert!(out.contains(line), "{line}\n{out}");
    }
    let (code, _, err) = demo(&["-f", "demo/audit/policy.yaml"]);
    assert!(code == 3 && err.contains("no roles and no bindings in demo/audit/policy.yaml"), "{code} {err}");
}

#[test]
fn a_group_needs_what_its_members_used() {
    let (code, out, _) = demo(&[&["--subject", "Group:developers", "-o", "yaml"][..], &RBAC].concat());
    assert_eq!(code, 0);
    assert!(out.contains("name: least-privilege:group:developers"), "{out}");
    assert!(out.contains("made by olga"), "{out}");
    assert!(out.contains("Take it out of: RoleBinding shop/developers"), "{out}");
}

#[test]
fn the_server_s_reasons_are_ours_until_the_roles_are_others() {
    let check = |args: &[&str]| demo(&[&["--check-reasons"], args].concat());
    let (code, out, err) = check(&RBAC);
    assert_eq!((code, &*err), (0, ""), "{out}{err}");
    assert!(out.contains("170 events: RBAC decided 15"), "{out}");
    let folder = tempfile::tempdir().unwrap();
    let rbac = fs::read_to_string(root().join("demo/audit/rbac.yaml")).unwrap();
    let path = folder.path().join("rbac.yaml");
    fs::write(
        &path,
        rbac.replace("\"secrets\"]\n  verbs: [\"get\", \"list\", \"watch\"]", "\"x\"]\n  verbs: [\"get\"]"),
    )
    .unwrap();
    let (code, out, err) = check(&["-f", path.to_str().unwrap()]);
    assert_eq!(code, 1, "{err}");
    let first = "demo/audit/audit.jsonl:2: system:serviceaccount:monitoring:metrics-reader: list /api/v1/pods?limit=500";
    assert!(out.starts_with(first), "{out}");
    assert!(out.contains("  server  allow RBAC: allowed by ClusterRoleBinding \"metrics-reader\""), "{out}");
    assert!(out.contains("  ours    forbid"), "{out}");
    let (code, out, _) = check(&["-f", path.to_str().unwrap(), "-o", "json"]);
    let answer: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &answer["differ"]), (1, &json!(14)), "{out}");
    assert_eq!(answer["differences"][0]["line"], json!(2));
    let (code, _, err) = demo(&["--check-reasons"]);
    assert!(code == 2 && err.contains("-f, --facts or --cluster"), "{err}");
    let (code, _, err) = ironsides(&root(), &[&["-", "--check-reasons"][..], &RBAC].concat());
    assert!(code == 2 && err.contains("standard input can be read once"), "{err}");
}

#[test]
fn arguments_and_logs_that_make_no_sense_are_told() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("empty.log"), "").unwrap();
    fs::write(folder.path().join("other.log"), "{\"a\":1}\nI1122 text\n").unwrap();
    let event = fs::read_to_string(root().join("demo/audit/audit.jsonl")).unwrap();
    let first = event.lines().next().unwrap();
    fs::write(folder.path().join("cut.log"), format!("{first}\n{}\n{first}", &first[..300])).unwrap();
    for (args, code, expected) in [
        (&["empty.log"][..], 3, "no audit events there"),
        (&["other.log"], 3, "no audit events there"),
        (&["missing.log"], 2, "missing.log"),
        (&["cut.log", "--not-from", "1.2.3"], 2, "is no address"),
        (&["cut.log", "--everywhere-from", "1"], 2, "1 is not in"),
        (&["cut.log", "--subject", "nobody"], 2, "the log holds nothing of \"nobody\""),
        (&["cut.log", "--check-reasons", "--subject", "x"], 2, "cannot be used with"),
        (&["cut.log"], 4, "1 record is broken"),
    ] {
        let (got, out, err) = ironsides(folder.path(), args);
        assert!(got == code && err.contains(expected), "{args:?}: {got}\n{out}\n{err}");
    }
    let (_, out, _) = ironsides(folder.path(), &["cut.log"]);
    assert!(out.contains("what could not be read: 1 record is broken, the first at cut.log:2"), "{out}");
}

#[test]
fn a_name_from_a_log_stays_in_its_comment() {
    let folder = tempfile::tempdir().unwrap();
    let event = |user: &str, name: &str| {
        json!({
            "kind": "Event", "apiVersion": "audit.k8s.io/v1", "auditID": "a\n---\nkind: Secret", "stage": "ResponseComplete",
            "requestURI": format!("/api/v1/namespaces/a/configmaps/{name}"), "verb": "get",
            "user": { "username": user }, "responseStatus": { "code": 200 },
            "requestReceivedTimestamp": "2026-11-16T08:00:00.000000Z", "stageTimestamp": "2026-11-16T08:00:00.100000Z",
            "annotations": { "authorization.k8s.io/decision": "allow", "authorization.k8s.io/reason": "RBAC: allowed by …" },
        })
        .to_string()
    };
    let log = [event("x\u{2028}y: 1\n---\nz", "b"), event("x", "b%0A---%0Akind: Secret")].join("\n");
    fs::write(folder.path().join("a.log"), log).unwrap();
    let (code, out, err) = ironsides(folder.path(), &["a.log", "-o", "yaml"]);
    assert_eq!(code, 0, "{err}");
    let documents: Vec<&str> = out.split("\n---\n").collect();
    assert_eq!(documents.len(), 5, "{out}");
    let kinds = out.lines().filter(|line| line.starts_with("kind: ")).count();
    assert_eq!(kinds, 4, "{out}");
}

/// A kubeconfig of a cluster for tests and the kubectl that stands with it, or the one on the path.
fn cluster() -> Option<(PathBuf, PathBuf)> {
    let Some(kubeconfig) = std::env::var_os("IRONSIDES_TEST_KUBECONFIG").filter(|path| !path.is_empty())
    else {
        eprintln!("SKIPPED: IRONSIDES_TEST_KUBECONFIG names no cluster, so no role was tried");
        return None;
    };
    let named = std::env::var_os("IRONSIDES_KUBECTL").map(PathBuf::from).filter(|path| path.is_file());
    let on_path = || {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).map(|folder| folder.join("kubectl")).find(|path| path.is_file())
    };
    let kubectl = named.or_else(on_path);
    if kubectl.is_none() {
        eprintln!("SKIPPED: there is no kubectl to apply roles with");
    }
    Some((PathBuf::from(kubeconfig), kubectl?))
}

/// The proposed roles in a real cluster: every request that was used is allowed, and a sample of what was not is not.
#[test]
fn a_real_server_allows_with_the_proposed_roles_what_was_used() {
    let Some((kubeconfig, kubectl)) = cluster() else { return };
    let kubectl = |args: &[&str], input: &str| {
        let mut child = Command::new(&kubectl)
            .arg("--kubeconfig")
            .arg(&kubeconfig)
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        (
            output.status.success(),
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr),
        )
    };
    let subject = "system:serviceaccount:shop:catalog-operator";
    let args = [&["--subject", subject][..], &RBAC].concat();
    let (_, manifests, _) = demo(&[&args[..], &["-o", "yaml"]].concat());
    let (_, answer, _) = demo(&[&args[..], &["-o", "json"]].concat());
    let answer: Value = serde_json::from_str(&answer).unwrap();
    kubectl(&["create", "namespace", "shop"], "");
    let (is_applied, told) = kubectl(&["apply", "-f", "-"], &manifests);
    assert!(is_applied, "{told}");
    let is_allowed = |request: &Value| {
        let attributes: serde_json::Map<String, Value> = request
            .as_object()
            .unwrap()
            .iter()
            .filter(|(_, value)| value.as_str().is_some_and(|text| !text.is_empty()))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        let field =
            if request.get("path").is_some() { "nonResourceAttributes" } else { "resourceAttributes" };
        let review = json!({
            "apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview",
            "spec": {
                "user": subject,
                "groups": ["system:serviceaccounts", "system:serviceaccounts:shop", "system:authenticated"],
                field: attributes,
            },
        });
        let (is_made, told) =
            kubectl(&["create", "-f", "-", "-o", "jsonpath={.status.allowed}"], &review.to_string());
        assert!(is_made, "{told}");
        told == "true"
    };
    let operator = &answer["subjects"][0];
    let mut asked = 0;
    let roles =
        operator["roles"].as_array().unwrap().iter().flat_map(|role| role["rules"].as_array().unwrap());
    for right in roles.flat_map(|rule| rule["rights"].as_array().unwrap()) {
        for proved in right["proofs"].as_array().unwrap() {
            assert!(is_allowed(&proved["request"]), "{proved}");
            asked += 1;
        }
    }
    for proved in operator["standing"].as_array().unwrap() {
        assert!(is_allowed(&proved["request"]), "{proved}");
        asked += 1;
    }
    assert!(asked > 10, "{asked}");
    for (verb, resource, name) in [
        ("list", "secrets", ""),
        ("get", "secrets", "smtp"),
        ("create", "pods", ""),
        ("get", "configmaps", "other"),
    ] {
        let request = json!({ "verb": verb, "resource": resource, "namespace": "shop", "name": name });
        assert!(!is_allowed(&request), "{request}");
    }
    let (_, told) = kubectl(
        &["auth", "can-i", "--list", "--as", subject, "--as-group", "system:serviceaccounts", "-n", "shop"],
        "",
    );
    assert!(told.contains("catalogs.shop.example"), "{told}");
    kubectl(&["delete", "-f", "-"], &manifests);
}
