//! `ironsides network` as its users meet it, over `demo/shop`.

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
    told(ironsides(&root(), &[&["network"], args, &["-f", "demo/shop"]].concat()))
}

/// Over files of a test.
fn run(files: &[(&str, &str)], args: &[&str]) -> (i32, String, String) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    told(ironsides(folder.path(), &[&["network"], args].concat()))
}

/// One transcript: exit code and both streams.
fn transcript((code, out, err): (i32, String, String)) -> String {
    format!("{out}--- standard error\n{err}--- exit {code}\n")
}

const SHOP: &str = "
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}},
 spec: {containers: [{name: web, ports: [{name: http, containerPort: 8080}]}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: db, namespace: shop, labels: {app: db}}, spec: {containers: []}}
";

const POLICY: &str = "apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: db
  namespace: shop
spec:
  podSelector:
    matchLabels: {app: db}
  policyTypes: [Ingress]
  ingress:
    - from:
        - podSelector: {matchLabels: {app: web}}
      ports:
        - port: 5432
";

#[test]
fn an_answer_shows_both_ends_and_the_smallest_change() {
    let reach = |args: &[&str]| transcript(demo(&[&["reach"], args].concat()));
    insta::assert_snapshot!("reach_denied", reach(&["shop/frontend", "payments/payments:9443"]));
    insta::assert_snapshot!(
        "reach_allowed",
        reach(&["shop/frontend", "payments/payments:8443", "--profile", "calico"])
    );
    insta::assert_snapshot!(
        "reach_all_traffic",
        reach(&["payments/payments", "data/postgres", "--no-change"])
    );
    insta::assert_snapshot!("reach_internet", reach(&["internet", "ns/payments", "--no-change"]));
}

#[test]
fn a_request_is_answered_as_the_proxy_would() {
    let policy = "
{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {name: db, namespace: shop},
 spec: {endpointSelector: {matchLabels: {app: db}}, ingress: [{fromEndpoints: [{matchLabels: {app: web}}],
  toPorts: [{ports: [{port: '8080', protocol: TCP}], rules: {http: [{method: GET, path: '/orders/.*'}]}}]}]}}";
    let files = [("pods.yaml", SHOP), ("policy.yaml", policy)];
    for (request, expected) in [
        (vec!["GET", "/orders/7"], "allowed: shop/web -> shop/db, TCP 8080"),
        (vec!["POST", "/orders/7"], "denied: shop/web -> shop/db, TCP 8080"),
        (vec![], "limited: shop/web -> shop/db, TCP 8080"),
    ] {
        let args = [&["reach", "shop/web", "shop/db:8080"], &request[..], &["-f", "."]].concat();
        let (code, out, err) = run(&files, &args);
        assert!(code == 0 && out.lines().any(|line| line == expected), "{out}{err}");
        assert!(!out.contains("cilium itself") && err.contains("profile cilium"), "{out}{err}");
    }
    let (code, _, err) = run(&files, &["reach", "shop/web", "shop/db:8080", "GET", "orders", "-f", "."]);
    assert!(code == 2 && err.contains("begins with a slash"), "{err}");
}

#[test]
fn a_refused_request_is_explained_and_the_rule_that_would_take_it_does() {
    let policy = "apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  endpointSelector: {matchLabels: {app: db}}
  ingress:
    - fromEndpoints:
        - matchLabels: {app: web}
      toPorts:
        - ports: [{port: '8080', protocol: TCP}]
          rules:
            http:
              - {method: GET, path: /public}
              - {method: POST, path: '/orders/.*'}
";
    let files = [("pods.yaml", SHOP), ("policy.yaml", policy)];
    let ask = ["reach", "shop/web", "shop/db:8080", "GET", "/admin?x=1", "-f", "."];
    insta::assert_snapshot!("reach_request", transcript(run(&files, &ask)));
    let (_, out, _) = run(&files, &[&ask[..], &["-o", "json"]].concat());
    let answer: Value = serde_json::from_str(&out).unwrap();
    let case = &answer["answers"][0]["cases"][0];
    assert_eq!(case["http"][1]["misses"].as_array().unwrap().len(), 2);
    assert_eq!(case["http"][0]["at"]["line"], 13);
    let item = case["changes"][0]["steps"][0]["yaml"].as_str().unwrap();
    let item: Vec<String> = item.lines().map(|line| format!("                {line}")).collect();
    let mended = format!("{policy}              -\n{}\n", item.join("\n"));
    let files = [("pods.yaml", SHOP), ("policy.yaml", mended.as_str())];
    let (_, out, err) = run(&files, &ask);
    assert!(out.starts_with("shop/web -> shop/db:8080 GET /admin?x=1: allowed"), "{out}{err}{mended}");
}

