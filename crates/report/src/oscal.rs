//! OSCAL 1.1 assessment results (NIST), in JSON: an observation a finding, a finding a check.
//!
//! OSCAL's findings are about controls, so each check that was asked is one: `satisfied` where no target failed, waived
//! or not, and none was left open. So is each control of a framework that was asked for. What was seen at single
//! targets are observations, the targets inventory items. Identifiers are made from the fingerprints, so the same result
//! has the same one in every run.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::sync::Arc;

use ironsides_core::{CheckMeta, ControlResult, ControlStanding, Finding, Target};
use serde_json::{Value, json};

use crate::Writer;
use crate::input::{Header, Summary};
use crate::place::{self, Outcome, Place};
use crate::snippet::plain;
use crate::source::Sources;
use crate::time::rfc3339;

/// The version of OSCAL that documents follow.
const VERSION: &str = "1.1.3";
/// The namespace of our properties.
const NS: &str = "https://ironsides.dev/ns/oscal";

type Uuid = [u8; 16];

pub(crate) struct Oscal<W> {
    sink: W,
    checks: Vec<&'static CheckMeta>,
    version: &'static str,
    at: String,
    first: bool,
    /// The observations that each check failed or was left open by.
    open: BTreeMap<&'static str, Vec<Uuid>>,
    /// The checks with a failure that nobody answers for.
    failed: BTreeSet<&'static str>,
    targets: BTreeMap<Arc<Target>, Uuid>,
}

impl<W: Write> Oscal<W> {
    pub(crate) fn new(sink: W) -> Self {
        Self {
            sink,
            checks: Vec::new(),
            version: "",
            at: String::new(),
            first: true,
            open: BTreeMap::new(),
            failed: BTreeSet::new(),
            targets: BTreeMap::new(),
        }
    }

    fn observation(&mut self, observation: &Value) -> io::Result<()> {
        self.sink.write_all(if self.first { b"\"observations\": [\n" } else { b",\n" })?;
        self.first = false;
        serde_json::to_writer(&mut self.sink, observation).map_err(Into::into)
    }
}

impl<W: Write> Writer for Oscal<W> {
    fn begin(&mut self, header: &Header) -> io::Result<()> {
        self.checks.clone_from(&header.checks);
        (self.version, self.at) = (header.version, rfc3339(header.started));
        let metadata = json!({
            "title": "Ironsides assessment results",
            "last-modified": self.at,
            "version": header.version,
            "oscal-version": VERSION,
        });
        writeln!(self.sink, "{{\"assessment-results\": {{")?;
        writeln!(self.sink, "\"uuid\": \"{}\",", text(uuid(&["document", &self.at, header.version])))?;
        writeln!(self.sink, "\"metadata\": {metadata},")?;
        // There is no plan: the reference, which OSCAL requires, points at the document itself.
        writeln!(self.sink, "\"import-ap\": {},", json!({ "href": "#", "remarks": "no assessment plan" }))?;
        writeln!(self.sink, "\"results\": [{{")?;
        writeln!(self.sink, "\"uuid\": \"{}\",", text(uuid(&["result", &self.at, header.version])))?;
        writeln!(self.sink, "\"title\": \"Ironsides {}\",", header.version)?;
        writeln!(self.sink, "\"description\": \"What Ironsides' checks found.\",")?;
        writeln!(self.sink, "\"start\": \"{}\",", self.at)
    }

