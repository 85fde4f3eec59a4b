//! Whole nodes of kubeadm, RKE2 and k3s against CIS 1.12: every control has a row, and none passes without evidence.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop where it stands")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

/// The root of a host.
struct Root(TempDir);

impl Root {
    fn new() -> Self {
        let root = Self(tempfile::tempdir().unwrap());
        root.file("/etc/passwd", 0o644, "root:x:0:0::/root:/bin/sh\netcd:x:997:996::/:/bin/false\n");
        root.file("/etc/group", 0o644, "root:x:0:\netcd:x:996:\n");
        root.file("/etc/hostname", 0o644, "node-1\n");
        root.file("/etc/os-release", 0o644, "ID=debian\nVERSION_ID=\"13\"\n");
        root.file("/proc/sys/kernel/osrelease", 0o444, "6.12.48\n");
        for (name, value) in [
            ("kernel/panic", "10"),
            ("kernel/panic_on_oops", "1"),
            ("vm/overcommit_memory", "1"),
            ("vm/panic_on_oom", "0"),
            ("kernel/keys/root_maxkeys", "1000000"),
            ("kernel/keys/root_maxbytes", "25000000"),
        ] {
            root.file(&format!("/proc/sys/{name}"), 0o444, value);
        }
        root.process(1, &["/sbin/init"]);
        root.file("/proc/1/net/tcp", 0o444, "  sl\n");
        root
    }

    fn file(&self, path: &str, mode: u32, content: &str) {
        let at = self.0.path().join(path.trim_start_matches('/'));
        fs::create_dir_all(at.parent().unwrap()).unwrap();
        fs::write(&at, content).unwrap();
        fs::set_permissions(&at, fs::Permissions::from_mode(mode)).unwrap();
    }

    fn folder(&self, path: &str, mode: u32) {
        let at = self.0.path().join(path.trim_start_matches('/'));
        fs::create_dir_all(&at).unwrap();
        fs::set_permissions(&at, fs::Permissions::from_mode(mode)).unwrap();
    }

    fn link(&self, path: &str, target: &str) {
        let at = self.0.path().join(path.trim_start_matches('/'));
        fs::create_dir_all(at.parent().unwrap()).unwrap();
        symlink(target, at).unwrap();
    }

    /// A process of root that sees the files of the host.
    fn process(&self, pid: u32, words: &[&str]) {
        let line = words.iter().fold(String::new(), |line, word| line + word + "\0");
        self.file(&format!("/proc/{pid}/cmdline"), 0o444, &line);
        let status = "Name:\tx\nPPid:\t1\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\n";
        self.file(&format!("/proc/{pid}/status"), 0o444, status);
        self.file(&format!("/proc/{pid}/cgroup"), 0o444, "0::/system.slice/x.service");
        self.file(&format!("/proc/{pid}/environ"), 0o444, "");
        for (name, target) in [("cwd", "/"), ("root", "/"), ("ns/mnt", "mnt:[1]"), ("ns/net", "net:[1]")] {
            self.link(&format!("/proc/{pid}/{name}"), target);
        }
        self.folder(&format!("/proc/{pid}/fd"), 0o755);
    }

