//! `ironsides runtime rules check`

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anstyle::Style;
use anyhow::{Result, bail};
use ironsides_detect::field::{Catalogue, FieldUse};
use ironsides_detect::k8s_audit::AuditEvent;
use ironsides_detect::rules::{Deed, Loaded, Message, Options, Part, PartKind, RuleSet, Severity};
use ironsides_report::plain;
use ironsides_tree::Node;
use serde_json::{Value, json};

use super::messages;
use super::rule_files::RuleTexts;
use crate::args::Global;
use crate::args::runtime::{FailOnMessage, RulesCheckArgs, RulesFormat};
use crate::exit::Exit;
use crate::print;
use crate::say::{self, Say};

pub(crate) fn run(args: &RulesCheckArgs, global: &Global, say: &Say) -> Result<Exit> {
    let paths: Vec<_> = args.files.rules.iter().chain(&args.paths).cloned().collect();
    if paths.is_empty() {
        bail!("no rules are named; write files or folders, as in: ironsides runtime rules check rules.d/");
    }
    let texts = RuleTexts::read(&paths);
    texts.notes.iter().for_each(|note| say.warning(note));
    let gaps = texts.gaps.iter();
    gaps.for_each(|gap| say.error(&anyhow::anyhow!("{gap}")));
    if texts.names().next().is_none() {
        say.hint(&"rule files are named *.yaml or *.yml");
        return Ok(if texts.gaps.is_empty() { Exit::Nothing } else { Exit::Incomplete });
    }
    let loaded = texts.load(&Options::default());
    let checked = Checked { texts: &texts, loaded: &loaded, remarks: remarks(&loaded) };
    let colour = say::colours_stdout(global.color);
    print::emit(&args.output, |format| match format {
        RulesFormat::Table => Ok(checked.table(colour)),
        RulesFormat::Json => Ok(serde_json::to_string_pretty(&checked.json())? + "\n"),
        RulesFormat::Yaml => print::yaml(&checked.json().to_string()),
    })?;
    let least = match args.fail_on {
        FailOnMessage::Error => Some(Severity::Error),
        FailOnMessage::Warning => Some(Severity::Warning),
        FailOnMessage::None => None,
    };
    let fails = least.is_some_and(|least| loaded.messages.iter().any(|message| message.severity >= least));
    Ok(match (fails, texts.gaps.is_empty()) {
        (true, _) => Exit::Findings,
        (false, false) => Exit::Incomplete,
        (false, true) => Exit::Clean,
    })
}

/// Whether this build has a source of events that fills a field. System calls are no source yet.
pub(crate) fn is_filled(source: &str, field: &FieldUse) -> bool {
    source == "k8s_audit" && AuditEvent::<&Node>::fills(field)
}

/// Rule files with what is to be said about them.
struct Checked<'a> {
    texts: &'a RuleTexts,
    loaded: &'a Loaded,
    remarks: Vec<Remark>,
}

/// Something worth knowing about rules that is no warning of Falco's.
struct Remark {
    /// A word for machines.
    kind: &'static str,
    /// Which rule, macro or list.
    kind_of: Option<PartKind>,
    name: String,
    text: String,
}

/// What is worth knowing about rules that can be loaded.
fn remarks(loaded: &Loaded) -> Vec<Remark> {
    let mut remarks = Vec::new();
    remarks.extend(loaded.parts.iter().flat_map(changes));
    let Some(rules) = &loaded.rules else { return remarks };
    for rule in &rules.rules {
        let mut say = |kind, text| {
            let (kind_of, name) = (Some(PartKind::Rule), rule.name.clone());
            remarks.push(Remark { kind, kind_of, name, text });
        };
        if !rule.enabled {
            say("disabled", format!("is disabled ({}:{})", rule.file, rule.line));
        }
        if rule.source == "syscall" {
            continue;
        }
        let unfilled = rules.unsupported(rule, |field| is_filled(&rule.source, field));
        if !unfilled.is_empty() {
            let names: Vec<String> = unfilled.iter().map(ToString::to_string).collect();
            let (names, source) = (names.join(", "), &rule.source);
            say("unsupported", format!("its condition asks for what no event of {source} has: {names}"));
        }
        let unfilled: BTreeSet<String> = rule
            .output
            .fields()
            .filter(|field| !is_filled(&rule.source, field))
            .map(ToString::to_string)
            .collect();
        if !unfilled.is_empty() {
            let names = unfilled.into_iter().collect::<Vec<_>>().join(", ");
            let source = &rule.source;
            say("unsupported-output", format!("its output shows what no event of {source} has: {names}"));
        }
    }
    remarks
}

/// What was done to a name after it was defined.
fn changes(part: &Part) -> impl Iterator<Item = Remark> {
    let first = part.mentions.first().and_then(|mention| mention.place.as_ref());
    let first = first.map(|place| format!("{}:{}", place.name, place.position.line)).unwrap_or_default();
    part.mentions.iter().filter(|mention| mention.deed != Deed::Defines).map(move |mention| {
        let place = mention.place.as_ref();
        let at = place.map(|place| format!("{}:{}", place.name, place.position.line)).unwrap_or_default();
        let keys = mention.keys.join(", ");
        let (kind, text) = match mention.deed {
            Deed::Redefines => ("shadowed", format!("{at} takes the place of the one at {first}")),
            Deed::Appends => ("changed", format!("{at} adds to its {keys}")),
            Deed::Replaces | Deed::Defines => ("changed", format!("{at} replaces its {keys}")),
        };
        Remark { kind, kind_of: Some(part.kind), name: part.name.clone(), text }
    })
}

