//! Correlations and tables of known values as written.

use ironsides_tree::{Node, Value};

use super::{Change, Collector};
use crate::correlation::{Learn, Limits, Nanoseconds, Type, duration};
use crate::field::Catalogue;
use crate::rules::definition::{CorrelationKeys, CorrelationText, KnownTable, Origin};
use crate::rules::item::{CORRELATION_APPENDS, CORRELATION_KEYS, CORRELATION_REPLACES, Item, raw};
use crate::rules::message::Code;
use crate::rules::part::PartKind;
use crate::rules::snippet::Snippet;

impl Collector<'_> {
    pub(super) fn correlation(&mut self, item: &Item<'_>) {
        let Some(name) = self.name(item, "correlation") else { return };
        self.unknown_keys(item, &CORRELATION_KEYS);
        let Some(changes) = self.changes(item, &CORRELATION_APPENDS, &CORRELATION_REPLACES) else { return };
        let whole = changes.get("exceptions") != Some(&Change::Append);
        let Some(keys) = self.correlation_keys(item, whole) else { return };
        let origin = self.origin(item.node.span());
        if changes.is_empty() {
            for key in ["type", "desc", "output", "priority"] {
                if item.get(key).is_none() {
                    let message = format!("Item has no mapping for key '{key}'");
                    self.say(Code::LoadErrYamlValidate, item.node.span(), message);
                    if self.definitions.correlations.index(&name).is_some() {
                        self.hint(Some(
                            "to change the correlation of this name, add what changes under 'override'",
                        ));
                    }
                    return;
                }
            }
            if let Some(source) = keys.source.as_deref().filter(|source| Catalogue::of(source).is_none()) {
                let span = item.get("source").map_or(item.node.span(), Node::span);
                self.say(Code::LoadUnknownSource, span, format!("Unknown source {source}, skipping"));
                self.nearest(source, &Catalogue::SOURCES);
            }
            self.note_definition(PartKind::Correlation, &name, item);
            let text = CorrelationText { name: name.clone(), keys, origin };
            return self.definitions.correlations.put(&name, text);
        }
        let Some(known) = self.definitions.correlations.get_mut(&name) else {
            let append = changes.values().any(|change| *change == Change::Append);
            let change = if append { Change::Append } else { Change::Replace };
            return self.undefined(item, "Correlation", "correlation", change);
        };
        let faults = known.keys.change(keys, &changes);
        known.origin = Origin { lists: origin.lists, macros: origin.macros, ..known.origin };
        self.note_changes(PartKind::Correlation, &name, &changes, item);
        for (code, span, message) in faults {
            self.say(code, span, message);
        }
    }

    fn correlation_keys(&mut self, item: &Item<'_>, whole: bool) -> Option<CorrelationKeys> {
        let mut keys = CorrelationKeys::default();
        for (written, entry) in CORRELATION_KEYS.iter().filter_map(|key| Some((*key, item.get(key)?))) {
            keys.places.insert(written, (self.file, entry.span()));
        }
        if let Some(node) = item.get("type") {
            let name = raw(node, self.text()).unwrap_or_default();
            keys.kind = Type::named(&name);
            if keys.kind.is_none() {
                let names = Type::ALL.map(Type::name);
                let message =
                    format!("Unknown type of correlation {name:?}; it is one of {}", names.join(", "));
                self.say(Code::LoadErrValidate, node.span(), message);
                self.nearest(&name, &names);
                return None;
            }
        }
        let snippet = |this: &mut Self, key| match item.get(key) {
            Some(_) => this.snippet(item, key).map(Some),
            None => Some(None),
        };
        keys.condition = snippet(self, "condition")?;
        keys.unless = snippet(self, "unless")?;
        keys.output = snippet(self, "output")?;
        keys.steps = self.texts(item, "steps")?;
        keys.group_by = self.texts(item, "group-by")?;
        keys.field = self.texts(item, "field")?;
        keys.once_per = self.texts(item, "once-per")?;
        keys.known = self.texts(item, "known")?;
        let timespan = self.span_of(item, "timespan")?;
        let maxspan = self.span_of(item, "maxspan")?;
        keys.timespan = timespan.or(maxspan);
        keys.quiet = self.span_of(item, "quiet")?;
        keys.at_least = match item.get("at-least") {
            None => None,
            Some(node) => match node.as_i64().and_then(|number| usize::try_from(number).ok()) {
                Some(number) => Some(number),
                None => return self.no_number(node, "at-least"),
            },
        };
        if let Some(node) = item.get("learn") {
            keys.learn = Some(self.learn(node)?);
        }
        if let Some(node) = item.get("limit") {
            keys.limits = Some(self.limits(node)?);
        }
        keys.priority = if item.get("priority").is_some() { Some(self.priority(item)?) } else { None };
        keys.description = item.text("desc", self.text());
        keys.source = item.text("source", self.text());
        keys.enabled = item.flag("enabled");
        keys.skip_unknown_fields = item.flag("skip-if-unknown-filter");
        keys.tags = self.tags(item)?;
        keys.exceptions = self.exceptions(item, whole)?;
        Some(keys)
    }

    /// A text, or a list of texts. `None` where it is something else, which was said.
    #[expect(clippy::option_option, reason = "absent and wrong are two things")]
    fn texts(&mut self, item: &Item<'_>, key: &str) -> Option<Option<Vec<Snippet>>> {
        let Some(node) = item.get(key) else { return Some(None) };
        let nodes = node.as_list().unwrap_or(std::slice::from_ref(node));
        let mut all = Vec::with_capacity(nodes.len());
        for node in nodes {
            let Some(text) = raw(node, self.text()) else {
                let message = format!("Value of '{key}' must be a text or a list of texts");
                self.say(Code::LoadErrYamlValidate, node.span(), message);
                return None;
            };
            all.push(Snippet::new(&text, self.file, node.span()));
        }
        Some(Some(all))
    }

    #[expect(clippy::option_option, reason = "absent and wrong are two things")]
    fn span_of(&mut self, item: &Item<'_>, key: &str) -> Option<Option<Nanoseconds>> {
        let Some(node) = item.get(key) else { return Some(None) };
        self.span(node, key).map(Some)
    }

    fn span(&mut self, node: &Node, key: &str) -> Option<Nanoseconds> {
        let written = raw(node, self.text()).unwrap_or_default();
        let found = duration(&written);
        if found.is_none() {
            let message = format!("Value of '{key}' is no length of time: {written:?}");
            self.say(Code::LoadErrValidate, node.span(), message);
            let digits = !written.is_empty() && written.bytes().all(|byte| byte.is_ascii_digit());
            let hint = if digits {
                format!("say which unit: {written}s, {written}m, {written}h")
            } else {
                "write it like 90s, 5m, 1h30m or 7d".to_owned()
            };
            self.hint(Some(&hint));
        }
        found
    }

    fn no_number<T>(&mut self, node: &Node, key: &str) -> Option<T> {
        let message = format!("Value of '{key}' must be a whole number, not below zero");
        self.say(Code::LoadErrValidate, node.span(), message);
        None
    }

    /// `always`, a length of time, or a map of what must be reached.
    fn learn(&mut self, node: &Node) -> Option<Learn> {
        if node.as_str() == Some("always") {
            return Some(Learn { always: true, ..Learn::default() });
        }
        let Some(map) = node.as_map() else {
            return Some(Learn { timespan: self.span(node, "learn")?, ..Learn::default() });
        };
        let mut learn = Learn::default();
        for entry in map.entries() {
            let number = entry.value.as_i64().and_then(|number| u64::try_from(number).ok());
            match (&*entry.key, number) {
                ("timespan", _) => learn.timespan = self.span(&entry.value, "timespan")?,
                ("events", Some(number)) => learn.events = number,
                ("values", Some(number)) => learn.values = usize::try_from(number).unwrap_or(usize::MAX),
                (key @ ("events" | "values"), None) => return self.no_number(&entry.value, key),
                (key, _) => self.unknown_key(entry.key_span, key, &["timespan", "events", "values"]),
            }
        }
        Some(learn)
    }

    /// A number of groups, or a map of how much is remembered.
    fn limits(&mut self, node: &Node) -> Option<Limits> {
        let number = |node: &Node| match node.value() {
            Value::Int(_) => {
                node.as_i64().and_then(|number| usize::try_from(number).ok()).filter(|number| *number > 0)
            }
            _ => None,
        };
        let Some(map) = node.as_map() else {
            let Some(groups) = number(node) else { return self.no_number(node, "limit") };
            return Some(Limits { groups, ..Limits::default() });
        };
        let mut limits = Limits::default();
        for entry in map.entries() {
            match (&*entry.key, number(&entry.value)) {
                ("groups", Some(number)) => limits.groups = number,
                ("values", Some(number)) => limits.values = number,
                (key @ ("groups" | "values"), None) => return self.no_number(&entry.value, key),
                (key, _) => self.unknown_key(entry.key_span, key, &["groups", "values"]),
            }
        }
        Some(limits)
    }

    /// A table of known values: names of groups, each with its values.
    pub(super) fn table(&mut self, item: &Item<'_>) {
        let Some(name) = self.name(item, "table") else { return };
        self.unknown_keys(item, &["table", "rows", "desc", "override"]);
        let Some(changes) = self.changes(item, &["rows"], &["rows"]) else { return };
        let Some(node) = item.get("rows") else {
            let message = "Item has no mapping for key 'rows'".to_owned();
            return self.say(Code::LoadErrYamlValidate, item.node.span(), message);
        };
        let Some(map) = node.as_map() else {
            let message = "Rows value is not a map of names, each with a list of values".to_owned();
            return self.say(Code::LoadErrYamlValidate, node.span(), message);
        };
        let mut rows = Vec::with_capacity(map.len());
        for entry in map.entries() {
            let nodes = match entry.value.as_list() {
                Some(nodes) => nodes,
                None if entry.value.is_null() => &[],
                None => std::slice::from_ref(&entry.value),
            };
            let items: Option<Vec<Box<str>>> =
                nodes.iter().map(|node| raw(node, self.text()).map(Into::into)).collect();
            let Some(items) = items else {
                let message = "A value of a row must be a text or a number".to_owned();
                return self.say(Code::LoadErrYamlValidate, entry.value.span(), message);
            };
            rows.push((Box::from(&*entry.key), items));
        }
        let origin = self.origin(item.node.span());
        match changes.get("rows") {
            None => {
                self.note_definition(PartKind::Table, &name, item);
                self.definitions.tables.put(&name.clone(), KnownTable { name, rows, origin });
            }
            Some(change) => {
                let Some(table) = self.definitions.tables.get_mut(&name) else {
                    return self.undefined(item, "Table", "table", *change);
                };
                if *change == Change::Append {
                    table.rows.extend(rows);
                } else {
                    table.rows = rows;
                }
                table.origin = Origin { lists: origin.lists, macros: origin.macros, ..table.origin };
                self.note_changes(PartKind::Table, &name, &changes, item);
            }
        }
    }
}