    /// A static pod and the process that runs it, with the same words.
    fn static_pod(&self, pid: u32, folder: &str, words: &[&str]) {
        let name = words.first().unwrap();
        let list: Vec<String> = words.iter().map(|word| format!("    - {word}\n")).collect();
        let manifest = format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, namespace: kube-system}}\nspec:\n  hostNetwork: true\n  \
             containers:\n  - name: {name}\n    image: registry.k8s.io/{name}:v1.36.3\n    command:\n{}",
            list.concat()
        );
        self.file(&format!("{folder}/{name}.yaml"), 0o600, &manifest);
        self.process(pid, words);
    }

    /// The rows of CIS 1.12, by their numbers.
    fn rows(&self) -> BTreeMap<String, Value> {
        let args =
            ["scan", "--no-config", "--node", "--framework=cis-1.12", "--fail-on=none", "-o=json", "--root"];
        let output = Command::new(env!("CARGO_BIN_EXE_ironsides"))
            .args(args)
            .arg(self.0.path())
            .current_dir(self.0.path())
            .env("HOME", self.0.path())
            .env_remove("KUBECONFIG")
            .output()
            .unwrap();
        let report: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
        let controls = report["compliance"][0]["controls"].as_array().unwrap();
        let rows: BTreeMap<String, Value> = controls
            .iter()
            .map(|control| (control["id"].as_str().unwrap().to_owned(), control.clone()))
            .collect();
        assert_eq!(rows.len(), 131);
        for (id, row) in &rows {
            let evidence = row["evidence"].as_array().map(Vec::as_slice).unwrap_or_default();
            let passes =
                evidence.iter().filter(|one| one["verdict"] == "pass" && one["seen"].is_string()).count();
            assert!(row["standing"] != "pass" || passes > 0, "{id} passes without evidence: {row}");
        }
        rows
    }
}

/// Asserts how rows stand: numbers behind a standing.
fn stand(rows: &BTreeMap<String, Value>, expected: &[(&str, &str)]) {
    for (standing, ids) in expected {
        for id in ids.split_whitespace() {
            assert_eq!(rows[id]["standing"], *standing, "{id}: {:#}", rows[id]);
        }
    }
}

const KUBELET: &str = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n\
    authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: /etc/kubernetes/pki/ca.crt}}\n\
    authorization: {mode: Webhook}\nstaticPodPath: /etc/kubernetes/manifests\nprotectKernelDefaults: true\n";

const UNIT: &str = "[Service]\nExecStart=/usr/bin/kubelet --config=/var/lib/kubelet/config.yaml\n";

#[test]
fn a_control_plane_of_kubeadm() {
    let root = Root::new();
    root.process(
        700,
        &[
            "/usr/bin/kubelet",
            "--kubeconfig=/etc/kubernetes/kubelet.conf",
            "--config=/var/lib/kubelet/config.yaml",
        ],
    );
    root.file("/usr/lib/systemd/system/kubelet.service", 0o644, UNIT);
    root.file("/var/lib/kubelet/config.yaml", 0o644, &format!("{KUBELET}serverTLSBootstrap: true\n"));
    root.file("/var/lib/kubelet/pki/kubelet-server-2026.pem", 0o600, "");
    root.link(
        "/var/lib/kubelet/pki/kubelet-server-current.pem",
        "/var/lib/kubelet/pki/kubelet-server-2026.pem",
    );
    let conf = "apiVersion: v1\nkind: Config\n";
    root.file("/etc/kubernetes/kubelet.conf", 0o600, conf);
    root.file("/etc/kubernetes/admin.conf", 0o644, conf);
    root.file("/etc/kubernetes/controller-manager.conf", 0o600, conf);
    root.file("/etc/kubernetes/scheduler.conf", 0o600, conf);
    for name in ["ca", "apiserver", "etcd/ca", "etcd/server", "etcd/peer"] {
        root.file(&format!("/etc/kubernetes/pki/{name}.crt"), 0o644, "");
        root.file(&format!("/etc/kubernetes/pki/{name}.key"), 0o600, "");
    }
    root.folder("/var/lib/etcd", 0o755);
    let manifests = "/etc/kubernetes/manifests";
    root.static_pod(
        900,
        manifests,
        &[
            "kube-apiserver",
            "--anonymous-auth=false",
            "--authorization-mode=Node,RBAC",
            "--client-ca-file=/etc/kubernetes/pki/ca.crt",
            "--enable-admission-plugins=NodeRestriction",
            "--etcd-cafile=/etc/kubernetes/pki/etcd/ca.crt",
            "--profiling=true",
            "--secure-port=6443",
            "--tls-cert-file=/etc/kubernetes/pki/apiserver.crt",
            "--tls-private-key-file=/etc/kubernetes/pki/apiserver.key",
        ],
    );
    root.static_pod(
        910,
        manifests,
        &[
            "etcd",
            "--cert-file=/etc/kubernetes/pki/etcd/server.crt",
            "--key-file=/etc/kubernetes/pki/etcd/server.key",
            "--client-cert-auth=true",
            "--data-dir=/var/lib/etcd",
            "--listen-client-urls=https://127.0.0.1:2379",
            "--listen-peer-urls=https://10.0.0.1:2380",
            "--trusted-ca-file=/etc/kubernetes/pki/etcd/ca.crt",
        ],
    );
    root.static_pod(
        920,
        manifests,
        &["kube-controller-manager", "--bind-address=127.0.0.1", "--profiling=false"],
    );
    root.static_pod(930, manifests, &["kube-scheduler", "--bind-address=127.0.0.1"]);
    root.file(&format!("{manifests}/kube-scheduler.yaml.bak"), 0o644, "");
    let rows = root.rows();
    stand(
        &rows,
        &[
            // Of the manifests, kubeconfigs and data; the mode of kubelet.conf and of the certificate that is renewed.
            ("pass", "1.1.1 1.1.3 1.1.5 1.1.7 1.1.15 1.1.17 1.1.20 1.1.21 4.1.5"),
            ("fail", "1.1.11 1.1.13 4.1.1 4.1.9"),
            ("pass", "1.2.1 1.2.6 1.2.7 1.2.8 1.2.26 1.3.2 1.3.7 1.4.2 2.1 2.2"),
            ("fail", "1.2.11 1.2.15 1.2.16 1.3.1 1.4.1 2.4 2.5 3.2.1"),
            ("pass", "4.2.1 4.2.2 4.2.3 4.2.4 4.2.6"),
            ("not-applicable", "4.3.1"),
        ],
    );
}

