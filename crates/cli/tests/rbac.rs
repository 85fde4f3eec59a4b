//! `ironsides rbac` as its users meet it, over `demo/rbac` and, where there is one, a real cluster.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop where it stands")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn ironsides(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ironsides"))
        .arg("rbac")
        .args(args)
        .current_dir(folder)
        .env("KUBECONFIG", "/nonexistent")
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
    told(ironsides(&root(), &[args, &["-f", "demo/rbac"]].concat()))
}

/// Over files of a test.
fn run(files: &[(&str, &str)], args: &[&str]) -> (i32, String, String) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    told(ironsides(folder.path(), args))
}

/// One transcript: exit code and both streams.
fn transcript((code, out, err): (i32, String, String)) -> String {
    format!("{out}--- standard error\n{err}--- exit {code}\n")
}

#[test]
fn who_can_names_everybody_with_binding_and_rule() {
    insta::assert_snapshot!(
        "who_can",
        transcript(demo(&["who-can", "create", "deployments", "-n", "development"]))
    );
    insta::assert_snapshot!("who_can_names", transcript(demo(&["who-can", "get", "secrets", "-o", "wide"])));
    insta::assert_snapshot!("who_can_path", transcript(demo(&["who-can", "get", "/metrics", "-o", "csv"])));
    insta::assert_snapshot!(
        "who_can_json",
        transcript(demo(&["who-can", "get", "secrets", "tls", "-n", "platform", "-o", "json"]))
    );
}

#[test]
fn every_format_says_the_same() {
    let ask = |format: &str| demo(&["who-can", "list", "pods", "-o", format]);
    let json: Value = serde_json::from_str(&ask("json").1).unwrap();
    let holders = json["holders"].as_array().unwrap().len();
    assert!(holders >= 3);
    // The group that is let through before RBAC stands beside.
    assert_eq!(ask("name").1.lines().count(), holders + 1);
    assert!(ask("yaml").1.contains("kind: who-can"));
}

#[test]
fn can_i_says_why() {
    let jane = ["--as", "jane", "--as-group", "developers", "-n", "development"];
    let ask = |args: &[&str]| transcript(demo(&[&["can-i"], args, &jane].concat()));
    insta::assert_snapshot!("can_i_yes", ask(&["create", "deploy"]));
    insta::assert_snapshot!("can_i_no", ask(&["delete", "deploy", "web"]));
    insta::assert_snapshot!("can_i_list", ask(&["--list"]));
    insta::assert_snapshot!("can_i_json", ask(&["create", "deploy", "-o", "json"]));
}

#[test]
fn groups_of_live_requests_are_implied_unless_refused() {
    let files = [(
        "a.yaml",
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: r}\n\
         rules: [{apiGroups: [''], resources: [pods], verbs: [get]}]\n---\n\
         apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: b}\n\
         roleRef: {kind: ClusterRole, name: r}\nsubjects: [{kind: Group, name: 'system:serviceaccounts:a'}]\n",
    )];
    let ask = |more: &[&str]| {
        run(&files, &[&["can-i", "get", "pods", "--serviceaccount", "a:x", "-f", "a.yaml"], more].concat()).0
    };
    assert_eq!(ask(&[]), 0);
    assert_eq!(ask(&["--no-implied-groups"]), 1);
    let masters = run(
        &files,
        &["can-i", "delete", "nodes", "--as", "x", "--as-group", "system:masters", "-f", "a.yaml"],
    );
    assert_eq!(masters.0, 0);
    assert!(masters.1.contains("before RBAC is asked"), "{}", masters.1);
}

#[test]
fn risks_are_told_by_family() {
    insta::assert_snapshot!("risks", transcript(demo(&["risks", "--min-severity", "high"])));
    let (code, out, _) = demo(&["risks", "--family", "pod-exec", "-o", "json", "--fail-on", "none"]);
    assert_eq!(code, 0);
    let json: Value = serde_json::from_str(&out).unwrap();
    let risks = json["risks"].as_array().unwrap();
    assert!(!risks.is_empty() && risks.iter().all(|risk| risk["family"] == "pod-exec"));
    assert!(demo(&["risks", "--family", "pod-exce"]).2.contains("did you mean pod-exec?"));
}