#[test]
fn every_command_compares_profiles() {
    let of_cilium = "
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  endpointSelector: {matchLabels: {app: db}}
  ingress: [{fromEndpoints: [{matchLabels: {app: web}}]}]
";
    let test = "
apiVersion: ironsides.dev/v1
kind: NetworkTest
expect:
  - {from: shop/web, to: shop/db, port: 5432, verdict: allow}
  - {from: internet, to: shop/db, port: 5432, verdict: deny}
";
    let files = [
        ("old/pods.yaml", SHOP),
        ("new/pods.yaml", SHOP),
        ("new/policy.yaml", of_cilium),
        ("test.yaml", test),
    ];
    let ask = |args: &[&str]| transcript(run(&files, &[args, &["--profiles", "all"]].concat()));
    insta::assert_snapshot!("all_reach", ask(&["reach", "internet", "shop/db:5432", "-f", "new"]));
    insta::assert_snapshot!("all_reach_ns", ask(&["reach", "internet", "ns/shop", "-f", "new"]));
    insta::assert_snapshot!("all_map", ask(&["map", "-f", "new"]));
    insta::assert_snapshot!("all_map_workloads", ask(&["map", "--workloads", "-f", "new"]));
    insta::assert_snapshot!("all_exposure", ask(&["map", "--exposure", "-f", "new"]));
    insta::assert_snapshot!("all_diff", ask(&["diff", "old", "new"]));
    insta::assert_snapshot!("all_test", ask(&["test", "test.yaml", "-f", "new"]));
    let json = |args: &[&str]| -> Value {
        let (_, out, err) = run(&files, &[args, &["--profile", "all", "-o", "json"]].concat());
        serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}{err}"))
    };
    assert_eq!(json(&["diff", "old", "new"])["answers"].as_array().unwrap().len(), 6);
    assert_eq!(json(&["map", "-f", "new"])["differences"][0]["traffic"]["spec"], "all traffic");
    assert_eq!(json(&["map", "--exposure", "-f", "new"])["answers"][2]["profile"], "cilium");
}

#[test]
fn profiles_are_compared() {
    let (code, out, _) = demo(&["reach", "payments/payments", "svc/data/postgres", "--profiles", "all"]);
    assert_eq!(code, 0);
    let named: Vec<&str> = out
        .lines()
        .filter(|line| line.contains("TCP 5432"))
        .flat_map(|line| line.split("  ").next().unwrap_or_default().split(", "))
        .collect();
    for profile in ["spec", "calico", "cilium", "ovn", "antrea", "np-guard"] {
        assert!(named.contains(&profile), "{profile}: {out}");
    }
}

#[test]
fn answers_for_programs_name_rules_with_their_lines() {
    let (code, out, _) = demo(&["reach", "shop/frontend", "payments/payments:8443", "-o", "json"]);
    let answer: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, answer["complete"].as_bool()), (0, Some(true)));
    let case = &answer["answers"][0]["cases"][0];
    assert_eq!(answer["answers"][0]["profile"], "spec");
    assert_eq!(case["verdict"], "allow");
    let rule = &case["ingress"]["rules"][0];
    assert_eq!(rule["policy"], "NetworkPolicy/payments/payments");
    assert_eq!(rule["path"], "spec.ingress[0]");
    assert_eq!((&rule["at"]["file"], &rule["at"]["line"]), (&"demo/shop/access.yaml".into(), &65.into()));
    assert!(!case["changes"].as_array().unwrap().is_empty());
    let (_, yaml, _) = demo(&["reach", "shop/frontend", "payments/payments:8443", "-o", "yaml"]);
    assert!(yaml.contains("kind: network-reach"), "{yaml}");
}

