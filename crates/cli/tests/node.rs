//! Nodes as their users meet them: a root looked at, its facts judged elsewhere, many in one report, and what is missing told.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop where it stands")]

use std::fs;
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

use base64::Engine;

/// Exit code, standard output, standard error.
fn ironsides(folder: &Path, args: &[&str], input: &[u8]) -> (i32, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_ironsides"))
        .args(args)
        .current_dir(folder)
        .env_remove("KUBECONFIG")
        .env_remove("CLICOLOR_FORCE")
        .env("HOME", folder)
        .env("SOURCE_DATE_EPOCH", "1763000000")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn file(root: &Path, path: &str, mode: u32, content: &str) {
    let at = root.join(path);
    fs::create_dir_all(at.parent().unwrap()).unwrap();
    fs::write(&at, content).unwrap();
    fs::set_permissions(&at, fs::Permissions::from_mode(mode)).unwrap();
}

/// A root with a kubelet that everybody may read the configuration of.
fn root(folder: &Path) {
    for (pid, line) in [(1, "/sbin/init\0"), (7, "/usr/bin/kubelet\0--config=/var/lib/kubelet/config.yaml\0")]
    {
        file(folder, &format!("proc/{pid}/cmdline"), 0o444, line);
        file(folder, &format!("proc/{pid}/status"), 0o444, "PPid:\t0\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\n");
        fs::create_dir_all(folder.join(format!("proc/{pid}/ns"))).unwrap();
        symlink("mnt:[1]", folder.join(format!("proc/{pid}/ns/mnt"))).unwrap();
        symlink("/", folder.join(format!("proc/{pid}/root"))).unwrap();
    }
    file(folder, "proc/1/net/tcp", 0o444, "");
    file(folder, "etc/passwd", 0o644, "root:x:0:0\n");
    file(folder, "etc/hostname", 0o644, "edge\n");
    let text = "kind: KubeletConfiguration\nreadOnlyPort: 0\nstaticPodURLHeader: {X: [Zq7Canary]}\n";
    file(folder, "var/lib/kubelet/config.yaml", 0o646, text);
}

/// The checks and verdicts of a report of `-o jsonl`, without where they were found.
fn found(out: &str) -> Vec<(String, String, String)> {
    let mut found: Vec<_> = out
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|line| line["check"].is_string())
        .map(|line| {
            let text = |key: &str| line[key].as_str().unwrap_or_default().to_owned();
            (text("check"), text("verdict"), text("message"))
        })
        .collect();
    found.sort();
    found
}

#[test]
fn a_root_and_its_facts_say_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let host = folder.path().join("host");
    root(&host);
    let scan = ["scan", "--no-config", "--fail-on", "none", "-o", "jsonl"];
    let run = |more: &[&str], input: &[u8]| ironsides(folder.path(), &[&scan[..], more].concat(), input);
    let (_, live, err) = run(&["--node", "--root", "host"], b"");
    let all = found(&live);
    let readable = |(check, verdict, _): &(String, String, String)| {
        check == "kubelet-configuration-readable" && verdict == "fail"
    };
    assert!(all.iter().any(readable), "{live}\n{err}");
    assert!(live.contains("edge") && !live.contains("Zq7Canary"), "{live}");
    // The facts, as a file, in a folder, from standard input.
    let (code, facts, err) = ironsides(folder.path(), &["collect", "--node", "--root", "host"], b"");
    assert_eq!(code, 0, "{err}");
    assert!(
        facts.starts_with("{\"apiVersion\":\"ironsides.dev/v1\",\"kind\":\"NodeFacts\"")
            && !facts.contains("Zq7Canary")
    );
    let (code, out, err) =
        ironsides(folder.path(), &["collect", "--node", "--root", "host", "-o", "nodes/edge.json"], b"");
    assert!(code == 2 && out.is_empty() && err.contains("nodes/edge.json"), "{err}");
    fs::create_dir(folder.path().join("nodes")).unwrap();
    let (code, ..) =
        ironsides(folder.path(), &["collect", "--node", "--root", "host", "-o", "nodes/edge.json"], b"");
    assert_eq!(code, 0);
    assert_eq!(fs::read_to_string(folder.path().join("nodes/edge.json")).unwrap(), facts);
    for (args, input) in [
        (&["--facts", "nodes/edge.json"][..], ""),
        (&["--facts", "nodes"], ""),
        (&["nodes"], ""),
        (&["-"], &facts),
    ] {
        assert_eq!(found(&run(args, input.as_bytes()).1), all, "{args:?}");
    }
    // As one of the nodes that report to an object.
    let packed = zstd::encode_all(facts.as_bytes(), 3).unwrap();
    let packed = base64::engine::general_purpose::STANDARD.encode(packed);
    let map = |value: &str| {
        format!(
            "{{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\", \"metadata\": {{\"name\": \"ironsides-nodes\", \"namespace\": \"a\"}}, \
             \"binaryData\": {{\"edge.node.zst\": \"{value}\", \"other\": \"AAAA\"}}}}"
        )
    };
    let (_, out, err) = run(&["-", "--check", "kubelet-configuration-readable"], map(&packed).as_bytes());
    assert!(found(&out).iter().any(readable), "{out}\n{err}");
    let (code, _, err) = run(&["-"], map("AAAA").as_bytes());
    assert!(code == 4 && err.contains("edge.node.zst"), "{err}");
}

