//! From YAML items to definitions: what is defined, appended to, replaced.

mod correlation;
mod keys;
mod sigma;

use ironsides_tree::{Lines, Node, Span, SyntaxError};
use rustc_hash::FxHashMap;

use super::definition::{Definitions, Entry, Exception, List, Macro, Origin, RuleText};
use super::item::{Item, RULE_APPENDS, RULE_KEYS, RULE_REPLACES, raw};
use super::message::{Code, Message, Place};
use super::part::{Deed, Mention, Noted, PartKind};
use super::snippet::Snippet;
use super::version::Version;
use super::{ENGINE, Options, RuleFile};
use crate::field::Catalogue;
use crate::sigma::Kind;

/// Collects definitions from files.
pub(super) struct Collector<'a> {
    files: &'a [RuleFile<'a>],
    lines: &'a [Lines],
    options: &'a Options,
    definitions: Definitions,
    messages: Vec<Message>,
    noted: Vec<Noted>,
    sigma: sigma::Sigma,
    file: usize,
    /// What is being read, for messages.
    context: Option<String>,
}

/// What an item does with a key that an earlier one has set.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Append,
    Replace,
}

impl<'a> Collector<'a> {
    pub(super) fn new(files: &'a [RuleFile<'a>], lines: &'a [Lines], options: &'a Options) -> Self {
        let definitions = Definitions::default();
        let (messages, noted) = (Vec::new(), Vec::new());
        let sigma = sigma::Sigma::default();
        Self { files, lines, options, definitions, messages, noted, sigma, file: 0, context: None }
    }

    pub(super) fn finish(mut self) -> (Definitions, Vec<Message>, Vec<Noted>) {
        self.sigma_correlations();
        (self.definitions, self.messages, self.noted)
    }

    /// Notes that a file is no YAML.
    pub(super) fn syntax(&mut self, file: usize, error: &SyntaxError) {
        self.file = file;
        self.context = None;
        self.say(
            Code::LoadErrYamlParse,
            Span { start: error.offset, end: error.offset },
            error.message.clone(),
        );
        self.hint(error.hint);
    }

    /// Reads a document.
    pub(super) fn document(&mut self, file: usize, root: &Node) {
        self.file = file;
        self.context = None;
        if root.is_null() {
            return;
        }
        if let Some(kind) = Kind::of(root) {
            return self.sigma(kind, root);
        }
        let Some(items) = root.as_list() else {
            return self.say(
                Code::LoadErrYamlValidate,
                root.span(),
                "Rules content is not yaml array of objects".to_owned(),
            );
        };
        for item in items {
            self.context = None;
            match Item::of(item) {
                Some(item) => self.item(&item),
                None => self.say(
                    Code::LoadErrYamlValidate,
                    item.span(),
                    "Unexpected element type. Each element should be a yaml associative array.".to_owned(),
                ),
            }
        }
    }

    fn item(&mut self, item: &Item<'_>) {
        let has = |key| item.node.get(key).is_some();
        if has("required_engine_version") {
            self.engine_version(item);
        } else if has("required_plugin_versions") {
            self.plugin_versions(item);
        } else if has("list") {
            self.list(item);
        } else if has("macro") {
            self.macro_(item);
        } else if has("rule") {
            self.rule(item);
        } else if has("correlation") {
            self.correlation(item);
        } else if has("table") {
            self.table(item);
        } else {
            let key = item.entries.first().map_or("", |entry| &entry.key);
            self.say(Code::LoadUnknownItem, item.node.span(), format!("Unknown top level item {key:?}"));
            let known = [
                "rule",
                "macro",
                "list",
                "correlation",
                "table",
                "required_engine_version",
                "required_plugin_versions",
            ];
            self.nearest(key, &known);
        }
    }

    fn engine_version(&mut self, item: &Item<'_>) {
        let Some(node) = item.get("required_engine_version") else { return };
        let Some(written) = raw(node, self.text()) else {
            let message = "Unable to parse engine version: it is no text and no number".to_owned();
            return self.say(Code::LoadErrValidate, node.span(), message);
        };
        match Version::parse(written.trim_matches(['"', '\''])) {
            None => self.say(
                Code::LoadErrValidate,
                node.span(),
                format!("Unable to parse engine version '{written}' as a semver string. Expected \"x.y.z\" semver format."),
            ),
            Some(wanted) if !ENGINE.serves(wanted) => self.say(
                Code::LoadErrValidate,
                node.span(),
                format!("Rules require engine version {wanted}, but engine version is {ENGINE}"),
            ),
            Some(_) => {}
        }
        self.unknown_keys(item, &["required_engine_version"]);
    }

    fn plugin_versions(&mut self, item: &Item<'_>) {
        let Some(node) = item.get("required_plugin_versions") else { return };
        let Some(items) = node.as_list() else {
            let message = "Value of required_plugin_versions must be a sequence".to_owned();
            return self.say(Code::LoadErrYamlValidate, node.span(), message);
        };
        for wanted in items {
            let alternatives = wanted.get("alternatives").map(Node::items).unwrap_or_default();
            let mut served = false;
            let mut names = Vec::new();
            for one in std::iter::once(wanted).chain(alternatives) {
                let name = one.get("name").and_then(Node::as_str);
                let version = one.get("version").and_then(|node| raw(node, self.text()));
                let (Some(name), Some(version)) = (name, version) else {
                    let message =
                        "required_plugin_versions item must have name and version properties".to_owned();
                    return self.say(Code::LoadErrYamlValidate, one.span(), message);
                };
                let Some(version) = Version::parse(version.trim_matches(['"', '\''])) else {
                    let message = format!("Invalid required version '{version}' for plugin '{name}'");
                    return self.say(Code::LoadErrYamlValidate, one.span(), message);
                };
                served |=
                    self.options.plugins.iter().any(|(known, there)| known == name && there.serves(version))
                        || self.options.unversioned_plugins.iter().any(|known| known == name);
                names.push(format!("{name} {version}"));
            }
            if !served {
                let message =
                    format!("Plugin requirement not satisfied, must load one of: {}", names.join(", "));
                self.say(Code::LoadErrValidate, wanted.span(), message);
            }
        }
        self.unknown_keys(item, &["required_plugin_versions"]);
    }

    fn list(&mut self, item: &Item<'_>) {
        let Some(name) = self.name(item, "list") else { return };
        self.unknown_keys(item, &["list", "items", "append", "override"]);
        if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
            || !name.starts_with(|c: char| c.is_ascii_alphabetic())
        {
            let message = format!(
                "List has an invalid name. List names should match a regular expression: \
                                   ^[a-zA-Z0-9_]+[a-zA-Z0-9_.-]*$ ({name:?})"
            );
            self.say(Code::LoadInvalidListName, item.node.span(), message);
        }
        let Some(changes) = self.changes(item, &["items"], &["items"]) else { return };
        let Some(node) = item.get("items") else {
            let message = "Item has no mapping for key 'items'".to_owned();
            return self.say(Code::LoadErrYamlValidate, item.node.span(), message);
        };
        let Some(nodes) = node.as_list() else {
            return self.say(
                Code::LoadErrYamlValidate,
                node.span(),
                "Items value is not a sequence".to_owned(),
            );
        };
        let mut items: Vec<Box<str>> = Vec::with_capacity(nodes.len());
        for node in nodes {
            if let Some(item) = raw(node, self.text()) {
                items.push(item.into());
            } else {
                let message = "An item of a list must be a text or a number".to_owned();
                return self.say(Code::LoadErrYamlValidate, node.span(), message);
            }
        }
        let origin = self.origin(item.node.span());
        let Some(change) = changes.get("items") else {
            self.note_definition(PartKind::List, &name, item);
            return self.definitions.lists.put(&name.clone(), List { name, items, origin });
        };
        if self.options.append_defines && self.definitions.lists.index(&name).is_none() {
            let message = format!("List adds to {name:?}, which nobody defines; it is defined here");
            self.say(Code::LoadWarningExtension, item.node.span(), message);
            self.note_definition(PartKind::List, &name, item);
            return self.definitions.lists.put(&name.clone(), List { name, items, origin });
        }
        let Some(list) = self.definitions.lists.get_mut(&name) else {
            return self.undefined(item, "List", "list", *change);
        };
        if *change == Change::Append {
            list.items.extend(items);
        } else {
            list.items = items;
        }
        list.origin = Origin { lists: origin.lists, macros: origin.macros, ..list.origin };
        self.note_changes(PartKind::List, &name, &changes, item);
    }

    fn macro_(&mut self, item: &Item<'_>) {
        let Some(name) = self.name(item, "macro") else { return };
        self.unknown_keys(item, &["macro", "condition", "append", "override"]);
        let valid = name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if !valid {
            let message = format!(
                "Macro has an invalid name. Macro names should match a regular expression: \
                                   ^[a-zA-Z]+[a-zA-Z0-9_]*$ ({name:?})"
            );
            self.say(Code::LoadInvalidMacroName, item.node.span(), message);
        }
        let Some(changes) = self.changes(item, &["condition"], &["condition"]) else { return };
        let Some(condition) = self.snippet(item, "condition") else {
            let message = "Item has no mapping for key 'condition'".to_owned();
            return self.say(Code::LoadErrYamlValidate, item.node.span(), message);
        };
        let origin = self.origin(item.node.span());
        let Some(change) = changes.get("condition") else {
            self.note_definition(PartKind::Macro, &name, item);
            return self.definitions.macros.put(&name.clone(), Macro { name, condition, origin });
        };
        let Some(known) = self.definitions.macros.get_mut(&name) else {
            return self.undefined(item, "Macro", "macro", *change);
        };
        if *change == Change::Append {
            known.condition.append(&condition);
        } else {
            known.condition = condition;
        }
        known.origin = Origin { lists: origin.lists, macros: origin.macros, ..known.origin };
        self.note_changes(PartKind::Macro, &name, &changes, item);
    }

    fn rule(&mut self, item: &Item<'_>) {
        let Some(name) = self.name(item, "rule") else { return };
        self.unknown_keys(item, &RULE_KEYS);
        let Some(changes) = self.changes(item, &RULE_APPENDS, &RULE_REPLACES) else { return };
        let has = |key| item.get(key).is_some();
        if changes.is_empty() && has("enabled") && !has("condition") && !has("output") && !has("exceptions") {
            let enabled = item.flag("enabled");
            let Some(enabled) = enabled else {
                let message = "Value of 'enabled' must be true or false".to_owned();
                return self.say(Code::LoadErrYamlValidate, item.node.span(), message);
            };
            if let Some(known) = self.definitions.rules.get_mut(&name) {
                known.enabled = enabled;
                self.note(PartKind::Rule, &name, Deed::Replaces, vec!["enabled"], item);
                let message =
                    "The standalone 'enabled' key usage is deprecated. The correct approach requires also \
                               a 'replace' entry under the 'override' key (i.e. 'enabled: replace')."
                        .to_owned();
                return self.say(Code::LoadDeprecatedItem, item.node.span(), message);
            }
            let message = "Rule has 'enabled' key but no rule by that name already exists".to_owned();
            return self.say(Code::LoadErrValidate, item.node.span(), message);
        }
        if changes.is_empty() { self.new_rule(item, &name) } else { self.change_rule(item, &name, &changes) }
    }

    fn new_rule(&mut self, item: &Item<'_>, name: &str) {
        for key in ["condition", "output", "desc", "priority"] {
            if item.get(key).is_none() {
                let message = format!("Item has no mapping for key '{key}'");
                return self.say(Code::LoadErrYamlValidate, item.node.span(), message);
            }
        }
        let (Some(condition), Some(output)) = (self.snippet(item, "condition"), self.snippet(item, "output"))
        else {
            return;
        };
        let Some(priority) = self.priority(item) else { return };
        let source = item.text("source", self.text()).unwrap_or_else(|| "syscall".to_owned());
        let known_source = Catalogue::of(&source).is_some();
        if !known_source {
            let span = item.get("source").map_or(item.node.span(), Node::span);
            self.say(Code::LoadUnknownSource, span, format!("Unknown source {source}, skipping"));
            self.nearest(&source, &Catalogue::SOURCES);
        }
        let Some(tags) = self.tags(item) else { return };
        let Some(exceptions) = self.exceptions(item, true) else { return };
        let rule = RuleText {
            name: name.to_owned(),
            description: item.text("desc", self.text()).unwrap_or_default(),
            condition,
            output: output.trimmed(),
            priority,
            source,
            enabled: item.flag("enabled").unwrap_or(true),
            tags,
            exceptions,
            warn_event_types: item.flag("warn_evttypes").unwrap_or(true),
            skip_unknown_fields: item.flag("skip-if-unknown-filter").unwrap_or(false),
            capture: item.flag("capture").unwrap_or(false),
            capture_duration: item.get("capture_duration").and_then(Node::as_i64),
            known_source,
            origin: self.origin(item.node.span()),
        };
        self.note_definition(PartKind::Rule, name, item);
        self.definitions.rules.put(name, rule);
    }

    fn change_rule(&mut self, item: &Item<'_>, name: &str, changes: &FxHashMap<&'static str, Change>) {
        if self.definitions.rules.index(name).is_none() {
            let change = if changes.values().any(|change| *change == Change::Append) {
                Change::Append
            } else {
                Change::Replace
            };
            return self.undefined(item, "Rule", "rule", change);
        }
        let change = |key| changes.get(key).copied();
        let snippet =
            |this: &mut Self, key| change(key).and_then(|how| Some((how, this.snippet(item, key)?)));
        let condition = snippet(self, "condition");
        let output = snippet(self, "output");
        let priority = if change("priority").is_some() {
            let Some(priority) = self.priority(item) else { return };
            Some(priority)
        } else {
            None
        };
        let Some(tags) = self.tags(item) else { return };
        let Some(exceptions) = self.exceptions(item, change("exceptions") == Some(Change::Replace)) else {
            return;
        };
        let origin = self.origin(item.node.span());
        let flag = |key| change(key).and_then(|_| item.flag(key));
        let mut faults = Vec::new();
        let file = self.text();
        let Some(rule) = self.definitions.rules.get_mut(name) else { return };
        let put = |there: &mut Snippet, new: Option<(Change, Snippet)>| match new {
            Some((Change::Append, new)) => there.append(&new),
            Some((Change::Replace, new)) => *there = new,
            None => {}
        };
        put(&mut rule.condition, condition);
        put(&mut rule.output, output);
        match (change("desc"), item.text("desc", file)) {
            (Some(Change::Append), Some(more)) => rule.description = format!("{} {more}", rule.description),
            (Some(Change::Replace), Some(new)) => rule.description = new,
            _ => {}
        }
        match change("tags") {
            Some(Change::Append) => {
                rule.tags.extend(tags.into_iter().filter(|tag| !rule.tags.contains(tag)).collect::<Vec<_>>());
            }
            Some(Change::Replace) => rule.tags = tags,
            None => {}
        }
        rule.priority = priority.unwrap_or(rule.priority);
        rule.enabled = flag("enabled").unwrap_or(rule.enabled);
        rule.warn_event_types = flag("warn_evttypes").unwrap_or(rule.warn_event_types);
        rule.skip_unknown_fields = flag("skip-if-unknown-filter").unwrap_or(rule.skip_unknown_fields);
        rule.capture = flag("capture").unwrap_or(rule.capture);
        if change("capture_duration").is_some() {
            rule.capture_duration = item.get("capture_duration").and_then(Node::as_i64);
        }
        match change("exceptions") {
            Some(Change::Replace) => rule.exceptions = exceptions,
            Some(Change::Append) => {
                for new in exceptions {
                    if let Some(fault) = append_exception(&mut rule.exceptions, new) {
                        faults.push(fault);
                    }
                }
            }
            None => {}
        }
        rule.origin = Origin { lists: origin.lists, macros: origin.macros, ..rule.origin };
        self.note_changes(PartKind::Rule, name, changes, item);
        for (code, span, message) in faults {
            self.say(code, span, message);
        }
    }

    /// The name of an item. From then on messages are about it.
    fn name(&mut self, item: &Item<'_>, kind: &str) -> Option<String> {
        let name = item.text(kind, self.text()).filter(|name| !name.is_empty());
        if let Some(name) = &name {
            self.context = Some(format!("{kind} {name:?}"));
        } else {
            let message = format!("{kind} name is empty");
            self.say(Code::LoadErrYamlValidate, item.node.span(), message);
        }
        name
    }

    fn undefined(&mut self, item: &Item<'_>, title: &str, kind: &str, change: Change) {
        let word = if change == Change::Append {
            "'append' key or an append override"
        } else {
            "'replace' override"
        };
        let message = format!("{title} has {word} but no {kind} by that name already exists");
        self.say(Code::LoadErrValidate, item.node.span(), message);
        let names: Vec<&str> = match kind {
            "rule" => self.definitions.rules.all.iter().map(|rule| &*rule.name).collect(),
            "macro" => self.definitions.macros.all.iter().map(|known| &*known.name).collect(),
            "correlation" => self.definitions.correlations.all.iter().map(|known| &*known.name).collect(),
            "table" => self.definitions.tables.all.iter().map(|known| &*known.name).collect(),
            _ => self.definitions.lists.all.iter().map(|list| &*list.name).collect(),
        };
        let name = item.text(kind, self.text()).unwrap_or_default();
        let near = near(&name, &names).map(|near| format!("did you mean {near:?}? Files are read in order"));
        if let Some(message) = self.messages.last_mut() {
            message.hint = near.or_else(|| Some("load the file that defines it before this one".to_owned()));
        }
    }

    fn unknown_keys(&mut self, item: &Item<'_>, known: &[&str]) {
        for entry in item.entries.iter().filter(|entry| !known.contains(&&*entry.key)) {
            self.unknown_key(entry.key_span, &entry.key, known);
        }
    }

    /// Notes that an item defines a name, be it for the first time or anew.
    fn note_definition(&mut self, kind: PartKind, name: &str, item: &Item<'_>) {
        let known = match kind {
            PartKind::Rule => self.definitions.rules.index(name),
            PartKind::Macro => self.definitions.macros.index(name),
            PartKind::List => self.definitions.lists.index(name),
            PartKind::Correlation => self.definitions.correlations.index(name),
            PartKind::Table => self.definitions.tables.index(name),
        };
        let deed = if known.is_some() { Deed::Redefines } else { Deed::Defines };
        self.note(kind, name, deed, Vec::new(), item);
    }

    /// Notes what an item adds and replaces.
    fn note_changes(
        &mut self,
        kind: PartKind,
        name: &str,
        changes: &FxHashMap<&'static str, Change>,
        item: &Item<'_>,
    ) {
        for (change, deed) in [(Change::Append, Deed::Appends), (Change::Replace, Deed::Replaces)] {
            let keys = changes.iter().filter(|(_, how)| **how == change);
            let mut keys: Vec<&'static str> = keys.map(|(key, _)| *key).collect();
            keys.sort_unstable();
            if !keys.is_empty() {
                self.note(kind, name, deed, keys, item);
            }
        }
    }

    fn note(&mut self, kind: PartKind, name: &str, deed: Deed, keys: Vec<&'static str>, item: &Item<'_>) {
        let place = place(self.files, self.lines, self.file, item.node.span());
        self.noted.push(Noted { kind, name: name.to_owned(), mention: Mention { deed, keys, place } });
    }

    fn unknown_key(&mut self, span: Span, key: &str, known: &[&str]) {
        self.say(Code::LoadUnknownKey, span, format!("Unknown key '{key}'"));
        self.nearest(key, known);
    }

    fn origin(&self, span: Span) -> Origin {
        let (lists, macros) = (self.definitions.lists.all.len(), self.definitions.macros.all.len());
        Origin { file: self.file, span, lists, macros }
    }

    fn text(&self) -> &'a str {
        self.files.get(self.file).map_or("", |file| file.text)
    }

    fn say(&mut self, code: Code, span: Span, text: String) {
        let place = place(self.files, self.lines, self.file, span);
        let context = self.context.iter().cloned().collect();
        self.messages.push(Message { severity: code.severity(), code, text, hint: None, place, context });
    }

    /// Adds what to do to what was said last.
    fn hint(&mut self, hint: Option<&str>) {
        if let (Some(message), Some(hint)) = (self.messages.last_mut(), hint) {
            message.hint = Some(hint.to_owned());
        }
    }

    fn nearest(&mut self, name: &str, known: &[&str]) {
        let hint = near(name, known).map(|near| format!("did you mean {near:?}?"));
        self.hint(hint.as_deref());
    }
}

