//! Sigma's documents among rule files.

use ironsides_tree::{Node, Span};

use super::Collector;
use crate::correlation::Type;
use crate::rules::definition::{CorrelationKeys, CorrelationText, RuleText};
use crate::rules::message::Code;
use crate::rules::part::{Deed, Mention, Noted, PartKind};
use crate::rules::snippet::Snippet;
use crate::sigma::{Correlated, Kind, Remarks, correlation, rule};

/// What rule files of Sigma's say of each other.
#[derive(Debug, Default)]
pub(super) struct Sigma {
    /// The names of rules here, by all that they can be called.
    rules: Vec<(String, String)>,
    /// Correlations whose rules may come later, with the file.
    open: Vec<(usize, Correlated)>,
}

impl Collector<'_> {
    /// Reads a document of Sigma's.
    pub(super) fn sigma(&mut self, kind: Kind, root: &Node) {
        let title = root.get("title").and_then(Node::as_str).unwrap_or_default().trim();
        let noun = if kind == Kind::Correlation { "correlation" } else { "rule" };
        self.context = (!title.is_empty()).then(|| format!("{noun} {title:?}"));
        let mut remarks = Remarks::default();
        match kind {
            Kind::Rule => {
                if let Some(found) = rule(root, self.text(), &mut remarks) {
                    self.sigma_rule(root.span(), found);
                }
            }
            Kind::Correlation => {
                let found = correlation(root, self.text(), &mut remarks);
                self.sigma.open.extend(found.map(|found| (self.file, found)));
            }
            Kind::Filter => {
                let message = "Sigma's filters are not understood: the rules that it names keep what it would leave out";
                self.say(Code::LoadUnknownItem, root.span(), message.to_owned());
                self.hint(Some(
                    "write an item of ours: rule, condition: and not …, override: {condition: append}",
                ));
            }
        }
        for remark in remarks.all {
            self.say(remark.code, remark.span, remark.text);
            self.hint(remark.hint.as_deref());
        }
    }

    fn sigma_rule(&mut self, span: Span, found: crate::sigma::Translated) {
        let mut name = found.title.clone();
        if self.definitions.rules.index(&name).is_some() {
            // Titles need not be unique, ids are.
            let id = found.names.first().cloned().unwrap_or_else(|| "2".to_owned());
            name = format!("{name} ({id})");
            let message = format!("another rule has this title; this one is called {name:?}");
            self.say(Code::LoadWarningExtension, span, message);
        }
        for called in found.names.iter().chain([&found.title]) {
            self.sigma.rules.push((called.clone(), name.clone()));
        }
        self.sigma_note(PartKind::Rule, &name, span);
        let snippet = |text: &str| Snippet::new(text, self.file, found.place);
        let rule = RuleText {
            name: name.clone(),
            description: found.description,
            condition: snippet(&found.condition),
            output: snippet(&found.output),
            priority: found.priority,
            source: "k8s_audit".to_owned(),
            enabled: true,
            tags: found.tags,
            exceptions: Vec::new(),
            warn_event_types: false,
            skip_unknown_fields: false,
            capture: false,
            capture_duration: None,
            known_source: true,
            origin: self.origin(span),
        };
        self.definitions.rules.put(&name, rule);
    }

    fn sigma_note(&mut self, kind: PartKind, name: &str, span: Span) {
        let place = super::place(self.files, self.lines, self.file, span);
        let mention = Mention { deed: Deed::Defines, keys: Vec::new(), place };
        self.noted.push(Noted { kind, name: name.to_owned(), mention });
    }

    /// Finds the rules of correlations, once all files are read.
    pub(super) fn sigma_correlations(&mut self) {
        for (file, found) in std::mem::take(&mut self.sigma.open) {
            self.file = file;
            self.context = Some(format!("correlation {:?}", found.title));
            self.sigma_correlation(found);
        }
    }

    fn sigma_correlation(&mut self, found: Correlated) {
        let mut conditions = Vec::new();
        let mut names = Vec::new();
        for (called, span) in &found.rules {
            let name =
                self.sigma.rules.iter().find(|(known, _)| known == called).map(|(_, name)| name.clone());
            let known = name.as_ref().and_then(|name| self.definitions.rules.get_mut(name));
            let (Some(name), Some(known)) = (name, known) else {
                let message = format!("no rule in these files is called {called:?}");
                self.say(Code::LoadErrValidate, *span, message);
                self.hint(Some("name a rule by id or name, and give its file as well; correlations of correlations are not understood"));
                return;
            };
            conditions.push(known.condition.clone());
            names.push(name);
        }
        if conditions.is_empty() || (found.kind.has_steps() && conditions.len() < 2) {
            let message = "the correlation needs two rules or more".to_owned();
            return self.say(Code::LoadErrValidate, found.place, message);
        }
        if !found.generate {
            for name in &names {
                if let Some(rule) = self.definitions.rules.get_mut(name) {
                    rule.enabled = false;
                }
            }
        }
        let snippets = |texts: &[String]| -> Option<Vec<Snippet>> {
            let each = texts.iter().map(|text| Snippet::new(text, self.file, found.place));
            (!texts.is_empty()).then(|| each.collect())
        };
        let mut keys = CorrelationKeys {
            description: Some(found.description),
            kind: Some(found.kind),
            output: Some(Snippet::new(&found.output, self.file, found.place)),
            group_by: snippets(&found.group_by),
            field: snippets(&found.field),
            timespan: Some(found.timespan),
            at_least: found.at_least,
            priority: Some(found.priority),
            source: Some("k8s_audit".to_owned()),
            tags: found.tags,
            ..CorrelationKeys::default()
        };
        if found.kind.has_steps() {
            keys.steps = Some(conditions);
        } else if let [only] = &conditions[..] {
            keys.condition = Some(only.clone());
        } else {
            let texts: Vec<String> = conditions.iter().map(|one| format!("({})", one.text)).collect();
            keys.condition = Some(Snippet::new(&texts.join(" or "), self.file, found.place));
        }
        let given = [
            ("condition", keys.condition.is_some()),
            ("steps", keys.steps.is_some()),
            ("field", found.kind == Type::ValueCount),
            ("timespan", true),
            ("at-least", keys.at_least.is_some()),
        ];
        let given = given.into_iter().filter(|(_, there)| *there);
        keys.places = given.map(|(key, _)| (key, (self.file, found.place))).collect();
        let origin = self.origin(found.place);
        self.sigma_note(PartKind::Correlation, &found.title, found.place);
        let name = found.title;
        self.definitions.correlations.put(&name.clone(), CorrelationText { name, keys, origin });
    }
}
