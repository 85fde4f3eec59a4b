//! `--set` and its kin: values on the command line.

use std::rc::Rc;

use ironsides_tree::Text;

use super::json;
use super::options::{NamedText, Options};
use super::origin::{Origin, Origins, Source};
use super::value::{Map, Slot, Value};

/// The highest index that a setting may name.
const MOST_INDEX: usize = 65_536;

/// How many dots a name may have.
const MOST_DOTS: usize = 30;

/// What a setting's text stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Typed,
    Text,
    File,
    Json,
    Literal,
}

impl Kind {
    fn flag(self) -> &'static str {
        match self {
            Self::Typed => "--set",
            Self::Text => "--set-string",
            Self::File => "--set-file",
            Self::Json => "--set-json",
            Self::Literal => "--set-literal",
        }
    }
}

/// Applies all settings to the values of the files, in Helm's order.
pub(crate) fn apply(
    origins: &mut Origins,
    options: &Options,
    values: &Rc<Map>,
) -> Result<Rc<Map>, (String, String)> {
    let mut values = values.clone();
    let groups = [
        (Kind::Json, &options.set_json),
        (Kind::Typed, &options.set),
        (Kind::Text, &options.set_string),
        (Kind::File, &options.set_file),
        (Kind::Literal, &options.set_literal),
    ];
    for (kind, texts) in groups {
        for text in texts {
            let origin = origins.source(Source::Flag(kind.flag()));
            let named = |message| (format!("{} {text}", kind.flag()), message);
            if kind == Kind::Json && text.trim_start().starts_with('{') {
                let object = json::read(text.trim()).map_err(named)?;
                if let Value::Map(map) = object {
                    values = super::values::merged(&values, &map);
                }
                continue;
            }
            let mut setting = Setting {
                chars: text.chars().collect(),
                at: 0,
                kind,
                files: &options.set_file_texts,
                origins,
            };
            while setting.at < setting.chars.len() {
                setting.entry(&values, origin, 0).map_err(named)?;
            }
        }
    }
    Ok(values)
}

struct Setting<'a> {
    chars: Vec<char>,
    at: usize,
    kind: Kind,
    files: &'a [NamedText],
    origins: &'a mut Origins,
}

type Parsed<T> = Result<T, String>;

