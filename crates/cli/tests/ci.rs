//! What pipelines take from the root of the repository is run as they would run it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop where it stands")]

use std::path::{Path, PathBuf};
use std::process::Command;

use ironsides_tree::{Node, parse_one};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn read(path: &str) -> Node {
    parse_one(&std::fs::read_to_string(root().join(path)).unwrap()).unwrap()
}

fn text<'a>(node: &'a Node, keys: &[&str]) -> &'a str {
    node.at(keys).and_then(Node::as_str).unwrap_or_else(|| panic!("{keys:?} is no text"))
}

/// A shell in a folder, the tested program in front on the path.
fn shell(name: &str, folder: &Path) -> Command {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_ironsides"));
    let path = std::env::join_paths(
        std::iter::once(program.parent().unwrap().to_owned())
            .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
    );
    let mut command = Command::new(name);
    command.current_dir(folder).env("PATH", path.unwrap());
    command
}

/// A folder with a pod that fails, and values that are no manifest.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(root().join("demo/shop/database.yaml"), folder.path().join("bad file.yaml")).unwrap();
    std::fs::write(folder.path().join("config.yaml"), "replicas: 3\n").unwrap();
    folder
}

#[test]
fn hooks_fail_on_findings_alone() {
    let hooks = read(".pre-commit-hooks.yaml");
    assert_eq!(hooks.items().len(), 3);
    let folder = folder();
    for hook in hooks.items().iter().filter(|hook| text(hook, &["language"]) == "system") {
        let run = |files: &[&str]| {
            let script = format!("{} \"$@\"", text(hook, &["entry"]));
            let output =
                shell("sh", folder.path()).args(["-c", &script, "hook"]).args(files).output().unwrap();
            output.status.code().unwrap()
        };
        if text(hook, &["id"]) == "ironsides" {
            assert_eq!(run(&["config.yaml"]), 0, "no manifest is nothing to complain of");
            assert_eq!(run(&["bad file.yaml"]), 1);
            assert_eq!(run(&["--fail-on", "none", "bad file.yaml"]), 0);
        } else {
            assert_eq!(run(&[]), 1);
            assert_eq!(run(&["--fail-on", "none"]), 0);
        }
    }
    for hook in hooks.items().iter().filter(|hook| text(hook, &["language"]) == "script") {
        let script = root().join(text(hook, &["entry"]));
        let status = Command::new("sh").arg("-n").arg(&script).status().unwrap();
        assert!(status.success(), "{} is a script", script.display());
    }
}

#[test]
fn the_job_for_gitlab_writes_its_artifacts() {
    let template = read("ci/gitlab/ironsides.gitlab-ci.yml");
    let job = template.get("ironsides").unwrap();
    let folder = folder();
    let mut sh = shell("sh", folder.path());
    for (name, value) in template.get("variables").and_then(Node::as_map).unwrap().iter() {
        sh.env(name, value.as_str().unwrap());
    }
    let lines: Vec<&str> = ["before_script", "script"]
        .iter()
        .flat_map(|key| job.get(key).unwrap().items())
        .map(|line| line.as_str().unwrap())
        .collect();
    let output = sh.args(["-ec", &lines.join("\n")]).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let artifacts = job.get("artifacts").unwrap();
    for file in [
        text(artifacts, &["reports", "codequality"]),
        text(artifacts, &["reports", "junit"]),
        artifacts.get("paths").unwrap().items()[0].as_str().unwrap(),
    ] {
        assert!(folder.path().join(file).metadata().is_ok_and(|file| file.len() > 0), "{file}");
    }
}

#[test]
fn the_action_for_github_scans_and_reports() {
    let action = read("action.yml");
    let steps = action.at(&["runs", "steps"]).unwrap().items();
    assert_eq!(text(&action, &["runs", "using"]), "composite");
    for step in steps {
        let runs = step.get("run").is_some();
        assert!(runs != step.get("uses").is_some(), "a step runs or uses something");
        assert!(!runs || step.get("shell").is_some(), "a step of an action names its shell");
        // Inputs in a script could be commands.
        assert!(!runs || !text(step, &["run"]).contains("${{"), "{step:?}");
    }
    let scan = steps.iter().find(|step| step.get("id").and_then(Node::as_str) == Some("scan")).unwrap();
    let folder = folder();
    let mut bash = shell("bash", folder.path());
    for (name, value) in scan.get("env").and_then(Node::as_map).unwrap().iter() {
        let input = value.as_str().unwrap().trim_start_matches("${{ inputs.").trim_end_matches(" }}");
        assert!(action.at(&["inputs", input]).is_some(), "{name} is an input");
        let default = text(&action, &["inputs", input, "default"]);
        bash.env(name, if input == "program" { env!("CARGO_BIN_EXE_ironsides") } else { default });
    }
    let output = bash
        .env("GITHUB_OUTPUT", folder.path().join("output"))
        .env("GITHUB_STEP_SUMMARY", folder.path().join("summary.md"))
        .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", text(scan, &["run"])])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8(output.stdout).unwrap().starts_with("::error file=bad file.yaml,line="));
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(read("output"), "exit-code=1\n");
    assert!(read("summary.md").starts_with("## Ironsides: "));
    assert!(read("ironsides.sarif").contains("\"version\": \"2.1.0\""));
}
