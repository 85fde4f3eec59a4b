//! `scan --fix` as its users meet it: what it writes, what it leaves alone, and what it says.

#![allow(
    clippy::print_stderr,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may stop where it stands"
)]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

const POD: &str = "\
# The shop's front.
apiVersion: v1
kind: Pod
metadata:
  name: web   # as it is called
spec:
  containers:
  - name: app
    image: registry.example/app:1
    securityContext:
      privileged: yes # for the debugger
";

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// Exit code, standard output, standard error.
fn scan(folder: &Path, args: &[&str], stdin: &str) -> (i32, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_ironsides"))
        .arg("scan")
        .args(args)
        .current_dir(folder)
        .env_remove("CLICOLOR_FORCE")
        .env("IRONSIDES_TODAY", "2026-06-01")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(stdin.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn read(folder: &TempDir, name: &str) -> String {
    fs::read_to_string(folder.path().join(name)).unwrap()
}

#[test]
fn safe_fixes_are_made_and_the_rest_is_reported() {
    let folder = folder(&[("a.yaml", POD)]);
    let (code, out, err) = scan(folder.path(), &["a.yaml", "--fix"], "");
    assert_eq!(code, 1, "{err}");
    assert_eq!(read(&folder, "a.yaml"), format!("{POD}    imagePullPolicy: Always\n"));
    assert!(err.contains("fixed: a.yaml: 1 finding: 1 stale-image-pull"), "{err}");
    assert!(err.contains("more findings can be fixed with --fix=unsafe"), "{err}");
    assert!(out.contains("privileged-container") && !out.contains("stale-image-pull"), "{out}");
    // Nothing is left to do.
    let before = read(&folder, "a.yaml");
    let (_, _, err) = scan(folder.path(), &["a.yaml", "--fix"], "");
    assert_eq!(read(&folder, "a.yaml"), before);
    assert!(err.contains("fixed: nothing"), "{err}");
}

#[test]
fn unsafe_fixes_close_all_that_an_edit_can() {
    let folder = folder(&[("a.yaml", POD)]);
    let (_, _, err) = scan(folder.path(), &["a.yaml", "--fix=unsafe"], "");
    assert!(!err.contains("not fixed"), "{err}");
    let fixed = read(&folder, "a.yaml");
    insta::assert_snapshot!(fixed);
    let (_, out, _) = scan(folder.path(), &["a.yaml", "--fix=unsafe", "--diff"], "");
    assert_eq!(out, "");
}

#[test]
fn the_exit_code_is_about_what_remains() {
    let folder = folder(&[("a.yaml", POD)]);
    let args = ["a.yaml", "--check", "privileged-container"];
    assert_eq!(scan(folder.path(), &args, "").0, 1);
    assert_eq!(scan(folder.path(), &[&args[..], &["--fix=unsafe", "--diff"]].concat(), "").0, 0);
    assert_eq!(scan(folder.path(), &args, "").0, 1, "a diff writes nothing");
    assert_eq!(scan(folder.path(), &[&args[..], &["--fix"]].concat(), "").0, 1, "it is not safe");
    assert_eq!(scan(folder.path(), &[&args[..], &["--fix=unsafe"]].concat(), "").0, 0);
    assert_eq!(read(&folder, "a.yaml"), POD.replace("privileged: yes", "privileged: false"));
}

#[test]
fn a_diff_shows_what_would_be_written() {
    let folder = folder(&[("deploy/a.yaml", POD), ("deploy/b.yaml", "a: 1\n")]);
    let args = ["deploy", "--fix=unsafe", "--diff", "--check", "privileged-container,stale-image-pull"];
    let (code, out, err) = scan(folder.path(), &args, "");
    insta::assert_snapshot!(format!("{out}{err}exit {code}"));
    assert_eq!(read(&folder, "deploy/a.yaml"), POD);
}

#[test]
fn standard_input_becomes_standard_output() {
    let folder = folder(&[]);
    let args = ["-", "--fix=unsafe", "--check", "privileged-container"];
    let (code, out, err) = scan(folder.path(), &args, POD);
    assert_eq!((code, out), (0, POD.replace("privileged: yes", "privileged: false")), "{err}");
    assert!(err.contains("fixed: (standard input): 1 finding"), "{err}");
    let (_, out, _) = scan(folder.path(), &[&args[..], &["--diff"]].concat(), POD);
    assert!(out.starts_with("--- a/stdin\n+++ b/stdin\n"), "{out}");
    // What cannot be fixed passes through.
    let (_, out, err) = scan(folder.path(), &["-", "--fix"], "a: 1\n");
    assert_eq!(out, "a: 1\n", "{err}");
    let (code, out, _) = scan(folder.path(), &["-", "--fix"], "");
    assert_eq!((code, out.as_str()), (3, ""));
}

#[test]
fn files_keep_their_permissions_and_links() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = folder(&[("real/a.yaml", POD), ("locked.yaml", POD)]);
    let mode = |name: &str| fs::metadata(folder.path().join(name)).unwrap().permissions().mode() & 0o777;
    let set = |name: &str, mode| {
        fs::set_permissions(folder.path().join(name), fs::Permissions::from_mode(mode)).unwrap();
    };
    set("real/a.yaml", 0o640);
    set("locked.yaml", 0o444);
    symlink("real/a.yaml", folder.path().join("link.yaml")).unwrap();
    let (code, out, err) =
        scan(folder.path(), &["link.yaml", "locked.yaml", "--fix", "--fail-on", "none"], "");
    assert!(read(&folder, "real/a.yaml").ends_with("imagePullPolicy: Always\n"));
    assert!(folder.path().join("link.yaml").is_symlink());
    assert_eq!((mode("real/a.yaml"), mode("locked.yaml")), (0o640, 0o444));
    assert_eq!(read(&folder, "locked.yaml"), POD);
    assert!(err.contains("cannot write locked.yaml: it is read-only"), "{err}");
    assert!(out.contains("stale-image-pull") && !err.contains("fixed: locked.yaml"), "{out}{err}");
    assert_eq!(code, 4);
    let left: Vec<_> = fs::read_dir(folder.path().join("real")).unwrap().collect();
    assert_eq!(left.len(), 1, "a temporary file was left behind");
}

#[test]
fn every_way_to_write_a_manifest_is_edited_in_its_own_style() {
    let json = "{\n  \"apiVersion\": \"v1\",\n  \"kind\": \"Pod\",\n  \"metadata\": {\"name\": \"web\"},\n  \"spec\": {\n    \"containers\": [\n      {\"name\": \"app\", \"image\": \"registry.example/app:1\", \"securityContext\": {\"privileged\": true}}\n    ]\n  }\n}\n";
    let list = format!(
        "apiVersion: v1\nkind: List\nitems:\n{}",
        ["a", "b"]
            .map(|name| format!(
                "- apiVersion: v1\n  kind: Pod\n  metadata: {{name: {name}}}\n  spec:\n    containers:\n    - {{name: app, image: registry.example/app:1, securityContext: {{privileged: true}}}} # {name}\n"
            ))
            .concat()
    );
    let many = format!("{POD}---\n# between\n---\na: 1\n---\n{}", POD.replace("web", "other"));
    let crlf = POD.replace('\n', "\r\n");
    let folder =
        folder(&[("a.json", json), ("list.yaml", &list), ("many.yaml", &many), ("crlf.yaml", &crlf)]);
    let (code, _, err) = scan(folder.path(), &[".", "--fix=unsafe", "--check", "privileged-container"], "");
    assert_eq!(code, 0, "{err}");
    let off = |text: &str| text.replace("privileged: yes", "privileged: false");
    assert_eq!(read(&folder, "a.json"), json.replace("\"privileged\": true", "\"privileged\": false"));
    assert_eq!(read(&folder, "list.yaml"), list.replace("privileged: true", "privileged: false"));
    assert_eq!(read(&folder, "many.yaml"), off(&many));
    assert_eq!(read(&folder, "crlf.yaml"), off(&crlf));
}

#[test]
fn what_is_shared_or_made_elsewhere_is_left_and_told() {
    let shared = "\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: app
    image: registry.example/app:1
    securityContext: &own
      privileged: true
  - name: other
    image: registry.example/app:1
    securityContext: *own
";
    let template = POD.replace("name: web", "name: \"{{ .Release.Name }}\"");
    let broken = format!("{POD}---\na: [\n");
    let folder = folder(&[("shared.yaml", shared), ("template.yaml", &template), ("broken.yaml", &broken)]);
    let args =
        ["--fix=unsafe", "--check", "privileged-container", "shared.yaml", "template.yaml", "broken.yaml"];
    let (code, _, err) = scan(folder.path(), &args, "");
    assert_eq!(code, 1);
    assert!(err.contains("line 12 shares the value with other places"), "{err}");
    assert!(err.contains("line 5 holds template syntax"), "{err}");
    assert!(err.contains("mend it first"), "{err}");
    assert_eq!(read(&folder, "template.yaml"), template);
    assert_eq!(read(&folder, "broken.yaml"), broken);
}

#[test]
fn only_what_was_asked_for_is_fixed() {
    let waived = POD.replace(
        "privileged: yes #",
        "privileged: yes # ironsides: allow[privileged-container] until 2026-12-31: node agent,",
    );
    let folder = folder(&[("a.yaml", POD), ("waived.yaml", &waived)]);
    let fix = |args: &[&str]| scan(folder.path(), &[&["--fix=unsafe", "--diff"], args].concat(), "").1;
    let privileged = fix(&["a.yaml", "--check", "privileged-container"]);
    assert!(
        privileged.contains("privileged: false") && !privileged.contains("imagePullPolicy"),
        "{privileged}"
    );
    let others = fix(&["a.yaml", "--skip", "privileged-container,privilege-escalation-allowed"]);
    assert!(!others.contains("privileged: false") && others.contains("imagePullPolicy"), "{others}");
    let worst = fix(&["a.yaml", "--min-severity", "critical"]);
    assert!(worst.contains("privileged: false") && !worst.contains("imagePullPolicy"), "{worst}");
    assert_eq!(fix(&["waived.yaml", "--check", "privileged-container"]), "");
}

#[test]
fn no_fix_brings_up_anything_new() {
    let namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n";
    let pod = POD.replace("name: web ", "namespace: shop\n  name: web ");
    let folder = folder(&[("a.yaml", namespace), ("b.yaml", &pod)]);
    let args = [".", "--fix=unsafe", "--check", "namespace-without-pod-security"];
    let (_, _, err) = scan(folder.path(), &args, "");
    assert!(err.contains("then pod-refused-by-namespace would say"), "{err}");
    assert_eq!(read(&folder, "a.yaml"), namespace);
    // Together with the pod, the namespace can be mended.
    let args = [".", "--fix=unsafe", "--check", "namespace-without-pod-security,privileged-container"];
    let (_, _, err) = scan(folder.path(), &args, "");
    assert!(read(&folder, "a.yaml").contains("pod-security.kubernetes.io/enforce: baseline"), "{err}");
}

#[test]
fn of_a_chart_the_value_to_change_is_named() {
    let template = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n  - name: app\n    image: registry.example/app:1\n    securityContext:\n      privileged: {{ .Values.privileged }}\n";
    let files = [
        ("chart/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"),
        ("chart/values.yaml", "# big\nprivileged: true\n"),
        ("chart/templates/pod.yaml", template),
    ];
    let folder = folder(&files);
    let args = ["chart", "--fix=unsafe", "--check", "privileged-container"];
    let (code, _, err) = scan(folder.path(), &args, "");
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("rendered: Pod web: privileged-container: to set privileged to false, "), "{err}");
    assert!(err.contains("chart/values.yaml:2"), "{err}");
    for (name, text) in files {
        assert_eq!(read(&folder, name), text);
    }
}

