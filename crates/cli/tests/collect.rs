//! Fact bundles as their users meet them: made of files, made of a real cluster, looked into, refused.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop where it stands")]
#![allow(clippy::print_stderr, reason = "a test says loudly that it was skipped")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const VALUE: &str = "zq9Bundled-0451";
const VALUE_BASE64: &str = "enE5QnVuZGxlZC0wNDUx";

fn secret(namespace: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: kept\n  namespace: {namespace}\n  annotations:\n    \
         kubectl.kubernetes.io/last-applied-configuration: '{{\"kind\":\"Secret\",\"data\":{{\"door\":\"{VALUE_BASE64}\"}}}}'\n\
         stringData:\n  door-code: {VALUE}\n"
    )
}

/// Exit code, standard output, standard error.
fn ironsides(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_ironsides"))
        .args(args)
        .current_dir(folder)
        .env_remove("KUBECONFIG")
        .env_remove("CLICOLOR_FORCE")
        .env("HOME", folder)
        .env("SOURCE_DATE_EPOCH", "1763000000")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn unpacked(path: &Path) -> String {
    String::from_utf8(zstd::decode_all(&fs::read(path).unwrap()[..]).unwrap()).unwrap()
}

#[test]
fn help_of_collect() {
    let folder = tempfile::tempdir().unwrap();
    let (code, out, _) = ironsides(folder.path(), &["collect", "--help"]);
    assert_eq!(code, 0);
    insta::assert_snapshot!(out);
}

#[test]
fn objects_of_files_become_a_bundle_without_values_of_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let pod = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  namespace: shop\nspec:\n  containers: []\n";
    fs::write(folder.path().join("a.yaml"), format!("{pod}---\n{}", secret("shop"))).unwrap();
    fs::write(folder.path().join("b.yaml"), pod).unwrap();
    let (code, out, err) = ironsides(folder.path(), &["collect", "-f", ".", "-o", "a.tar.zst"]);
    assert_eq!((code, out.as_str()), (0, ""), "{err}");
    assert!(
        err.contains("note: left out: 1 value of Secrets, 1 annotation that repeats an object\n"),
        "{err}"
    );
    assert!(err.contains("wrote: a.tar.zst: 3 objects in 3 lists of files"), "{err}");
    let text = unpacked(&folder.path().join("a.tar.zst"));
    assert!(text.contains("door-code") && !text.contains(VALUE) && !text.contains(VALUE_BASE64), "{text}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(folder.path().join("a.tar.zst")).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "others may read it: {mode:o}");
    }
    let (code, out, err) = ironsides(folder.path(), &["collect", "--show", "a.tar.zst"]);
    assert_eq!((code, err.as_str()), (0, ""));
    insta::assert_snapshot!(out.replace(env!("CARGO_PKG_VERSION"), "VERSION"));
    // Where no file is named it gets a name of its own.
    let (code, _, err) = ironsides(folder.path(), &["collect", "-f", "b.yaml"]);
    assert_eq!(code, 0);
    assert!(folder.path().join("ironsides-facts-files-20251113T021320Z.tar.zst").is_file(), "{err}");
    let (code, _, err) =
        ironsides(folder.path(), &["collect", "-f", "b.yaml", "-o", "-", "--resource", "secrets"]);
    assert_eq!(code, 3, "{err}");
}

#[test]
fn what_is_wrong_is_told_in_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.yaml"), "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n").unwrap();
    let (code, _, _) = ironsides(folder.path(), &["collect", "-f", "a.yaml", "-o", "whole.tar.zst"]);
    assert_eq!(code, 0);
    let whole = fs::read(folder.path().join("whole.tar.zst")).unwrap();
    fs::write(folder.path().join("half.tar.zst"), &whole[..whole.len() / 2]).unwrap();
    for (args, expected, message) in [
        (&["--show", "a.yaml"][..], 2, "a.yaml: no fact bundle: it looks like text"),
        (&["--show", "missing"], 2, "missing: no such file or directory"),
        (&["--show", "half.tar.zst"], 4, "half.tar.zst: the fact bundle is damaged: it"),
        (&["-f", "missing"], 4, "missing: no such file or directory"),
        (&["-f", "a.yaml", "-o", "no/such/file"], 2, "there is no folder no/such; make it first"),
        (&["-f", "a.yaml", "--resource", "pots"], 2, "there is no resource \"pots\""),
        (&["-f", "a.yaml", "--dry-run"], 2, "cannot be used with"),
        (&["-n", "a", "-A"], 2, "cannot be used with"),
        (&[], 2, "no cluster is configured"),
        (&["--kubeconfig", "missing"], 2, "missing"),
        (&["--server", "https://127.0.0.1:1"], 4, "cannot ask the API server https://127.0.0.1:1"),
        (&["--request-timeout", "x"], 2, "\"x\" is no duration"),
    ] {
        let (code, out, err) = ironsides(folder.path(), &[&["collect"], args].concat());
        assert!(code == expected && out.is_empty() && err.contains(message), "{args:?}: {code}\n{out}{err}");
    }
}

