//! `ironsides runtime rules coverage`: which techniques, events and fields loaded rules are about.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anyhow::Result;
use ironsides_audit::{TECHNIQUES, Technique};
use ironsides_detect::EventType;
use ironsides_detect::filter::{Expr, Operand, Operator, Right};
use ironsides_detect::rules::{Rule, RuleSet};
use ironsides_report::plain;
use serde_json::{Value, json};

use super::remarks::{has_events, is_filled};
use super::rule_files::RuleFiles;
use crate::args::runtime::{RulesCoverageArgs, RulesFormat};
use crate::columns::Columns;
use crate::exit::Exit;
use crate::print;
use crate::say::Say;
use crate::say::counted;

/// How many rules a line names.
const SHOWN: usize = 3;

pub(crate) fn run(args: &RulesCoverageArgs, say: &Say) -> Result<Exit> {
    let files = RuleFiles::read(&args.files, &[])?;
    let (rules, _) = files.usable(say)?;
    let covered = Covered::new(&rules);
    print::emit(&args.output, |format| {
        let json =
            || print::envelope("rules-coverage", &files.gaps.iter().collect::<Vec<_>>(), covered.json());
        Ok(match format {
            RulesFormat::Table => covered.text(),
            RulesFormat::Json => serde_json::to_string_pretty(&json())? + "\n",
            RulesFormat::Yaml => print::yaml(&json().to_string())?,
        })
    })?;
    Ok(if files.gaps.is_empty() { Exit::Clean } else { Exit::Incomplete })
}

/// Names of rules by what they have in common.
type ByWhat<K> = BTreeMap<K, BTreeSet<String>>;

/// What the enabled rules and correlations are about.
struct Covered {
    /// By source: all, and how many of them are disabled.
    sources: BTreeMap<String, (usize, usize)>,
    /// By a number of ATT&CK: `T1552.007`.
    attack: ByWhat<String>,
    /// By a tactic, as Falco's rules tag it: `mitre_credential_access`.
    tactics: ByWhat<String>,
    /// By any other tag.
    tags: ByWhat<String>,
    /// By the types of system events that a condition names.
    event_types: ByWhat<String>,
    /// By a field and its source.
    fields: ByWhat<(String, String)>,
    /// The fields that an event of the source has.
    filled: BTreeSet<(String, String)>,
    /// What audit rules say of the techniques that audit logs show.
    techniques: Vec<Watched>,
}

/// A technique and the audit rules that look for it.
struct Watched {
    technique: &'static Technique,
    /// Rules that name the technique in their tags.
    named: Vec<String>,
    /// Other rules with its number of ATT&CK, which may be about another way to do it.
    akin: Vec<String>,
}

impl Covered {
    fn new(rules: &RuleSet) -> Self {
        let mut covered = Self {
            sources: BTreeMap::new(),
            attack: BTreeMap::new(),
            tactics: BTreeMap::new(),
            tags: BTreeMap::new(),
            event_types: BTreeMap::new(),
            fields: BTreeMap::new(),
            filled: BTreeSet::new(),
            techniques: Vec::new(),
        };
        let all: Vec<&Rule> =
            rules.rules.iter().chain(rules.correlations.iter().map(|known| &known.rule)).collect();
        for rule in &all {
            let counts = covered.sources.entry(rule.source.clone()).or_default();
            counts.0 += 1;
            counts.1 += usize::from(!rule.enabled);
        }
        let enabled: Vec<&Rule> = all.into_iter().filter(|rule| rule.enabled).collect();
        for rule in &enabled {
            covered.rule(rules, rule);
        }
        let audit: Vec<&Rule> = enabled.into_iter().filter(|rule| rule.source == "k8s_audit").collect();
        covered.techniques = TECHNIQUES.iter().map(|technique| Watched::new(technique, &audit)).collect();
        covered
    }

    fn rule(&mut self, rules: &RuleSet, rule: &Rule) {
        let name = || rule.name.clone();
        for tag in &rule.tags {
            let (by, tag) = match tag {
                tag if is_attack(tag) => (&mut self.attack, tag.to_ascii_uppercase()),
                tag if tag.starts_with("mitre_") => (&mut self.tactics, tag.clone()),
                tag => (&mut self.tags, tag.clone()),
            };
            by.entry(tag).or_default().insert(name());
        }
        for field in rules.fields(rule) {
            let key = (rule.source.clone(), field.to_string());
            if is_filled(&rule.source, &field) {
                self.filled.insert(key.clone());
            }
            self.fields.entry(key).or_default().insert(name());
        }
        let mut types = BTreeSet::new();
        event_types(rules, &rule.condition, &mut BTreeSet::new(), &mut types);
        for known in types {
            self.event_types.entry(known).or_default().insert(name());
        }
    }

    fn text(&self) -> String {
        let mut out = String::new();
        for (source, (all, disabled)) in &self.sources {
            let rules = counted(*all, "rule");
            let from = if has_events(source) {
                "asked of audit logs"
            } else {
                "not asked: this build has no events of this source"
            };
            _ = writeln!(out, "{source}: {rules}, {disabled} disabled; {from}");
        }
        section(&mut out, "ATT&CK TECHNIQUE", &self.attack);
        section(&mut out, "TACTIC", &self.tactics);
        section(&mut out, "TAG", &self.tags);
        section(&mut out, "EVENT TYPE", &self.event_types);
        if self.sources.contains_key("k8s_audit") {
            self.watched(&mut out);
        }
        if !self.fields.is_empty() {
            let mut columns = Columns::new(&["FIELD", "SOURCE", "RULES", "FILLED"]);
            for (key, rules) in &self.fields {
                let filled = if self.filled.contains(key) { "yes" } else { "no" };
                columns.row(&[&key.1, &key.0, &rules.len().to_string(), filled]);
            }
            _ = write!(out, "\n{}", columns.text());
        }
        out
    }

