//! `json`, `jsonl` and `yaml` say the same.

use ironsides_report::{Format, JSON_SCHEMA};
use ironsides_tree::{parse_one, print};
use serde_json::Value;

use crate::cases::{all, every};
use crate::schema::Schema;

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn json_is_valid() {
    let schema = Schema::new(JSON_SCHEMA);
    for case in all() {
        schema.check(&json(&case.report(Format::Json)));
    }
}

#[test]
fn evidence_in_other_files_has_lines_and_causes() {
    let report = json(&every().report(Format::Json));
    let second = &report["findings"][0]["evidence"][1]["source"];
    assert_eq!((&second["path"], &second["line"]), (&"chart/templates/a b.yaml".into(), &1.into()));
    let causes = &report["findings"][3]["evidence"][0]["causes"];
    assert_eq!(causes[0]["path"], "chart/values.yaml");
    assert_eq!(report["findings"][3]["fix"]["test"], "pull it");
    assert_eq!(report["findings"][1]["waived"]["expires"], "2026-12-31");
    assert_eq!(report["summary"]["waived"], 1);
}

#[test]
fn waived_findings_are_counted_and_shown_when_asked() {
    let (text, _) = every().with(Format::Json, ironsides_report::Options::default());
    let report = json(&text);
    assert_eq!(report["summary"]["waived"], 1);
    assert!(report["findings"].as_array().unwrap().iter().all(|finding| finding.get("waived").is_none()));
    assert_eq!(report["findings"].as_array().unwrap().len(), every().findings.len() - 1);
}

#[test]
fn yaml_reads_back_as_the_json() {
    for case in all() {
        let yaml = case.report(Format::Yaml);
        let tree = parse_one(&yaml).unwrap();
        assert_eq!(json(&print::json(&tree)), json(&case.report(Format::Json)));
    }
}

#[test]
fn json_lines_hold_what_the_json_holds() {
    for case in all() {
        let whole = json(&case.report(Format::Json));
        let lines: Vec<Value> = case.report(Format::JsonLines).lines().map(json).collect();
        let of = |kind: &str| -> Vec<Value> {
            let mut found: Vec<Value> = lines.iter().filter(|line| line["type"] == kind).cloned().collect();
            for line in &mut found {
                line.as_object_mut().unwrap().remove("type");
            }
            found
        };
        for (kind, key) in [("finding", "findings"), ("check", "checks"), ("problem", "problems")] {
            assert_eq!(Value::from(of(kind)), whole[key], "{kind}");
        }
        assert_eq!(of("summary"), [whole["summary"].clone()]);
        assert_eq!((lines.first().unwrap()["type"].clone(), of("tool").len()), ("tool".into(), 1));
        assert_eq!(lines.last().unwrap()["type"], "summary");
    }
}

#[test]
fn yaml() {
    insta::assert_snapshot!(every().report(Format::Yaml));
}

#[test]
fn json_lines() {
    insta::assert_snapshot!(every().report(Format::JsonLines));
}