impl Setting<'_> {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    /// The text up to one of these characters, and which; a backslash takes the next character as it is.
    fn until(&mut self, stops: &str) -> (String, Option<char>) {
        let mut out = String::new();
        while let Some(c) = self.peek() {
            self.at += 1;
            if stops.contains(c) {
                return (out, Some(c));
            }
            if c == '\\' && self.kind != Kind::Literal {
                if let Some(next) = self.peek() {
                    self.at += 1;
                    out.push(next);
                }
            } else {
                out.push(c);
            }
        }
        (out, None)
    }

    /// Reads `name=value`, `name.…` or `name[…]…` into a map.
    fn entry(&mut self, map: &Rc<Map>, origin: Origin, dots: usize) -> Parsed<()> {
        let stops = if self.kind == Kind::Literal { "=[." } else { "=[,." };
        let (name, stop) = self.until(stops);
        let key = Text::new(&name);
        let own = self.origins.key(origin, &key, 0);
        let set = |value: Value| {
            if !key.is_empty() {
                map.set(key.clone(), Slot { value, origin: own });
            }
        };
        match stop {
            None if name.is_empty() => Ok(()),
            None | Some(',') => Err(format!("{name} has no value: write {name}=…")),
            Some('=') => {
                let value = self.value()?;
                set(value);
                Ok(())
            }
            Some('[') => {
                let index = self.index()?;
                let list = match map.get(&key).map(|slot| slot.value) {
                    None => Vec::new(),
                    Some(Value::List(list)) => list.items.clone(),
                    Some(other) => return Err(format!("{name} is a {}, not a list", other.kind())),
                };
                let list = self.item(list, index, own, dots)?;
                set(Value::list(list));
                Ok(())
            }
            Some(_) => {
                if dots + 1 > MOST_DOTS {
                    return Err(format!("a name has {MOST_DOTS} dots at most"));
                }
                let inner = match map.get(&key).map(|slot| slot.value) {
                    None => Map::new(),
                    Some(Value::Map(map)) => map,
                    Some(other) => {
                        return Err(format!(
                            "{name} is a {}, not a map",
                            if other.is_nil() { "null" } else { other.kind() }
                        ));
                    }
                };
                self.entry(&inner, own, dots + 1)?;
                if inner.len() == 0 {
                    return Err(format!("{name}. has no value"));
                }
                set(Value::Map(inner));
                Ok(())
            }
        }
    }

    fn index(&mut self) -> Parsed<usize> {
        let (digits, stop) = self.until("]");
        if stop.is_none() {
            return Err("an index is not closed with ]".to_owned());
        }
        match digits.parse::<usize>() {
            Ok(index) if index <= MOST_INDEX => Ok(index),
            Ok(index) => Err(format!("the index {index} is beyond {MOST_INDEX}")),
            Err(_) => Err(format!("{digits:?} is no index")),
        }
    }

    fn item(&mut self, mut list: Vec<Slot>, index: usize, origin: Origin, dots: usize) -> Parsed<Vec<Slot>> {
        let own = self.origins.item(origin, index, 0);
        let (odd, stop) = self.until("[.=");
        if !odd.is_empty() {
            return Err(format!("{odd:?} cannot follow an index"));
        }
        let value = match stop {
            None => return Ok(list),
            Some('=') => self.value()?,
            Some('[') => {
                let next = self.index()?;
                let inner = match list.get(index).map(|slot| &slot.value) {
                    None | Some(Value::Null | Value::Nil) => Vec::new(),
                    Some(Value::List(list)) => list.items.clone(),
                    Some(other) => return Err(format!("item {index} is a {}, not a list", other.kind())),
                };
                Value::list(self.item(inner, next, own, dots)?)
            }
            Some(_) => {
                let inner = match list.get(index).map(|slot| &slot.value) {
                    Some(Value::Map(map)) => map.clone(),
                    _ => Map::new(),
                };
                self.entry(&inner, own, dots)?;
                Value::Map(inner)
            }
        };
        while list.len() <= index {
            list.push(Value::Null.into());
        }
        if let Some(slot) = list.get_mut(index) {
            *slot = Slot { value, origin: own };
        }
        Ok(list)
    }

    fn value(&mut self) -> Parsed<Value> {
        match self.kind {
            Kind::Literal => {
                let rest: String = self.chars.get(self.at..).unwrap_or_default().iter().collect();
                self.at = self.chars.len();
                Ok(Value::str(rest))
            }
            Kind::Json => self.json(),
            _ => {
                if self.peek() != Some('{') {
                    let (text, _) = self.until(",");
                    return self.typed(&text);
                }
                self.at += 1;
                let mut items = Vec::new();
                loop {
                    let (text, stop) = self.until(",}");
                    if stop.is_none() {
                        return Err("a list is not closed with }".to_owned());
                    }
                    items.push(self.typed(&text)?);
                    if stop == Some('}') {
                        self.at += usize::from(self.peek() == Some(','));
                        return Ok(Value::values(items));
                    }
                }
            }
        }
    }

    fn typed(&self, text: &str) -> Parsed<Value> {
        match self.kind {
            Kind::File => {
                let file = self.files.iter().find(|file| *file.path == *text);
                file.map(|file| Value::str(&file.text)).ok_or_else(|| format!("{text} does not exist"))
            }
            Kind::Typed if text.eq_ignore_ascii_case("true") => Ok(Value::Bool(true)),
            Kind::Typed if text.eq_ignore_ascii_case("false") => Ok(Value::Bool(false)),
            Kind::Typed if text.eq_ignore_ascii_case("null") => Ok(Value::Null),
            Kind::Typed if text == "0" || (!text.is_empty() && !text.starts_with('0')) => {
                let number: Option<i64> = text.parse().ok();
                Ok(number.map_or_else(|| Value::str(text), Value::int64))
            }
            _ => Ok(Value::str(text)),
        }
    }

    /// One JSON value; what follows it is a comma, space, or the end.
    fn json(&mut self) -> Parsed<Value> {
        let rest: String = self.chars.get(self.at..).unwrap_or_default().iter().collect();
        let blank = rest.trim_start();
        if blank.is_empty() || blank.starts_with(',') {
            self.at += rest.chars().count() - blank.chars().count() + usize::from(blank.starts_with(','));
            return Ok(Value::Null);
        }
        let mut stream = serde_json::Deserializer::from_str(&rest).into_iter::<serde_json::Value>();
        let value = match stream.next() {
            Some(Ok(value)) => value,
            Some(Err(error)) => return Err(format!("the JSON is wrong: {error}")),
            None => return Err("the JSON is missing".to_owned()),
        };
        let used = stream.byte_offset();
        self.at += rest.get(..used).unwrap_or_default().chars().count();
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
        self.at += usize::from(self.peek() == Some(','));
        json::read(&value.to_string())
    }
}
