//! All fixes over all the manifests at hand: the pages' examples, the demo, and recorded fixtures where they are.

#![allow(
    clippy::print_stderr,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may stop where it stands"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use ironsides_checks::CATALOGUE;
use ironsides_checks::page::{Expect, Page};
use serde_json::Value;

const SEVERITIES: [&str; 5] = ["info", "low", "medium", "high", "critical"];

fn ironsides(folder: &Path, args: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_ironsides"))
        .args(args)
        .current_dir(folder)
        .env("IRONSIDES_TODAY", "2026-06-01")
        .output()
        .unwrap();
    let code = output.status.code().unwrap();
    assert!([0, 1, 3, 4].contains(&code), "exit {code}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// What a report says of each object: severity and whether there is a fix, by check and message.
type Report = BTreeMap<(String, String), BTreeMap<(String, String), (usize, Option<String>)>>;

fn report(folder: &Path) -> Report {
    let json: Value = serde_json::from_str(&ironsides(folder, &["scan", ".", "-o", "json"])).unwrap();
    let mut report = Report::new();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    for finding in json["findings"].as_array().unwrap() {
        if finding["verdict"] != "fail" {
            continue;
        }
        let severity = SEVERITIES.iter().position(|known| finding["severity"] == **known).unwrap();
        // A fix may write another version of the same kind.
        let mut target = finding["target"].clone();
        target.as_object_mut().unwrap().remove("apiVersion");
        let object = (text(&finding["evidence"][0]["source"]["path"]), target.to_string());
        let fix = finding["fix"]["safety"].as_str().map(str::to_owned);
        // Another edit may leave another example.
        let message = text(&finding["message"]);
        let message = message.split_once(", such as: ").map_or(&*message, |(before, _)| before);
        let said = (text(&finding["check"]), message.to_owned());
        report.entry(object).or_default().insert(said, (severity, fix));
    }
    report
}

fn texts(folder: &Path) -> BTreeMap<PathBuf, String> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

/// Fixes everything in a folder and holds what came of it against what was.
fn hold(folder: &Path, fix: &str) -> usize {
    let (was, before) = (report(folder), texts(folder));
    ironsides(folder, &["scan", ".", fix, "-q"]);
    let (is, after) = (report(folder), texts(folder));
    let diff = ironsides(folder, &["scan", ".", fix, "--diff", "-q"]);
    assert_eq!(diff, "", "a second run changes something");
    let mut closed = 0;
    let nothing = BTreeMap::new();
    for (object, was) in &was {
        let is = is.get(object).unwrap_or(&nothing);
        let gone: Vec<_> = was.iter().filter(|(said, _)| !is.contains_key(*said)).collect();
        closed += gone.len();
        let worst = gone.iter().map(|(_, (severity, _))| *severity).max();
        for (said, (severity, _)) in is.iter().filter(|(said, _)| !was.contains_key(*said)) {
            assert!(
                worst.is_some_and(|worst| *severity < worst),
                "{object:?}: new: {said:?}; gone: {gone:?}"
            );
        }
        if fix == "--fix" {
            // Nobody who asks for safe fixes gets others.
            let dared = gone.iter().filter(|(_, (_, fix))| fix.as_deref() == Some("unsafe")).count();
            let safe = gone.iter().filter(|(_, (_, fix))| fix.as_deref() == Some("safe")).count();
            assert!(dared == 0 || safe > 0, "{object:?}: {gone:?}");
        }
    }
    for object in is.keys() {
        assert!(was.contains_key(object), "{object:?} had no findings before");
    }
    for (path, before) in before {
        let after = &after[&path];
        // A comment goes only with the line that it stands on.
        let codes = |text: &str, code: &str| text.lines().filter(|line| split(line).0 == code).count();
        for (code, comment) in before.lines().map(split) {
            let Some(comment) = comment else { continue };
            assert!(
                comments(after).contains(comment)
                    || !code.trim().is_empty() && codes(after, code) < codes(&before, code),
                "{}: lost {comment:?}\n{after}",
                path.display()
            );
        }
    }
    closed
}

/// A line up to its comment, and that.
fn split(line: &str) -> (&str, Option<&str>) {
    line.split_once("# ").map_or((line, None), |(code, comment)| (code.trim_end(), Some(comment.trim())))
}

fn comments(text: &str) -> BTreeSet<&str> {
    text.lines().filter_map(|line| split(line).1).collect()
}

fn folder<'t>(texts: impl Iterator<Item = &'t str>) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (number, text) in texts.enumerate() {
        fs::write(folder.path().join(format!("{number:04}.yaml")), text).unwrap();
    }
    folder
}

fn examples() -> Vec<&'static str> {
    let checks = CATALOGUE.iter().copied().flatten();
    let examples = checks.flat_map(|check| Page::parse(check.meta.page).examples);
    examples.filter(|example| example.expect != Expect::Fixed).map(|example| example.text).collect()
}

#[test]
fn fixes_of_all_examples_hold() {
    for fix in ["--fix=unsafe", "--fix"] {
        let examples = examples();
        let folder = folder(examples.into_iter());
        let closed = hold(folder.path(), fix);
        assert!(closed > 30, "{closed}");
    }
}

#[test]
fn fixes_of_the_demo_hold() {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo/shop");
    let texts: Vec<String> = fs::read_dir(demo)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    for fix in ["--fix=unsafe", "--fix"] {
        let folder = folder(texts.iter().map(String::as_str));
        assert!(hold(folder.path(), fix) > 5);
    }
}

#[test]
fn fixes_of_recorded_fixtures_hold() {
    let file =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/conformance/posture/polaris.jsonl");
    let Ok(lines) = fs::read_to_string(&file) else {
        eprintln!("SKIPPED: {} is not there", file.display());
        return;
    };
    let cases: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let manifests: Vec<&str> = cases.iter().filter_map(|case| case["manifest"].as_str()).collect();
    assert!(!manifests.is_empty());
    let folder = folder(manifests.into_iter());
    assert!(hold(folder.path(), "--fix=unsafe") > 30);
}
