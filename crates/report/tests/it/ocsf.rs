//! OCSF Compliance Findings.

use ironsides_report::Format;
use serde_json::Value;

use crate::cases::{all, every};
use crate::schema::Schema;

fn events(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn every_line_is_a_compliance_finding() {
    let schema = Schema::new(include_str!("../schemas/ocsf-1.5.0-compliance-finding.json"));
    for case in all() {
        let events = events(&case.report(Format::Ocsf));
        for event in &events {
            schema.check(event);
        }
        assert!(events.len() >= case.findings.len() + case.summary.problems.len());
    }
    let mut wrong = events(&every().report(Format::Ocsf)).remove(0);
    wrong["severity_id"] = 42.into();
    schema.refuses(&wrong);
}

#[test]
fn verdicts_stay_apart() {
    let events = events(&every().report(Format::Ocsf));
    let told: Vec<(u64, u64)> = events
        .iter()
        .take(8)
        .map(|event| {
            let status = |value: &Value| value["status_id"].as_u64().unwrap_or_default();
            (status(&event["compliance"]), status(event))
        })
        .collect();
    // Fail and new, fail and suppressed, pass, fail, unknown twice, manual, not applicable.
    assert_eq!(told, [(3, 1), (3, 3), (1, 0), (3, 1), (0, 0), (0, 0), (99, 0), (99, 0)]);
}

#[test]
fn ocsf() {
    let events = events(&every().report(Format::Ocsf));
    insta::assert_snapshot!(serde_json::to_string_pretty(&events[..2]).unwrap());
}