#[test]
fn escalations_are_steps_that_the_server_accepts() {
    insta::assert_snapshot!("escalations", transcript(demo(&["escalations", "--from", "Group:developers"])));
    let (code, out, _) = demo(&["escalations", "-o", "json", "--fail-on", "none"]);
    assert_eq!(code, 0);
    let json: Value = serde_json::from_str(&out).unwrap();
    let path = json["paths"].as_array().unwrap().iter().find(|path| path["from"]["name"] == "developers");
    let call = &path.expect("the guide's developer is a way")["steps"][0]["calls"][0];
    assert_eq!(call["method"], "POST");
    assert_eq!(call["path"], "/apis/apps/v1/namespaces/development/deployments");
    // A name that nobody has is no all-clear.
    let (_, _, err) = demo(&["escalations", "--from", "Group:developerz"]);
    assert!(err.contains("no binding names Group developerz"), "{err}");
}

/// The demo with edits, beside the demo.
fn edited(edits: &[(&str, &str)]) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(root().join("demo/rbac")).unwrap() {
        let entry = entry.unwrap();
        let mut text = fs::read_to_string(entry.path()).unwrap();
        for (from, to) in edits {
            text = text.replace(from, to);
        }
        fs::write(folder.path().join(entry.file_name()), text).unwrap();
    }
    let path = folder.path().to_str().unwrap().to_owned();
    (folder, path)
}

#[test]
fn a_diff_tells_rights_and_gates() {
    let (_kept, more) = edited(&[
        ("  resourceNames: [\"tls\"]\n", ""),
        ("\"create\", \"update\", \"patch\"]", "\"create\"]"),
    ]);
    let diff =
        |old: &str, new: &str, more: &[&str]| told(ironsides(&root(), &[&["diff", old, new], more].concat()));
    let (code, out, err) = diff("demo/rbac", &more, &[]);
    insta::assert_snapshot!("diff", transcript((code, out, err)));
    insta::assert_snapshot!("diff_markdown", transcript(diff("demo/rbac", &more, &["-o", "markdown"])));
    assert_eq!(diff("demo/rbac", &more, &["--fail-on", "critical"]).0, 0);
    assert_eq!(diff(&more, "demo/rbac", &[]).0, 1, "developers get back what they had: changing workloads");
    let (_kept, same) =
        edited(&[("[\"get\", \"list\", \"watch\"]", "[\"watch\", \"get\", \"list\", \"get\"]")]);
    let (code, out, err) = diff("demo/rbac", &same, &[]);
    assert_eq!((code, out.as_str(), err.as_str()), (0, "no rights change\n", ""));
    let json: Value = serde_json::from_str(&diff("demo/rbac", &more, &["-o", "json"]).1).unwrap();
    assert_eq!(json["kind"], "diff");
    assert!(!json["risksGained"].as_array().unwrap().is_empty());
}

#[test]
fn pictures_are_written_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    for (format, begins) in
        [("svg", "<svg "), ("html", "<!doctype html>"), ("dot", "digraph"), ("mermaid", "flowchart LR")]
    {
        let file = folder.path().join(format);
        let (code, out, err) = demo(&["graph", "-o", &format!("{format}={}", file.display())]);
        assert_eq!((code, out.as_str()), (0, ""), "{err}");
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.starts_with(begins) && text.contains("developer-binding"), "{format}");
    }
    insta::assert_snapshot!(
        "graph_mermaid",
        demo(&["graph", "--namespace", "development", "-o", "mermaid"]).1
    );
    let (_, focused, _) = demo(&["graph", "--subject", "Group:on-call", "-o", "dot"]);
    assert!(focused.contains("on-call") && !focused.contains("developer"));
}

#[test]
fn broken_input_is_told_and_never_a_no() {
    let role = "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {namespace: a, name: r}\n";
    let wrong = format!("{role}rules: [{{apiGroups: [''], resources: pods, verbs: [get]}}]\n");
    let ask = ["can-i", "get", "pods", "-n", "a", "--as", "x", "-f", "."];
    let (code, out, err) = run(&[("r.yaml", &wrong)], &ask);
    assert_eq!((code, out.lines().next()), (4, Some("unknown")), "{err}");
    assert!(err.contains("r.yaml:4:") && err.contains("rules[0].resources"), "{err}");
    let (code, out, err) = run(&[("r.yaml", "a: [\n")], &ask);
    assert_eq!((code, out.lines().next()), (4, Some("unknown")), "{err}");
    let (code, out, err) = run(&[], &["risks", "-f", "."]);
    assert_eq!((code, out.as_str()), (3, ""));
    assert!(err.contains("no roles and no bindings in .\n"), "{err}");
    let open = "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {namespace: a, name: b}\n\
                roleRef: {kind: Role, name: elsewhere}\nsubjects: [{kind: User, name: x}]\n";
    let (code, out, err) = run(&[("b.yaml", open)], &ask);
    assert_eq!(
        (code, out.lines().next()),
        (4, Some("unknown")),
        "a role that is elsewhere may allow it: {err}"
    );
    assert!(err.contains("which is not in the files"), "{err}");
}

