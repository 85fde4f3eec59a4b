//! `ironsides harden` as its users meet it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop where it stands")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// Exit code, standard output, standard error.
fn run(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_ironsides"))
        .arg("harden")
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

const GENERATE: [&str; 7] = ["generate", "--for", "kubeadm", "--profile", "cis-l1", "--to", "out"];
const ENCRYPTION: &str = "out/control-plane/etc/kubernetes/hardening/encryption.yaml";

#[test]
fn a_folder_is_written_once_and_its_key_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (code, out, err) = run(folder.path(), &GENERATE);
    assert_eq!((code, out.as_str()), (0, ""), "{err}");
    assert!(err.contains("name all control plane nodes with --control-plane"), "{err}");
    let mode = |path: &str| fs::metadata(folder.path().join(path)).unwrap().permissions().mode() & 0o7777;
    assert_eq!((mode("out"), mode(ENCRYPTION), mode("out/README.md")), (0o700, 0o600, 0o644));
    let key = fs::read_to_string(folder.path().join(ENCRYPTION)).unwrap();
    let (code, _, err) = run(folder.path(), &GENERATE);
    assert_eq!(code, 2, "{err}");
    assert!(err.contains("--force"), "{err}");
    let again = [&GENERATE[..], &["--force", "--control-plane", "10.0.0.10"]].concat();
    let (code, _, err) = run(folder.path(), &again);
    assert_eq!(code, 0, "{err}");
    assert_eq!(fs::read_to_string(folder.path().join(ENCRYPTION)).unwrap(), key);
    // Another folder gets another key.
    let (code, ..) =
        run(folder.path(), &["generate", "--for", "kubeadm", "--profile", "cis-l1", "--to", "more"]);
    assert_eq!(code, 0);
    assert_ne!(fs::read_to_string(folder.path().join(ENCRYPTION.replace("out/", "more/"))).unwrap(), key);
    // What somebody else put there is left alone.
    fs::create_dir(folder.path().join("mine")).unwrap();
    fs::write(folder.path().join("mine/notes"), "").unwrap();
    let (code, _, err) =
        run(folder.path(), &["generate", "--for", "k3s", "--profile", "baseline", "--to", "mine", "--force"]);
    assert!(code == 2 && err.contains("something else"), "{err}");
}

/// Every folder below a folder with its mode, by path.
fn folders(at: &Path) -> BTreeMap<PathBuf, u32> {
    let mut all = BTreeMap::from([(at.to_owned(), fs::metadata(at).unwrap().permissions().mode() & 0o7777)]);
    for entry in fs::read_dir(at).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            all.extend(folders(&entry.path()));
        }
    }
    all
}

fn files(at: &Path) -> Vec<PathBuf> {
    let (folders, mut files): (Vec<PathBuf>, Vec<PathBuf>) =
        fs::read_dir(at).unwrap().map(|entry| entry.unwrap().path()).partition(|path| path.is_dir());
    files.extend(folders.iter().flat_map(|folder| self::files(folder)));
    files
}

