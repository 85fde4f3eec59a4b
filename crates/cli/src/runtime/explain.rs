//! `ironsides runtime rules explain`: what a rule is made of, and why it fires for an event or does not.

pub(crate) mod event;
mod shape;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::Result;
use ironsides_detect::engine::Asked;
use ironsides_detect::field::{Class, FieldUse};
use ironsides_detect::rules::{Loaded, Mention, Part, PartKind, Rule, RuleSet};
use ironsides_report::plain;
use serde_json::{Value, json};

use super::remarks::{has_events, is_filled};
use super::rule_files::RuleFiles;
use crate::args::runtime::{RulesExplainArgs, RulesFormat};
use crate::exit::Exit;
use crate::print;
use crate::say::Say;

/// How many items of a list are shown.
const ITEMS: usize = 12;

pub(crate) fn run(args: &RulesExplainArgs, say: &Say) -> Result<Exit> {
    let files = RuleFiles::read(&args.files, &[])?;
    let (rules, loaded) = files.usable(say)?;
    let rule = find(&rules, &args.rule)?;
    let explained = Explained { rules: &rules, loaded: &loaded, rule };
    let judged = match &args.event {
        Some(path) => Some(event::judge(&explained, &files, path, args.number, say)?),
        None => None,
    };
    print::emit(&args.output, |format| {
        let json = || match &judged {
            Some(judged) => judged.json(&explained),
            None => explained.json(),
        };
        Ok(match format {
            RulesFormat::Table => match &judged {
                Some(judged) => judged.text(&explained),
                None => explained.text(),
            },
            RulesFormat::Json => serde_json::to_string_pretty(&envelope(&files, json()))? + "\n",
            RulesFormat::Yaml => print::yaml(&envelope(&files, json()).to_string())?,
        })
    })?;
    Ok(match &judged {
        _ if !files.gaps.is_empty() => Exit::Incomplete,
        Some(judged) if !judged.fires() => Exit::Findings,
        _ => Exit::Clean,
    })
}

fn envelope(files: &RuleFiles, answer: Value) -> Value {
    print::envelope("rule-explained", &files.gaps.iter().collect::<Vec<_>>(), answer)
}

/// The rule of a name, or the only one whose name holds the word, in any case.
pub(crate) fn find<'r>(rules: &'r RuleSet, word: &str) -> Result<&'r Rule> {
    let all = || rules.rules.iter().chain(rules.correlations.iter().map(|known| &known.rule));
    if let Some(rule) = all().find(|rule| rule.name == word) {
        return Ok(rule);
    }
    let lower = word.to_lowercase();
    let like: Vec<&Rule> = all().filter(|rule| rule.name.to_lowercase().contains(&lower)).collect();
    match like.as_slice() {
        [only] => Ok(only),
        [] => {
            let far = (word.chars().count() / 3).clamp(1, 6);
            let near = all()
                .map(|rule| (strsim::damerau_levenshtein(&lower, &rule.name.to_lowercase()), &rule.name));
            let near = near.filter(|(distance, _)| *distance <= far).min();
            let count = all().count();
            let near = near.map(|(_, near)| format!("did you mean {near:?}?"));
            let near = near.unwrap_or_else(|| format!("{count} are loaded; is a file missing at --rules?"));
            anyhow::bail!("no rule is called {word:?}; {near}")
        }
        many => {
            let names: Vec<String> = many.iter().take(8).map(|rule| format!("{:?}", rule.name)).collect();
            anyhow::bail!("{} rules are called like {word:?}: {}", many.len(), names.join(", "))
        }
    }
}

/// A rule and what it stands among.
pub(crate) struct Explained<'a> {
    pub(crate) rules: &'a RuleSet,
    pub(crate) loaded: &'a Loaded,
    pub(crate) rule: &'a Rule,
}

/// Where a part is defined.
fn defined_at(part: &Part) -> String {
    let last = part.mentions.iter().rev().find(|mention| mention.keys.is_empty());
    let place = last.and_then(|mention| mention.place.as_ref());
    place.map(|place| format!("{}:{}", place.name, place.position.line)).unwrap_or_default()
}

/// What was done to a part besides, in words.
fn later(part: &Part) -> impl Iterator<Item = String> {
    part.mentions.iter().filter(|mention| !mention.keys.is_empty()).map(|Mention { deed, keys, place }| {
        let at = place.as_ref().map(|place| format!("{}:{}", place.name, place.position.line));
        format!("{} {deed} at {}", keys.join(", "), at.unwrap_or_default())
    })
}

/// The items of a list as a text, cut short.
fn items(part: &Part) -> String {
    let shown: Vec<&str> = part.items.iter().take(ITEMS).map(|item| &**item).collect();
    let more = part.items.len().saturating_sub(ITEMS);
    let more = if more > 0 { format!(", … {more} more") } else { String::new() };
    format!("[{}{more}]", shown.join(", "))
}

/// A condition on one line.
fn one_line(condition: &str) -> String {
    condition.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Who fills a field.
fn filler(source: &str, field: &FieldUse) -> &'static str {
    match field.id.field().class {
        _ if is_filled(source, field) => "filled from audit events",
        Class::Syscall => "system calls: not read by this build",
        Class::Container => "containers of system calls: not read by this build",
        _ if has_events(source) => "never filled: no event has it",
        _ => "not read by this build",
    }
}