/// How much there is of a source.
#[derive(Default)]
struct Count {
    rules: usize,
    correlations: usize,
    disabled: usize,
    macros: BTreeSet<String>,
    lists: BTreeSet<String>,
}

fn counts(loaded: &Loaded, rules: &RuleSet) -> BTreeMap<String, Count> {
    let mut counts: BTreeMap<String, Count> = BTreeMap::new();
    let correlations = rules.correlations.iter().map(|known| (&known.rule, true));
    for (rule, correlation) in rules.rules.iter().map(|rule| (rule, false)).chain(correlations) {
        let count = counts.entry(rule.source.clone()).or_default();
        *(if correlation { &mut count.correlations } else { &mut count.rules }) += 1;
        count.disabled += usize::from(!rule.enabled);
        for part in loaded.parts.of_rule(rules, rule) {
            let names = if part.kind == PartKind::Macro { &mut count.macros } else { &mut count.lists };
            names.insert(part.name.clone());
        }
    }
    counts
}

impl Checked<'_> {
    fn of_severity(&self, severity: Severity) -> impl Iterator<Item = &Message> {
        self.loaded.messages.iter().filter(move |message| message.severity == severity)
    }

    fn table(&self, colour: bool) -> String {
        let mut out = messages::text(&self.loaded.messages, self.texts);
        let bold = Style::new().bold();
        for remark in &self.remarks {
            let kind = remark.kind_of.map_or("", PartKind::name);
            _ = writeln!(
                out,
                "{bold}note{bold:#}: {kind} {:?}: {}",
                plain(&remark.name),
                plain(&remark.text)
            );
        }
        if !out.is_empty() {
            out.push('\n');
        }
        out += &self.summary();
        if colour { out } else { anstream::adapter::strip_str(&out).to_string() }
    }

    fn summary(&self) -> String {
        let mut out = String::new();
        if let Some(rules) = &self.loaded.rules {
            for (source, count) in counts(self.loaded, rules) {
                let disabled = match count.disabled {
                    0 => String::new(),
                    number => format!(" ({number} disabled)"),
                };
                let correlations = match count.correlations {
                    0 => String::new(),
                    number => format!(", {}", counted(number, "correlation")),
                };
                let (macros, lists) = (count.macros.len(), count.lists.len());
                _ = writeln!(
                    out,
                    "{source}: {}{correlations}{disabled}, made of {} and {}, {} in all",
                    counted(count.rules, "rule"),
                    counted(macros, "macro"),
                    counted(lists, "list"),
                    counted(rules.comparisons(&source), "different comparison"),
                );
                if source == "syscall" {
                    _ = writeln!(
                        out,
                        "  this build reads no system calls: these rules are checked, and cannot fire"
                    );
                }
            }
        } else {
            let count = |kind| counted(self.loaded.parts.count(kind), kind.name());
            let (rules, macros, lists) =
                (count(PartKind::Rule), count(PartKind::Macro), count(PartKind::List));
            let correlations = match self.loaded.parts.count(PartKind::Correlation) {
                0 => String::new(),
                _ => format!(", {}", count(PartKind::Correlation)),
            };
            _ = writeln!(
                out,
                "{rules}, {macros}, {lists}{correlations}: nothing is loaded, because of the errors"
            );
        }
        let errors = counted(self.of_severity(Severity::Error).count(), "error");
        let warnings = counted(self.of_severity(Severity::Warning).count(), "warning");
        let files = counted(self.texts.names().count(), "file");
        _ = writeln!(out, "{errors}, {warnings} in {files}");
        for gap in &self.texts.gaps {
            _ = writeln!(out, "unknown: {}", plain(gap));
        }
        out
    }

    fn json(&self) -> Value {
        let of_file = |file: usize, severity| -> Vec<Value> {
            // What is about no file is told with the first.
            let of_file = self
                .of_severity(severity)
                .filter(|message| message.place.as_ref().map_or(0, |place| place.file) == file);
            of_file.map(|message| messages::json(message, self.texts)).collect()
        };
        let results: Vec<Value> = (0..)
            .zip(self.texts.names())
            .map(|(file, name)| {
                let (errors, warnings) = (of_file(file, Severity::Error), of_file(file, Severity::Warning));
                json!({
                    "name": name,
                    "successful": errors.is_empty(),
                    "errors": errors,
                    "warnings": warnings,
                })
            })
            .collect();
        let sources = self.loaded.rules.as_ref().map(|rules| {
            let counts = counts(self.loaded, rules).into_iter().map(|(source, count)| {
                let filled = Catalogue::of(&source).is_some() && source != "syscall";
                let value = json!({
                    "rules": count.rules,
                    "correlations": count.correlations,
                    "disabled": count.disabled,
                    "macros": count.macros.len(),
                    "lists": count.lists.len(),
                    "comparisons": rules.comparisons(&source),
                    "events": filled,
                });
                (source, value)
            });
            counts.collect::<serde_json::Map<_, _>>()
        });
        let remarks: Vec<Value> = self
            .remarks
            .iter()
            .map(|remark| {
                let of = remark.kind_of.map(PartKind::name);
                json!({ "kind": remark.kind, "of": of, "name": remark.name, "text": remark.text })
            })
            .collect();
        let count = |kind| self.loaded.parts.count(kind);
        let answer = json!({
            "successful": self.loaded.ok(),
            "falco_load_results": results,
            "remarks": remarks,
            "counts": {
                "rules": count(PartKind::Rule),
                "macros": count(PartKind::Macro),
                "lists": count(PartKind::List),
                "correlations": count(PartKind::Correlation),
            },
            "sources": sources,
        });
        print::envelope("rules-check", &self.texts.gaps.iter().collect::<Vec<_>>(), answer)
    }
}

/// A number with its noun.
pub(crate) fn counted(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}