#[test]
fn a_server_of_rke2() {
    let root = Root::new();
    let (data, manifests) = ("/var/lib/rancher/rke2", "/var/lib/rancher/rke2/agent/pod-manifests");
    root.process(500, &["/usr/local/bin/rke2 server"]);
    root.process(
        600,
        &[
            "kubelet",
            "--anonymous-auth=false",
            "--authorization-mode=Webhook",
            "--client-ca-file=/var/lib/rancher/rke2/agent/client-ca.crt",
            "--config-dir=/var/lib/rancher/rke2/agent/etc/kubelet.conf.d",
            "--kubeconfig=/var/lib/rancher/rke2/agent/kubelet.kubeconfig",
            "--read-only-port=0",
            "--tls-cert-file=/var/lib/rancher/rke2/agent/serving-kubelet.crt",
            "--tls-private-key-file=/var/lib/rancher/rke2/agent/serving-kubelet.key",
        ],
    );
    root.folder(&format!("{data}/agent/etc/kubelet.conf.d"), 0o700);
    root.file(&format!("{data}/agent/kubelet.kubeconfig"), 0o600, "kind: Config\n");
    for name in ["client-ca.crt", "serving-kubelet.crt"] {
        root.file(&format!("{data}/agent/{name}"), 0o644, "");
    }
    root.file(&format!("{data}/agent/serving-kubelet.key"), 0o600, "");
    root.file(&format!("{data}/server/cred/admin.kubeconfig"), 0o600, "kind: Config\n");
    root.file("/etc/rancher/rke2/rke2.yaml", 0o644, "kind: Config\n");
    root.file(
        "/usr/lib/systemd/system/rke2-server.service",
        0o644,
        "[Service]\nExecStart=/usr/bin/rke2 server\n",
    );
    root.static_pod(
        900,
        manifests,
        &[
            "kube-apiserver",
            "--anonymous-auth=false",
            "--authorization-mode=Node,RBAC",
            "--client-ca-file=/var/lib/rancher/rke2/server/tls/client-ca.crt",
            "--enable-admission-plugins=NodeRestriction,PodSecurity",
            "--profiling=false",
            "--audit-log-maxage=30",
        ],
    );
    root.static_pod(910, manifests, &["etcd", "--config-file=/var/lib/rancher/rke2/server/db/etcd/config"]);
    root.file(
        &format!("{data}/server/db/etcd/config"),
        0o600,
        "client-transport-security:\n  cert-file: /var/lib/rancher/rke2/server/tls/etcd/server-client.crt\n  \
         client-cert-auth: true\n  key-file: /var/lib/rancher/rke2/server/tls/etcd/server-client.key\n  \
         trusted-ca-file: /var/lib/rancher/rke2/server/tls/etcd/server-ca.crt\n\
         peer-transport-security:\n  cert-file: /var/lib/rancher/rke2/server/tls/etcd/peer-server-client.crt\n  \
         key-file: /var/lib/rancher/rke2/server/tls/etcd/peer-server-client.key\n  client-cert-auth: false\n\
         data-dir: /var/lib/rancher/rke2/server/db/etcd\n\
         listen-client-urls: https://127.0.0.1:2379\nlisten-peer-urls: https://127.0.0.1:2380\n",
    );
    root.folder(&format!("{data}/server/db/etcd"), 0o700);
    root.static_pod(
        920,
        manifests,
        &["kube-controller-manager", "--bind-address=127.0.0.1", "--profiling=false"],
    );
    root.static_pod(930, manifests, &["kube-scheduler", "--bind-address=127.0.0.1", "--profiling=false"]);
    let rows = root.rows();
    stand(
        &rows,
        &[
            ("pass", "1.1.1 1.1.3 1.1.5 1.1.7 1.1.11 4.1.5"),
            ("fail", "1.1.13"),
            ("pass", "1.2.1 1.2.6 1.2.7 1.2.8 1.2.15 1.3.2 1.3.7 1.4.1 1.4.2"),
            ("fail", "1.2.11 1.2.16 1.2.26 1.3.1"),
            // By etcd's file.
            ("pass", "2.1 2.2 2.4"),
            ("fail", "2.5"),
            ("pass", "4.2.1 4.2.2 4.2.3 4.2.4 4.2.9"),
            ("not-applicable", "4.1.1 4.1.2"),
        ],
    );
}