impl Explained<'_> {
    /// Whether it is a correlation, whose condition says which events count.
    pub(crate) fn is_correlation(&self) -> bool {
        self.rules.correlations.iter().any(|known| std::ptr::eq(&raw const known.rule, self.rule))
    }

    fn part(&self) -> Option<&Part> {
        let kind = if self.is_correlation() { PartKind::Correlation } else { PartKind::Rule };
        self.loaded.parts.get(kind, &self.rule.name)
    }

    fn parts(&self) -> Vec<&Part> {
        self.loaded.parts.of_rule(self.rules, self.rule)
    }

    /// Where each macro is defined.
    fn places(&self) -> BTreeMap<&str, String> {
        let macros = self.parts().into_iter().filter(|part| part.kind == PartKind::Macro);
        macros.map(|part| (&*part.name, defined_at(part))).collect()
    }

    fn heading(&self) -> String {
        let rule = self.rule;
        let enabled = if rule.enabled { "" } else { ", disabled" };
        let kind = if self.is_correlation() { ", correlation" } else { "" };
        let (name, priority, source) = (plain(&rule.name), rule.priority.name(), &rule.source);
        let mut out = format!("{name} ({priority}, {source}{kind}{enabled})\n");
        _ = writeln!(out, "  {}:{}", plain(&rule.file), rule.line);
        for change in self.part().into_iter().flat_map(later) {
            _ = writeln!(out, "  {}", plain(&change));
        }
        out
    }

    fn text(&self) -> String {
        let rule = self.rule;
        let mut out = self.heading();
        _ = writeln!(out, "  {}", plain(&one_line(&rule.description)));
        if !rule.tags.is_empty() {
            _ = writeln!(out, "  tags: {}", plain(&rule.tags.join(", ")));
        }
        _ = writeln!(out, "\nCondition, exceptions included");
        _ = writeln!(out, "  {}", plain(&rule.condition.to_string()));
        let parts = self.parts();
        if !parts.is_empty() {
            _ = writeln!(out, "\nMade of");
        }
        for part in parts {
            let text = if part.kind == PartKind::List { items(part) } else { one_line(&part.condition) };
            let (kind, name, at) = (part.kind.name(), &part.name, defined_at(part));
            _ = writeln!(out, "  {kind} {} ({}): {}", plain(name), plain(&at), plain(&text));
            for change in later(part) {
                _ = writeln!(out, "    {}", plain(&change));
            }
        }
        _ = writeln!(out, "\nWith its macros and lists put in");
        out += &shape::text(self.rules, rule, &self.places());
        _ = writeln!(out, "\nAsked in this order, with the work of each in about nanoseconds");
        for Asked { check, cost } in self.rules.asked(rule) {
            _ = writeln!(out, "  {cost:>4}  {}", plain(&shape::cut(&check)));
        }
        _ = writeln!(out, "\nFields");
        let mut columns = crate::columns::Columns::new(&["  FIELD", "TYPE", "FROM"]);
        for field in self.rules.fields(rule) {
            let kind = field.kind.name().to_lowercase();
            let kind = if field.list() { format!("{kind} list") } else { kind };
            columns.row(&[&format!("  {field}"), &kind, filler(&rule.source, &field)]);
        }
        out += &columns.text();
        out
    }

    fn json(&self) -> Value {
        let rule = self.rule;
        let mention = |mention: &Mention| {
            let place = mention.place.as_ref();
            json!({
                "deed": mention.deed,
                "keys": mention.keys,
                "file": place.map(|place| &place.name),
                "line": place.map(|place| place.position.line),
            })
        };
        let part = |part: &&Part| {
            json!({
                "kind": part.kind,
                "name": part.name,
                "condition": (part.kind != PartKind::List).then_some(&part.condition),
                "items": (part.kind == PartKind::List).then_some(&*part.items),
                "mentions": part.mentions.iter().map(mention).collect::<Vec<_>>(),
            })
        };
        let field = |field: &FieldUse| {
            json!({
                "field": field.to_string(),
                "type": field.kind.name(),
                "list": field.list(),
                "filled": is_filled(&rule.source, field),
            })
        };
        let asked = |asked: &Asked| json!({ "check": asked.check, "cost": asked.cost });
        json!({
            "rule": {
                "name": rule.name,
                "description": rule.description,
                "priority": rule.priority.name(),
                "source": rule.source,
                "tags": rule.tags,
                "enabled": rule.enabled,
                "file": rule.file,
                "line": rule.line,
                "condition": rule.condition.to_string(),
                "mentions": self.part().map(|part| part.mentions.iter().map(mention).collect::<Vec<_>>()),
            },
            "parts": self.parts().iter().map(part).collect::<Vec<_>>(),
            "order": self.rules.asked(rule).iter().map(asked).collect::<Vec<_>>(),
            "fields": self.rules.fields(rule).iter().map(field).collect::<Vec<_>>(),
        })
    }
}
