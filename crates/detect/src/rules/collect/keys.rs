//! The keys of items that need more than a look: overrides, priorities, tags, exceptions.

use ironsides_tree::Node;
use rustc_hash::FxHashMap;

use super::{Change, Collector};
use crate::rules::definition::{Entry, Exception};
use crate::rules::item::{Item, raw};
use crate::rules::message::Code;
use crate::rules::priority::Priority;
use crate::rules::snippet::Snippet;

impl Collector<'_> {
    /// Which keys an item changes, and how. `None` where it says so in a way that means nothing.
    pub(super) fn changes(
        &mut self,
        item: &Item<'_>,
        appends: &[&'static str],
        replaces: &[&'static str],
    ) -> Option<FxHashMap<&'static str, Change>> {
        let mut changes = FxHashMap::default();
        let old = item.flag("append").unwrap_or(false);
        if let Some(node) = item.get("append") {
            let message =
                "'append' key is deprecated. Add an 'append' entry (e.g. 'condition: append') under \
                           'override' instead."
                    .to_owned();
            self.say(Code::LoadDeprecatedItem, node.span(), message);
        }
        let Some(node) = item.get("override") else {
            if old {
                let named = appends.iter().filter(|key| item.get(key).is_some());
                // The old key changes conditions, exceptions and items, nothing else.
                let named = named.filter(|key| matches!(**key, "condition" | "exceptions" | "items"));
                changes.extend(named.map(|key| (*key, Change::Append)));
                if changes.is_empty() {
                    let message = "Appended rule must have exceptions or condition property".to_owned();
                    self.say(Code::LoadErrValidate, item.node.span(), message);
                    return None;
                }
            }
            return Some(changes);
        };
        if old {
            let message = "Keys 'override' and 'append: true' cannot be used together.".to_owned();
            self.say(Code::LoadErrValidate, node.span(), message);
            return None;
        }
        let Some(map) = node.as_map() else {
            self.say(Code::LoadErrYamlValidate, node.span(), "Value of 'override' must be a map".to_owned());
            return None;
        };
        for entry in map.entries() {
            let how = match entry.value.as_str() {
                Some("append") => Change::Append,
                Some("replace") => Change::Replace,
                _ => {
                    let message = format!(
                        "Invalid override operation for key '{}': it must be append or replace",
                        entry.key
                    );
                    self.say(Code::LoadErrValidate, entry.value.span(), message);
                    return None;
                }
            };
            let (allowed, word) = match how {
                Change::Append => (appends, "append"),
                Change::Replace => (replaces, "replace"),
            };
            let Some(key) = allowed.iter().find(|key| **key == &*entry.key) else {
                let message = format!(
                    "Key '{}' cannot be overridden with {word}; can be: {}",
                    entry.key,
                    allowed.join(", ")
                );
                self.say(Code::LoadErrValidate, entry.key_span, message);
                return None;
            };
            if item.get(key).is_none() {
                let article = if how == Change::Append { "An append" } else { "A replace" };
                let message =
                    format!("{article} override for '{key}' was specified but '{key}' is not defined");
                self.say(Code::LoadErrValidate, entry.key_span, message);
                return None;
            }
            changes.insert(*key, how);
        }
        let free: Vec<&str> = item.entries.iter().map(|entry| &*entry.key).collect();
        let outside = free.iter().find(|key| {
            !changes.contains_key(**key)
                && !matches!(
                    **key,
                    "override" | "rule" | "macro" | "list" | "correlation" | "table" | "source"
                )
        });
        if let (Some(key), false) = (outside, changes.is_empty())
            && (appends.contains(key) || replaces.contains(key))
        {
            let message =
                format!("Unexpected key '{key}': no corresponding entry under 'override' is defined.");
            self.say(Code::LoadErrValidate, item.node.span(), message);
            return None;
        }
        Some(changes)
    }

    pub(super) fn priority(&mut self, item: &Item<'_>) -> Option<Priority> {
        let node = item.get("priority")?;
        let name = raw(node, self.text()).unwrap_or_default();
        let priority = Priority::named(&name);
        if priority.is_none() {
            self.say(Code::LoadErrYamlValidate, node.span(), format!("Invalid priority {name:?}"));
            let hint = format!("use one of {}", Priority::ALL.map(Priority::name).join(", "));
            self.hint(Some(&hint));
        }
        priority
    }

    pub(super) fn tags(&mut self, item: &Item<'_>) -> Option<Vec<String>> {
        let Some(node) = item.get("tags") else { return Some(Vec::new()) };
        let tags: Option<Vec<String>> =
            node.as_list().and_then(|tags| tags.iter().map(|tag| raw(tag, self.text())).collect());
        if tags.is_none() {
            self.say(
                Code::LoadErrYamlValidate,
                node.span(),
                "Tags value is not a sequence of texts".to_owned(),
            );
        }
        tags
    }

    pub(super) fn exceptions(&mut self, item: &Item<'_>, whole: bool) -> Option<Vec<Exception>> {
        let Some(node) = item.get("exceptions") else { return Some(Vec::new()) };
        let Some(items) = node.as_list() else {
            self.say(Code::LoadErrYamlValidate, node.span(), "Rule exceptions must be a sequence".to_owned());
            return None;
        };
        let mut exceptions: Vec<Exception> = Vec::new();
        for node in items {
            let Some(item) = Item::of(node) else {
                self.say(Code::LoadErrYamlValidate, node.span(), "Rule exception must be a map".to_owned());
                return None;
            };
            let Some(name) = item.text("name", self.text()) else {
                self.say(
                    Code::LoadErrYamlValidate,
                    node.span(),
                    "Item has no mapping for key 'name'".to_owned(),
                );
                return None;
            };
            self.unknown_keys(&item, &["name", "fields", "comps", "values"]);
            if whole && exceptions.iter().any(|other| other.name == name) {
                let message = format!("Multiple definitions of exception '{name}' in the same rule");
                self.say(Code::LoadExceptionNameNotUnique, node.span(), message);
            }
            let of = |key| item.get(key).map(|node| entry(node, self.text()));
            let fields = of("fields").unwrap_or(Entry::Many([].into()));
            let operators = of("comps");
            let values = match item.get("values") {
                Some(node) => {
                    if let Some(values) = node.as_list() {
                        values.iter().map(|node| entry(node, self.text())).collect()
                    } else {
                        let message = "Rule exception values must be a sequence".to_owned();
                        self.say(Code::LoadErrYamlValidate, node.span(), message);
                        return None;
                    }
                }
                None => Vec::new(),
            };
            if !whole && values.is_empty() {
                let message = "Overriding/appending exception with no values".to_owned();
                self.say(Code::LoadAppendNoValues, node.span(), message);
            }
            let empty = fields == Entry::Many([].into());
            if whole && empty {
                let message =
                    "Rule exception item must have fields property with a list of fields".to_owned();
                self.say(Code::LoadErrValidate, node.span(), message);
                return None;
            }
            exceptions.push(Exception {
                name,
                fields,
                operators,
                values,
                file: self.file,
                span: node.span(),
            });
        }
        Some(exceptions)
    }

    pub(super) fn snippet(&mut self, item: &Item<'_>, key: &str) -> Option<Snippet> {
        let node = item.get(key)?;
        if let Some(text) = raw(node, self.text()) {
            Some(Snippet::new(&text, self.file, node.span()))
        } else {
            self.say(Code::LoadErrYamlValidate, node.span(), format!("Value of '{key}' must be a text"));
            None
        }
    }
}

fn entry(node: &Node, file: &str) -> Entry {
    match node.as_list() {
        Some(items) => Entry::Many(items.iter().map(|item| entry(item, file)).collect()),
        None => Entry::One(raw(node, file).unwrap_or_default().into()),
    }
}
