//! Frameworks in the shape that kube-bench reports them in: files, groups, checks and their four states.
//!
//! Source: aquasecurity/kube-bench, `check/controls.go` and `check/check.go` (the names of fields and what they hold).

use ironsides_core::{AuditState, Compliance, ControlResult, ControlStanding};
use serde::Serialize;

/// A file of a benchmark and what it came to.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Controls {
    pub(crate) id: String,
    pub(crate) version: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) detected_version: String,
    pub(crate) text: String,
    pub(crate) node_type: String,
    /// The node, where the rows are about one. kube-bench itself says nothing of that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) node: Option<String>,
    #[serde(rename = "tests")]
    pub(crate) groups: Vec<Group>,
    #[serde(flatten)]
    pub(crate) totals: Totals,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Group {
    #[serde(rename = "section")]
    pub(crate) id: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pass: u64,
    fail: u64,
    warn: u64,
    info: u64,
    #[serde(rename = "desc")]
    pub(crate) text: String,
    #[serde(rename = "results")]
    pub(crate) checks: Vec<Check>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Check {
    #[serde(rename = "test_number")]
    pub(crate) id: String,
    #[serde(rename = "test_desc")]
    pub(crate) text: String,
    audit: String,
    #[serde(rename = "AuditEnv")]
    audit_env: String,
    #[serde(rename = "AuditConfig")]
    audit_config: String,
    #[serde(rename = "type")]
    kind: String,
    pub(crate) remediation: String,
    test_info: Vec<String>,
    pub(crate) status: &'static str,
    #[serde(rename = "actual_value")]
    pub(crate) actual: String,
    scored: bool,
    #[serde(rename = "IsMultiple")]
    multiple: bool,
    #[serde(rename = "expected_result")]
    pub(crate) expected: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) reason: String,
}

#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(crate) struct Totals {
    #[serde(rename = "total_pass")]
    pub(crate) pass: u64,
    #[serde(rename = "total_fail")]
    pub(crate) fail: u64,
    #[serde(rename = "total_warn")]
    pub(crate) warn: u64,
    #[serde(rename = "total_info")]
    pub(crate) info: u64,
}

impl Totals {
    fn count(&mut self, status: &str) {
        let counter = match status {
            "PASS" => &mut self.pass,
            "FAIL" => &mut self.fail,
            "WARN" => &mut self.warn,
            _ => &mut self.info,
        };
        *counter += 1;
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.pass += other.pass;
        self.fail += other.fail;
        self.warn += other.warn;
        self.info += other.info;
    }
}

/// The files of every framework that was asked for.
pub(crate) fn controls(frameworks: &[Compliance], version: &str) -> Vec<Controls> {
    let mut all: Vec<Controls> = Vec::new();
    for compliance in frameworks {
        let first = all.len();
        for row in &compliance.controls {
            // kube-bench does not read a file that is not meant for the node.
            if row.audit.is_some() && row.standing == ControlStanding::NotApplicable {
                continue;
            }
            let (file, group, check) = placed(compliance, row, version);
            let known = all
                .iter()
                .skip(first)
                .position(|known| known.id == file.id && known.node_type == file.node_type);
            let at = known.map_or(all.len(), |at| first + at);
            if known.is_none() {
                all.push(file);
            }
            if let Some(file) = all.get_mut(at) {
                file.push(group, check);
            }
        }
    }
    all
}

impl Controls {
    fn push(&mut self, group: Group, check: Check) {
        let at = self.groups.iter().position(|known| known.id == group.id).unwrap_or(self.groups.len());
        if at == self.groups.len() {
            self.groups.push(group);
        }
        self.totals.count(check.status);
        if let Some(group) = self.groups.get_mut(at) {
            let counter = match check.status {
                "PASS" => &mut group.pass,
                "FAIL" => &mut group.fail,
                "WARN" => &mut group.warn,
                _ => &mut group.info,
            };
            *counter += 1;
            group.checks.push(check);
        }
    }
}

