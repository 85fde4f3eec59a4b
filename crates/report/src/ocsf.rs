//! OCSF 1.5 (Open Cybersecurity Schema Framework): one Compliance Finding (class 2003) a line, for SIEMs and data lakes.

use std::io::{self, Write};

use ironsides_core::{CheckMeta, Confidence, Finding, Severity, Target};
use serde_json::{Value, json};

use crate::input::{Header, Summary};
use crate::json::Shape;
use crate::place::{self, Outcome};
use crate::source::Sources;
use crate::{Writer, gap};

/// The version of OCSF that events follow.
const VERSION: &str = "1.5.0";

pub(crate) struct Ocsf<W> {
    sink: W,
    version: &'static str,
    started: u64,
    checks: Vec<&'static CheckMeta>,
}

impl<W: Write> Ocsf<W> {
    pub(crate) fn new(sink: W) -> Self {
        Self { sink, version: "", started: 0, checks: Vec::new() }
    }

    /// What every event of the class says.
    fn event(&self, finding: &Value, compliance: &Value, message: &str) -> Value {
        json!({
            "activity_id": 1,
            "activity_name": "Create",
            "category_uid": 2,
            "category_name": "Findings",
            "class_uid": 2003,
            "class_name": "Compliance Finding",
            "type_uid": 200_301,
            "type_name": "Compliance Finding: Create",
            "time": self.started,
            "severity_id": 1,
            "severity": "Informational",
            "message": message,
            "metadata": {
                "version": VERSION,
                "product": { "name": "Ironsides", "vendor_name": "Ironsides", "version": self.version },
            },
            "finding_info": finding,
            "compliance": compliance,
        })
    }

    fn finding(&self, finding: &Finding, sources: &dyn Sources) -> Value {
        let card = self.checks.iter().find(|check| check.id == finding.check);
        let outcome = Outcome::of(finding);
        let (status_id, status) = match outcome {
            Outcome::Pass => (1, "Pass"),
            // A waived failure is still one; the event says that it is suppressed.
            Outcome::Fail | Outcome::Waived => (3, "Fail"),
            Outcome::Unknown => (0, "Unknown"),
            Outcome::Manual => (99, "Manual"),
            Outcome::NotApplicable => (99, "Not applicable"),
        };
        let mut compliance = json!({
            "control": finding.check,
            "status_id": status_id,
            "status": status,
            "status_detail": place::message(finding),
        });
        if let Some(card) = card {
            compliance["category"] = card.family.into();
        }
        let info = json!({
            "uid": finding.fingerprint.to_string(),
            "title": card.map_or(finding.check, |card| card.title),
            "desc": place::message(finding),
            "types": [finding.check],
        });
        let mut event = self.event(&info, &compliance, &format!("{}: {}", finding.target, finding.message));
        if matches!(outcome, Outcome::Fail | Outcome::Waived) {
            let (id, name) = severity(finding.severity);
            event["severity_id"] = id.into();
            event["severity"] = name.into();
            let (id, name) = if outcome == Outcome::Waived { (3, "Suppressed") } else { (1, "New") };
            event["status_id"] = id.into();
            event["status"] = name.into();
        }
        if let Some(waiver) = place::waiver(finding) {
            event["status_detail"] = waiver.into();
        }
        let (id, name) = match finding.confidence {
            Confidence::Low => (1, "Low"),
            Confidence::Medium => (2, "Medium"),
            Confidence::High => (3, "High"),
        };
        event["confidence_id"] = id.into();
        event["confidence"] = name.into();
        event["resources"] = json!([resource(&finding.target)]);
        if let Some(fix) = &finding.fix {
            let test = fix.test.as_deref().map(|test| format!(" ({test})")).unwrap_or_default();
            event["remediation"] = json!({ "desc": format!("{}{test}", fix.summary) });
        }
        let shape = serde_json::to_value(Shape::new(finding, sources)).unwrap_or_default();
        let facts = shape.get("evidence").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        event["evidences"] = facts.iter().map(|fact| json!({ "data": fact })).collect();
        event
    }

    /// Something that was not seen, in an event of its own: without it a run would look complete.
    fn unseen(&self, what: &str, place: &str, message: &str) -> Value {
        let hash = blake3::hash(format!("{what}\0{place}\0{message}").as_bytes()).to_hex();
        let info = json!({
            "uid": hash.as_str().get(..32),
            "title": "something that was asked for could not be read",
            "desc": message,
            "types": [what],
        });
        let compliance =
            json!({ "control": what, "status_id": 0, "status": "Unknown", "status_detail": message });
        let mut event = self.event(&info, &compliance, message);
        event["resources"] = json!([{ "name": place, "type": "file" }]);
        event
    }
}

impl<W: Write> Writer for Ocsf<W> {
    fn begin(&mut self, header: &Header) -> io::Result<()> {
        (self.version, self.started) = (header.version, header.started);
        self.checks.clone_from(&header.checks);
        Ok(())
    }

    fn batch(&mut self, sources: &dyn Sources, findings: &[Finding]) -> io::Result<()> {
        for finding in findings {
            let event = self.finding(finding, sources);
            serde_json::to_writer(&mut self.sink, &event)?;
            self.sink.write_all(b"\n")?;
        }
        Ok(())
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        for problem in &summary.problems {
            let event = self.unseen("unread", &problem.path, &problem.message);
            writeln!(self.sink, "{event}")?;
        }
        for (what, why) in gap::each(&summary.coverage) {
            writeln!(self.sink, "{}", self.unseen("not-seen", "cluster", &format!("{what}: {why}")))?;
        }
        self.sink.flush()
    }
}

fn resource(target: &Target) -> Value {
    match target {
        Target::Object(object) => {
            let mut resource = json!({ "name": &*object.name, "type": &*object.kind, "data": target });
            if let Some(namespace) = &object.namespace {
                resource["namespace"] = (&**namespace).into();
            }
            if let Some(uid) = &object.uid {
                resource["uid"] = (&**uid).into();
            }
            resource
        }
        other => json!({ "name": other.to_string(), "data": target }),
    }
}

fn severity(severity: Severity) -> (u8, &'static str) {
    match severity {
        Severity::Info => (1, "Informational"),
        Severity::Low => (2, "Low"),
        Severity::Medium => (3, "Medium"),
        Severity::High => (4, "High"),
        Severity::Critical => (5, "Critical"),
    }
}
