//! OSCAL assessment results.

use std::collections::BTreeSet;

use ironsides_report::Format;
use serde_json::Value;

use crate::cases::{CHECKS, all, every};
use crate::schema::Schema;

#[test]
fn results_are_valid_and_whole() {
    let schema = Schema::new(include_str!("../schemas/oscal-1.2.1-assessment-results.json"));
    for case in all() {
        let report: Value = serde_json::from_str(&case.report(Format::Oscal)).unwrap();
        schema.check(&report);
        let result = &report["assessment-results"]["results"][0];
        let ids = |key: &Value| -> Vec<String> {
            let list = key.as_array().map(Vec::as_slice).unwrap_or_default();
            list.iter().map(|one| one["uuid"].as_str().unwrap().to_owned()).collect()
        };
        let observations = ids(&result["observations"]);
        let unique: BTreeSet<&String> = observations.iter().collect();
        assert_eq!(unique.len(), observations.len(), "no two observations share an id");
        // What is referred to is there.
        let items = ids(&result["local-definitions"]["inventory-items"]);
        for observation in result["observations"].as_array().map(Vec::as_slice).unwrap_or_default() {
            for subject in observation["subjects"].as_array().map(Vec::as_slice).unwrap_or_default() {
                assert!(items.contains(&subject["subject-uuid"].as_str().unwrap().to_owned()));
            }
        }
        for finding in result["findings"].as_array().map(Vec::as_slice).unwrap_or_default() {
            for related in finding["related-observations"].as_array().map(Vec::as_slice).unwrap_or_default() {
                assert!(unique.contains(&related["observation-uuid"].as_str().unwrap().to_owned()));
            }
        }
    }
    schema.refuses(&serde_json::json!({ "assessment-results": {} }));
}

#[test]
fn a_check_is_satisfied_only_where_nothing_is_open() {
    let report: Value = serde_json::from_str(&every().report(Format::Oscal)).unwrap();
    let findings = report["assessment-results"]["results"][0]["findings"].as_array().unwrap();
    let told: Vec<(&str, &str, &str)> = findings
        .iter()
        .map(|finding| {
            let target = &finding["target"];
            (
                target["target-id"].as_str().unwrap(),
                target["status"]["state"].as_str().unwrap(),
                target["status"]["reason"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (CHECKS[0].id, "not-satisfied", "fail"),
            // Its failure is waived, and something was left open.
            (CHECKS[1].id, "not-satisfied", "other"),
            (CHECKS[2].id, "not-satisfied", "fail"),
            (CHECKS[3].id, "not-satisfied", "fail"),
            ("_1-odd-framework_5.2.1", "not-satisfied", "fail"),
            ("_1-odd-framework_a-b-c", "satisfied", "pass"),
            ("_1-odd-framework_III", "not-satisfied", "other"),
        ]
    );
}

#[test]
fn what_applies_to_nothing_is_not_satisfied() {
    let report: Value = serde_json::from_str(&crate::cases::none().report(Format::Oscal)).unwrap();
    let findings = report["assessment-results"]["results"][0]["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0]["target"]["target-id"], CHECKS[0].id);
    assert_eq!(findings[0]["target"]["status"]["state"], "satisfied");
}

#[test]
fn oscal() {
    insta::assert_snapshot!(every().report(Format::Oscal));
}