#[test]
fn what_a_change_says_is_what_happens() {
    let files = [("pods.yaml", SHOP), ("policy.yaml", POLICY)];
    let (_, out, _) = run(&files, &["reach", "shop/web", "shop/db:9187", "-f", ".", "-o", "json"]);
    let answer: Value = serde_json::from_str(&out).unwrap();
    let changes = answer["answers"][0]["cases"][0]["changes"].as_array().unwrap().clone();
    assert_eq!(changes[0]["steps"][0]["do"], "add to spec.ingress[0].ports");
    assert_eq!(changes[0]["besides"].as_array().unwrap().len(), 0);
    // The policy that it would add does it.
    let added = changes.iter().find(|change| change["steps"][0]["do"] == "add a policy").unwrap();
    let yaml = added["steps"][0]["yaml"].as_str().unwrap();
    let with = [("pods.yaml", SHOP), ("policy.yaml", POLICY), ("more.yaml", yaml)];
    let (_, out, _) = run(&with, &["reach", "shop/web", "shop/db:9187", "-f", ".", "--no-change"]);
    assert!(out.starts_with("shop/web -> shop/db:9187: allowed"), "{out}");
}

#[test]
fn wrong_ends_ports_and_settings_are_told() {
    for (args, expected) in [
        (vec!["reach", "shop/fronted", "shop/cart"], "did you mean shop/frontend?"),
        (vec!["reach", "shop/frontend", "shop/cart:htp"], "there is no port htp of shop/cart"),
        (vec!["reach", "shop/frontend", "shop/cart:99999"], "ports go from 1 to 65535"),
        (vec!["reach", "frontend", "shop/cart"], "did you mean shop/frontend?"),
        (vec!["reach", "shop/frontend", "shop/cart", "--cilium-option", "x"], "is no setting"),
        (
            vec!["reach", "shop/frontend", "shop/cart", "--cilium-option", "a=b"],
            "the settings are enable-policy",
        ),
        (vec!["map", "--focus", "shop/crat"], "did you mean shop/cart?"),
        (vec!["map", "--profile", "all", "-o", "svg"], "there is no picture of where profiles differ"),
        (vec!["generate", "--profile", "all"], "one profile at a time"),
    ] {
        let (code, out, err) = demo(&args);
        assert_eq!((code, out.as_str()), (2, ""), "{args:?}: {err}");
        assert!(err.contains(expected), "{args:?}: {err}");
    }
}

#[test]
fn nothing_and_broken_input_have_exit_codes_of_their_own() {
    let (code, _, err) = run(&[("a.yaml", "{apiVersion: v1, kind: ConfigMap}")], &["map", "-f", "."]);
    assert_eq!(code, 3, "{err}");
    let broken = [("pods.yaml", SHOP), ("broken.yaml", "apiVersion: v1\nkind: [\n")];
    let (code, out, err) = run(&broken, &["reach", "shop/web", "shop/db:1", "-f", "."]);
    assert_eq!(code, 4, "{err}");
    assert!(out.contains("allowed") && err.contains("broken.yaml:"), "{out}{err}");
    let (code, ..) = run(&[], &["reach", "a/b", "a/c", "-f", "missing.yaml"]);
    assert_eq!(code, 2);
}

#[test]
fn a_policy_that_the_server_refuses_is_told_with_its_line_and_the_rest_goes_on() {
    let wrong = POLICY.replace("port: 5432", "port: 543200");
    let files = [("pods.yaml", SHOP), ("policy.yaml", wrong.as_str())];
    let (code, out, err) = run(&files, &["reach", "shop/web", "shop/db:5432", "-f", ".", "--no-change"]);
    assert_eq!(code, 0, "{err}");
    assert!(err.contains("policy.yaml:14:"), "{err}");
    assert!(out.contains("allowed"), "{out}");
}

