//! What is worth knowing about rules that is no warning of Falco's.

use std::collections::BTreeSet;

use ironsides_detect::falco::FalcoConfig;
use ironsides_detect::field::{Class, FieldUse};
use ironsides_detect::k8s_audit::AuditEvent;
use ironsides_detect::rules::{Deed, Loaded, Mention, Part, PartKind, Place, Rule, RuleSet};
use ironsides_tree::Node;
use serde_json::{Value, json};

use super::falco_alerts::FalcoAlerts;
use crate::say::counted;

/// Something worth knowing.
pub(super) struct Remark {
    /// A word for machines.
    pub(super) kind: &'static str,
    /// Which rule, macro or list it is about, if it is about one.
    pub(super) of: Option<(PartKind, String)>,
    pub(super) text: String,
}

impl Remark {
    fn of_all(kind: &'static str, text: String) -> Self {
        Self { kind, of: None, text }
    }

    pub(super) fn json(&self) -> Value {
        let (of, name) = self.of.as_ref().map(|(kind, name)| (kind.name(), name)).unzip();
        json!({ "kind": self.kind, "of": of, "name": name, "text": self.text })
    }
}

/// Whether this build has a source of events that fills a field. System calls are no source yet.
pub(crate) fn is_filled(source: &str, field: &FieldUse) -> bool {
    // What a correlation found is there whenever its output is.
    field.id.field().class == Class::Correlation
        || (source == "k8s_audit" && AuditEvent::<&Node>::fills(field))
}

/// Whether this build has events of a source.
pub(crate) fn has_events(source: &str) -> bool {
    source == "k8s_audit"
}

/// All there is to say about rules and the configuration that they are loaded with.
pub(super) fn remarks(loaded: &Loaded, config: Option<&FalcoConfig>) -> Vec<Remark> {
    let mut remarks: Vec<Remark> = config.map(of_outputs).unwrap_or_default();
    remarks.extend(loaded.parts.iter().flat_map(changes));
    let Some(rules) = &loaded.rules else { return remarks };
    if let Some(config) = config {
        remarks.extend(of_selections(rules, config));
        remarks.extend(of_plugin(rules, config));
    }
    for rule in &rules.rules {
        of_rule(rules, PartKind::Rule, rule, &mut remarks);
    }
    for known in &rules.correlations {
        of_rule(rules, PartKind::Correlation, &known.rule, &mut remarks);
    }
    remarks
}

/// Where something stands, for sentences.
fn at(place: Option<&Place>) -> String {
    place.map(|place| format!("{}:{}", place.name, place.position.line)).unwrap_or_default()
}

fn of_rule(rules: &RuleSet, of: PartKind, rule: &Rule, remarks: &mut Vec<Remark>) {
    let mut say = |kind, text| {
        remarks.push(Remark { kind, of: Some((of, rule.name.clone())), text });
    };
    if !rule.enabled {
        say("disabled", format!("is disabled ({}:{})", rule.file, rule.line));
    }
    if !has_events(&rule.source) {
        return;
    }
    let source = &rule.source;
    let names = |fields: &mut dyn Iterator<Item = &FieldUse>| {
        let names: BTreeSet<String> = fields.map(ToString::to_string).collect();
        names.into_iter().collect::<Vec<_>>().join(", ")
    };
    let unfilled = rules.unsupported(rule, |field| is_filled(source, field));
    if !unfilled.is_empty() {
        let names = names(&mut unfilled.iter());
        say("unsupported", format!("its condition asks for what no event of {source} has: {names}"));
    }
    let shown = names(&mut rule.output.fields().filter(|field| !is_filled(source, field)));
    if !shown.is_empty() {
        say("unsupported-output", format!("its output shows what no event of {source} has: {shown}"));
    }
}

/// Where the alerts of a configuration go, and what is done otherwise.
fn of_outputs(config: &FalcoConfig) -> Vec<Remark> {
    let alerts = FalcoAlerts::new(&config.outputs);
    let specs: Vec<String> = alerts.specs.iter().map(ToString::to_string).collect();
    let specs = (!specs.is_empty()).then(|| format!("alerts go to {}", specs.join(", ")));
    let outputs = specs.map(|text| Remark::of_all("outputs", text)).into_iter();
    outputs.chain(alerts.notes.into_iter().map(|text| Remark::of_all("output-differs", text))).collect()
}

/// The selections of a configuration that are about no rule.
fn of_selections(rules: &RuleSet, config: &FalcoConfig) -> Vec<Remark> {
    let idle = rules.clone().select(&config.selections).into_iter().map(|selection| {
        let word = if selection.enable { "enable" } else { "disable" };
        let named = [("rule", &selection.rule), ("tag", &selection.tag)];
        let named = named.into_iter().filter_map(|(key, value)| Some(format!("{key} {:?}", value.as_ref()?)));
        let named = named.collect::<Vec<_>>().join(", ");
        let at = at(selection.place.as_ref());
        Remark::of_all("idle-selection", format!("{at}: there is nothing to {word} by {named}"))
    });
    idle.collect()
}

/// Audit rules that Falco would pass over, for nothing would give it their events.
fn of_plugin(rules: &RuleSet, config: &FalcoConfig) -> Option<Remark> {
    let audit = rules.rules.iter().filter(|rule| rule.source == "k8s_audit").count();
    if audit == 0 || config.loads_audit() {
        return None;
    }
    let text = format!(
        "the configuration loads no plug-in for audit events (k8saudit): Falco passes over {}, Ironsides does not",
        counted(audit, "rule")
    );
    Some(Remark::of_all("no-plugin", text))
}

/// What was done to a name after it was defined.
fn changes(part: &Part) -> impl Iterator<Item = Remark> {
    let first = at(part.mentions.first().and_then(|mention| mention.place.as_ref()));
    let later = part.mentions.iter().filter(|mention| mention.deed != Deed::Defines);
    later.map(move |Mention { deed, keys, place }| {
        let (at, keys) = (at(place.as_ref()), keys.join(", "));
        let (kind, text) = match deed {
            Deed::Redefines => ("shadowed", format!("{at} takes the place of the one at {first}")),
            Deed::Appends => ("changed", format!("{at} adds to its {keys}")),
            Deed::Replaces | Deed::Defines => ("changed", format!("{at} replaces its {keys}")),
        };
        Remark { kind, of: Some((part.kind, part.name.clone())), text }
    })
}