    fn batch(&mut self, sources: &dyn Sources, findings: &[Finding]) -> io::Result<()> {
        for finding in findings {
            let outcome = Outcome::of(finding);
            let place = Place::of_finding(finding, sources);
            let target = *self
                .targets
                .entry(Arc::clone(&finding.target))
                .or_insert_with_key(|target| uuid(&["target", &target_key(target)]));
            // The same object in two files has the same fingerprints.
            let id = uuid(&["observation", &finding.fingerprint.to_string(), &place.told()]);
            if matches!(outcome, Outcome::Fail | Outcome::Unknown | Outcome::Manual) {
                self.open.entry(finding.check).or_default().push(id);
            }
            if outcome == Outcome::Fail {
                self.failed.insert(finding.check);
            }
            let mut props = Vec::new();
            let mut prop = |name: &str, value: &str| {
                let value = one_line(value);
                if !value.is_empty() {
                    props.push(json!({ "name": name, "ns": NS, "value": value }));
                }
            };
            prop("verdict", outcome.as_str());
            prop("check", finding.check);
            if outcome == Outcome::Fail || outcome == Outcome::Waived {
                prop("severity", finding.severity.as_str());
            }
            prop("path", &finding.path);
            prop("from", &place::causes(finding));
            prop("fix", finding.fix.as_deref().map_or("", |fix| &fix.summary));
            prop("waiver", &place::waiver(finding).unwrap_or_default());
            prop("fingerprint", &finding.fingerprint.to_string());
            let observation = json!({
                "uuid": text(id),
                "title": one_line(&format!("{}: {}", finding.check, finding.target)),
                "description": plain(&place::message(finding)),
                "props": props,
                "methods": ["TEST"],
                "types": ["finding"],
                "subjects": [{
                    "subject-uuid": text(target),
                    "type": "inventory-item",
                    "title": one_line(&finding.target.to_string()),
                }],
                "relevant-evidence": [{ "description": evidence(finding, &place) }],
                "collected": self.at,
            });
            self.observation(&observation)?;
        }
        Ok(())
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        for problem in &summary.problems {
            let at =
                problem.line.map_or_else(|| problem.path.clone(), |line| format!("{}:{line}", problem.path));
            let observation = json!({
                "uuid": text(uuid(&["unread", &at, &problem.message])),
                "title": one_line(&format!("could not be read: {at}")),
                "description": plain(&problem.message),
                "props": [{ "name": "verdict", "ns": NS, "value": "unread" }],
                "methods": ["TEST"],
                "collected": self.at,
            });
            self.observation(&observation)?;
        }
        if !self.first {
            writeln!(self.sink, "\n],")?;
        }
        let items: Vec<Value> = self
            .targets
            .iter()
            .map(|(target, id)| json!({ "uuid": text(*id), "description": one_line(&target.to_string()) }))
            .collect();
        if !items.is_empty() {
            let local = json!({ "inventory-items": items });
            writeln!(self.sink, "\"local-definitions\": {local},")?;
        }
        let asked: Vec<&&CheckMeta> =
            self.checks.iter().filter(|check| summary.tallies.contains_key(check.id)).collect();
        let controls: Vec<Value> = asked.iter().map(|check| json!({ "control-id": check.id })).collect();
        let selection = if controls.is_empty() {
            json!({ "description": "No check was asked.", "include-all": {} })
        } else {
            json!({ "description": "The checks that were asked.", "include-controls": controls })
        };
        let mut selections = vec![selection];
        // Where a question arose for nothing, there is nothing to be satisfied with.
        let arose = |check: &CheckMeta| {
            let tally = summary.tallies.get(check.id).copied().unwrap_or_default();
            tally.decided() + tally.unknown + tally.manual > 0
        };
        let mut findings: Vec<Value> =
            asked.iter().filter(|check| arose(check)).map(|check| self.finding(check, summary)).collect();
        for framework in summary.compliance.iter().filter(|framework| !framework.controls.is_empty()) {
            let decided = |control: &&ControlResult| control.standing != ControlStanding::NotCovered;
            let controls: Vec<&ControlResult> = framework.controls.iter().filter(decided).collect();
            let ids: Vec<Value> = controls
                .iter()
                .map(|control| json!({ "control-id": token(&framework.framework, &control.id) }))
                .collect();
            if ids.is_empty() {
                continue;
            }
            selections.push(json!({ "description": one_line(&framework.title), "include-controls": ids }));
            findings.extend(
                controls
                    .iter()
                    .filter(|control| control.standing != ControlStanding::NotApplicable)
                    .map(|control| self.control(&framework.framework, control)),
            );
        }
        let reviewed = json!({ "control-selections": selections });
        if !findings.is_empty() {
            writeln!(self.sink, "\"findings\": [")?;
            for (at, finding) in findings.iter().enumerate() {
                writeln!(self.sink, "{}{finding}", if at == 0 { "" } else { "," })?;
            }
            writeln!(self.sink, "],")?;
        }
        writeln!(self.sink, "\"reviewed-controls\": {reviewed}\n}}]\n}}}}")?;
        self.sink.flush()
    }
}