    fn watched(&self, out: &mut String) {
        let named = self.techniques.iter().filter(|known| !known.named.is_empty()).count();
        let total = self.techniques.len();
        _ = writeln!(out, "\n{named} of the {total} techniques that audit logs show are named by rules");
        let mut columns = Columns::new(&["TECHNIQUE", "ATT&CK", "RULES"]);
        for Watched { technique, named, akin } in &self.techniques {
            let rules = match (named.as_slice(), akin.as_slice()) {
                ([], []) => format!("none: {}", technique.title),
                ([], akin) => format!("none that names it; the same number: {}", short(akin)),
                (named, _) => short(named),
            };
            columns.row(&[technique.id, technique.attack, &rules]);
        }
        *out += &columns.text();
    }

    fn json(&self) -> Value {
        let sources: BTreeMap<&String, Value> = self
            .sources
            .iter()
            .map(|(source, (all, disabled))| {
                (source, json!({ "rules": all, "disabled": disabled, "events": has_events(source) }))
            })
            .collect();
        let fields: Vec<Value> = self
            .fields
            .iter()
            .map(|(key, rules)| {
                let filled = self.filled.contains(key);
                json!({ "field": key.1, "source": key.0, "filled": filled, "rules": rules })
            })
            .collect();
        let techniques: Vec<Value> = self
            .techniques
            .iter()
            .map(|Watched { technique, named, akin }| {
                let (id, title, attack) = (technique.id, technique.title, technique.attack);
                json!({ "id": id, "title": title, "attack": attack, "rules": named, "sameNumber": akin })
            })
            .collect();
        json!({
            "sources": sources,
            "attack": self.attack,
            "tactics": self.tactics,
            "tags": self.tags,
            "eventTypes": self.event_types,
            "fields": fields,
            "auditTechniques": self.sources.contains_key("k8s_audit").then_some(techniques),
        })
    }
}

impl Watched {
    fn new(technique: &'static Technique, audit: &[&Rule]) -> Self {
        let has = |rule: &&&Rule, wanted: &str| rule.tags.iter().any(|tag| tag.eq_ignore_ascii_case(wanted));
        let named: Vec<&&Rule> = audit.iter().filter(|rule| has(rule, technique.id)).collect();
        let akin = audit.iter().filter(|rule| has(rule, technique.attack) && !has(rule, technique.id));
        Self {
            technique,
            named: named.iter().map(|rule| rule.name.clone()).collect(),
            akin: akin.map(|rule| rule.name.clone()).collect(),
        }
    }
}

/// A table of what rules have in common, and a blank line above it.
fn section(out: &mut String, title: &str, by: &ByWhat<String>) {
    if by.is_empty() {
        return;
    }
    let mut columns = Columns::new(&[title, "RULES", ""]);
    for (what, rules) in by {
        let names: Vec<String> = rules.iter().cloned().collect();
        columns.row(&[what, &rules.len().to_string(), &short(&names)]);
    }
    _ = write!(out, "\n{}", columns.text());
}

/// The first of some names.
fn short(names: &[String]) -> String {
    let shown: Vec<&str> = names.iter().take(SHOWN).map(String::as_str).collect();
    let more = names.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    plain(&format!("{}{more}", shown.join("; "))).into_owned()
}

/// Whether a tag is a number of ATT&CK: `T1552` or `T1552.007`.
fn is_attack(tag: &str) -> bool {
    let Some(number) = tag.strip_prefix(['T', 't']) else { return false };
    let digits = |text: &str, count| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    match number.split_once('.') {
        Some((technique, part)) => digits(technique, 4) && digits(part, 3),
        None => digits(number, 4),
    }
}

/// The types of system events that a condition asks for; what stands behind a `not` is no wish.
fn event_types(rules: &RuleSet, expr: &Expr, seen: &mut BTreeSet<String>, types: &mut BTreeSet<String>) {
    match expr {
        Expr::And(parts) | Expr::Or(parts) => {
            for part in parts {
                event_types(rules, part, seen, types);
            }
        }
        Expr::Not(_) => {}
        Expr::Macro(name) => {
            if let (true, Some(expr)) = (seen.insert(name.text.to_string()), rules.macros.get(&*name.text)) {
                event_types(rules, expr, seen, types);
            }
        }
        Expr::Check(check) => {
            let is_type = matches!(&check.left, Operand::Field(field) if &*field.name == "evt.type");
            if !is_type || !matches!(check.operator, Operator::Eq | Operator::In) {
                return;
            }
            let mut add = |text: &str| {
                if EventType::named(text).is_some() {
                    types.insert(text.to_owned());
                }
            };
            match &check.right {
                Right::Text(text) => add(text),
                Right::List(items) => items.iter().for_each(|item| add(item)),
                _ => {}
            }
        }
    }
}
