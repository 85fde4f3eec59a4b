//! What consumers of kube-bench read.

use std::collections::BTreeMap;

use ironsides_core::{
    AuditState, Audited, Compliance, ControlEvidence, ControlResult, ControlStanding, Tally,
};
use ironsides_report::{Format, Summary};
use serde::Deserialize;

use crate::cases::{Case, all};

/// The structures of kube-bench's `check` package: every field has to be there with its type, but those that it leaves out
/// where they are empty.
#[derive(Debug, Deserialize)]
struct Overall {
    #[serde(rename = "Controls")]
    controls: Vec<Controls>,
    #[serde(rename = "Totals")]
    totals: Totals,
}

#[derive(Debug, Deserialize)]
struct Controls {
    id: String,
    version: String,
    #[serde(default)]
    detected_version: String,
    text: String,
    node_type: String,
    tests: Vec<Group>,
    #[serde(flatten)]
    totals: Totals,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
struct Totals {
    #[serde(rename = "total_pass")]
    pass: u64,
    #[serde(rename = "total_fail")]
    fail: u64,
    #[serde(rename = "total_warn")]
    warn: u64,
    #[serde(rename = "total_info")]
    info: u64,
}

#[derive(Debug, Deserialize)]
struct Group {
    section: String,
    #[serde(rename = "type")]
    kind: String,
    pass: u64,
    fail: u64,
    warn: u64,
    info: u64,
    desc: String,
    results: Vec<Check>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "that they are there is the test")]
struct Check {
    test_number: String,
    test_desc: String,
    audit: String,
    #[serde(rename = "AuditEnv")]
    audit_env: String,
    #[serde(rename = "AuditConfig")]
    audit_config: String,
    #[serde(rename = "type")]
    kind: String,
    remediation: String,
    test_info: Vec<String>,
    status: String,
    actual_value: String,
    scored: bool,
    #[serde(rename = "IsMultiple")]
    multiple: bool,
    expected_result: String,
    #[serde(default)]
    reason: String,
}

fn row(id: &str, standing: ControlStanding) -> ControlResult {
    ControlResult {
        id: id.into(),
        title: format!("what {id} asks for"),
        level: None,
        standing,
        why: None,
        checks: vec!["host-pid"],
        tally: Tally { fail: 1, ..Tally::default() },
        evidence: Vec::new(),
        audit: None,
    }
}

fn audited(id: &str, chapter: &str, state: AuditState) -> ControlResult {
    let audit = Audited {
        state,
        scored: state != AuditState::Warn,
        kind: String::new(),
        chapter: [chapter.into(), format!("chapter {chapter}")],
        node_type: if chapter == "1" { "master".into() } else { "node".into() },
        version: "cis-1.12".into(),
        section: [format!("{chapter}.1"), "a <section>".into()],
        multiple: true,
        audit: "stat -c %a /a".into(),
        audit_env: String::new(),
        audit_config: String::new(),
        remediation: "chmod 600 /a & pray".into(),
        expected: "'a' is present".into(),
        actual: "permissions=600".into(),
        reason: if state == AuditState::Unknown { "nobody looked".into() } else { String::new() },
    };
    ControlResult { audit: Some(Box::new(audit)), ..row(id, ControlStanding::Unknown) }
}

fn case() -> Case {
    let mut own = row("4.2.1", ControlStanding::Fail);
    own.evidence = vec![ControlEvidence {
        check: "host-pid",
        verdict: "fail",
        target: "node node-1".into(),
        seen: "true".into(),
    }];
    let rows = vec![row("1.2.1", ControlStanding::Pass), own, row("5.1.1", ControlStanding::NotApplicable)];
    let compliance = |framework: &str, node: Option<&str>, controls| Compliance {
        framework: framework.into(),
        title: "A benchmark".into(),
        node: node.map(Into::into),
        controls,
    };
    let audits = vec![
        audited("1.1.1", "1", AuditState::Pass),
        audited("1.1.2", "1", AuditState::Fail),
        audited("4.1.1", "4", AuditState::Warn),
        audited("4.1.2", "4", AuditState::Info),
        audited("4.1.3", "4", AuditState::Unknown),
        ControlResult { standing: ControlStanding::NotApplicable, ..audited("2.1", "2", AuditState::Info) },
    ];
    let frameworks =
        vec![compliance("cis-1.12", None, rows), compliance("kube-bench/cis-1.12", Some("node-1"), audits)];
    let summary = Summary { compliance: frameworks, ..Summary::default() };
    Case { texts: BTreeMap::new(), findings: Vec::new(), summary }
}

#[test]
fn kube_bench_reads_into_its_own_structures() {
    let overall: Overall = serde_json::from_str(&case().report(Format::KubeBench)).unwrap();
    let totals = |pass, fail, warn, info| Totals { pass, fail, warn, info };
    assert_eq!(overall.totals, totals(2, 2, 2, 2));
    let files: Vec<(&str, &str, Totals)> = overall
        .controls
        .iter()
        .map(|file| (file.id.as_str(), file.node_type.as_str(), file.totals))
        .collect();
    let wanted = [
        ("1", "master", totals(1, 0, 0, 0)),
        ("4", "node", totals(0, 1, 0, 0)),
        ("5", "policies", totals(0, 0, 0, 1)),
        ("1", "master", totals(1, 1, 0, 0)),
        ("4", "node", totals(0, 0, 2, 1)),
    ];
    assert_eq!(files, wanted);
    for file in &overall.controls {
        assert_eq!(file.version, "cis-1.12");
        assert!(file.detected_version.is_empty() && !file.text.is_empty());
        for group in &file.tests {
            assert!(group.kind.is_empty() && !group.section.is_empty() && !group.desc.is_empty());
            let count =
                |status: &str| group.results.iter().filter(|check| check.status == status).count() as u64;
            let counts = [group.pass, group.fail, group.warn, group.info];
            assert_eq!(counts, ["PASS", "FAIL", "WARN", "INFO"].map(count));
        }
    }
    let check = |file: usize, at: usize| &overall.controls[file].tests[0].results[at];
    let own = check(1, 0);
    assert_eq!(own.test_number, "4.2.1");
    assert_eq!(own.actual_value, "node node-1: true (host-pid, fail)");
    assert_eq!(own.remediation, "ironsides explain host-pid");
    assert!(own.scored);
    let unknown = check(4, 2);
    assert_eq!((unknown.status.as_str(), unknown.reason.as_str()), ("WARN", "not decided: nobody looked"));
    assert_eq!(check(3, 0).actual_value, "permissions=600");
    // A run without frameworks has nothing to tell, and is well formed.
    for case in all() {
        let _: Overall = serde_json::from_str(&case.report(Format::KubeBench)).unwrap();
    }
}

#[test]
fn kube_bench_junit() {
    insta::assert_snapshot!(case().report(Format::KubeBenchJUnit));
}

#[test]
fn asff() {
    let text = case().report(Format::Asff);
    let findings: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    assert_eq!(findings.len(), 4, "what fails and what warns");
    let mut long = case();
    long.summary.compliance[0].controls[1].title = "é".repeat(2000);
    let findings: Vec<serde_json::Value> = serde_json::from_str(&long.report(Format::Asff)).unwrap();
    assert_eq!(findings[0]["Title"].as_str().unwrap().chars().count(), 256);
    insta::assert_snapshot!(text);
}