/// The steps of the generated page install every file with its mode, and leave folders that are there as they are.
#[test]
fn following_the_page_leaves_the_folders_of_a_node_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    for distribution in ["kubeadm", "k3s", "rke2", "kubespray"] {
        let to = folder.path().join(distribution);
        let (code, _, err) = run(
            folder.path(),
            &["generate", "--for", distribution, "--profile", "cis-l2", "--to", distribution],
        );
        assert_eq!(code, 0, "{err}");
        for (path, mode) in folders(&to) {
            assert_eq!(mode, if path == to { 0o700 } else { 0o755 }, "{}", path.display());
        }
        let page = fs::read_to_string(to.join("README.md")).unwrap();
        let commands: Vec<&str> =
            page.split("```").skip(1).step_by(2).flat_map(str::lines).map(str::trim).collect();
        for part in ["all-nodes", "control-plane", "agent"].map(|part| to.join(part)) {
            if !part.exists() {
                continue;
            }
            let name = part.file_name().unwrap().to_str().unwrap();
            let root = folder.path().join(format!("{distribution}-{name}"));
            for (path, mode) in [
                ("", 0o755),
                ("etc", 0o755),
                ("etc/sysctl.d", 0o711),
                ("etc/kubernetes", 0o750),
                ("etc/rancher", 0o751),
            ] {
                fs::create_dir(root.join(path)).unwrap();
                fs::set_permissions(root.join(path), fs::Permissions::from_mode(mode)).unwrap();
            }
            let before = folders(&root);
            let own: Vec<&&str> = commands
                .iter()
                .filter(|line| line.contains(&format!("{name}/")) && !line.starts_with("scp "))
                .collect();
            for line in own {
                let script = line.replace(" /", &format!(" {}/", root.display()));
                assert_ne!(script, **line);
                let done = Command::new("sh").args(["-ec", &script]).current_dir(&to).status().unwrap();
                assert!(done.success(), "{script}");
            }
            let after = folders(&root);
            for (path, mode) in before {
                assert_eq!(after[&path], mode, "{}", path.display());
            }
            let files = files(&part);
            assert!(!files.is_empty());
            for path in files {
                let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
                let there = root.join(path.strip_prefix(&part).unwrap());
                assert_eq!(fs::read(&there).unwrap(), fs::read(&path).unwrap());
                assert_eq!(mode(&there), mode(&path), "{}", there.display());
            }
        }
    }
}

#[test]
fn mistakes_of_usage_are_told() {
    let folder = tempfile::tempdir().unwrap();
    for (args, expected) in [
        (&["generate", "--to", "x", "--for", "kubeadm"][..], "--profile"),
        (&["generate", "--to", "x", "--for", "kops", "--profile", "baseline"], "kubeadm"),
        (
            &[
                "generate",
                "--to",
                "x",
                "--for",
                "k3s",
                "--profile",
                "baseline",
                "--kubernetes-version",
                "1.30",
            ],
            "no longer maintained",
        ),
        (
            &[
                "generate",
                "--to",
                "x",
                "--for",
                "k3s",
                "--profile",
                "baseline",
                "--kubernetes-version",
                "1.99",
            ],
            "1.37",
        ),
        (&["generate", "--to", "x", "--for", "talos", "--profile", "baseline", "--encryption", "kms"], "KMS"),
        (
            &[
                "generate",
                "--to",
                "x",
                "--for",
                "k3s",
                "--profile",
                "baseline",
                "--exempt-namespace",
                "Kube_System",
            ],
            "namespace",
        ),
        (
            &["generate", "--to", "x", "--for", "k3s", "--profile", "baseline", "--control-plane", "host"],
            "IP",
        ),
        (&["verify", "nowhere"], "nowhere"),
        (&["diff", "--facts", "nowhere"], "--for"),
        (&["diff", "--facts", "nowhere", "--for", "kubeadm", "--profile", "baseline"], "nowhere"),
    ] {
        let (code, out, err) = run(folder.path(), args);
        assert!(code == 2 && out.is_empty() && err.contains(expected), "{args:?}: {code} {err}");
        assert!(!folder.path().join("x").exists(), "{args:?}");
    }
}

