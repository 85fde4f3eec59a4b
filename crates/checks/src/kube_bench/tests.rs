use std::collections::BTreeMap;

use ironsides_core::ControlStanding;
use ironsides_settings::{File, FileKind, Process};

use super::*;

const CONFIG: &str = r#"
master:
  components: [apiserver, kubelet]
  apiserver:
    bins: ["hyperkube apiserver", kube-apiserver]
    confs: [/etc/kubernetes/manifests/kube-apiserver.yml, /etc/kubernetes/manifests/kube-apiserver.yaml]
    defaultconf: /etc/kubernetes/manifests/kube-apiserver.yaml
  kubelet: {optional: true, bins: [kubelet]}
node:
  components: [kubelet, proxy]
  kubelet:
    bins: [kubelet]
    confs: [/var/lib/kubelet/config.yaml]
    defaultconf: /var/lib/kubelet/config.yaml
    defaultsvc: /etc/systemd/system/kubelet.service
  proxy: {optional: true, bins: [kube-proxy], kubeconfig: [/unseen/proxy], defaultkubeconfig: /etc/kubernetes/proxy.conf}
etcd:
  components: [etcd]
  etcd: {bins: [etcd]}
version_mapping: {"1.15": old, "1.32": new, "eks-1.8": eks}
target_mapping: {mine: [node, etcd, master]}
"#;

fn process(pid: u32, program: &str, line: &str) -> Process {
    let arguments = line.split(' ').map(str::to_owned).collect();
    Process { pid, program: program.into(), arguments, ..Process::default() }
}

fn host() -> Host {
    let mut host = Host::new("node-1");
    host.processes = vec![
        process(
            1,
            "kubelet",
            "/usr/bin/kubelet --read-only-port=10255 --read-only-port=0 --v 4 --event-qps=-1",
        ),
        Process {
            environment: BTreeMap::from([("ETCD_AUTO_TLS".into(), "true".into())]),
            ..process(2, "etcd", "/usr/local/bin/etcd --cert-file=/a")
        },
    ];
    let kubelet = "authentication: {anonymous: {enabled: no}}\ntlsCipherSuites: [A, B]\nport: 010\nx: 1.50\n";
    let missing = File { kind: FileKind::Missing, ..File::default() };
    let file = |mode, content: &str| File {
        mode: Some(mode),
        user: Some("root".into()),
        group: Some("root".into()),
        content: Some(content.into()),
        ..File::default()
    };
    for (path, file) in [
        ("/var/lib/kubelet/config.yaml", file(0o644, kubelet)),
        ("/etc/kubernetes", missing.clone()),
        ("/etc/systemd/system/kubelet.service", missing),
    ] {
        host.files.insert(path.into(), file);
    }
    host
}

/// Judges checks of a file for worker nodes, given as YAML.
fn judged(checks: &str) -> Vec<(String, AuditState, String, String)> {
    let indented = checks.trim_matches('\n').replace('\n', "\n  ");
    let text = format!(
        "controls:\nversion: mine\nid: 4\ntext: Nodes\ntype: node\ngroups:\n- id: 4.10\n  text: Kubelets\n  checks:\n  \
         {indented}\n"
    );
    let configuration = Configuration::read("config.yaml", CONFIG).unwrap();
    let files = vec![BenchFile { path: "mine/node.yaml".into(), text }];
    let compliance = Benchmark { name: "mine".into(), files }.judge(&configuration, &host()).unwrap();
    let told = |control: ControlResult| {
        let audit = control.audit.unwrap();
        assert_eq!(audit.section[0], "4.10", "scalars are read as they are written");
        let said = if audit.expected.is_empty() { audit.reason } else { audit.expected };
        (control.id, audit.state, said, audit.actual)
    };
    compliance.controls.into_iter().map(told).collect()
}

/// The state of one check with these tests.
fn state(rest: &str) -> (AuditState, String) {
    let checks = format!("- id: '1'\n  text: t\n  {}\n", rest.replace('\n', "\n  "));
    let (_, state, said, _) = judged(&checks).remove(0);
    (state, said)
}