/// A server of k3s that shows nothing of its command line.
fn k3s() -> Root {
    let root = Root::new();
    root.process(500, &["/usr/local/bin/k3s server"]);
    root.file("/etc/rancher/k3s/k3s.yaml", 0o600, "kind: Config\n");
    let data = "/var/lib/rancher/k3s";
    for name in ["client-ca", "server-ca", "request-header-ca", "client-kube-apiserver", "client-auth-proxy"]
    {
        root.file(&format!("{data}/server/tls/{name}.crt"), 0o644, "");
        root.file(&format!("{data}/server/tls/{name}.key"), 0o600, "");
    }
    for name in
        ["serving-kube-apiserver.crt", "serving-kube-apiserver.key", "service.key", "service.current.key"]
    {
        root.file(&format!("{data}/server/tls/{name}"), 0o600, "");
    }
    root.file(&format!("{data}/agent/serving-kubelet.crt"), 0o600, "");
    root.file(&format!("{data}/agent/serving-kubelet.key"), 0o600, "");
    root.file(&format!("{data}/agent/kubelet.kubeconfig"), 0o600, "kind: Config\n");
    root.file(&format!("{data}/agent/client-ca.crt"), 0o644, "");
    root.file(
        &format!("{data}/agent/etc/kubelet.conf.d/00-k3s-defaults.conf"),
        0o600,
        &(KUBELET.replace("/etc/kubernetes/pki/ca.crt", "/var/lib/rancher/k3s/agent/client-ca.crt")
            + "tlsCertFile: /var/lib/rancher/k3s/agent/serving-kubelet.crt\n\
               tlsPrivateKeyFile: /var/lib/rancher/k3s/agent/serving-kubelet.key\n"),
    );
    root
}