/// What was found wrong is not told as verified besides, and kubeadm's endpoint is written.
#[test]
fn what_is_wrong_is_not_verified() {
    let folder = tempfile::tempdir().unwrap();
    let at = |path: &str| folder.path().join("out").join(path);
    let all = [&GENERATE[..], &["--control-plane", "10.0.0.1,10.0.0.2"]].concat();
    let (_, _, err) = run(folder.path(), &all);
    assert!(err.contains("--endpoint"), "{err}");
    assert!(
        fs::read_to_string(at("kubeadm/init.yaml")).unwrap().contains("# controlPlaneEndpoint: HOST:6443")
    );
    let all = [&all[..], &["--force", "--endpoint", "api.example.com:6443"]].concat();
    let (code, _, err) = run(folder.path(), &all);
    assert!(code == 0 && !err.contains("--endpoint"), "{err}");
    let init = fs::read_to_string(at("kubeadm/init.yaml")).unwrap();
    assert!(init.contains("\ncontrolPlaneEndpoint: \"api.example.com:6443\"\n"), "{init}");
    for wrong in ["api.example.com", ":6443", "api:0", "::1:6443", "a b:1"] {
        let (code, _, err) = run(folder.path(), &[&GENERATE[..], &["--force", "--endpoint", wrong]].concat());
        assert!(code == 2 && err.contains("host and port"), "{wrong}: {err}");
    }
    let (_, out, _) = run(folder.path(), &["verify", "out"]);
    assert!(out.lines().all(|line| line.len() <= 200), "{out}");
    for sentence in ["keys of the right size", "are known to", "files are there"] {
        assert!(out.contains(sentence), "{out}");
    }
    let key = folder.path().join(ENCRYPTION);
    let text = fs::read_to_string(&key).unwrap();
    let secret = text.lines().find(|line| line.contains("secret: ")).unwrap();
    let indent = secret.split("secret").next().unwrap();
    fs::write(&key, text.replace(secret, &format!("{indent}secret: YWJj"))).unwrap();
    fs::write(at("kubeadm/init.yaml"), init.replace("name: profiling", "name: prolifing")).unwrap();
    fs::remove_file(at("kubeadm/join-worker.yaml")).unwrap();
    let (code, out, err) = run(folder.path(), &["verify", "out"]);
    assert_eq!(code, 1);
    for (wrong, verified) in [
        ("has 3 bytes", "keys of the right size"),
        ("knows no --prolifing", "are known to"),
        ("it is missing", "files are there"),
    ] {
        assert!(out.contains(wrong) && !out.contains(verified), "{out}{err}");
    }
}

