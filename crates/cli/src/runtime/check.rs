//! `ironsides runtime rules check`

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anstyle::Style;
use anyhow::Result;
use ironsides_detect::rules::{Loaded, Message, PartKind, RuleSet, Severity};
use ironsides_report::plain;
use serde_json::{Value, json};

use super::messages;
use super::remarks::{Remark, has_events, remarks};
use super::rule_files::RuleFiles;
use crate::args::Global;
use crate::args::runtime::{FailOnMessage, RulesCheckArgs, RulesFormat};
use crate::exit::Exit;
use crate::print;
use crate::say::counted;
use crate::say::{self, Say};

pub(crate) fn run(args: &RulesCheckArgs, global: &Global, say: &Say) -> Result<Exit> {
    if args.files.rules.is_empty() && args.paths.is_empty() && args.files.falco_config.is_none() {
        say.note(&"no rules are named; these are the ones that Ironsides brings");
    }
    let files = RuleFiles::read(&args.files, &args.paths)?;
    files.notes.iter().for_each(|note| say.warning(note));
    files.gaps.iter().for_each(|gap| say.error(&anyhow::anyhow!("{gap}")));
    if files.is_empty() && files.config.is_none() {
        say.hint(&"rule files are named *.yaml or *.yml");
        return Ok(if files.gaps.is_empty() { Exit::Nothing } else { Exit::Incomplete });
    }
    let loaded = files.load();
    let remarks = remarks(&loaded, files.config.as_ref());
    let checked = Checked { files: &files, loaded: &loaded, remarks };
    let colour = say::colours_stdout(global.color);
    print::emit(&args.output, |format| match format {
        RulesFormat::Table => Ok(checked.table(colour)),
        RulesFormat::Json => Ok(serde_json::to_string_pretty(&checked.json())? + "\n"),
        RulesFormat::Yaml => print::yaml(&checked.json().to_string()),
    })?;
    Ok(checked.exit(args.fail_on))
}

/// Rule files with what is to be said about them.
struct Checked<'a> {
    files: &'a RuleFiles,
    loaded: &'a Loaded,
    remarks: Vec<Remark>,
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

    /// How much of a severity there is, about rules and about the configuration.
    fn count(&self, severity: Severity) -> usize {
        let notes = self.files.config_notes.iter().filter(|note| note.severity == severity).count();
        self.of_severity(severity).count() + notes
    }

    fn exit(&self, fail_on: FailOnMessage) -> Exit {
        let fails = match fail_on {
            FailOnMessage::Error => self.count(Severity::Error) > 0,
            FailOnMessage::Warning => self.count(Severity::Error) + self.count(Severity::Warning) > 0,
            FailOnMessage::None => false,
        };
        if fails {
            Exit::Findings
        } else if !self.files.gaps.is_empty() {
            Exit::Incomplete
        } else if self.files.is_empty() {
            Exit::Nothing
        } else {
            Exit::Clean
        }
    }

    fn table(&self, colour: bool) -> String {
        let mut out = messages::notes(&self.files.config_notes, &self.files.config_texts);
        out += &messages::text(&self.loaded.messages, &self.files.texts);
        let bold = Style::new().bold();
        for Remark { of, text, .. } in &self.remarks {
            let of = of.as_ref().map(|(kind, name)| format!("{} {name:?}: ", kind.name()));
            _ = writeln!(out, "{bold}note{bold:#}: {}{}", plain(&of.unwrap_or_default()), plain(text));
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
                let (rule, macros) = (counted(count.rules, "rule"), counted(count.macros.len(), "macro"));
                let lists = counted(count.lists.len(), "list");
                let comparisons = counted(rules.comparisons(&source), "different comparison");
                _ = writeln!(
                    out,
                    "{source}: {rule}{correlations}{disabled}, made of {macros} and {lists}, {comparisons} in all"
                );
                if !has_events(&source) {
                    let word =
                        "this build has no events of this source: its rules are checked, and cannot fire";
                    _ = writeln!(out, "  {word}");
                }
            }
        } else {
            let count = |kind: PartKind| counted(self.loaded.parts.count(kind), kind.name());
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
        let errors = counted(self.count(Severity::Error), "error");
        let warnings = counted(self.count(Severity::Warning), "warning");
        let files = counted(self.files.texts.names().count(), "file");
        _ = writeln!(out, "{errors}, {warnings} in {files}");
        for gap in &self.files.gaps {
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
            of_file.map(|message| messages::json(message, &self.files.texts)).collect()
        };
        let results = (0..).zip(self.files.texts.names()).map(|(file, name)| {
            let (errors, warnings) = (of_file(file, Severity::Error), of_file(file, Severity::Warning));
            json!({ "name": name, "successful": errors.is_empty(), "errors": errors, "warnings": warnings })
        });
        let sources = self.loaded.rules.as_ref().map(|rules| {
            let counts = counts(self.loaded, rules).into_iter().map(|(source, count)| {
                let value = json!({
                    "rules": count.rules,
                    "correlations": count.correlations,
                    "disabled": count.disabled,
                    "macros": count.macros.len(),
                    "lists": count.lists.len(),
                    "comparisons": rules.comparisons(&source),
                    "events": has_events(&source),
                });
                (source, value)
            });
            counts.collect::<serde_json::Map<_, _>>()
        });
        let count = |kind| self.loaded.parts.count(kind);
        let notes: Vec<Value> = self.files.config_notes.iter().map(messages::note_json).collect();
        let answer = json!({
            "successful": self.loaded.ok() && self.count(Severity::Error) == 0,
            "configuration": self.files.config.as_ref().map(|_| notes),
            "falco_load_results": results.collect::<Vec<_>>(),
            "remarks": self.remarks.iter().map(Remark::json).collect::<Vec<_>>(),
            "counts": {
                "rules": count(PartKind::Rule),
                "macros": count(PartKind::Macro),
                "lists": count(PartKind::List),
                "correlations": count(PartKind::Correlation),
            },
            "sources": sources,
        });
        print::envelope("rules-check", &self.files.gaps.iter().collect::<Vec<_>>(), answer)
    }
}
