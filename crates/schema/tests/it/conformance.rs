//! The answers of a real API server are the judge: where it decoded an object we find no wrong type, where it told
//! of unknown fields we find the same, and what it accepted has no fault at all.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::{env, fs};

use ironsides_schema::{FaultKind, kind, kinds, validate};
use ironsides_tree::parse_one;
use serde_json::Value;

/// Cases whose text the tree reads differently, so that their values are not those the server saw: in a flow map
/// the server takes `key:,` for a key that ends in a colon, and it decodes what is tagged `!!binary`.
const READ_DIFFERENTLY: &[&str] = &["pod-nulls", "config-binary-tag"];

/// The recorded answers: the folder `IRONSIDES_CONFORMANCE`, or else the one beside the workspace.
fn folder() -> PathBuf {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/conformance");
    env::var_os("IRONSIDES_CONFORMANCE").map_or_else(|| beside.into(), PathBuf::from)
}

#[test]
fn faults_are_those_of_a_real_api_server() {
    let file = folder().join("cluster/defaulting/cases.jsonl");
    let Ok(text) = fs::read_to_string(&file) else {
        println!("SKIPPED: no recorded answers at {}; set IRONSIDES_CONFORMANCE", file.display());
        return;
    };
    let mut judged = 0;
    for line in text.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let (name, posted_to) = (case["case"].as_str().unwrap(), case["kind"].as_str().unwrap());
        let answer = &case["answers"]["Strict"];
        let message = answer["message"].as_str().unwrap_or_default();
        if message.contains("the object provided is unrecognized") || READ_DIFFERENTLY.contains(&name) {
            continue; // No document in the eyes of the server, so no types to judge.
        }
        let root =
            parse_one(case["text"].as_str().unwrap()).unwrap_or_else(|error| panic!("{name}: {error}"));
        // A missing apiVersion or kind is filled in from the path of the request.
        let field = |key: &str| root.get(key).and_then(|node| node.as_str());
        let wanted = field("kind").unwrap_or(posted_to);
        let Some(kind) = field("apiVersion").map_or_else(
            || kinds().iter().find(|kind| kind.kind == wanted),
            |api_version| kind(api_version, wanted),
        ) else {
            continue; // A custom resource, or a version long gone.
        };
        judged += 1;

        let faults = validate(&root, kind);
        let refused = [
            "cannot unmarshal",
            "quantities must match",
            "illegal base64",
            "unable to parse",
            "parsing time",
        ];
        let refused = refused.iter().any(|words| message.contains(words));
        let mut unknown = BTreeSet::new();
        let mut wrong = false;
        for fault in &faults {
            match fault.kind {
                FaultKind::UnknownField { .. } => _ = unknown.insert(fault.path.as_str()),
                FaultKind::MissingField { .. } => {
                    assert!(
                        message.contains(fault.path.as_str()),
                        "{name}: {fault}, yet the server says: {message}"
                    );
                }
                _ => wrong = true,
            }
        }
        assert_eq!(wrong, refused, "{name}: {faults:?}, and the server says: {message}");
        if !refused {
            let told: BTreeSet<&str> =
                message.split("unknown field \"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
            assert_eq!(unknown, told, "{name}: {message}");
        }
        if answer["status"] == 201 {
            assert_eq!(faults, [], "{name} was accepted");
        }
    }
    assert!(judged > 60, "only {judged} cases were judged");
}