#[test]
fn wrong_usage_is_told() {
    let folder = folder(&[("a.yaml", POD)]);
    let said = |args: &[&str]| {
        let (code, out, err) = scan(folder.path(), args, "");
        assert_eq!((code, out.as_str()), (2, ""), "{err}");
        err
    };
    assert!(said(&["a.yaml", "--diff"]).contains("--fix"));
    assert!(said(&["a.yaml", "--fix=all"]).contains("safe, unsafe"));
    let err = said(&["a.yaml", "--fix", "--diff", "-o", "json"]);
    assert!(err.contains("the diff goes to standard output; give json a file: -o json=FILE"), "{err}");
    assert_eq!(read(&folder, "a.yaml"), POD);
}

#[test]
fn an_object_that_a_fix_renames_is_still_the_same() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: y\nspec:\n  hostPID: true\n  containers:\n  - name: app\n    image: registry.example/app:1\n";
    let folder = folder(&[("a.yaml", pod), ("b.yaml", pod)]);
    let (code, _, err) =
        scan(folder.path(), &["a.yaml", "--fix=unsafe", "--check", "wrong-type,host-pid"], "");
    assert_eq!(code, 0, "{err}");
    assert!(err.contains("fixed: a.yaml: 2 findings: 1 host-pid, 1 wrong-type"), "{err}");
    assert!(!err.contains("rendered"), "{err}");
    // What is left for unsafe fixes is counted whole.
    let (_, _, err) = scan(folder.path(), &["b.yaml", "--fix", "--check", "wrong-type,host-pid"], "");
    assert!(read(&folder, "b.yaml").contains("name: \"y\"\n"));
    assert!(err.contains("1 more finding can be fixed with --fix=unsafe"), "{err}");
}

