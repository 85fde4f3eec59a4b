//! What `ironsides harden generate` writes, started for real: an API server, a controller manager, a scheduler and a kubelet
//! with the generated files come up, run a pod, keep Secrets encrypted, and are what the profile wants.
//!
//! It takes the scripts of `../shared/testcluster` beside the tree, which build Kubernetes once, and a host on which they can
//! add a node; without them it is skipped, and says so.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::zombie_processes,
    reason = "a test may stop where it stands, and says what it skips; the script that takes the cluster down ends what runs"
)]

use std::collections::BTreeSet;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread::sleep;
use std::time::Duration;

use ironsides_tree::{Documents, Limits, Node, print};
use serde_json::Value;

/// A pod that the level restricted lets in; static, because images of the test are in no registry and `AlwaysPullImages`
/// would ask one.
const POD: &str = "apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec:
  securityContext: {runAsNonRoot: true, runAsUser: 1000, seccompProfile: {type: RuntimeDefault}}
  containers:
  - name: web
    image: localhost/busybox:1
    imagePullPolicy: IfNotPresent
    command: [/bin/sh, -c, 'echo hello; sleep 3600']
    securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
";

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/testcluster")
}

fn ironsides(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ironsides")).args(args).stdin(Stdio::null()).output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn said(output: &Output) -> String {
    format!("{}{}", out(output), String::from_utf8_lossy(&output.stderr))
}

/// A cluster that is stopped when the test ends, however it ends.
struct Cluster {
    folder: PathBuf,
    binaries: PathBuf,
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = Command::new(scripts().join("down")).arg(&self.folder).output();
    }
}

impl Cluster {
    fn kubectl(&self, args: &[&str]) -> Output {
        let config = self.folder.join("admin.kubeconfig");
        Command::new(self.binaries.join("kubectl"))
            .arg("--kubeconfig")
            .arg(config)
            .args(args)
            .output()
            .unwrap()
    }

    /// Whether a path is answered without credentials; what is not is refused with 401.
    fn answers(server: &str, path: &str) -> bool {
        let output = Command::new("curl")
            .args(["--silent", "--insecure", "--output", "/dev/null", "--write-out", "%{http_code}"])
            .arg(format!("{server}{path}"))
            .output()
            .unwrap();
        match out(&output).as_str() {
            "200" => true,
            "401" => false,
            other => panic!("{path}: {other}"),
        }
    }

    fn start(&self, program: &str, args: &[String]) {
        let log = fs::File::create(self.folder.join(format!("{program}.log"))).unwrap();
        let child = Command::new(self.binaries.join(program))
            .args(args)
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .process_group(0)
            .spawn()
            .unwrap();
        let path = self.folder.join("processes");
        let before = fs::read_to_string(&path).unwrap();
        fs::write(path, format!("{before}{} {program}\n", child.id())).unwrap();
    }