#[test]
fn the_plug_in_is_found_by_its_agent() {
    let agent =
        "{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: calico-node, namespace: kube-system},
        spec: {template: {spec: {hostNetwork: true, containers: []}}}}";
    let files = [("pods.yaml", SHOP), ("agent.yaml", agent)];
    let (_, out, err) = run(&files, &["reach", "shop/web", "shop/db:5432", "-f", ".", "--no-change"]);
    assert!(err.contains("note: profile calico: the DaemonSet kube-system/calico-node is there"), "{err}");
    assert!(out.contains("(profile calico)"), "{out}");
}

#[test]
fn states_are_compared_and_what_opens_fails() {
    let opened = POLICY.replace("port: 5432", "port: 5433");
    let files = [
        ("old/pods.yaml", SHOP),
        ("old/policy.yaml", POLICY),
        ("new/pods.yaml", SHOP),
        ("new/policy.yaml", opened.as_str()),
    ];
    insta::assert_snapshot!("diff", transcript(run(&files, &["diff", "old", "new"])));
    insta::assert_snapshot!(
        "diff_markdown",
        transcript(run(&files, &["diff", "old", "new", "-o", "markdown"]))
    );
    let code = |fail_on: &str| run(&files, &["diff", "old", "new", "--fail-on", fail_on]).0;
    assert_eq!([code("opened"), code("closed"), code("any"), code("none")], [1, 1, 1, 0]);
    // A policy that was written anew and means the same changes nothing.
    let same = POLICY.replace("- port: 5432", "- protocol: TCP\n          port: 5432");
    let files = [
        ("old/pods.yaml", SHOP),
        ("old/policy.yaml", POLICY),
        ("new/pods.yaml", SHOP),
        ("new/policy.yaml", same.as_str()),
    ];
    let (code, out, _) = run(&files, &["diff", "old", "new"]);
    assert_eq!((code, out.as_str()), (0, "nothing changes (profile spec)\n"));
    let (code, csv, _) = run(&files, &["diff", "old", "new", "-o", "csv"]);
    assert_eq!((code, csv.lines().count()), (0, 1));
}

#[test]
fn what_is_newly_exposed_is_told_and_fails_when_asked_for() {
    let more = "
{apiVersion: v1, kind: Pod, metadata: {name: debug, namespace: tools, labels: {app: debug}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop},
 spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}}
";
    let files = [("old/pods.yaml", SHOP), ("new/pods.yaml", SHOP), ("new/more.yaml", more)];
    insta::assert_snapshot!("diff_exposed", transcript(run(&files, &["diff", "old", "new"])));
    let code = |fail_on: &str| run(&files, &["diff", "old", "new", "--fail-on", fail_on]).0;
    assert_eq!(["opened", "exposed", "opened,exposed", "any", "none"].map(code), [0, 1, 1, 1, 0]);
    let (_, csv, _) = run(&files, &["diff", "old", "new", "-o", "csv"]);
    assert!(csv.contains("exposed,,tools/debug,no policy guards its ingress"), "{csv}");
    let json: Value = serde_json::from_str(&run(&files, &["diff", "old", "new", "-o", "json"]).1).unwrap();
    assert_eq!(json["exposed"].as_array().unwrap().len(), 2);
    let (code, _, err) = run(&[("a/x.txt", ""), ("b/x.txt", "")], &["diff", "a", "b"]);
    assert!(code == 3 && err.contains("OLD and NEW are files"), "{err}");
}