#[test]
fn no_node_that_has_reported_is_no_clean_cluster() {
    let folder = tempfile::tempdir().unwrap();
    let map = |name: &str, more: &str| {
        format!(
            "{{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\", \"metadata\": {{\"namespace\": \"a\", \"name\": \"{name}\"{more}}}}}"
        )
    };
    let uid = ", \"uid\": \"8c4b\"";
    let label = ", \"uid\": \"8c4b\", \"labels\": {\"ironsides.dev/holds\": \"node-facts\"}";
    for (name, more, expected) in [
        ("ironsides-nodes", uid, 4),
        ("pool-b", label, 4),
        ("pool-b", uid, 0),
        // As a manifest it has to be empty.
        ("ironsides-nodes", "", 0),
    ] {
        let args = ["scan", "-", "--no-config"];
        let (code, out, err) = ironsides(folder.path(), &args, map(name, more).as_bytes());
        assert_eq!(code, expected, "{name}{more}: {out}{err}");
        assert_eq!(err.contains("no node has reported yet"), expected == 4, "{err}");
    }
}

#[test]
fn a_report_that_was_written_can_end_well() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("host/proc")).unwrap();
    let pod = "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {hostPID: true, containers: [{name: a, image: a}]}}";
    for (args, input, without, with) in [
        (&["--node", "--root", "host"][..], "", 4, 0),
        (&["-"], pod, 1, 0),
        (&["-"], "", 3, 3),
        (&["--node", "--root", "missing"], "", 2, 2),
    ] {
        let args = [&["scan", "--no-config"], args].concat();
        let (code, out, err) = ironsides(folder.path(), &args, input.as_bytes());
        assert_eq!(code, without, "{args:?} {out}{err}");
        let args = [&args[..], &["--exit-zero"]].concat();
        let (code, again, err) = ironsides(folder.path(), &args, input.as_bytes());
        assert_eq!((code, &again), (with, &out), "{args:?} {err}");
    }
}

#[test]
fn a_partial_look_is_never_clean() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("host/proc")).unwrap();
    let args = ["scan", "--node", "--root", "host", "--no-config", "--fail-on", "none"];
    let (code, _, err) = ironsides(folder.path(), &args, b"");
    assert!(code == 4 && err.contains("/proc is empty"), "{err}");
    let (code, _, err) = ironsides(folder.path(), &["collect", "--node", "--root", "host"], b"");
    assert!(code == 4 && err.contains("processes: /proc is empty"), "{err}");
}

/// The findings of a check in the facts of a node: verdict, message and fingerprint.
fn of_check(facts: &str, check: &str) -> Vec<(String, String, String)> {
    let folder = tempfile::tempdir().unwrap();
    let facts = format!("apiVersion: ironsides.dev/v1\nkind: NodeFacts\nmetadata: {{name: a}}\n{facts}");
    let args = ["scan", "-", "--no-config", "--fail-on", "none", "-o", "jsonl", "--check", check];
    let (_, out, err) = ironsides(folder.path(), &args, facts.as_bytes());
    let lines = out.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let text = |line: &serde_json::Value, key: &str| line[key].as_str().unwrap_or_default().to_owned();
    let found: Vec<_> = lines
        .filter(|line| line["check"] == check)
        .map(|line| (text(&line, "verdict"), text(&line, "message"), text(&line, "fingerprint")))
        .collect();
    assert!(!found.is_empty(), "{out}{err}");
    found
}

#[test]
fn several_of_one_component_have_fingerprints_of_their_own() {
    let facts = |pids: [u32; 3]| {
        let process = |(pid, port): (u32, u32)| {
            format!(
                "- {{pid: {pid}, program: kube-apiserver, arguments: [kube-apiserver, --secure-port={port}]}}\n"
            )
        };
        let all: String = pids.into_iter().zip([6443, 6444, 6445]).map(process).collect();
        format!("processes:\n{all}")
    };
    let prints = |pids| {
        let found = of_check(&facts(pids), "apiserver-profiling");
        found.into_iter().map(|(_, _, print)| print).collect::<std::collections::BTreeSet<_>>()
    };
    let one = prints([5, 6, 7]);
    assert_eq!(one.len(), 3);
    assert_eq!(prints([50, 49, 48]), one, "they do not hang on process ids");
}