#[test]
fn built_in_roles_are_whole_where_several_are_bound() {
    let bind = |role: &str| {
        format!(
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {{namespace: a, name: {role}}}\n\
             roleRef: {{kind: ClusterRole, name: {role}}}\nsubjects: [{{kind: User, name: {role}-user}}]\n"
        )
    };
    // `edit` gathers `view` and more that nobody binds.
    let text = format!("{}---\n{}", bind("view"), bind("edit"));
    let who = ["who-can", "create", "pods", "-n", "a", "-f", "a.yaml", "-o", "name"];
    let (code, out, err) = run(&[("a.yaml", &text)], &who);
    assert_eq!((code, out.as_str()), (0, "User edit-user\nGroup system:masters\n"), "{err}");
}

#[test]
fn wrong_usage_says_what_to_do() {
    for (args, expected) in [
        (&["who-can", "get", "podz"][..], "did you mean pods?"),
        (&["who-can", "get"], "name a verb and a resource"),
        (&["who-can", "get", "pods", "--subresource", "web"], "write `pods web`"),
        (&["who-can", "get", "pods/web", "cart"], "two names are written"),
        (&["who-can", "get", "pods", "/x"], "names hold no slash"),
        (&["who-can", "get", "pods/a/b"], "names hold no slash"),
        (&["can-i", "get", "pods", "--as-group", "developers"], "name one with --as USER"),
        (&["can-i", "get", "pods"], "--serviceaccount NAMESPACE:NAME"),
        (&["can-i", "get", "pods", "--serviceaccount", "x"], "is not NAMESPACE:NAME"),
        (&["graph", "--subject", "nobody"], "no binding names a subject"),
        (&["graph", "--role", "nothing"], "there is no role"),
        (&["who-can", "get", "pods", "-o", "svg"], "is no format of this command"),
    ] {
        let (code, out, err) = demo(args);
        assert_eq!((code, out.as_str()), (2, ""), "{args:?} {err}");
        assert!(err.contains(expected), "{args:?}: {err}");
    }
}

/// `kubectl`, where it can be had.
fn kubectl() -> Option<PathBuf> {
    let named = std::env::var_os("IRONSIDES_KUBECTL").map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found =
        || std::env::split_paths(&path).map(|folder| folder.join("kubectl")).find(|file| file.is_file());
    named.or_else(found)
}

/// The rows of a list, verbs in order: the server's own order is not fixed.
fn rows(text: &str) -> Vec<String> {
    let row = |line: &str| match line.rsplit_once('[') {
        Some((rest, verbs)) => {
            let mut verbs: Vec<&str> = verbs.trim_end_matches(']').split(' ').collect();
            verbs.sort_unstable();
            format!("{} {verbs:?}", rest.split_whitespace().collect::<Vec<_>>().join(" "))
        }
        None => line.split_whitespace().collect::<Vec<_>>().join(" "),
    };
    let mut rows: Vec<String> = text.lines().map(row).collect();
    rows.sort_unstable();
    rows
}

