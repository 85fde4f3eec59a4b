//! Configuration files as one: keys of later files meet those of earlier ones.

use ironsides_tree::{Document, Format, Limits, Lines, Node, Value};

use super::{ConfigFile, Note, Strategy, expand, keys};
use crate::rules::{Place, Severity};

/// Something written in one of the files.
#[derive(Clone, Debug)]
pub(super) struct Written {
    pub(super) file: usize,
    pub(super) node: Node,
}

/// A key at the top with what the files give it, in order; lists can come from several.
#[derive(Debug)]
struct Slot {
    key: String,
    written: Vec<Written>,
}

/// All files together.
pub(super) struct Settings<'a> {
    files: &'a [ConfigFile<'a>],
    lines: Vec<Lines>,
    env: &'a dyn Fn(&str) -> Option<String>,
    slots: Vec<Slot>,
    pub(super) notes: Vec<Note>,
}

impl<'a> Settings<'a> {
    pub(super) fn new(files: &'a [ConfigFile<'a>], env: &'a dyn Fn(&str) -> Option<String>) -> Self {
        let lines = files.iter().map(|file| Lines::new(file.text)).collect();
        let mut settings = Self { files, lines, env, slots: Vec::new(), notes: Vec::new() };
        for (number, file) in files.iter().enumerate() {
            settings.join(number, file);
        }
        settings
    }

    fn join(&mut self, number: usize, file: &ConfigFile<'_>) {
        let mut documents =
            ironsides_tree::Documents::with_format(file.text, Format::Yaml, Limits::default());
        let Document { root, .. } = match documents.next() {
            None => return,
            Some(Ok(document)) => document,
            Some(Err(error)) => {
                let span = ironsides_tree::Span { start: error.offset, end: error.offset };
                let place = self.place_of(number, span);
                let hint = error.hint.map(str::to_owned);
                let text = format!("this is no YAML: {}", error.message);
                return self.notes.push(Note { severity: Severity::Error, text, hint, place });
            }
        };
        if root.is_null() {
            return;
        }
        let Some(map) = root.as_map() else {
            let written = Written { file: number, node: root.clone() };
            let hint = root.as_list().map(|_| "rule files are named with --rules".to_owned());
            return self.say(Severity::Error, "a falco.yaml is a map of keys".to_owned(), hint, &written);
        };
        for entry in map.entries() {
            self.unknown(number, &entry.key, &entry.value, entry.key_span);
            let written = Written { file: number, node: entry.value.clone() };
            let Some(slot) = self.slots.iter_mut().find(|slot| *slot.key == *entry.key) else {
                self.slots.push(Slot { key: entry.key.to_string(), written: vec![written] });
                continue;
            };
            match file.strategy {
                Strategy::AddOnly => {}
                Strategy::Append if written.node.as_list().is_some() => slot.written.push(written),
                Strategy::Append | Strategy::Override => slot.written = vec![written],
            }
        }
    }

    /// Says which keys mean nothing.
    fn unknown(&mut self, file: usize, path: &str, value: &Node, span: ironsides_tree::Span) {
        if !keys::is_known(path) {
            let hint = keys::nearest(path).map(|near| format!("did you mean {near}?"));
            let place = self.place_of(file, span);
            let text = format!("unknown key '{path}': Falco has no such setting");
            return self.notes.push(Note { severity: Severity::Warning, text, hint, place });
        }
        if let Some(map) = value.as_map() {
            for entry in map.entries() {
                self.unknown(file, &format!("{path}.{}", entry.key), &entry.value, entry.key_span);
            }
        }
        for item in value.as_list().into_iter().flatten() {
            for entry in item.as_map().into_iter().flat_map(ironsides_tree::Map::entries) {
                self.unknown(file, &format!("{path}[].{}", entry.key), &entry.value, entry.key_span);
            }
        }
    }

    /// What stands at a path such as `http_output.url`; nothing where it is not written or null.
    pub(super) fn get(&self, path: &str) -> Option<Written> {
        let mut parts = path.split('.');
        let key = parts.next()?;
        let mut found = self.slots.iter().find(|slot| slot.key == key)?.written.last()?.clone();
        for part in parts {
            found.node = found.node.get(part)?.clone();
        }
        (!found.node.is_null()).then_some(found)
    }

    /// Whether a key is written at all, be it with nothing behind it.
    pub(super) fn has(&self, key: &str) -> bool {
        self.slots.iter().any(|slot| slot.key == key)
    }

    /// The items of a list at the top; a single value is a list of one.
    pub(super) fn items(&self, key: &str) -> Vec<Written> {
        let slot = self.slots.iter().find(|slot| slot.key == key);
        let written = slot.map(|slot| slot.written.as_slice()).unwrap_or_default();
        let items = written.iter().flat_map(|written| match written.node.as_list() {
            Some(items) => {
                items.iter().map(|node| Written { file: written.file, node: node.clone() }).collect()
            }
            None if written.node.is_null() => Vec::new(),
            None => vec![written.clone()],
        });
        items.collect()
    }

    /// A scalar as a text, environment variables put in.
    pub(super) fn text_of(&self, written: &Written) -> Option<String> {
        let text = match written.node.value() {
            Value::String(text) => text.to_string(),
            Value::Bool(_) | Value::Int(_) | Value::Float(_) => {
                let file = self.files.get(written.file)?;
                written.node.span().slice(file.text)?.to_owned()
            }
            _ => return None,
        };
        Some(expand(&text, self.env))
    }

    /// A text at a path; empty ones are none.
    pub(super) fn text(&mut self, path: &str) -> Option<String> {
        let written = self.get(path)?;
        let text = self.text_of(&written);
        if text.is_none() {
            self.say(Severity::Error, format!("'{path}' must be a text"), None, &written);
        }
        text.filter(|text| !text.is_empty())
    }

    /// A switch at a path.
    pub(super) fn flag(&mut self, path: &str, default: bool) -> bool {
        let Some(written) = self.get(path) else { return default };
        if let Some(value) = written.node.as_bool() {
            return value;
        }
        let text = self.text_of(&written).unwrap_or_default();
        match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => true,
            "false" | "no" | "off" | "0" => false,
            "" => default,
            _ => {
                let message = format!("'{path}' must be true or false, not {text:?}; it counts as {default}");
                self.say(Severity::Warning, message, None, &written);
                default
            }
        }
    }

    /// A whole number at a path.
    pub(super) fn number(&mut self, path: &str, default: u64) -> u64 {
        let Some(written) = self.get(path) else { return default };
        let text = self.text_of(&written).unwrap_or_default();
        text.trim().parse().unwrap_or_else(|_| {
            let message = format!("'{path}' must be a whole number, not {text:?}; it counts as {default}");
            self.say(Severity::Warning, message, None, &written);
            default
        })
    }

    pub(super) fn say(&mut self, severity: Severity, text: String, hint: Option<String>, at: &Written) {
        let place = self.place(at);
        self.notes.push(Note { severity, text, hint, place });
    }

    pub(super) fn place(&self, written: &Written) -> Option<Place> {
        self.place_of(written.file, written.node.span())
    }

    fn place_of(&self, file: usize, span: ironsides_tree::Span) -> Option<Place> {
        let (known, lines) = (self.files.get(file)?, self.lines.get(file)?);
        let position = lines.position(known.text, span.start);
        Some(Place { file, name: known.name.to_owned(), position, span })
    }
}
