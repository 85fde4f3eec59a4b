//! GitLab's Code Quality report.

use std::collections::BTreeSet;

use ironsides_report::Format;
use serde_json::Value;

use crate::cases::{all, every};
use crate::schema::Schema;

#[test]
fn it_is_as_gitlab_describes_it() {
    let schema = Schema::new(include_str!("../schemas/gitlab-codequality.json"));
    for mut case in all() {
        // The same object twice in a file: GitLab shows issues of one fingerprint once.
        if let Some(first) = case.findings.first().cloned() {
            case.findings.push(first);
        }
        let report: Value = serde_json::from_str(&case.report(Format::GitLab)).unwrap();
        schema.check(&report);
        let issues = report.as_array().unwrap();
        let prints: BTreeSet<&str> =
            issues.iter().map(|issue| issue["fingerprint"].as_str().unwrap()).collect();
        assert_eq!(prints.len(), issues.len());
    }
    schema.refuses(&serde_json::json!([{ "description": "x" }]));
}

#[test]
fn gitlab() {
    insta::assert_snapshot!(every().report(Format::GitLab));
}