#[test]
fn a_server_of_k3s() {
    let root = k3s();
    root.file(
        "/etc/systemd/system/k3s.service",
        0o644,
        "[Service]\nEnvironmentFile=-/etc/default/%N\nEnvironmentFile=-/etc/systemd/system/k3s.service.env\n\
         ExecStart=/usr/local/bin/k3s \\\n    server \\\n\t'--kube-apiserver-arg=audit-log-maxage=30' \\\n\
         \t'--kube-scheduler-arg=profiling=true' \\\n",
    );
    root.file(
        "/etc/rancher/k3s/config.yaml",
        0o600,
        "kube-controller-manager-arg: [terminated-pod-gc-threshold=10]\n",
    );
    let rows = root.rows();
    stand(
        &rows,
        &[
            (
                "not-applicable",
                "1.1.1 1.1.2 1.1.3 1.1.4 1.1.5 1.1.6 1.1.7 1.1.8 1.1.11 1.1.12 2.1 2.2 2.4 2.5",
            ),
            ("pass", "1.1.13 1.1.20 1.1.21 1.2.1 1.2.4 1.2.6 1.2.7 1.2.8 1.2.15 1.3.2 1.3.7 1.4.2"),
            // By config.yaml, by the unit, by neither.
            ("pass", "1.3.1"),
            ("fail", "1.4.1"),
            ("fail", "1.2.11 1.2.16 1.2.27"),
            ("pass", "4.1.5 4.2.1 4.2.2 4.2.3 4.2.4 4.2.9 4.3.1"),
        ],
    );
    let why = rows["1.1.1"].to_string();
    assert!(why.contains("k3s runs the components within its own process"), "{why}");
}

#[test]
fn a_server_of_k3s_whose_flags_nobody_can_see() {
    let rows = k3s().rows();
    // What k3s does by itself may be overruled by what nobody can see.
    let unknown = ["1.2", "1.3", "1.4", "2", "4.2", "4.3"];
    for (id, row) in &rows {
        let section = id.rsplit_once('.').unwrap().0;
        if unknown.contains(&section) {
            assert_eq!(row["standing"], "unknown", "{id}: {row:#}");
            assert!(row.to_string().contains("k3s"), "{id}: {row:#}");
        }
    }
    stand(&rows, &[("not-applicable", "1.1.1 1.1.3 1.1.5 1.1.7"), ("pass", "1.1.13 4.1.5")]);
}

/// `MicroK8s` as it comes: one process, and a file of flags a component.
fn microk8s() -> Root {
    let root = Root::new();
    let (data, revision) = ("/var/snap/microk8s/current", "/var/snap/microk8s/7231");
    let files = [
        format!("--scheduler-args-file={revision}/args/kube-scheduler"),
        format!("--controller-manager-args-file={revision}/args/kube-controller-manager"),
        format!("--proxy-args-file={revision}/args/kube-proxy"),
        format!("--kubelet-args-file={revision}/args/kubelet"),
        format!("--apiserver-args-file={revision}/args/kube-apiserver"),
    ];
    let mut words = vec!["/snap/microk8s/7231/kubelite"];
    words.extend(files.iter().map(String::as_str));
    words.push("--start-control-plane=true");
    root.process(600, &words);
    root.link(data, "7231");
    let args = |name: &str, text: &str| root.file(&format!("{revision}/args/{name}"), 0o600, text);
    args(
        "kube-apiserver",
        "--authorization-mode=RBAC,Node\n--client-ca-file=${SNAP_DATA}/certs/ca.crt\n\
         --tls-cert-file=${SNAP_DATA}/certs/server.crt\n--tls-private-key-file=${SNAP_DATA}/certs/server.key\n\n\
         # Enable the aggregation layer\n--profiling=false\n--etcd-servers=\"unix://${SNAP_DATA}/kine.sock:12379\"\n",
    );
    args("kube-controller-manager", "--profiling=false\n--root-ca-file=${SNAP_DATA}/certs/ca.crt\n");
    args("kube-scheduler", "--kubeconfig=${SNAP_DATA}/credentials/scheduler.config\n--profiling=true\n");
    args("kube-proxy", "--metrics-bind-address=0.0.0.0:10249\n");
    args(
        "kubelet",
        "--kubeconfig=${SNAP_DATA}/credentials/kubelet.config\n--anonymous-auth=false\n\
         --client-ca-file=${SNAP_DATA}/certs/ca.crt\n--authorization-mode=Webhook\n--read-only-port=0\n",
    );
    for name in ["ca", "server", "front-proxy-ca"] {
        root.file(&format!("{revision}/certs/{name}.crt"), 0o644, "");
        root.file(&format!("{revision}/certs/{name}.key"), 0o600, "");
    }
    for name in ["kubelet", "scheduler", "controller", "client", "proxy"] {
        root.file(&format!("{revision}/credentials/{name}.config"), 0o600, "kind: Config\n");
    }
    root
}