#[test]
fn files_without_expectations_are_told_with_what_they_hold() {
    let test = "{apiVersion: ironsides.dev/v1, kind: NetworkTest,
        expect: [{from: shop/web, to: shop/db, verdict: allow}]}";
    let empty = "{apiVersion: ironsides.dev/v1, kind: NetworkTest, expect: []}";
    let typo = test.replace("NetworkTest", "NetworkTests");
    let files = [
        ("d/pods.yaml", SHOP),
        ("test.yaml", test),
        ("empty.yaml", empty),
        ("nothing.yaml", ""),
        ("typo.yaml", typo.as_str()),
        ("broken.yaml", "{apiVersion: ironsides.dev/v1, kind: NetworkTest, expect: [{from: a/b}]}"),
    ];
    for (names, code, told) in [
        (vec!["test.yaml"], 0, ""),
        (vec!["empty.yaml"], 3, "the list of expectations is empty"),
        (vec!["nothing.yaml"], 3, "it holds no document at all"),
        (vec!["typo.yaml"], 3, "did you mean kind: NetworkTest"),
        (vec!["d/pods.yaml"], 3, "it holds Pod"),
        (vec!["broken.yaml"], 4, "expected a verdict"),
        (vec!["test.yaml", "empty.yaml"], 4, "the list of expectations is empty"),
        (vec!["test.yaml", "typo.yaml"], 4, "did you mean kind: NetworkTest"),
    ] {
        let (came, out, err) = run(&files, &[&["test"], &names[..], &["-f", "d"]].concat());
        assert!(came == code && err.contains(told), "{names:?}: {came} {out}{err}");
    }
}

#[test]
fn what_of_expectations_cannot_be_used_is_an_error_for_ci_servers() {
    let test = "{apiVersion: ironsides.dev/v1, kind: NetworkTest,
        expect: [{from: shop/web, to: shop/db, verdict: allow}]}";
    let typo = test.replace("NetworkTest", "NetworkTets");
    let half = test.replace("}]", "}, {from: shop/web, verdict: deny}]");
    let broken = "kind: NetworkTest\nexpect:\n  - from: a\n   to: b\n";
    let files = [
        ("d/pods.yaml", SHOP),
        ("t/test.yaml", test),
        ("t/typo.yaml", typo.as_str()),
        ("t/half.yaml", half.as_str()),
        ("t/broken.yaml", broken),
        ("e/empty.yaml", "{apiVersion: ironsides.dev/v1, kind: NetworkTest, expect: []}"),
    ];
    let ask = |tests: &str, pods: &str| {
        run(&files, &["test", tests, "-f", pods, "--profile", "calico", "-o", "junit"])
    };
    let (code, junit, err) = ask("t", "d");
    assert!(code == 4 && err.contains("did you mean kind: NetworkTest?"), "{code} {err}");
    let of = |file: &str| {
        let suites = junit.split("<testsuite ").filter(|suite| suite.contains(&format!("\"{file}\"")));
        suites.map(|suite| suite.matches("<error").count()).sum::<usize>()
    };
    let counts = ["t/test.yaml", "t/typo.yaml", "t/half.yaml", "t/broken.yaml"].map(of);
    assert_eq!(counts, [0, 1, 1, 1], "{junit}");
    // Where nothing is held against anything a report is written, with the reason.
    for (tests, pods, exit, why) in [
        ("t/broken.yaml", "d", 4, "no expectation could be read"),
        ("e/empty.yaml", "d", 3, "no expectations in e/empty.yaml"),
        ("t/test.yaml", "e", 3, "no pods and no workloads in e"),
    ] {
        let (code, junit, err) = ask(tests, pods);
        assert!(code == exit && junit.contains("<error") && junit.contains(why), "{code} {junit} {err}");
    }
}