    fn processes(&self) -> BTreeSet<u64> {
        let text = fs::read_to_string(self.folder.join("processes")).unwrap();
        text.lines().filter_map(|line| line.split_whitespace().next()?.parse().ok()).collect()
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// The documents of the generated configuration of kubeadm.
fn documents(generated: &Path) -> Vec<Node> {
    let text = fs::read_to_string(generated.join("kubeadm/init.yaml")).unwrap();
    Documents::new(&text, Limits::default()).map(|document| document.unwrap().root).collect()
}

/// The flags that are generated for a component, with the paths of the test in place of those of a node.
fn flags(documents: &[Node], component: &str, folder: &Path) -> Vec<String> {
    let here = |path: &str| folder.join(path).display().to_string();
    documents[0]
        .at(&[component, "extraArgs"])
        .map(Node::items)
        .unwrap_or_default()
        .iter()
        .map(|one| {
            let text = |key: &str| one.get(key).and_then(Node::as_str).unwrap();
            let value = text("value")
                .replace("/etc/kubernetes/hardening", &here("hardening"))
                .replace("/etc/kubernetes/pki", &here("pki"))
                .replace("/var/log/kubernetes/audit", &here("audit"));
            format!("--{}={value}", text("name"))
        })
        .collect()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Starts a cluster with the files of a profile; `None` where this host cannot.
fn start(profile: &str, folder: &Path, generated: &Path) -> Option<Cluster> {
    let documents = documents(generated);
    copy(&generated.join("control-plane/etc/kubernetes/hardening"), &folder.join("hardening"));
    fs::create_dir(folder.join("audit")).unwrap();
    let built = Command::new(scripts().join("build"))
        .args([
            "etcd",
            "etcdctl",
            "kube-apiserver",
            "kube-controller-manager",
            "kube-scheduler",
            "kubectl",
            "kubelet",
        ])
        .output()
        .ok()?;
    if !built.status.success() {
        eprintln!("SKIPPED: Kubernetes could not be built: {}", said(&built));
        return None;
    }
    let cluster = Cluster { folder: folder.to_owned(), binaries: PathBuf::from(out(&built).trim()) };
    let up = Command::new(scripts().join("up"))
        .arg(folder)
        .env("APISERVER_ARGS", flags(&documents, "apiServer", folder).join(" "))
        .env("CONTROLLERS", "0")
        .output()
        .unwrap();
    assert!(up.status.success(), "{profile}: the API server does not come up: {}", said(&up));
    let path = |name: &str| folder.join(name).display().to_string();
    let mut controllers: Vec<String> = [
        ("kubeconfig", path("controller-manager.kubeconfig")),
        ("bind-address", "127.0.0.1".into()),
        ("secure-port", free_port().to_string()),
        ("leader-elect", "false".into()),
        ("use-service-account-credentials", "true".into()),
        ("service-account-private-key-file", path("pki/sa.key")),
        ("root-ca-file", path("pki/ca.crt")),
        ("cluster-signing-cert-file", path("pki/ca.crt")),
        ("cluster-signing-key-file", path("pki/ca.key")),
        ("authentication-skip-lookup", "true".into()),
    ]
    .map(|(key, value)| format!("--{key}={value}"))
    .to_vec();
    controllers.extend(flags(&documents, "controllerManager", folder));
    cluster.start("kube-controller-manager", &controllers);
    let config = path("scheduler.kubeconfig");
    let mut scheduler: Vec<String> = [
        ("kubeconfig", config.clone()),
        ("authentication-kubeconfig", config.clone()),
        ("authorization-kubeconfig", config),
        ("bind-address", "127.0.0.1".into()),
        ("secure-port", free_port().to_string()),
        ("leader-elect", "false".into()),
    ]
    .map(|(key, value)| format!("--{key}={value}"))
    .to_vec();
    scheduler.extend(flags(&documents, "scheduler", folder));
    cluster.start("kube-scheduler", &scheduler);
    let kubelet =
        documents.iter().find(|root| root.get("kind").and_then(Node::as_str) == Some("KubeletConfiguration"));
    let drop_in = folder.join("kubelet.yaml");
    fs::write(&drop_in, print::yaml(kubelet.unwrap())).unwrap();
    let node =
        Command::new(scripts().join("node")).arg(folder).env("KUBELET_DROPIN", &drop_in).output().unwrap();
    let told = said(&node);
    if !node.status.success() {
        let logs = |name: &str| fs::read_to_string(folder.join(name)).unwrap_or_default();
        // What the host lacks is no fault of the files; a kubelet that stops is.
        let is_host = ["must run as root", "namespaces cannot be made", "no overlay file system"];
        if is_host.iter().any(|why| told.contains(why)) {
            eprintln!("SKIPPED: no node can be added here: {told}");
            return None;
        }
        panic!("{profile}: {told}\n{}\n{}", logs("kube-controller-manager.log"), logs("kube-scheduler.log"));
    }
    Some(cluster)
}

/// Tries until it works, for half a minute.
fn soon(what: &str, attempt: impl Fn() -> bool) {
    for _ in 0..60 {
        if attempt() {
            return;
        }
        sleep(Duration::from_millis(500));
    }
    panic!("{what} did not come about");
}

fn prove(profile: &str) {
    if !scripts().join("up").exists() {
        eprintln!("SKIPPED: ../shared/testcluster is not there, so nothing was started for real");
        return;
    }
    if Command::new("curl").arg("--version").output().is_err() {
        eprintln!("SKIPPED: curl is not there, which asks without credentials");
        return;
    }
    let scratch = tempfile::tempdir().unwrap();
    let generated = scratch.path().join("generated");
    let to = generated.display().to_string();
    let made = ironsides(&["harden", "generate", "--for", "kubeadm", "--profile", profile, "--to", &to]);
    assert!(made.status.success(), "{}", said(&made));
    let folder = scratch.path().join("cluster");
    fs::create_dir(&folder).unwrap();
    let Some(cluster) = start(profile, &folder, &generated) else { return };
    let is_strict = profile != "baseline";

    // Health for everybody, the rest for nobody without credentials.
    let config = fs::read_to_string(folder.join("admin.kubeconfig")).unwrap();
    let server = config.split("server: \"").nth(1).unwrap().split('"').next().unwrap();
    for path in ["/livez", "/readyz", "/healthz", "/livez?verbose"] {
        assert!(Cluster::answers(server, path), "{profile}: {path}");
    }
    if is_strict {
        let info = "/api/v1/namespaces/kube-public/configmaps/cluster-info";
        for path in ["/api", "/version", "/metrics", "/livez/etcd", info] {
            assert!(!Cluster::answers(server, path), "{profile}: {path}");
        }
    }

    // A pod runs, and its log is read over a connection that is verified.
    assert!(cluster.kubectl(&["create", "namespace", "shop"]).status.success());
    fs::write(folder.join("node-node-1/overlay/etc/upper/kubernetes/manifests/web.yaml"), POD).unwrap();
    if is_strict {
        soon("the kubelet's request for a certificate", || {
            let requests = out(&cluster.kubectl(&["get", "certificatesigningrequests", "-o", "name"]));
            let name = requests.lines().next().and_then(|name| name.split('/').nth(1)).map(str::to_owned);
            name.is_some_and(|name| cluster.kubectl(&["certificate", "approve", &name]).status.success())
        });
    }
    soon("a pod that runs and logs", || {
        out(&cluster.kubectl(&["-n", "shop", "logs", "web-node-1"])).contains("hello")
    });

    // A Secret lies encrypted in etcd, and who made it is on record.
    let marker = "a-value-that-nobody-may-see";
    let literal = format!("--from-literal=password={marker}");
    assert!(
        cluster.kubectl(&["-n", "shop", "create", "secret", "generic", "login", &literal]).status.success()
    );
    let environment = fs::read_to_string(folder.join("environment")).unwrap();
    let endpoint = environment.lines().find_map(|line| line.strip_prefix("ETCD_ENDPOINT=")).unwrap();
    let stored = Command::new(cluster.binaries.join("etcdctl"))
        .args(["--endpoints", endpoint])
        .arg("--cacert")
        .arg(folder.join("pki/etcd-ca.crt"))
        .arg("--cert")
        .arg(folder.join("pki/etcd-client.crt"))
        .arg("--key")
        .arg(folder.join("pki/etcd-client.key"))
        .args(["get", "/registry/secrets/shop/login"])
        .output()
        .unwrap();
    let stored = out(&stored);
    assert!(stored.contains("k8s:enc:secretbox:v1:key1:"), "{profile}: {stored}");
    assert!(!stored.contains(marker));
    let log = fs::read_to_string(folder.join("audit/audit.log")).unwrap();
    assert!(log.lines().any(|line| line.contains("\"secrets\"") && line.contains("login")), "{profile}");
    assert!(!log.contains(marker));

    // What the profile refuses is refused.
    let privileged =
        cluster.kubectl(&["-n", "shop", "run", "bad", "--image=localhost/busybox:1", "--privileged"]);
    assert_eq!(privileged.status.success(), !is_strict, "{profile}: {}", said(&privileged));

    // The files of the test get the modes that the generated tmpfiles.d would give them on a node.
    for file in [
        "controller-manager.kubeconfig",
        "scheduler.kubeconfig",
        "node-node-1/kubelet/config.yaml",
        "node-node-1/overlay/etc/upper/kubernetes/kubelet.conf.d/50-test.conf",
    ] {
        fs::set_permissions(folder.join(file), fs::Permissions::from_mode(0o600)).unwrap();
    }

    // What runs is what the profile wants, by our own reading of the host.
    let facts = folder.join("facts.json").display().to_string();
    let collected = ironsides(&["collect", "--node", "--node-name", "node-1", "-o", &facts]);
    assert!(matches!(collected.status.code(), Some(0 | 4)), "{}", said(&collected));
    let mut host: Value = serde_json::from_str(&fs::read_to_string(&facts).unwrap()).unwrap();
    let own = cluster.processes();
    host["processes"]
        .as_array_mut()
        .unwrap()
        .retain(|process| process["pid"].as_u64().is_some_and(|pid| own.contains(&pid)));
    fs::write(&facts, host.to_string()).unwrap();
    let compared =
        ironsides(&["harden", "diff", "--facts", &facts, "--generated", &to, "--all", "-o", "json"]);
    let answer: Value =
        serde_json::from_slice(&compared.stdout).unwrap_or_else(|_| panic!("{}", said(&compared)));
    // etcd is the test's own, and so are modes of files and the kernel.
    let ours = ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet"];
    let settings: Vec<&Value> = answer["settings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| ours.iter().any(|name| one["component"] == *name))
        .collect();
    for component in ours {
        assert!(
            settings.iter().any(|one| one["component"] == component),
            "{profile}: {component} was not seen"
        );
    }
    let differ: Vec<&&Value> = settings.iter().filter(|one| one["state"] != "same").collect();
    assert!(differ.is_empty(), "{profile}: {differ:#?}");

    // And it passes our own scan.
    let scanned = ironsides(&["scan", &facts, "-o", "json"]);
    let report: Value =
        serde_json::from_slice(&scanned.stdout).unwrap_or_else(|_| panic!("{}", said(&scanned)));
    let failed: BTreeSet<String> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        // Who has certificates and tokens, a person must look at.
        .filter(|finding| finding["verdict"] != "manual")
        .filter_map(|finding| Some(finding["check"].as_str()?.to_owned()))
        .filter(|check| {
            ["apiserver-", "controller-manager-", "scheduler-", "kubelet-"]
                .iter()
                .any(|head| check.starts_with(head))
        })
        .collect();
    if is_strict {
        assert!(failed.is_empty(), "{profile}: {failed:?}");
    }
}

#[test]
fn every_profile_of_kubeadm_starts_for_real() {
    for profile in ["baseline", "cis-l1", "cis-l2", "paranoid"] {
        prove(profile);
    }
}