impl<W> Oscal<W> {
    fn finding(&self, check: &CheckMeta, summary: &Summary) -> Value {
        let tally = summary.tallies.get(check.id).copied().unwrap_or_default();
        let open = self.open.get(check.id).map(Vec::as_slice).unwrap_or_default();
        // A waived failure is accepted, not satisfied.
        let (state, reason) =
            match (self.failed.contains(check.id), tally.fail + tally.unknown + tally.manual) {
                (true, _) => ("not-satisfied", "fail"),
                (false, 0) => ("satisfied", "pass"),
                (false, _) => ("not-satisfied", "other"),
            };
        let count = |name: &str, count: u64| json!({ "name": name, "ns": NS, "value": count.to_string() });
        let mut finding = json!({
            "uuid": text(uuid(&["finding", check.id])),
            "title": check.title,
            "description": check.page.split("\n\n").next().unwrap_or_default().replace('\n', " "),
            "props": [
                count("passed", tally.pass),
                count("failed", tally.fail),
                count("unknown", tally.unknown),
                count("manual", tally.manual),
                count("not-applicable", tally.not_applicable),
            ],
            "target": {
                "type": "objective-id",
                "target-id": check.id,
                "status": { "state": state, "reason": reason },
            },
        });
        if !open.is_empty() {
            finding["related-observations"] =
                open.iter().map(|id| json!({ "observation-uuid": text(*id) })).collect();
        }
        finding
    }
}

impl<W> Oscal<W> {
    /// What the checks behind a control of a framework came to.
    fn control(&self, framework: &str, control: &ControlResult) -> Value {
        let (state, reason) = match control.standing {
            ControlStanding::Pass => ("satisfied", "pass"),
            ControlStanding::Fail => ("not-satisfied", "fail"),
            _ => ("not-satisfied", "other"),
        };
        let mut finding = json!({
            "uuid": text(uuid(&["control", framework, &control.id])),
            "title": one_line(&format!("{} {}", control.id, control.title)),
            "description": plain(control.why.as_deref().unwrap_or(&control.title)),
            "props": [{ "name": "standing", "ns": NS, "value": control.standing.as_str() }],
            "target": {
                "type": "objective-id",
                "target-id": token(framework, &control.id),
                "status": { "state": state, "reason": reason },
            },
        });
        let open: Vec<Value> = control
            .checks
            .iter()
            .filter_map(|check| self.open.get(check))
            .flatten()
            .map(|id| json!({ "observation-uuid": text(*id) }))
            .collect();
        if !open.is_empty() {
            finding["related-observations"] = open.into();
        }
        finding
    }
}

/// The id of a control as OSCAL's tokens are: they begin with a letter and hold letters, digits, `.`, `-` and `_`.
fn token(framework: &str, control: &str) -> String {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let inner = |text: &str| text.chars().map(|c| if fits(c) { c } else { '-' }).collect::<String>();
    let token = format!("{}_{}", inner(framework), inner(control));
    if token.starts_with(|c: char| c.is_ascii_alphabetic()) { token } else { format!("_{token}") }
}

fn evidence(finding: &Finding, place: &Place<'_>) -> String {
    let mut lines = vec![plain(&place.told()).into_owned()];
    if let Some(fact) = finding.evidence.first() {
        let raw = fact.raw.as_deref().unwrap_or("not set");
        if !fact.looked_at.is_empty() {
            lines.push(format!("{}: {}", plain(&fact.looked_at), plain(raw)));
        }
        if let Some(effective) = &fact.effective {
            let rule = fact.rule.as_deref().map(|rule| format!(" ({rule})")).unwrap_or_default();
            lines.push(plain(&format!("in force: {effective}{rule}")).into_owned());
        }
    }
    lines.join("\n")
}

/// What tells targets apart; two objects of one name in two API groups are two.
fn target_key(target: &Target) -> String {
    match target {
        Target::Object(object) => format!("{} {object}", object.group()),
        other => other.to_string(),
    }
}

/// A UUID made from names, marked as such (version 5 in RFC 9562's layout, the only kind besides random ones that OSCAL
/// takes).
fn uuid(parts: &[&str]) -> Uuid {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let mut id = [0; 16];
    hasher.finalize_xof().fill(&mut id);
    id[6] = id[6] & 0x0f | 0x50;
    id[8] = id[8] & 0x3f | 0x80;
    id
}

fn text(id: Uuid) -> String {
    let hex = u128::from_be_bytes(id);
    let part = |shift: u32, digits: usize| {
        let mask = (1_u128 << (4 * digits)) - 1;
        format!("{:0digits$x}", hex >> shift & mask)
    };
    [part(96, 8), part(80, 4), part(64, 4), part(48, 4), part(0, 12)].join("-")
}

/// Text as OSCAL's strings want it: one line without blanks around it.
fn one_line(value: &str) -> String {
    plain(value).trim().to_owned()
}