#[test]
fn what_cannot_be_read_is_incomplete_and_what_is_not_there_is_wrong_usage() {
    let test = "{apiVersion: ironsides.dev/v1, kind: NetworkTest,
        expect: [{from: shop/web, to: shop/db, verdict: allow}]}";
    let files = [
        ("pods.yaml", SHOP),
        ("broken.yaml", "kind: Pod\nmetadata:\n  name: a\n namespace: b\n"),
        ("test.yaml", test),
        ("rubbish.log", "neither JSON nor anything else\n"),
        ("none.log", ""),
    ];
    for command in [
        &["map"][..],
        &["lint"],
        &["generate", "--intents"],
        &["reach", "shop/web", "shop/db"],
        &["test", "test.yaml"],
    ] {
        let (code, out, err) = run(&files, &[command, &["-f", "broken.yaml"]].concat());
        assert!(code == 4 && (out.clone() + &err).contains("read"), "{command:?}: {code} {out}{err}");
        let (code, out, err) = run(&files, &[command, &["-f", "nosuch.yaml"]].concat());
        assert!(code == 2 && out.is_empty(), "{command:?}: {code} {out}{err}");
        assert!(err.contains("cannot read nosuch.yaml: No such file"), "{command:?}: {err}");
        assert!(err.ends_with("; check the path\n") && err.lines().count() == 1, "{command:?}: {err}");
    }
    // A name that is not there may be in what could not be read.
    let ask = |files_of: &[&str]| run(&files, &[&["reach", "shop/wbe", "shop/db"], files_of].concat());
    let (code, _, err) = ask(&["-f", "pods.yaml"]);
    assert!(code == 2 && err.contains("did you mean shop/web?"), "{code} {err}");
    let (code, _, err) = ask(&["-f", "pods.yaml", "-f", "broken.yaml"]);
    assert!(code == 4 && err.contains("not everything could be read: there is no"), "{code} {err}");
    let flows = |file: &str| run(&files, &["generate", "--flows", file, "-f", "pods.yaml"]);
    assert_eq!(["rubbish.log", "none.log", "nosuch.log"].map(|file| flows(file).0), [4, 3, 2]);
}

#[test]
fn namespaces_and_ports_that_are_meant_otherwise_are_told() {
    let files = [("d/pods.yaml", SHOP)];
    let (code, out, err) = run(&files, &["generate", "--intents", "-n", "shpo", "-f", "d"]);
    assert!(code == 2 && out.is_empty() && err.contains("did you mean shop?"), "{code} {out}{err}");
    let reach =
        |words: &[&str]| run(&files, &[&["reach", "shop/web", "shop/db"], words, &["-f", "d"]].concat());
    let (code, _, err) = reach(&["5432"]);
    assert!(code == 2 && err.contains("did you mean shop/db:5432?"), "{code} {err}");
    let (code, _, err) = reach(&["GET"]);
    assert!(code == 2 && err.contains("as in GET /orders/7"), "{code} {err}");
}

#[test]
fn without_a_port_protocols_without_ports_count_as_far_as_somebody_knows() {
    let ask = |verdict: &str, port: &str, profile: &str| {
        let text = format!(
            "{{apiVersion: ironsides.dev/v1, kind: NetworkTest,
              expect: [{{from: internet, to: shop/db, verdict: {verdict}{port}}}]}}"
        );
        let files = [("d/pods.yaml", SHOP), ("d/policy.yaml", POLICY), ("test.yaml", text.as_str())];
        transcript(run(&files, &["test", "test.yaml", "-f", "d", "--profile", profile]))
    };
    insta::assert_snapshot!("test_without_port", ask("deny", "", "spec"));
    let decided = ask("deny", "", "calico");
    assert!(decided.ends_with("exit 0\n") && !decided.contains("not counted"), "{decided}");
    assert!(ask("deny", ", port: icmp/8", "spec").ends_with("exit 1\n"));
    let failing = ask("allow", "", "spec");
    assert!(failing.contains("denied: internet -> shop/db") && !failing.contains("255.255"), "{failing}");
}

#[test]
fn expectations_hold_or_do_not() {
    let test = "
apiVersion: ironsides.dev/v1
kind: NetworkTest
expect:
  - {from: shop/web, to: shop/db, port: 5432, verdict: allow}
  - {from: internet, to: shop/db, verdict: deny, why: nobody reads the database from outside}
";
    let files = [("d/pods.yaml", SHOP), ("d/policy.yaml", POLICY), ("test.yaml", test)];
    let ask = |more: &[&str]| {
        run(&files, &[&["test", "test.yaml", "-f", "d", "--profile", "calico"], more].concat())
    };
    insta::assert_snapshot!("test_holds", transcript(ask(&[])));
    let wrong = test.replace("verdict: allow", "verdict: deny").replace("5432", "[5432, 5433]");
    let files = [("d/pods.yaml", SHOP), ("d/policy.yaml", POLICY), ("test.yaml", wrong.as_str())];
    let ask = |more: &[&str]| {
        run(&files, &[&["test", "test.yaml", "-f", "d", "--profile", "calico"], more].concat())
    };
    insta::assert_snapshot!("test_fails", transcript(ask(&[])));
    insta::assert_snapshot!("test_junit", transcript(ask(&["-o", "junit"])));
    let json: Value = serde_json::from_str(&ask(&["-o", "json"]).1).unwrap();
    assert_eq!(json["results"][0]["outcomes"][0]["result"], "fails");
    assert_eq!(json["results"][0]["outcomes"][1]["result"], "holds");
    assert_eq!(json["coverage"]["rules"], 2);
}

