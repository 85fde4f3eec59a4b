//! Our own rules over the log: which attacks they find, and how often they are wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use ironsides_detect::correlation::{Correlator, Detection};
use ironsides_detect::engine::{Engine, Matching};
use ironsides_detect::k8s_audit::AuditEvent;
use ironsides_detect::rules::{Options, RuleFile, RuleSet, load};
use ironsides_detect::shipped;
use ironsides_tree::parse_one;
use serde::Deserialize;

use super::settings;
use crate::data;
use crate::oracle::Score;

pub(super) const LABELS: &str = "cluster/audit-log/labels.json";
const IDENTITIES: &str = "cluster/audit-log/identities.json";

/// How many benign events there must be for every alert about one.
const BENIGN_EVENTS: usize = 5000;

/// An attack, or everyday work that looks like one.
#[derive(Deserialize)]
struct Label {
    technique: String,
    variant: String,
    malicious: bool,
    #[serde(rename = "auditIDs")]
    ids: Vec<String>,
}

/// One line of output.
struct Alert {
    id: String,
    rule: String,
}

/// Every attack is found by an alert about one of its events; alerts about other events are few.
pub(super) fn detection(folder: &Path, log: &str) -> Result<Score> {
    let labels: Vec<Label> = serde_json::from_str(&data::text(&folder.join(LABELS))?).context(LABELS)?;
    let settings = settings::rule_file(&data::text(&folder.join(IDENTITIES))?)?;
    let rules = Arc::new(rules(&settings)?);
    let alerts = alerts(&rules, log)?;

    let attacks = labels.iter().filter(|label| label.malicious);
    let malicious: BTreeSet<&str> =
        attacks.clone().flat_map(|label| label.ids.iter().map(String::as_str)).collect();
    let mut by_id: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for alert in &alerts {
        by_id.entry(&alert.id).or_default().insert(&alert.rule);
    }

    let mut score = Score::default();
    let mut techniques: BTreeMap<&str, Outcome<'_>> = BTreeMap::new();
    for label in attacks {
        let found: BTreeSet<&str> =
            label.ids.iter().filter_map(|id| by_id.get(id.as_str())).flatten().copied().collect();
        let technique = techniques.entry(&label.technique).or_default();
        technique.attacks += 1;
        technique.found += usize::from(!found.is_empty());
        technique.rules.extend(&found);
        let case = || format!("{}: {}", label.technique, label.variant);
        score.compare(case, "found", Ok(if found.is_empty() { "missed" } else { "found" }.to_owned()));
    }

    let benign = log.lines().count() - count_of(log, &malicious)?;
    let wrong: Vec<&Alert> = alerts.iter().filter(|alert| !malicious.contains(alert.id.as_str())).collect();
    let allowed = benign / BENIGN_EVENTS;
    let about = |alert: &Alert| {
        let of = labels.iter().find(|label| label.ids.contains(&alert.id));
        let name =
            of.map_or_else(|| alert.id.clone(), |label| format!("{}, {}", label.technique, label.variant));
        format!("{} ({name})", alert.rule)
    };
    let got = if wrong.len() <= allowed {
        format!("at most {allowed}")
    } else {
        let names: Vec<String> = wrong.iter().map(|alert| about(alert)).collect();
        format!("{}: {}", wrong.len(), names.join("; "))
    };
    score.compare(|| format!("alerts about {benign} benign events"), &format!("at most {allowed}"), Ok(got));
    score.sections.push(("detection", table(&techniques, &wrong, benign, about)?));
    Ok(score)
}

/// What was found of a technique.
#[derive(Default)]
struct Outcome<'a> {
    attacks: usize,
    found: usize,
    rules: BTreeSet<&'a str>,
}

/// The table for `docs/accuracy.md`.
fn table(
    techniques: &BTreeMap<&str, Outcome<'_>>,
    wrong: &[&Alert],
    benign: usize,
    about: impl Fn(&Alert) -> String,
) -> Result<String> {
    let mut out =
        String::from("| technique | attacks | found | rules that found them |\n|---|---:|---:|---|\n");
    for (name, found) in techniques {
        let rules: Vec<&str> = found.rules.iter().copied().collect();
        writeln!(out, "| {name} | {} | {} | {} |", found.attacks, found.found, rules.join("; "))?;
    }
    let attacks: usize = techniques.values().map(|technique| technique.attacks).sum();
    let found: usize = techniques.values().map(|technique| technique.found).sum();
    let permille = (1000 * found).checked_div(attacks).unwrap_or_default();
    let percent = format!("{}.{}", permille / 10, permille % 10);
    writeln!(
        out,
        "\n{found} of {attacks} attacks are found ({percent} %). {} alerts are about {benign} benign events:\n",
        wrong.len()
    )?;
    for alert in wrong {
        writeln!(out, "* {}", about(alert))?;
    }
    Ok(out)
}

/// Our rules with what is known of the cluster.
fn rules(settings: &str) -> Result<RuleSet> {
    let mut files: Vec<RuleFile<'_>> = shipped().iter().map(|(name, text)| RuleFile { name, text }).collect();
    files.push(RuleFile { name: "identities.yaml", text: settings });
    let loaded = load(&files, &Options::default());
    loaded.rules.with_context(|| {
        let messages: Vec<String> = loaded.messages.iter().map(ToString::to_string).collect();
        format!("the shipped rules cannot be loaded: {}", messages.join("; "))
    })
}

fn alerts(rules: &Arc<RuleSet>, log: &str) -> Result<Vec<Alert>> {
    let mut engine = Engine::new(Arc::clone(rules), "k8s_audit", Matching::First);
    let mut correlator = Correlator::new(Arc::clone(rules), "k8s_audit");
    let mut alerts = Vec::new();
    for (number, line) in (1..).zip(log.lines()) {
        let root = parse_one(line)?;
        let event = AuditEvent::new(&root, number);
        let id = root.get("auditID").and_then(|id| id.as_str()).unwrap_or_default();
        let fired = engine.fire(&event);
        let met = correlator.add(fired.sightings(), &event);
        for rule in fired.rules().chain(met.iter().filter_map(Detection::rule)) {
            alerts.push(Alert { id: id.to_owned(), rule: rule.name.clone() });
        }
    }
    Ok(alerts)
}

/// How many events have one of these ids.
fn count_of(log: &str, ids: &BTreeSet<&str>) -> Result<usize> {
    #[derive(Deserialize)]
    struct Id<'a> {
        #[serde(rename = "auditID")]
        id: &'a str,
    }
    let mut count = 0;
    for line in log.lines() {
        let event: Id<'_> = serde_json::from_str(line)?;
        count += usize::from(ids.contains(event.id));
    }
    Ok(count)
}