#[test]
fn lists_and_answers_are_those_of_a_real_server() {
    let (Some(kubeconfig), Some(kubectl)) = (std::env::var_os("IRONSIDES_TEST_KUBECONFIG"), kubectl()) else {
        eprintln!(
            "SKIPPED: lists are not compared with a server's; set IRONSIDES_TEST_KUBECONFIG and IRONSIDES_KUBECTL"
        );
        return;
    };
    let kube = |args: &[&str]| {
        let output = Command::new(&kubectl).arg("--kubeconfig").arg(&kubeconfig).args(args).output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
    };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rbac.yaml");
    // Names of this test alone: others use the same server.
    let text = "
apiVersion: v1
kind: Namespace
metadata: {name: rbac-cli-test}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {namespace: rbac-cli-test, name: some}
rules:
- {apiGroups: ['', apps], resources: [pods, deployments/scale], verbs: [get, list, get]}
- {apiGroups: [''], resources: [secrets], resourceNames: [a, b], verbs: [get]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {namespace: rbac-cli-test, name: some}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: some}
subjects: [{kind: User, name: rbac-cli-jane, apiGroup: rbac.authorization.k8s.io}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {namespace: rbac-cli-test, name: reads}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects: [{kind: Group, name: rbac-cli-group, apiGroup: rbac.authorization.k8s.io}]
";
    fs::write(&file, text).unwrap();
    assert_eq!(kube(&["apply", "-f", file.to_str().unwrap()]).0, 0);
    let ours = |args: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_ironsides"))
            .arg("rbac")
            .args(args)
            .arg("--kubeconfig")
            .arg(&kubeconfig)
            .output()
            .unwrap();
        told(output)
    };
    let jane = ["--as", "rbac-cli-jane"];
    let group = ["--as", "rbac-cli-joe", "--as-group", "rbac-cli-group"];
    let account = ["--as", "system:serviceaccount:rbac-cli-test:x"];
    let namespace = ["-n", "rbac-cli-test"];
    for who in [&jane[..], &group, &account] {
        let list = [&["can-i", "--list"], who, &namespace].concat();
        let (code, out, err) = ours(&list);
        assert_eq!(code, 0, "{err}");
        let (_, theirs) = kube(&[&["auth"], &list[..]].concat());
        assert_eq!(rows(&out), rows(&theirs), "{who:?}");
        for ask in [
            &["get", "pods"][..],
            &["list", "deployments.apps"],
            &["get", "secrets"],
            &["get", "configmaps"],
            &["create", "selfsubjectreviews.authentication.k8s.io"],
            &["get", "/healthz"],
            &["get", "nodes"],
        ] {
            let args = [&["can-i"], ask, who, &namespace].concat();
            let (code, out, err) = ours(&args);
            let (expected, word) = kube(&[&["auth"], &args[..]].concat());
            assert_eq!((code, out.lines().next()), (expected, word.lines().next()), "{args:?} {err}");
        }
    }
    let (code, out, _) = ours(&["who-can", "get", "secrets", "a", "-n", "rbac-cli-test", "-o", "name"]);
    assert_eq!(code, 0);
    assert!(out.lines().any(|line| line == "User rbac-cli-jane"), "{out}");
    let (_, _, err) = ours(&["who-can", "get", "secrets", "-n", "rbac-cli-nosuch"]);
    assert!(err.contains("there is no namespace \"rbac-cli-nosuch\""), "{err}");
    let (_, _, err) = ours(&["who-can", "get", "secrets", "-n", "rbac-cli-test"]);
    assert!(!err.contains("there is no namespace"), "{err}");
    // Who may list nothing learns nothing, and is told so.
    let (code, _, err) = ours(&["who-can", "get", "pods", "--as", "rbac-cli-jane"]);
    assert_eq!(code, 4, "{err}");
    assert_eq!(kube(&["delete", "namespace", "rbac-cli-test", "--wait=false"]).0, 0);
}

#[test]
fn an_answer_from_nothing_is_no_clean_answer() {
    for args in [
        &["risks", "-f", "missing"][..],
        &["escalations", "-f", "missing"],
        &["who-can", "get", "secrets", "-f", "missing"],
        &["can-i", "get", "secrets", "--as", "x", "-f", "missing"],
        &["can-i", "--list", "--as", "x", "-f", "missing"],
        &["graph", "-f", "missing"],
        &["diff", "missing", "r.yaml"],
        &["diff", "r.yaml", "missing"],
        &["diff", "missing.tar.zst", "r.yaml"],
    ] {
        let (code, out, err) = run(&[("r.yaml", "a: [\n")], args);
        assert_eq!((code, out.as_str()), (2, ""), "{args:?} {err}");
        assert!(err.to_lowercase().contains("no such file") && err.contains("missing"), "{args:?} {err}");
    }
    // What was named in part is answered in part, and says so where it is read.
    for args in
        [&["risks"][..], &["escalations"], &["who-can", "get", "secrets"], &["can-i", "--list", "--as", "x"]]
    {
        for from in [&["-f", "r.yaml"][..], &["-f", "none.yaml", "-f", "missing"]] {
            let files = [("r.yaml", "a: [\n"), ("none.yaml", "")];
            let (code, out, err) = run(&files, &[args, from].concat());
            assert_eq!(code, 4, "{args:?} {err}");
            let last = out.lines().last().unwrap_or_default();
            assert!(last.starts_with("unknown: ") && last.ends_with("could not be read"), "{args:?} {out}");
            assert!(!out.contains("no risks") && !out.contains("nobody becomes"), "{args:?} {out}");
        }
    }
}

