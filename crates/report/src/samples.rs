//! What the controls of a framework rest on: a few findings behind each, kept while they go by.

use std::collections::BTreeMap;

use ironsides_core::{Compliance, ControlEvidence, ControlStanding, Finding, HostPlace, Source};

use crate::place::{Outcome, Place, count_word};
use crate::source::Sources;

/// How many findings are kept of each check and verdict.
const KEPT: usize = 3;

/// Findings that controls can show, by check and verdict.
#[derive(Clone, Debug, Default)]
pub struct Samples(BTreeMap<(&'static str, Outcome), Vec<ControlEvidence>>);

impl Samples {
    /// Notes findings about one source.
    pub fn add(&mut self, sources: &dyn Sources, findings: &[Finding]) {
        for finding in findings {
            let outcome = Outcome::of(finding);
            let kept = self.0.entry((finding.check, outcome)).or_default();
            // Most often the same targets come last too.
            let target = finding.target.to_string();
            if kept.len() == KEPT && kept.last().is_some_and(|last| last.target < target) {
                continue;
            }
            let seen = seen(finding, sources);
            let one = ControlEvidence { check: finding.check, verdict: outcome.as_str(), target, seen };
            if let Err(at) =
                kept.binary_search_by(|known| (&known.target, &known.seen).cmp(&(&one.target, &one.seen)))
            {
                kept.insert(at, one);
                kept.truncate(KEPT);
            }
        }
    }

    /// Gives every control what it rests on: findings of the kind that made it what it is.
    pub fn fill(&self, compliance: &mut Compliance) {
        for control in &mut compliance.controls {
            let outcome = match control.standing {
                ControlStanding::Pass => Outcome::Pass,
                ControlStanding::Fail => Outcome::Fail,
                ControlStanding::Waived => Outcome::Waived,
                ControlStanding::Unknown => Outcome::Unknown,
                ControlStanding::Manual => Outcome::Manual,
                ControlStanding::NotApplicable => Outcome::NotApplicable,
                ControlStanding::NotCovered => continue,
            };
            let behind = control.checks.iter().filter_map(|check| self.0.get(&(*check, outcome)));
            control.evidence = behind.flatten().take(KEPT).cloned().collect();
            // Of objects only failures are kept: there are too many others.
            if let (Outcome::Pass, [], Some(check)) = (outcome, &*control.evidence, control.checks.first()) {
                let looked_at = control.tally.decided();
                let noun = count_word(looked_at, "answer", "answers");
                let seen = format!("{looked_at} {noun} of these checks, none a failure");
                let one = ControlEvidence { check, verdict: "pass", target: String::new(), seen };
                control.evidence.push(one);
            }
        }
    }
}

/// What a finding saw, and where: `kube-apiserver (812) --profiling=false`.
fn seen(finding: &Finding, sources: &dyn Sources) -> String {
    let Some(fact) = finding.evidence.first() else { return finding.message.clone() };
    let place = Place::of(fact, sources);
    let place = match &fact.source {
        Source::Host { place: HostPlace::Whole, .. } => String::new(),
        Source::Host { place, .. } => place.to_string(),
        _ => place.told(),
    };
    if matches!(fact.source, Source::Host { place: HostPlace::Process { argument: Some(_), .. }, .. }) {
        return place;
    }
    let value = match (&fact.raw, &fact.effective) {
        (Some(raw), None) => raw.clone(),
        (Some(raw), Some(effective)) => format!("{raw}, in force {effective}"),
        (None, Some(effective)) => effective.to_string(),
        (None, None) if matches!(fact.source, Source::Host { place: HostPlace::Process { .. }, .. }) => {
            "is not set".to_owned()
        }
        (None, None) => String::new(),
    };
    let rule = fact.rule.as_deref().map(|rule| format!(" ({rule})")).unwrap_or_default();
    let about = if *fact.looked_at == *place { "" } else { &*fact.looked_at };
    let parts = [place.as_str(), about, value.as_str()];
    let told: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    if told.is_empty() {
        finding.verdict.reason().unwrap_or(&finding.message).to_owned()
    } else {
        format!("{}{rule}", told.join(" "))
    }
}