#[test]
fn states_follow_from_type_score_and_tests() {
    use AuditState::{Fail, Info, Pass, Unknown, Warn};
    let cases = [
        ("type: manual\nscored: true", Warn, "Test marked as a manual test"),
        ("type: skip\nscored: true", Info, "Test marked as skip"),
        ("scored: true", Warn, "There are no tests"),
        ("scored: true\ntests: {test_items: []}", Fail, "No tests defined"),
        ("scored: false", Warn, "No tests defined"),
        ("audit: echo x\nscored: true\ntests: {test_items: [{flag: x}]}", Pass, "'x' is present"),
        ("audit: echo y\nscored: true\ntests: {test_items: [{flag: x}]}", Fail, "'x' is present"),
        ("audit: echo y\nscored: false\ntests: {test_items: [{flag: x}]}", Warn, "'x' is present"),
        (
            "audit: echo y\nscored: true\ntests: {test_items: [{flag: x, set: false}]}",
            Pass,
            "'x' is not present",
        ),
        (
            "audit: 'false'\nscored: true\ntests: {test_items: [{flag: x, set: false}]}",
            Fail,
            r#"failed to run: "false", output: "", error: exit status 1"#,
        ),
        (
            "audit: echo x\nscored: true\ntests: {bin_op: xor, test_items: [{flag: x}]}",
            Fail,
            "unknown binary operator for tests xor",
        ),
        (
            "audit: kubectl get pods\nscored: true\ntests: {test_items: [{flag: x, set: false}]}",
            Unknown,
            "`kubectl` asks the API server, which the facts of a node do not hold; the command is never run: kubectl \
             get pods",
        ),
        (
            "audit: stat -c %a $proxykubeconfig\nscored: true\ntests: {test_items: [{flag: '600'}]}",
            Unknown,
            "$proxykubeconfig: which file it means is not known: /unseen/proxy: nobody looked at it; collect the \
             facts of the node anew; the command is never run: stat -c %a $proxykubeconfig",
        ),
    ];
    for (check, wanted, said) in cases {
        assert_eq!(state(check), (wanted, said.to_owned()), "{check}");
    }
}

#[test]
fn values_are_found_and_compared_as_kube_bench_does() {
    // What is printed, the item, and whether it passes.
    let cases = [
        ("--a=5", "{flag: --a, compare: {op: eq, value: 5}}", true),
        ("--a=5 --a=6", "{flag: --a, compare: {op: eq, value: 6}}", false),
        ("--abc=5", "{flag: --a}", true),
        ("--a", "{flag: --a, compare: {op: eq, value: true}}", true),
        ("--a=False", "{flag: --a, compare: {op: eq, value: false}}", true),
        ("--a=Off", "{flag: --a, compare: {op: eq, value: off}}", false),
        ("--a=no", "{flag: --a, compare: {op: eq, value: no}}", true),
        ("a: 0600", "{flag: a, compare: {op: eq, value: 0600}}", true),
        ("--a=1.50", "{flag: --a, compare: {op: eq, value: 1.50}}", true),
        ("--a=x", "{flag: --a, compare: {op: noteq, value: y}}", true),
        ("--b", "{flag: --a, compare: {op: noteq, value: y}}", false),
        ("--a=31", "{flag: --a, compare: {op: gt, value: 30}}", true),
        ("--a=30", "{flag: --a, compare: {op: gte, value: 30}}", true),
        ("--a=30", "{flag: --a, compare: {op: lt, value: 30}}", false),
        ("--a=30", "{flag: --a, compare: {op: lte, value: 30}}", true),
        ("--a=4h", "{flag: --a, compare: {op: gte, value: 0}}", false),
        ("--a=Node,RBAC", "{flag: --a, compare: {op: has, value: RBAC}}", true),
        ("--a=NotNode", "{flag: --a, compare: {op: nothave, value: Node}}", false),
        ("--a=x1", "{flag: --a, compare: {op: regex, value: '^x[0-9]$'}}", true),
        ("--a=B,A,", "{flag: --a, compare: {op: valid_elements, value: 'A,B,C'}}", true),
        ("--a=B,D", "{flag: --a, compare: {op: valid_elements, value: 'A,B,C'}}", false),
        ("permissions=600", "{flag: permissions, compare: {op: bitmask, value: '644'}}", true),
        ("permissions=611", "{flag: permissions, compare: {op: bitmask, value: '644'}}", false),
        ("permissions=x", "{flag: permissions, compare: {op: bitmask, value: '644'}}", false),
        ("--a=1", "{flag: --a, compare: {op: noteqx, value: 2}}", false),
        ("root:root", "{flag: 'root:root', compare: {op: eq, value: 'root:root'}}", true),
        ("permissions=600 /a", "{flag: '600', compare: {op: eq, value: 600}}", true),
    ];
    for (printed, item, passes) in cases {
        let check = format!("audit: \"echo '{printed}'\"\nscored: true\ntests: {{test_items: [{item}]}}");
        let wanted = if passes { AuditState::Pass } else { AuditState::Fail };
        assert_eq!(state(&check).0, wanted, "{printed} {item}: {}", state(&check).1);
    }
}