#[test]
fn a_side_of_a_diff_that_holds_nothing_is_told() {
    let role = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: r}\n\
                rules: [{apiGroups: [''], resources: [pods], verbs: [get]}]\n---\n\
                apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: b}\n\
                roleRef: {kind: ClusterRole, name: r}\nsubjects: [{kind: User, name: x}]\n";
    let pod = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
    let files = [("rbac.yaml", role), ("none.yaml", pod), ("broken.yaml", "a: [\n")];
    let (code, out, err) = run(&files, &["diff", "none.yaml", "rbac.yaml"]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("+ get on pods") && err.contains("old: no roles and no bindings in "), "{out}{err}");
    let (code, out, err) = run(&files, &["diff", "none.yaml", "none.yaml"]);
    assert_eq!((code, out.as_str()), (3, ""), "{err}");
    let (code, out, err) = run(&files, &["diff", "broken.yaml", "none.yaml"]);
    assert_eq!(
        (code, out.as_str()),
        (4, "unknown: what else changes; roles or bindings could not be read\n"),
        "{err}"
    );
}

/// A ClusterRole for one rule, bound to subjects.
fn bound(rule: &str, subjects: &str) -> String {
    format!(
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {{name: r}}\nrules: [{rule}]\n---\n\
         apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {{name: b}}\n\
         roleRef: {{kind: ClusterRole, name: r}}\nsubjects: [{subjects}]\n"
    )
}

#[test]
fn a_no_of_rbac_is_no_no_of_the_node_authorizer() {
    let text = bound("{apiGroups: [''], resources: [nodes], verbs: [list]}", "{kind: User, name: x}");
    let files = [("a.yaml", &*text)];
    let ask = |verb: &str, what: &str, more: &[&str]| {
        run(&files, &[&["can-i", verb, what, "--as", "system:node:node-1", "-f", "a.yaml"], more].concat())
    };
    let nodes = ["--as-group", "system:nodes"];
    let (code, out, err) = ask("create", "pods", &nodes);
    assert_eq!((code, out.lines().next()), (4, Some("unknown")), "{err}");
    assert!(out.contains("the Node authorizer"), "{out}");
    let (_, out, _) = ask("create", "pods", &["--as-group", "system:nodes", "-o", "json"]);
    let json: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&json["answer"], &json["otherAuthorizers"][0]), (&"unknown".into(), &"Node".into()));
    // Who is not in the group is no node, and of paths the Node authorizer knows nothing.
    assert_eq!(ask("create", "pods", &[]).0, 1);
    assert_eq!(ask("get", "/secret", &nodes).0, 1);
    let who = |verb: &str, what: &str| run(&files, &["who-can", verb, what, "-f", "a.yaml"]).2;
    assert!(who("get", "secrets").contains("nodes (Group system:nodes) may do it too"));
    assert_eq!(who("delete", "deployments"), "");
}

#[test]
fn a_slash_is_read_as_kubectl_reads_it_or_that_is_told() {
    let text = bound(
        "{apiGroups: ['', apps], resources: [pods, deployments/scale], resourceNames: [web], verbs: [delete]}",
        "{kind: User, name: x}",
    );
    let files = [("a.yaml", &*text)];
    let ask = |what: &[&str]| {
        let (code, _, err) =
            run(&files, &[&["can-i", "delete"], what, &["--as", "x", "-f", "a.yaml"]].concat());
        (code, err)
    };
    assert_eq!(ask(&["pod/web"]), (0, String::new()));
    assert_eq!(ask(&["pod/other"]), (1, String::new()));
    let (code, err) = ask(&["deployments/scale"]);
    assert!(code == 1 && err.contains("kubectl reads the name of an object"), "{err}");
    assert_eq!(ask(&["deployments/scale", "web"]), (0, String::new()));
    assert_eq!(ask(&["deploy/web", "--subresource", "scale"]), (0, String::new()));
}

#[test]
fn a_user_that_is_spelled_as_a_service_account_is_one() {
    let rule = "{apiGroups: [''], resources: [secrets], verbs: [get]}";
    let user = bound(rule, "{kind: User, name: 'system:serviceaccount:shop:ci'}");
    let account = bound(rule, "{kind: ServiceAccount, namespace: shop, name: ci}");
    let files = [("user.yaml", &*user), ("account.yaml", &*account)];
    let out = |args: &[&str]| run(&files, args).1;
    assert_eq!(out(&["diff", "user.yaml", "account.yaml"]), "no rights change\n");
    for args in [
        &["risks", "--fail-on", "none"][..],
        &["risks", "--subject", "User:system:serviceaccount:shop:ci"],
        &["risks", "--subject", "ServiceAccount:shop/ci"],
        &["who-can", "get", "secrets", "-o", "name"],
        &["graph", "-o", "dot"],
    ] {
        let [user, account] = ["user.yaml", "account.yaml"].map(|file| out(&[args, &["-f", file]].concat()));
        assert!(user.contains("ci") && !user.contains("User system:"), "{user}");
        assert_eq!(user.replace("user.yaml", "account.yaml"), account, "{args:?}");
    }
}
