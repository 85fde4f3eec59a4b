//! The published fixtures, where they lie beside the workspace. `cargo xtask accuracy` compares everything else.

use std::collections::HashMap;
use std::io::Write;
use std::path::Path;

use ironsides_podsecurity::{Evaluator, Level, LevelVersion};
use serde_json::Value;

use crate::support::{object, with_facts};

#[test]
fn every_fixture_gets_its_verdict() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/conformance/podsecurity");
    let lines = |name: &str| std::fs::read_to_string(folder.join(name)).ok();
    let (Some(cases), Some(pods)) = (lines("cases.jsonl"), lines("pods.jsonl")) else {
        // Straight to the terminal: what a test prints is shown only when it fails.
        _ = writeln!(
            std::io::stderr(),
            "\nSKIPPED every_fixture_gets_its_verdict: no fixtures in {}",
            folder.display()
        );
        return;
    };
    let parse = |line: &str| serde_json::from_str::<Value>(line).unwrap();
    let pods: HashMap<u64, String> = pods
        .lines()
        .map(parse)
        .map(|pod| (pod["pod"].as_u64().unwrap(), pod["yaml"].as_str().unwrap().to_owned()))
        .collect();
    for case in cases.lines().map(parse) {
        let level: Level = case["level"].as_str().unwrap().parse().unwrap();
        let version = case["version"].as_str().unwrap().parse().unwrap();
        let pod = &pods[&case["pod"].as_u64().unwrap()];
        let allowed = with_facts(&[object(pod)], |facts| {
            Evaluator::default().allows(&facts[0], LevelVersion::new(level, version))
        });
        assert_eq!(allowed, case["expect"] == "pass", "{case}");
    }
}