#[test]
fn flags_come_before_configuration_and_that_before_the_environment() {
    let of = |items: &str| {
        let commands = "audit: /bin/ps -fC $kubeletbin\naudit_config: /bin/cat $kubeletconf\nscored: true";
        state(&format!("{commands}\ntests: {{test_items: [{items}]}}"))
    };
    let pass = |said: &str| (AuditState::Pass, said.to_owned());
    // The kubelet would take the last port; kube-bench reads the first.
    let port = "{flag: --read-only-port, path: '{.port}', compare: {op: eq, value: 10255}}";
    assert_eq!(of(port), pass("'--read-only-port' is equal to '10255'"));
    let anonymous = "{flag: --anonymous-auth, path: '{.authentication.anonymous.enabled}', compare: {op: eq, value: false}}";
    assert_eq!(of(anonymous), pass("'{.authentication.anonymous.enabled}' is equal to 'false'"));
    let suites =
        r"{path: '{range .tlsCipherSuites[:]}{}{'',''}{end}', compare: {op: valid_elements, value: 'A,B'}}";
    assert_eq!(of(suites).0, AuditState::Pass);
    assert_eq!(of("{path: '{.port}', compare: {op: eq, value: 8}}").0, AuditState::Pass);
    assert_eq!(
        of("{path: '{.tlsCipherSuites}', compare: {op: eq, value: '[\"A\",\"B\"]'}}").0,
        AuditState::Pass
    );
    assert_eq!(of("{path: '{.tlsCipherSuites[-1]}', compare: {op: eq, value: B}}").0, AuditState::Pass);
    assert_eq!(of("{path: '{.nothing.here}', set: false}").0, AuditState::Pass);
    assert_eq!(of("{path: '{.authentication}'}").0, AuditState::Fail, "Go's JSON does not write such maps");
    assert_eq!(of("{path: '{.items[?(@.a==1)]}'}").0, AuditState::Unknown);
    // `v` stands in `--v`, and in many other places of the line.
    assert_eq!(
        of("{flag: --v, compare: {op: eq, value: 4}}").0,
        AuditState::Fail,
        "`--v 4` is read as `--v`"
    );
}

#[test]
fn every_line_has_to_pass_where_several_are_read() {
    let of = |printed: &str, multiple: bool| {
        let check = format!(
            "audit: printf '{printed}'\nuse_multiple_values: {multiple}\nscored: true\ntests: {{test_items: [{{flag: p, \
             compare: {{op: bitmask, value: '600'}}}}]}}"
        );
        state(&check).0
    };
    assert_eq!(of("p=600\\np=644\\n", true), AuditState::Fail);
    assert_eq!(of("p=600\\np=644\\n", false), AuditState::Pass);
    assert_eq!(of("p=600\\np=400\\n", true), AuditState::Pass);
    assert_eq!(of("", true), AuditState::Fail);
}

#[test]
fn a_variable_of_the_environment_is_asked_of_the_program_that_the_file_names() {
    let text = "controls:\nid: 2\ntype: etcd\ngroups:\n- id: 2\n  checks:\n  - id: 2.3\n    audit: ps -ef | grep $etcdbin | \
                grep -v grep\n    scored: true\n    tests: {test_items: [{flag: --auto-tls, env: ETCD_AUTO_TLS, set: false}]}\n";
    let configuration = Configuration::read("config.yaml", CONFIG).unwrap();
    let files = vec![BenchFile { path: "etcd.yaml".into(), text: text.into() }];
    let benchmark = Benchmark { name: "mine".into(), files };
    let compliance = benchmark.judge(&configuration, &host()).unwrap();
    let control = &compliance.controls[0];
    let audit = control.audit.as_ref().unwrap();
    assert_eq!(control.standing, ControlStanding::Fail);
    assert_eq!(audit.expected, "'ETCD_AUTO_TLS' is not present");
    assert!(audit.audit_env.starts_with("cat \"/proc/$(/bin/ps -C etcd -o pid="), "{}", audit.audit_env);
    // A variable that nobody keeps may be set.
    let other = BenchFile { path: "etcd.yaml".into(), text: text.replace("ETCD_AUTO_TLS", "OTHER_TLS") };
    let other = Benchmark { name: "mine".into(), files: vec![other] };
    let compliance = other.judge(&configuration, &host()).unwrap();
    let control = &compliance.controls[0];
    assert_eq!(control.standing, ControlStanding::Unknown);
    let why = control.why.as_deref().unwrap();
    assert!(
        why.ends_with("only the variables that components read were collected, and OTHER_TLS is none"),
        "{why}"
    );
    // Where etcd does not run, the file is not for this host.
    let mut host = host();
    host.processes.retain(|process| process.program != "etcd");
    let compliance = benchmark.judge(&configuration, &host).unwrap();
    let control = &compliance.controls[0];
    assert_eq!(control.standing, ControlStanding::NotApplicable);
    assert_eq!(
        control.why.as_deref(),
        Some("etcd does not run here, so kube-bench does not take it for a etcd node")
    );
}

