//! The demo shows what it says: each mistake that its README lists is found in the file it is listed under.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop where it stands")]

use std::path::PathBuf;
use std::sync::Arc;

use ironsides_checks::{Judge, Options};
use ironsides_core::{Finding, Inventory, Object, Origin, Severity, Source, Verdict};
use ironsides_tree::{Documents, Limits};

fn demo() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../demo")
}

/// The folders whose mistakes are listed.
const FOLDERS: [&str; 2] = ["shop", "nodes"];

fn findings() -> Vec<Finding> {
    let judge = Judge::new(Options::default());
    let (mut findings, mut counts, mut inventory) = (Vec::new(), judge.counts(), Inventory::default());
    for entry in FOLDERS.iter().flat_map(|folder| std::fs::read_dir(demo().join(folder)).unwrap()) {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let text = std::fs::read_to_string(entry.path()).unwrap();
        let (path, text): (Arc<str>, Arc<str>) = (name.into(), text.into());
        for document in Documents::new(&text, Limits::default()) {
            let document =
                document.unwrap_or_else(|error| panic!("{path}: {}: {error}", error.position(&text)));
            let origin = Origin::File { path: Arc::clone(&path), text: Arc::clone(&text) };
            let object = Object::new(document.root, origin, document.remarks);
            judge.object(&object, &mut findings, &mut counts);
            if judge.keeps(&object) {
                inventory.push(object);
            }
        }
    }
    judge.together(&inventory, &mut findings, &mut counts);
    findings
}

fn is_in(finding: &Finding, file: &str) -> bool {
    match &finding.evidence[0].source {
        Source::File { path, .. } => **path == *file,
        // The facts of a node lie in a file of its name.
        Source::Host { node, .. } => format!("{node}.yaml") == file,
        Source::Api { .. } => false,
    }
}

#[test]
fn every_mistake_of_the_list_is_found() {
    let readme = std::fs::read_to_string(demo().join("README.md")).unwrap();
    let findings = findings();
    let (mut file, mut mistakes, mut missed) = (String::new(), 0, Vec::new());
    for row in readme.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| file ")) {
        let cells: Vec<_> = row.split('|').map(|cell| cell.trim().trim_matches('`')).collect();
        let [_, named, what, check, _] = cells[..] else { panic!("{row}") };
        if !named.is_empty() {
            file = named.to_owned();
        }
        assert!(FOLDERS.iter().any(|folder| demo().join(folder).join(&file).is_file()), "{file}");
        mistakes += 1;
        let found = |finding: &Finding| {
            finding.check == check && finding.verdict == Verdict::Fail && is_in(finding, &file)
        };
        if !check.is_empty() && !findings.iter().any(found) {
            missed.push(format!("{file}: {what} ({check})"));
        }
    }
    assert!(missed.is_empty(), "not found:\n{}", missed.join("\n"));
    assert!(mistakes >= 24, "two dozen, not {mistakes}");
}

#[test]
fn what_is_well_made_is_left_alone() {
    let findings = findings();
    let wrong: Vec<_> = findings
        .iter()
        .filter(|finding| is_in(finding, "catalog.yaml") && finding.severity > Severity::Info)
        .map(|finding| format!("{}: {}", finding.check, finding.message))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_finding_repeats_a_secret() {
    for finding in findings() {
        let told = format!("{finding:?}");
        for secret in ["please-change-this-1", "sesame", "Tr0ub4dor", "r3porting"] {
            assert!(!told.contains(secret), "{}: {secret}", finding.check);
        }
    }
}

#[test]
fn the_node_that_is_set_otherwise_is_found() {
    let mut said: Vec<String> = findings()
        .into_iter()
        .filter(|finding| finding.check == "node-differs-from-siblings")
        .map(|finding| finding.message)
        .collect();
    said.sort();
    assert_eq!(
        said,
        [
            "worker-3 differs from its 2 siblings in readOnlyPort: 10255 here, not set there",
            "worker-3 differs from its 2 siblings in who is served on port 10255: all addresses here, nothing there",
        ]
    );
}