#[test]
fn a_generated_folder_verifies_and_an_edited_one_says_why_not() {
    let folder = tempfile::tempdir().unwrap();
    for distribution in ["kubeadm", "k3s", "rke2", "talos", "kubespray"] {
        for profile in ["baseline", "cis-l1", "cis-l2", "paranoid"] {
            let to = format!("{distribution}-{profile}");
            let (code, _, err) =
                run(folder.path(), &["generate", "--for", distribution, "--profile", profile, "--to", &to]);
            assert_eq!(code, 0, "{err}");
            let (code, out, err) = run(folder.path(), &["verify", &to]);
            assert_eq!(code, 0, "{to}: {out}{err}");
        }
    }
    let path = folder.path().join("kubeadm-cis-l1/kubeadm/init.yaml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("name: profiling", "name: insecure-port")).unwrap();
    let (code, out, _) = run(folder.path(), &["verify", "kubeadm-cis-l1", "-o", "json"]);
    let answer: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(code, 1);
    assert!(answer["problems"][0]["message"].as_str().unwrap().contains("old advice"), "{out}");
    assert!(
        answer["differences"].as_array().unwrap().iter().any(|one| one["setting"] == "--profiling"),
        "{out}"
    );
}

/// Each edit alone makes the folder one that is not verified: exit 1, and the word `verified` is not the last.
#[test]
fn a_folder_that_was_opened_is_not_verified() {
    let folder = tempfile::tempdir().unwrap();
    let more = ["--control-plane", "10.0.0.10,10.0.0.11", "--endpoint", "lb.example:6443"];
    let (code, _, err) = run(folder.path(), &[&GENERATE[..], &more].concat());
    assert_eq!(code, 0, "{err}");
    let (code, out, err) = run(folder.path(), &["verify", "out"]);
    assert!(code == 0 && out.contains("and nothing besides") && !out.contains("pathes"), "{out}{err}");
    let (patches, modes) =
        ("etc/kubernetes/hardening/patches", "etc/tmpfiles.d/kubernetes-control-plane.conf");
    for (path, from, to) in [
        (format!("all-nodes/{patches}/kubeletconfiguration0+merge.yaml"), "", "---\nreadOnlyPort: 10255\n"),
        (format!("all-nodes/{patches}/kubeletconfiguration1+merge.yaml"), "", "readOnlyPort: 10255\n"),
        (format!("control-plane/{patches}/kube-apiserver9+json.json"), "", "[]"),
        ("control-plane/etc/nftables.d/ironsides-etcd.nft".to_owned(), "10.0.0.10,", "0.0.0.0/0, 10.0.0.10,"),
        ("control-plane/etc/nftables.d/ironsides-etcd.nft".to_owned(), "", "flush ruleset\n"),
        (format!("control-plane/{modes}"), "", "Z /etc/kubernetes 0777\n"),
    ] {
        let at = folder.path().join("out").join(&path);
        let before = fs::read_to_string(&at).ok();
        let text = before.clone().unwrap_or_default();
        let edited = if from.is_empty() { text.clone() + to } else { text.replacen(from, to, 1) };
        assert_ne!(edited, text, "{path} has no {from:?}");
        fs::write(&at, edited).unwrap();
        let (code, out, err) = run(folder.path(), &["verify", "out"]);
        assert_eq!(code, 1, "{path} {to:?}: {out}{err}");
        assert!(out.contains(&format!("wrong     {path}: ")), "{path} {to:?}: {out}");
        match before {
            Some(before) => fs::write(&at, before).unwrap(),
            None => fs::remove_file(&at).unwrap(),
        }
    }
    let (code, out, err) = run(folder.path(), &["verify", "out"]);
    assert_eq!(code, 0, "{out}{err}");
}

/// A node as kubeadm leaves it.
const NODE: &str = r#"
apiVersion: ironsides.dev/v1
kind: NodeFacts
metadata: {name: node-1}
processes:
- pid: 10
  program: kube-apiserver
  arguments:
  - kube-apiserver
  - --authorization-mode=Node,RBAC
  - --enable-admission-plugins=NodeRestriction
  - --profiling=true
- pid: 20
  program: kubelet
  arguments: [/usr/bin/kubelet, --config=/var/lib/kubelet/config.yaml, --kubeconfig=/etc/kubernetes/kubelet.conf]
files:
  /var/lib/kubelet/config.yaml:
    kind: file
    mode: "0644"
    uid: 0
    gid: 0
    user: root
    group: root
    content: |
      apiVersion: kubelet.config.k8s.io/v1beta1
      kind: KubeletConfiguration
      authentication: {x509: {clientCAFile: /etc/kubernetes/pki/ca.crt}}
      rotateCertificates: true
sysctls: {kernel.panic: "0", vm.panic_on_oom: "0"}
"#;

#[test]
fn a_node_differs_from_what_a_profile_wants() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("node.yaml"), NODE).unwrap();
    let diff = ["diff", "--facts", "node.yaml", "--for", "kubeadm", "--profile", "baseline"];
    let (code, out, err) = run(folder.path(), &diff);
    assert_eq!(code, 1);
    insta::assert_snapshot!("harden_diff", format!("{out}--- standard error\n{err}"));
    let (code, out, _) = run(folder.path(), &[&diff[..], &["-o", "json", "--all"]].concat());
    let answer: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, answer["kind"].as_str().unwrap()), (1, "harden-diff"));
    let state = |setting: &str| {
        let all = answer["settings"].as_array().unwrap();
        all.iter().find(|one| one["setting"] == setting).map(|one| one["state"].as_str().unwrap().to_owned())
    };
    for (setting, expected) in [
        ("--profiling", "differs"),
        ("--authorization-mode", "same"),
        ("--enable-admission-plugins", "same"),
        ("--audit-log-path", "differs"),
        ("authentication.anonymous.enabled", "same"),
        ("rotateCertificates", "same"),
        ("/var/lib/kubelet/config.yaml", "differs"),
        ("kernel.panic", "differs"),
        ("vm.panic_on_oom", "same"),
    ] {
        assert_eq!(state(setting).as_deref(), Some(expected), "{setting}");
    }
    // Without a component there is nothing to compare, and that is no pass.
    fs::write(
        folder.path().join("empty.yaml"),
        "apiVersion: ironsides.dev/v1\nkind: NodeFacts\nmetadata: {name: a}\n",
    )
    .unwrap();
    let (code, out, err) =
        run(folder.path(), &["diff", "--facts", "empty.yaml", "--for", "kubeadm", "--profile", "baseline"]);
    assert_eq!((code, out.as_str()), (3, ""), "{err}");
    fs::write(folder.path().join("pod.yaml"), "apiVersion: v1\nkind: Pod\n").unwrap();
    let (code, _, err) =
        run(folder.path(), &["diff", "--facts", "pod.yaml", "--for", "kubeadm", "--profile", "baseline"]);
    assert!(code == 4 && err.contains("NodeFacts"), "{code} {err}");
}