#[test]
fn a_server_of_microk8s() {
    let rows = microk8s().rows();
    stand(
        &rows,
        &[
            ("pass", "1.2.6 1.2.7 1.2.8 1.2.15 1.3.2 1.3.5"),
            ("fail", "1.2.16 1.4.1 4.3.1"),
            ("pass", "4.2.1 4.2.2 4.2.3 4.2.4"),
        ],
    );
    let why = rows["1.4.1"].to_string();
    assert!(why.contains("/var/snap/microk8s/") && why.contains("args/kube-scheduler:2"), "{why}");
}

/// k0s: a supervisor, and the components as programs of their own.
#[test]
fn a_controller_of_k0s_that_is_a_worker_too() {
    let root = Root::new();
    let (bin, pki) = ("/var/lib/k0s/bin", "/var/lib/k0s/pki");
    root.process(700, &["/usr/local/bin/k0s", "controller", "--enable-worker=true"]);
    let word = |flag: &str, path: &str| format!("--{flag}={path}");
    let server = [
        format!("{bin}/kube-apiserver"),
        word("authorization-mode", "Node,RBAC"),
        word("client-ca-file", &format!("{pki}/ca.crt")),
        word("anonymous-auth", "false"),
        word("profiling", "false"),
        word("tls-cert-file", &format!("{pki}/server.crt")),
        word("tls-private-key-file", &format!("{pki}/server.key")),
    ];
    root.process(701, &server.iter().map(String::as_str).collect::<Vec<_>>());
    let scheduler = [
        format!("{bin}/kube-scheduler"),
        word("config", "/etc/k0s/scheduler.yaml"),
        word("profiling", "false"),
        word("bind-address", "127.0.0.1"),
    ];
    root.process(702, &scheduler.iter().map(String::as_str).collect::<Vec<_>>());
    root.file(
        "/etc/k0s/scheduler.yaml",
        0o600,
        "apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\nenableProfiling: true\n",
    );
    let kubelet = [
        format!("{bin}/kubelet"),
        word("config", "/var/lib/k0s/kubelet-config.yaml"),
        word("kubeconfig", "/var/lib/k0s/kubelet.conf"),
        word("root-dir", "/var/lib/k0s/kubelet"),
    ];
    root.process(703, &kubelet.iter().map(String::as_str).collect::<Vec<_>>());
    root.file(
        "/var/lib/k0s/kubelet-config.yaml",
        0o644,
        &KUBELET.replace("/etc/kubernetes/pki/ca.crt", "/var/lib/k0s/pki/ca.crt"),
    );
    root.file("/var/lib/k0s/kubelet.conf", 0o644, "kind: Config\n");
    for name in ["ca", "server"] {
        root.file(&format!("{pki}/{name}.crt"), 0o644, "");
        root.file(&format!("{pki}/{name}.key"), 0o640, "");
    }
    let rows = root.rows();
    stand(
        &rows,
        &[
            ("pass", "1.2.1 1.2.6 1.2.7 1.2.8 1.2.15 4.2.1 4.2.2 4.2.3 4.2.4"),
            // The flag does not count beside the file.
            ("fail", "1.4.1"),
            // The key is open to its group, the kubeconfig and the configuration to all.
            ("fail", "1.1.21 4.1.5 4.1.9"),
        ],
    );
}