/// A row with the file and the group it belongs to, both still empty.
fn placed(compliance: &Compliance, row: &ControlResult, version: &str) -> (Controls, Group, Check) {
    let file = |id: &str, benchmark: &str, text: &str, node_type: &str| Controls {
        id: id.into(),
        version: benchmark.into(),
        detected_version: version.trim_start_matches('v').into(),
        text: text.into(),
        node_type: node_type.into(),
        node: compliance.node.clone(),
        groups: Vec::new(),
        totals: Totals::default(),
    };
    let group = |id: &str, text: &str| Group {
        id: id.into(),
        kind: String::new(),
        pass: 0,
        fail: 0,
        warn: 0,
        info: 0,
        text: text.into(),
        checks: Vec::new(),
    };
    if let Some(audit) = &row.audit {
        let [id, text] = &audit.chapter;
        let [section, title] = &audit.section;
        let (status, reason) = match audit.state {
            AuditState::Pass => ("PASS", audit.reason.clone()),
            AuditState::Fail => ("FAIL", audit.reason.clone()),
            AuditState::Warn => ("WARN", audit.reason.clone()),
            AuditState::Info => ("INFO", audit.reason.clone()),
            AuditState::Unknown => ("WARN", format!("not decided: {}", audit.reason)),
        };
        let check = Check {
            id: row.id.clone(),
            text: row.title.clone(),
            audit: audit.audit.clone(),
            audit_env: audit.audit_env.clone(),
            audit_config: audit.audit_config.clone(),
            kind: audit.kind.clone(),
            remediation: audit.remediation.clone(),
            test_info: vec![audit.remediation.clone()],
            status,
            actual: audit.actual.clone(),
            scored: audit.scored,
            multiple: audit.multiple,
            expected: audit.expected.clone(),
            reason,
        };
        return (file(id, &audit.version, text, &audit.node_type), group(section, title), check);
    }
    let chapter = row.id.split('.').next().unwrap_or_default();
    let section = row.id.rsplit_once('.').map_or(row.id.as_str(), |(section, _)| section);
    // The chapters of the benchmark for Kubernetes itself; those for managed clusters have others.
    let is_plain = compliance
        .framework
        .strip_prefix("cis-")
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let node_type = match chapter {
        "1" if is_plain => "master",
        "2" if is_plain => "etcd",
        "3" if is_plain => "controlplane",
        "4" if is_plain => "node",
        "5" if is_plain => "policies",
        _ => "",
    };
    let title = compliance.title.as_str();
    let file = file(chapter, &compliance.framework, title, node_type);
    (file, group(section, title), own(row))
}

/// A row of a framework of ours.
fn own(row: &ControlResult) -> Check {
    let status = match row.standing {
        ControlStanding::Pass => "PASS",
        ControlStanding::Fail => "FAIL",
        ControlStanding::Waived | ControlStanding::NotApplicable => "INFO",
        ControlStanding::Unknown | ControlStanding::Manual | ControlStanding::NotCovered => "WARN",
    };
    let seen: Vec<String> = row
        .evidence
        .iter()
        .map(|evidence| {
            format!("{}: {} ({}, {})", evidence.target, evidence.seen, evidence.check, evidence.verdict)
        })
        .collect();
    let pages: Vec<String> = row.checks.iter().map(|check| format!("ironsides explain {check}")).collect();
    let remediation = pages.join("\n");
    let reason = match (&row.why, row.standing) {
        (Some(why), _) => why.clone(),
        (None, ControlStanding::Pass) => String::new(),
        (None, standing) => {
            let tally = &row.tally;
            format!(
                "{}: {} failed, {} passed, {} undecided",
                standing.as_str(),
                tally.fail,
                tally.pass,
                tally.unknown
            )
        }
    };
    Check {
        id: row.id.clone(),
        text: row.title.clone(),
        audit: String::new(),
        audit_env: String::new(),
        audit_config: String::new(),
        kind: if row.standing == ControlStanding::Manual { "manual".into() } else { String::new() },
        test_info: vec![remediation.clone()],
        remediation,
        status,
        actual: seen.join("\n"),
        scored: row.standing != ControlStanding::Manual,
        multiple: false,
        expected: row.title.clone(),
        reason,
    }
}