#[test]
fn programs_and_files_are_found_as_kube_bench_finds_them() {
    let configuration = Configuration::read("config.yaml", CONFIG).unwrap();
    let mut host = host();
    let of = |host: &Host, text: &str| Variables::of(&configuration, "master", host).substitute(text).0;
    // The API server has to run; where it does not, no program is put in.
    assert_eq!(of(&host, "grep $apiserverbin $kubeletbin"), "grep $apiserverbin $kubeletbin");
    host.processes.push(process(3, "hyperkube", "/hyperkube apiserver --x"));
    assert_eq!(of(&host, "grep $apiserverbin $kubeletbin"), "grep 'hyperkube apiserver' kubelet");
    assert_eq!(
        of(&host, "$apiserverconf $kubeletsvc"),
        "/etc/kubernetes/manifests/kube-apiserver.yaml kubelet"
    );
}

#[test]
fn configurations_merge_and_versions_find_their_benchmark() {
    let mut configuration = Configuration::read("config.yaml", CONFIG).unwrap();
    assert_eq!(configuration.benchmark("1.32").as_deref(), Some("new"));
    assert_eq!(configuration.benchmark("1.40").as_deref(), Some("new"));
    assert_eq!(configuration.benchmark("1.31").as_deref(), Some("old"));
    assert_eq!(configuration.benchmark("1.14"), None);
    assert_eq!(configuration.benchmark("eks-1.8").as_deref(), Some("eks"));
    let over = "NODE: {}\nnode:\n  kubelet: {bins: [k3s]}\ntarget_mapping: {other: [node]}\n";
    configuration.merge(Configuration::read("mine/config.yaml", over).unwrap());
    assert_eq!(configuration.targets("mine"), ["node", "etcd", "master"]);
    assert_eq!(configuration.targets("other"), ["node"]);
    let kubelet = configuration.component("node", "kubelet").unwrap();
    assert_eq!(kubelet["bins"], serde_json::json!(["k3s"]));
    assert!(kubelet.contains_key("confs"));
}

#[test]
fn what_cannot_be_read_is_told_with_its_line() {
    let configuration = Configuration::default();
    let told = |text: &str| {
        let files = vec![BenchFile { path: "cfg/x/node.yaml".into(), text: text.into() }];
        let benchmark = Benchmark { name: "x".into(), files };
        benchmark.judge(&configuration, &host()).unwrap_err().to_string()
    };
    assert_eq!(
        told("type: node\ngroups: 5\n"),
        "cfg/x/node.yaml:2: `groups` is a integer, and has to be a list"
    );
    assert!(
        told("type: node\n\t- x: [\n").starts_with("cfg/x/node.yaml:2: "),
        "{}",
        told("type: node\n\t- x: [\n")
    );
    assert_eq!(
        told("type: master\n"),
        "cfg/x/node.yaml: it says `type: master`, and its name node: kube-bench refuses such a file; make them equal"
    );
    assert_eq!(
        told("type: node\ngroups:\n- checks:\n  - scored: maybe\n"),
        "cfg/x/node.yaml:4: `scored` is \"maybe\", and has to be true or false"
    );
    assert!(Configuration::read("config.yaml", "[]").is_err());
}

#[test]
fn the_paths_that_a_benchmark_names_are_listed() {
    let configuration = Configuration::read("config.yaml", CONFIG).unwrap();
    let text = "audit: \"/bin/sh -c 'stat -c %a /var/lib/x/y.conf; find /etc/kubernetes/pki/'\"".to_owned();
    let benchmark =
        Benchmark { name: "mine".into(), files: vec![BenchFile { path: "node.yaml".into(), text }] };
    let paths = benchmark.paths(&configuration);
    for path in ["/var/lib/x/y.conf", "/etc/kubernetes/pki", "/var/lib/kubelet/config.yaml"] {
        assert!(paths.contains(path), "{path}: {paths:?}");
    }
    assert!(!paths.contains("/bin/sh"));
}
