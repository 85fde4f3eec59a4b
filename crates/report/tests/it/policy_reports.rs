//! Reports as custom resources.

use ironsides_report::Format;
use ironsides_tree::{Documents, Limits, print};
use serde_json::Value;

use crate::cases::{all, every, many};
use crate::schema::Schema;

fn documents(text: &str) -> Vec<Value> {
    Documents::new(text, Limits::default())
        .map(|document| serde_json::from_str(&print::json(&document.unwrap().root)).unwrap())
        .collect()
}

#[test]
fn they_are_as_their_resources_want_them() {
    let formats = [
        (Format::PolicyReport, include_str!("../schemas/wgpolicyk8s-v1alpha2-policyreports.json")),
        (Format::OpenReports, include_str!("../schemas/openreports-v1alpha1-reports.json")),
    ];
    for (format, schema) in formats {
        let schema = Schema::new(schema);
        for case in all() {
            let reports = documents(&case.report(format));
            assert!(!reports.is_empty(), "a clean run has a report too");
            let mut results = 0;
            let mut names = Vec::new();
            for report in &reports {
                schema.check(report);
                let metadata = &report["metadata"];
                names.push((report["kind"].clone(), metadata["namespace"].clone(), metadata["name"].clone()));
                let list = report["results"].as_array().unwrap();
                results += list.len();
                for word in ["pass", "fail", "warn", "error", "skip"] {
                    let count = list.iter().filter(|result| result["result"] == word).count();
                    assert_eq!(report["summary"][word], count, "{word}");
                }
                assert!(list.len() <= 1_000);
                assert!(report.to_string().len() < 1 << 20, "etcd takes no more");
                if let Some(namespace) = metadata.get("namespace").and_then(Value::as_str) {
                    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
                    assert!(namespace.chars().all(fits), "{namespace}");
                }
            }
            assert_eq!(results, case.findings.len() + case.summary.problems.len());
            let count = names.len();
            names.sort_by_key(|name| format!("{name:?}"));
            names.dedup();
            assert_eq!(names.len(), count, "no report replaces another");
        }
        schema.refuses(&serde_json::json!({ "results": [{ "result": "fail" }] }));
    }
}

#[test]
fn big_namespaces_have_several() {
    let reports = documents(&many(10_000).report(Format::PolicyReport));
    assert!(reports.len() >= 10, "{}", reports.len());
    assert_eq!(reports[1]["metadata"]["name"], "ironsides-2");
}

#[test]
fn policy_report() {
    insta::assert_snapshot!(every().report(Format::PolicyReport));
}

#[test]
fn open_reports() {
    insta::assert_snapshot!(every().report(Format::OpenReports));
}