#[test]
fn documents_of_expectations_have_a_schema_that_says_the_same_as_the_reader() {
    let (_, schema, _) = told(ironsides(&root(), &["schema", "network-test"]));
    let schema = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    for (test, expected) in [
        (
            r#"{"from": "a/b", "to": ["a/c", "internet"], "port": [80, "http"], "verdict": "allow", "why": "x"}"#,
            true,
        ),
        (
            r#"{"from": "a/b", "to": "a/c", "http": {"path": "/x", "headers": {"A": "b"}}, "verdict": "limited"}"#,
            true,
        ),
        (r#"{"from": "a/b", "verdict": "allow"}"#, false),
        (r#"{"from": [], "to": "a/c", "verdict": "allow"}"#, false),
        (r#"{"from": "a/b", "to": "a/c", "verdict": "maybe"}"#, false),
        (r#"{"from": "a/b", "to": "a/c", "http": {"path": "x"}, "verdict": "deny"}"#, false),
        (r#"{"from": "a/b", "to": "a/c", "ports": 1, "verdict": "deny"}"#, false),
    ] {
        let text =
            format!(r#"{{"apiVersion": "ironsides.dev/v1", "kind": "NetworkTest", "expect": [{test}]}}"#);
        assert_eq!(schema.is_valid(&serde_json::from_str(&text).unwrap()), expected, "{test}");
        let files = [("d/pods.yaml", SHOP), ("test.yaml", text.as_str())];
        let (code, _, err) = run(&files, &["test", "test.yaml", "-f", "d"]);
        assert_eq!(err.contains("error: test.yaml"), !expected, "{code} {test}: {err}");
    }
    let (code, _, err) = run(&[("a.yaml", SHOP)], &["test", "a.yaml", "-f", "a.yaml"]);
    assert_eq!(code, 3, "{err}");
}

#[test]
fn too_little_coverage_fails() {
    let test = "{apiVersion: ironsides.dev/v1, kind: NetworkTest,
        expect: [{from: shop/web, to: shop/db, port: 5432, verdict: allow}]}";
    let files = [("d/pods.yaml", SHOP), ("d/policy.yaml", POLICY), ("test.yaml", test)];
    let code = |least: &str| {
        run(&files, &["test", "test.yaml", "-f", "d", "--profile", "calico", "--min-coverage", least]).0
    };
    assert_eq!([code("50"), code("51")], [0, 1]);
}

#[test]
fn maps_are_of_namespaces_workloads_or_a_focus() {
    insta::assert_snapshot!("map", transcript(demo(&["map"])));
    insta::assert_snapshot!("map_focus", transcript(demo(&["map", "--focus", "payments/payments"])));
    let (code, out, _) = demo(&["map", "--exposure", "--profile", "calico"]);
    let row = |workload: &str| out.lines().find(|line| line.starts_with(workload)).unwrap().to_owned();
    assert!(code == 0 && row("payments/payments").contains("closed"), "{out}");
    assert!(row("shop/frontend ").contains("unprotected"), "{out}");
    assert!(out.contains("of Ingress shop/frontend"), "{out}");
    assert_eq!(demo(&["map", "--exposure", "-o", "svg"]).0, 2);
    for (format, begin) in
        [("html", "<!DOCTYPE html>"), ("svg", "<svg"), ("dot", "digraph"), ("mermaid", "flowchart")]
    {
        let (code, out, _) = demo(&["map", "--workloads", "-o", format]);
        assert!(code == 0 && out.to_lowercase().contains(&begin.to_lowercase()), "{format}: {out}");
    }
    let (code, csv, _) = demo(&["map", "--workloads", "-o", "csv"]);
    assert!(code == 0 && csv.contains("payments/payments"), "{csv}");
    // On what it depends is told wherever it does.
    assert!(csv.contains(",both are on one node; the pod is on this node,"), "{csv}");
    for format in ["table", "html", "svg", "dot", "mermaid"] {
        let (_, out, _) = demo(&["map", "--workloads", "-o", format]);
        let out = out.replace("#91;", "[").replace("#93;", "]");
        assert!(out.contains("[1] it depends on whether both are on one node"), "{format}: {out}");
        assert!(out.contains("[1, 2]"), "{format}: {out}");
    }
    let json: Value = serde_json::from_str(&demo(&["map", "-o", "json"]).1).unwrap();
    assert_eq!(json["kind"], "network-map");
}

#[test]
fn policies_that_are_made_are_proved_and_hold() {
    let flows = ["generate", "--flows", "demo/flows/hubble.jsonl"];
    let (code, out, err) = demo(&flows);
    assert!(code == 0 || code == 4, "{out}{err}");
    assert!(out.contains("0 would be denied, 0 undecided"), "{out}");
    let (_, yaml, _) = demo(&[&flows[..], &["-o", "yaml"]].concat());
    assert!(yaml.contains("kind: NetworkPolicy"), "{yaml}");
    let (_, steps, _) = demo(&[&flows[..], &["-o", "steps"]].concat());
    assert!(steps.starts_with("1. "), "{steps}");
    let json: Value = serde_json::from_str(&demo(&[&flows[..], &["-o", "json"]].concat()).1).unwrap();
    assert_eq!(json["proof"]["holds"], true);
    let (code, out, _) = demo(&["generate", "--intents"]);
    assert!(code != 2 && out.contains("intended connection"), "{out}");
}

#[test]
fn policies_are_written_by_namespace_with_steps_that_name_the_files() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("made").display().to_string();
    let (code, _, err) = demo(&["generate", "--flows", "demo/flows", "--out", &out]);
    assert!(code == 0 && err.contains("written"), "{err}");
    let steps = fs::read_to_string(folder.path().join("made/steps.txt")).unwrap();
    let named: Vec<&str> =
        steps.lines().filter_map(|line| line.strip_prefix("   run: kubectl apply -f ")).collect();
    assert!(named.len() > 3, "{steps}");
    for file in named {
        let text = fs::read_to_string(file).unwrap();
        assert!(text.contains("kind: NetworkPolicy"), "{file}: {text}");
    }
    // Without the folder the first steps say how to write it.
    let (_, steps, _) = demo(&["generate", "--flows", "demo/flows/hubble.jsonl", "-o", "steps"]);
    assert!(
        steps.contains("--out policies\n") && steps.contains("kubectl apply -f policies/shop.yaml"),
        "{steps}"
    );
}

#[test]
fn kinds_profiles_and_empty_logs_are_told() {
    let (code, out, _) = demo(&["generate", "--intents", "--kind", "cilium"]);
    assert!(code == 0 && out.contains("proof under profile cilium"), "{out}");
    let (code, _, err) = demo(&["generate", "--intents", "--kind", "cilium", "--profile", "calico"]);
    assert!(code == 2 && err.contains("contradict each other"), "{err}");
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("flows.json").display().to_string();
    fs::write(&log, "").unwrap();
    let (code, _, err) = demo(&["generate", "--flows", &log]);
    assert!(code == 3 && err.contains("it holds no records") && err.contains("hubble observe"), "{err}");
    let (code, _, err) = demo(&["generate", "--flows", "demo/shop"]);
    assert!(code == 2 && err.contains("begins like a flow log"), "{err}");
    fs::remove_file(&log).unwrap();
    let (code, _, err) = demo(&["generate", "--flows", &folder.path().display().to_string()]);
    assert!(code == 3 && err.contains("hubble observe") && !err.contains("audit"), "{code} {err}");
}