/// A real cluster, the tool that fills it, and names that no other test has.
struct Real {
    kubeconfig: String,
    kubectl: PathBuf,
    folder: tempfile::TempDir,
    name: String,
}

impl Real {
    fn new(name: &str) -> Option<Self> {
        let Ok(kubeconfig) = std::env::var("IRONSIDES_TEST_KUBECONFIG") else {
            eprintln!("SKIPPED: {name}: no cluster; set IRONSIDES_TEST_KUBECONFIG");
            return None;
        };
        let kubectl =
            std::env::var_os("IRONSIDES_KUBECTL").map_or_else(|| PathBuf::from("kubectl"), PathBuf::from);
        if Command::new(&kubectl).args(["version", "--client"]).output().is_err() {
            eprintln!("SKIPPED: {name}: no kubectl; set IRONSIDES_KUBECTL");
            return None;
        }
        let name = format!("ironsides-{name}-{}", std::process::id());
        Some(Self { kubeconfig, kubectl, folder: tempfile::tempdir().unwrap(), name })
    }

    fn kubectl(&self, args: &[&str], stdin: &str) {
        let mut child = Command::new(&self.kubectl)
            .args(["--kubeconfig", &self.kubeconfig])
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(stdin.as_bytes()).unwrap();
        assert!(child.wait().unwrap().success(), "kubectl {args:?}");
    }

    fn collect(&self, args: &[&str]) -> (i32, String, String) {
        let from = ["collect", "--kubeconfig", &self.kubeconfig];
        ironsides(self.folder.path(), &[&from, args].concat())
    }
}

impl Drop for Real {
    fn drop(&mut self) {
        let name = self.name.as_str();
        for args in [
            ["delete", "namespace", name],
            ["delete", "clusterrole", name],
            ["delete", "clusterrolebinding", name],
        ] {
            let mut command = Command::new(&self.kubectl);
            command.args(["--kubeconfig", &self.kubeconfig]).args(args);
            let _ = command.args(["--wait=false", "--ignore-not-found"]).stdout(Stdio::null()).status();
        }
    }
}