#[test]
fn the_certificate_that_the_kubelet_uses_is_judged() {
    let key = "kind: file, mode: \"0640\", uid: 0, gid: 0, key: {form: PRIVATE KEY, algorithm: ECDSA-256, encrypted: false}";
    let facts = |bootstrap: bool| {
        format!(
            "processes:\n- {{pid: 7, program: kubelet, arguments: [kubelet, --config=/k.yaml, --kubeconfig=/c, --cert-dir=/srv/pki]}}\n\
             files:\n  /k.yaml: {{content: '{{apiVersion: kubelet.config.k8s.io/v1beta1, kind: KubeletConfiguration, \
             serverTLSBootstrap: {bootstrap}}}'}}\n  \
             /c: {{kind: file, mode: \"0600\"}}\n  \
             /srv/pki/kubelet.crt: {{kind: file, mode: \"0644\", uid: 0, gid: 0}}\n  \
             /srv/pki/kubelet.key: {{{key}}}\n  /srv/pki/kubelet-server-current.pem: {{{key}}}\n"
        )
    };
    for (bootstrap, used, other) in [
        (true, "kubelet-server-current.pem", "kubelet.key"),
        (false, "kubelet.key", "kubelet-server-current.pem"),
    ] {
        let found = of_check(&facts(bootstrap), "pki-key-readable");
        let failed =
            |name: &str| found.iter().any(|(verdict, text, _)| verdict == "fail" && text.contains(name));
        assert!(failed(used) && !failed(other), "{bootstrap}: {found:?}");
    }
}

#[test]
fn what_could_not_be_looked_at_is_told_once() {
    let folder = tempfile::tempdir().unwrap();
    let line = |at| format!("  /etc/kubernetes/pki/{at}.crt: {{kind: unreadable, why: Permission denied}}\n");
    let certificates = (0..9).map(line).collect::<Vec<_>>().concat();
    let facts = format!(
        "apiVersion: ironsides.dev/v1\nkind: NodeFacts\nmetadata: {{name: a}}\nprocesses:\n\
         - {{pid: 7, program: kubelet, arguments: [kubelet, --config=/var/lib/kubelet/config.yaml]}}\nfiles:\n\
         \x20 /var/lib/kubelet/config.yaml: {{kind: unreadable, why: Permission denied}}\n{certificates}"
    );
    let args = ["scan", "-", "--no-config", "--fail-on", "none"];
    let (code, out, err) = ironsides(folder.path(), &args, facts.as_bytes());
    assert_eq!(code, 4, "{err}");
    assert!(
        out.contains("checks cannot be decided: /var/lib/kubelet/config.yaml could not be read"),
        "{out}"
    );
    assert_eq!(out.matches("config.yaml could not be read").count(), 1, "{out}");
    assert!(out.contains("cannot be decided at 9 places"), "{out}");
    assert!(out.contains("and 6 more") && !out.contains("/etc/kubernetes/pki/8.crt"), "{out}");
    // Programs are told all of it.
    let (_, out, _) = ironsides(folder.path(), &[&args[..], &["-o", "jsonl"]].concat(), facts.as_bytes());
    assert_eq!(found(&out).iter().filter(|(check, ..)| check == "certificate-writable").count(), 9);
}

#[test]
fn what_does_not_go_together_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.yaml"), "").unwrap();
    for (args, expected) in [
        (&["scan", "--node", "--cluster"][..], "--cluster"),
        (&["scan", "--node", "--fix"], "--fix edits manifests"),
        (&["scan", "--node", "a.yaml"], "scan the files apart"),
        (&["scan", "--root", "/x"], "--node"),
        (&["scan", "--facts", "a.tar.zst", "b.tar.zst"], "two clusters"),
        (&["scan", "--cluster", "--facts", "a.tar.zst"], "one after the other"),
        (&["scan", "--node", "--root", "missing"], "cannot look at missing"),
        (&["collect", "--every", "1h"], "--configmap"),
    ] {
        let (code, _, err) = ironsides(folder.path(), args, b"");
        assert!(code == 2 && err.contains(expected), "{args:?}: {code} {err}");
    }
}

#[test]
fn our_own_manifests_are_clean_or_waived() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let (code, out, err) =
        ironsides(&root, &["scan", "deploy", "--min-severity", "info", "--fail-on", "info"], b"");
    assert_eq!(code, 0, "{out}{err}");
}