/// The place of bytes of a file.
pub(super) fn place(files: &[RuleFile<'_>], lines: &[Lines], file: usize, span: Span) -> Option<Place> {
    let (known, lines) = (files.get(file)?, lines.get(file)?);
    let position = lines.position(known.text, span.start);
    Some(Place { file, name: known.name.to_owned(), position, span })
}

/// The name that looks most like another.
pub(crate) fn near<'n>(name: &str, known: &[&'n str]) -> Option<&'n str> {
    let lower = name.to_ascii_lowercase();
    let distance = |other: &str| strsim::damerau_levenshtein(&lower, &other.to_ascii_lowercase());
    let distances = known.iter().map(|other| (distance(other), *other));
    let far = (name.len() / 3).clamp(1, 4);
    distances.filter(|(distance, _)| *distance <= far).min().map(|(_, other)| other)
}

/// Adds values to an exception that is there, or a new exception.
pub(super) fn append_exception(all: &mut Vec<Exception>, new: Exception) -> Option<(Code, Span, String)> {
    let no_fields = new.fields == Entry::Many([].into());
    match all.iter_mut().find(|known| known.name == new.name) {
        Some(known) => {
            if !no_fields {
                let message = "Can not append exception fields to existing exception, only values".to_owned();
                return Some((Code::LoadErrValidate, new.span, message));
            }
            if new.operators.is_some() {
                let message = "Can not append exception comps to existing exception, only values".to_owned();
                return Some((Code::LoadErrValidate, new.span, message));
            }
            known.values.extend(new.values);
            None
        }
        None if no_fields => {
            let message = format!(
                "Rule exception new item '{}': must have fields property with a list of fields",
                new.name
            );
            Some((Code::LoadErrValidate, new.span, message))
        }
        None => {
            all.push(new);
            None
        }
    }
}