#[test]
fn a_real_cluster_is_collected_without_values_of_secrets() {
    let Some(real) = Real::new("collect") else { return };
    let name = real.name.as_str();
    real.kubectl(&["create", "namespace", name], "");
    real.kubectl(&["create", "-f", "-"], &secret(name));
    let (code, out, err) = real.collect(&["-o", "all.tar.zst"]);
    assert_eq!((code, out.as_str()), (0, ""), "{err}");
    let text = unpacked(&real.folder.path().join("all.tar.zst"));
    for value in [VALUE, VALUE_BASE64] {
        let around =
            text.split_once(value).map(|(before, _)| before.chars().rev().take(600).collect::<String>());
        let around = around.map(|text| text.chars().rev().collect::<String>());
        assert_eq!(around, None, "a value is in the bundle");
    }
    assert!(text.contains(name) && text.contains("door-code") && text.contains("withheld/bytes/000000015/"));
    let (code, out, err) = ironsides(real.folder.path(), &["collect", "--show", "all.tar.zst"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(
        out.contains("clusterroles.rbac.authorization.k8s.io") && out.contains("GET /version: 200"),
        "{out}"
    );
    // Only one namespace, and only what is named.
    let some = ["-n", name, "--resource", "secrets,nodes", "--no-probe", "-o", "some.tar.zst"];
    let (code, _, err) = real.collect(&some);
    assert_eq!(code, 0, "{err}");
    assert!(err.contains("wrote: some.tar.zst: ") && err.contains(" in 2 lists of https://"), "{err}");
    let (_, out, _) = ironsides(real.folder.path(), &["collect", "--show", "some.tar.zst"]);
    let is_line = |line: &str, start: &str| {
        line.starts_with(start) && line.contains(name) && line.ends_with("complete")
    };
    assert!(out.lines().any(|line| is_line(line, "secrets  ")), "{out}");
    assert!(!out.contains("without credentials"), "{out}");
}

#[test]
fn the_role_that_a_dry_run_prints_is_just_enough() {
    let Some(real) = Real::new("dry-run") else { return };
    let name = real.name.as_str();
    let only = ["--no-probe", "--resource", "secrets,deployments.apps,clusterroles", "--as", name];
    let (code, out, err) = real.collect(&[&only[..], &["-o", "before.tar.zst"]].concat());
    assert_eq!((code, out.as_str()), (4, ""));
    assert!(err.contains("cannot read secrets: forbidden; grant \"list\" on \"secrets\""), "{err}");
    assert!(err.contains("incomplete: 3 things could not be read"), "{err}");
    let (code, out, _) = ironsides(real.folder.path(), &["collect", "--show", "before.tar.zst"]);
    assert!(code == 4 && out.contains("absent: forbidden"), "{out}");
    let (code, role, err) = real.collect(&[&only[..], &["--dry-run"]].concat());
    assert_eq!((code, err.as_str()), (0, ""));
    let address =
        role.lines().next().and_then(|line| line.split(" to ").nth(1)).unwrap().trim_end_matches(':');
    insta::assert_snapshot!(role.replace(address, "ADDRESS"));
    real.kubectl(&["apply", "-f", "-"], &role.replace("ironsides-read", name));
    real.kubectl(&["create", "clusterrolebinding", name, "--clusterrole", name, "--user", name], "");
    // The authorizer learns of it a moment later.
    let mut last = (4, String::new(), String::new());
    for _ in 0..50 {
        last = real.collect(&[&only[..], &["-o", "after.tar.zst"]].concat());
        if last.0 == 0 {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    assert_eq!(last.0, 0, "{}", last.2);
}

#[test]
fn the_documentation_shows_the_role_that_the_program_prints() {
    let Some(real) = Real::new("docs") else { return };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = fs::read_to_string(root.join("docs/cluster.md")).unwrap();
    let command = page.split("`ironsides collect ").find(|rest| rest.contains("--dry-run`")).unwrap();
    let args: Vec<&str> = command.split('`').next().unwrap().split_whitespace().collect();
    let shown = page.split("```yaml\n").nth(1).unwrap().split("```").next().unwrap();
    let (code, role, err) = real.collect(&args);
    assert_eq!(code, 0, "{err}");
    assert_eq!(role.split("---\n").nth(1).unwrap(), shown);
}

#[test]
fn a_scan_of_the_bundle_is_a_scan_of_the_cluster() {
    let Some(real) = Real::new("same") else { return };
    let name = real.name.as_str();
    real.kubectl(&["create", "namespace", name], "");
    let pod = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  selector:\n    matchLabels: {app: web}\n  \
               template:\n    metadata:\n      labels: {app: web}\n    spec:\n      hostPID: true\n      containers:\n      - \
               name: web\n        image: web\n        env:\n        - {name: DB_PASSWORD, value: hunter2-of-web}\n";
    real.kubectl(&["create", "-n", name, "-f", "-"], pod);
    real.kubectl(&["create", "-f", "-"], &secret(name));
    for scope in [&["-A"][..], &["-n", name]] {
        let cluster =
            ["scan", "--cluster", "--kubeconfig", &real.kubeconfig, "--show", "passes,waived", "-o", "json"];
        let facts = ["scan", "--facts", "same.tar.zst", "--show", "passes,waived", "-o", "json"];
        // Others use the cluster, too: between two looks it may have changed.
        let same = (0..20).any(|_| {
            let (code, _, err) = real.collect(&[scope, &["-o", "same.tar.zst"]].concat());
            assert_eq!(code, 0, "{err}");
            let live = ironsides(real.folder.path(), &[&cluster[..], scope].concat());
            let kept = ironsides(real.folder.path(), &[&facts[..], scope].concat());
            assert!(
                live.1.contains("host-pid") && live.1.contains(name) && !live.1.contains(VALUE),
                "{}",
                live.2
            );
            fs::write(real.folder.path().join("live.json"), &live.1).unwrap();
            fs::write(real.folder.path().join("kept.json"), &kept.1).unwrap();
            (live.0, &live.1) == (kept.0, &kept.1)
        });
        let text = |file: &str| fs::read_to_string(real.folder.path().join(file)).unwrap();
        let (live, kept) = (text("live.json"), text("kept.json"));
        let differing = live.lines().zip(kept.lines()).find(|(a, b)| a != b);
        assert!(same, "{scope:?}: {differing:?}");
    }
}