#[test]
fn an_edit_that_others_make_needless_is_dropped() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  hostNetwork: true\n  containers:\n  - name: app\n    image: registry.example/app:1\n";
    let folder = folder(&[("a.yaml", pod), ("b.yaml", pod)]);
    let check = "host-network,host-network-without-cluster-dns";
    let (code, _, err) = scan(folder.path(), &["a.yaml", "--fix=unsafe", "--check", check], "");
    assert_eq!(code, 0, "{err}");
    let fixed = read(&folder, "a.yaml");
    assert!(!fixed.contains("hostNetwork: true") && !fixed.contains("dnsPolicy"), "{fixed}");
    // By itself it is made.
    let only = ["b.yaml", "--fix=unsafe", "--check", "host-network-without-cluster-dns"];
    scan(folder.path(), &only, "");
    assert!(read(&folder, "b.yaml").contains("hostNetwork: true"));
    assert!(read(&folder, "b.yaml").contains("dnsPolicy: ClusterFirstWithHostNet"));
}

#[test]
fn links_out_of_what_was_named_are_not_followed() {
    use std::os::unix::fs::symlink;
    let folder = folder(&[("in/real.yaml", POD), ("outside.yaml", POD)]);
    symlink("../outside.yaml", folder.path().join("in/a.yaml")).unwrap();
    symlink("real.yaml", folder.path().join("in/b.yaml")).unwrap();
    let (code, out, err) = scan(folder.path(), &["in", "--fix", "--check", "stale-image-pull"], "");
    assert_eq!(read(&folder, "outside.yaml"), POD);
    assert!(err.contains("not fixed: in/a.yaml: it leads to ") && err.contains("(1 finding there)"), "{err}");
    assert!(err.contains("fixed: in/real.yaml: 1 finding") && !err.contains("meanwhile"), "{err}");
    assert!(read(&folder, "in/real.yaml").ends_with("imagePullPolicy: Always\n"));
    assert!(out.contains("in/a.yaml") && !out.contains("in/b.yaml"), "{out}");
    assert_ne!(code, 4, "{err}");
    // Named, it is edited through the link.
    let (_, _, err) =
        scan(folder.path(), &["in", "outside.yaml", "--fix", "--check", "stale-image-pull"], "");
    assert!(err.contains("fixed: outside.yaml: 1 finding"), "{err}");
    assert!(folder.path().join("in/a.yaml").is_symlink());
}

