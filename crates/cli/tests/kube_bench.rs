//! Benchmarks of kube-bench on the command line.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop where it stands")]

use std::fs;
use std::path::Path;
use std::process::Command;

const CONFIG: &str = "\
node:
  components: [kubelet]
  kubelet: {bins: [kubelet], confs: [/var/lib/kubelet/config.yaml], defaultconf: /var/lib/kubelet/config.yaml}
master:
  components: [apiserver]
  apiserver: {bins: [kube-apiserver]}
version_mapping: {\"1.32\": mine}
target_mapping: {mine: [master, node]}
";

const NODE: &str = r#"
controls:
version: mine
id: 4
text: Nodes
type: node
groups:
- id: 4.1
  text: Files
  checks:
  - id: 4.1.9
    text: the configuration is closed
    audit: '/bin/sh -c "stat -c permissions=%a $kubeletconf"'
    scored: true
    tests: {test_items: [{flag: permissions, compare: {op: bitmask, value: "600"}}]}
  - id: 4.2.4
    text: no port without login
    audit: /bin/ps -fC $kubeletbin
    audit_config: /bin/cat $kubeletconf
    scored: true
    tests: {test_items: [{flag: --read-only-port, path: '{.readOnlyPort}', compare: {op: eq, value: 0}}]}
"#;

const MASTER: &str =
    "controls:\nid: 1\ntype: master\ngroups:\n- id: 1.1\n  checks:\n  - {id: 1.1.1, scored: true}\n";

fn facts(name: &str, mode: &str) -> String {
    format!(
        "apiVersion: ironsides.dev/v1\nkind: NodeFacts\nmetadata: {{name: {name}}}\nprocesses:\n- {{pid: 5, program: kubelet, \
         arguments: [/usr/bin/kubelet, --read-only-port=10255, --read-only-port=0]}}\nfiles:\n  /var/lib/kubelet/config.yaml: \
         {{kind: file, mode: '{mode}', uid: 0, gid: 0, user: root, group: root, content: 'a: 1'}}\n"
    )
}

/// Exit code, standard output, standard error, in a folder with a benchmark and two nodes.
fn run(args: &[&str], more: &[(&str, &str)]) -> (i32, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).unwrap();
        fs::write(path, text).unwrap();
    };
    write("cfg/config.yaml", CONFIG);
    write("cfg/mine/node.yaml", NODE);
    write("cfg/mine/master.yaml", MASTER);
    write("nodes/a.yaml", &facts("a", "0600"));
    write("nodes/b.yaml", &facts("b", "0644"));
    for (path, text) in more {
        write(path, text);
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_ironsides"));
    let output = command.args(args).current_dir(folder.path()).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn every_node_is_judged_by_the_rules_of_the_files() {
    let args = ["scan", "--facts", "nodes", "--kube-bench", "cfg", "--benchmark", "mine", "-o", "json"];
    let (code, out, err) = run(&args, &[]);
    assert_eq!(code, 1, "{err}");
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    let rows: Vec<String> = report["compliance"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|framework| {
            let node = framework["node"].as_str().unwrap().to_owned();
            let controls = framework["controls"].as_array().unwrap().iter();
            controls.map(move |row| {
                format!(
                    "{node} {} {} {}",
                    row["id"].as_str().unwrap(),
                    row["standing"],
                    row["audit"]["state"]
                )
            })
        })
        .collect();
    let wanted = [
        r#"a 1.1.1 "not-applicable" "INFO""#,
        r#"a 4.1.9 "pass" "PASS""#,
        r#"a 4.2.4 "fail" "FAIL""#,
        r#"b 1.1.1 "not-applicable" "INFO""#,
        r#"b 4.1.9 "fail" "FAIL""#,
        r#"b 4.2.4 "fail" "FAIL""#,
    ];
    assert_eq!(rows, wanted);
}

#[test]
fn its_json_is_kube_bench_s() {
    let args = [
        "scan",
        "--facts",
        "nodes/b.yaml",
        "--kube-bench",
        "cfg",
        "--kubernetes-version",
        "1.34",
        "-o",
        "kube-bench",
    ];
    let (code, out, err) = run(&args, &[]);
    assert_eq!(code, 1, "{err}");
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["Totals"]["total_fail"], 2);
    let check = &report["Controls"][0]["tests"][0]["results"][0];
    assert_eq!(check["actual_value"], "permissions=644");
    assert_eq!(check["expected_result"], "permissions has permissions 644, expected 600 or more restrictive");
    assert_eq!(check["audit"], "/bin/sh -c \"stat -c permissions=%a /var/lib/kubelet/config.yaml\"");
}

#[test]
fn what_is_not_known_makes_the_run_incomplete() {
    let odd =
        NODE.replace("/bin/ps -fC $kubeletbin", "journalctl -u kubelet").replace("stat -c", "rm -rf / #");
    let args = ["scan", "--facts", "nodes/a.yaml", "--kube-bench", "cfg/mine", "--fail-on", "none"];
    let (code, out, err) = run(&args, &[("cfg/mine/node.yaml", &odd)]);
    assert_eq!(code, 4, "{err}");
    assert!(out.contains("`journalctl` reads the journal, which the facts of a node do not hold"), "{out}");
    assert!(out.contains("what `rm` prints is not known here; the command is never run"), "{out}");
}

#[test]
fn mistakes_say_what_to_do() {
    let scan =
        |args: &[&str]| run(&[&["scan", "--facts", "nodes"], args].concat(), &[("pods/a.yaml", "a: 1\n")]);
    for (args, told) in [
        (&["--kube-bench", "cfg"][..], "which benchmark is meant depends on the version of Kubernetes"),
        (&["--kube-bench", "cfg", "--benchmark", "other"], "cfg holds no benchmark other; it has mine"),
        (&["--kube-bench", "cfg", "--kubernetes-version", "1.30"], "has no benchmark for Kubernetes 1.30"),
        (&["--kube-bench", "nowhere"], "cannot read the folder nowhere"),
        (&["--kube-bench", "pods"], "pods/a.yaml: it says `type: `, and its name a"),
        (&["-o", "asff"], "-o asff tells of controls of frameworks"),
        (&["--benchmark", "mine"], "--kube-bench"),
    ] {
        let (code, _, err) = scan(args);
        assert_eq!(code, 2, "{args:?}: {err}");
        assert!(err.contains(told), "{args:?}: {err}");
    }
    let (code, _, err) = run(&["scan", "cfg", "--kube-bench", "cfg", "--benchmark", "mine"], &[]);
    assert_eq!(code, 2, "{err}");
    assert!(err.contains("--kube-bench judges nodes, and the scan has none"), "{err}");
}