#[test]
fn hard_links_stay_one_file() {
    use std::os::unix::fs::MetadataExt;
    let folder = folder(&[("a.yaml", POD)]);
    fs::hard_link(folder.path().join("a.yaml"), folder.path().join("b.yaml")).unwrap();
    let (_, _, err) = scan(folder.path(), &[".", "--fix=unsafe", "--check", "privileged-container"], "");
    assert!(err.contains("1 finding: 1 privileged-container") && !err.contains("meanwhile"), "{err}");
    assert_eq!(read(&folder, "a.yaml"), POD.replace("privileged: yes", "privileged: false"));
    assert_eq!(read(&folder, "b.yaml"), read(&folder, "a.yaml"));
    assert_eq!(fs::metadata(folder.path().join("a.yaml")).unwrap().nlink(), 2);
}

#[test]
fn a_comment_goes_with_what_it_stands_beside_and_is_told() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n  - name: app\n    image: registry.example/app:1\n    securityContext:\n      capabilities:\n        add:\n        - SYS_ADMIN # needed\n        drop: [ALL] # all of them\n";
    let folder = folder(&[("a.yaml", pod)]);
    let args = ["a.yaml", "--fix=unsafe", "--check", "added-capability,dangerous-capability"];
    let (_, _, err) = scan(folder.path(), &args, "");
    let fixed = read(&folder, "a.yaml");
    assert!(!fixed.contains("SYS_ADMIN") && !fixed.contains("# needed"), "{fixed}{err}");
    assert!(fixed.contains("drop: [ALL] # all of them"), "{fixed}");
    assert!(err.contains("removed comment: a.yaml:12: # needed"), "{err}");
}
