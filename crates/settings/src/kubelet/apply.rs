//! Values of flags, and flags laid over a configuration.

use crate::setting::parse_bool;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ironsides_core::{duration_text, parse_duration};
use ironsides_schema::Quantity;
use ironsides_tree::{Map, Node, Text, Value as Json};

use super::arguments::Given;
use super::fields;
use super::flags::Value;
use super::origin::{self, By};
use super::state::{Slot, State};

/// A value that a flag takes.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Read {
    /// It replaces what was there.
    One(Node),
    /// It changes nothing.
    Nothing,
    /// Items, after those given before.
    Items(Vec<Node>),
    /// Entries, over those given before.
    Entries(Vec<(Text, Node)>),
}

/// Reads the value of a flag. An error says what it should be.
pub(super) fn value(kind: Value, text: &str, minor: u64) -> Result<Read, String> {
    let node = |json: Json| Ok(Read::One(Node::bare(json)));
    match kind {
        Value::Bool => boolean(text).map(|on| Read::One(Node::bare(Json::Bool(on)))),
        Value::Version => match text {
            "raw" => node(Json::Bool(true)),
            // A version that it is to call itself; only what follows the number may differ.
            _ if text.starts_with(&format!("v1.{minor}.")) => node(Json::Bool(false)),
            _ => boolean(text).map(|on| Read::One(Node::bare(Json::Bool(on)))),
        },
        Value::Int32 => node(Json::Int(integer(text, 32)?)),
        Value::Int64 => node(Json::Int(integer(text, 64)?)),
        Value::Verbosity => {
            let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            let number = text.parse::<u32>().ok().filter(|_| digits);
            node(Json::Int(number.ok_or("it takes a number from 0")?.into()))
        }
        Value::Text => node(Json::from(text)),
        Value::Address if text.is_empty() => Ok(Read::Nothing),
        Value::Address => match address(text) {
            Some(_) => node(Json::from(text)),
            None => Err("it takes an address such as 127.0.0.1 or ::1".into()),
        },
        Value::Duration => match parse_duration(text) {
            Some(nanoseconds) => node(Json::from(duration_text(nanoseconds).as_str())),
            None => Err("it takes a duration such as 5m or 1h30m".into()),
        },
        Value::Quantity => match Quantity::parse(text) {
            Some(quantity) => node(Json::from(quantity.canonical().as_str())),
            None => Err("it takes an amount such as 1Mi".into()),
        },
        Value::Texts => {
            Ok(Read::Items(split(text)?.iter().map(|item| Node::bare(Json::from(item.as_str()))).collect()))
        }
        Value::Pairs => pairs(text.split(','), '=', |text| Ok(Node::bare(Json::from(text)))),
        Value::Pair => pairs(std::iter::once(text), '=', |text| Ok(Node::bare(Json::from(text)))),
        Value::Below => pairs(text.split(','), '<', |text| Ok(Node::bare(Json::from(text)))),
        Value::Gates => pairs(text.split(','), '=', |text| Ok(Node::bare(Json::Bool(boolean(text)?)))),
        Value::Headers => headers(text),
        Value::Taints => taints(text),
        Value::Memory => memory(text),
        Value::Modules => modules(text),
        Value::Labels => Ok(Read::Entries(
            text.split(',')
                .filter(|part| !part.is_empty())
                .map(|part| {
                    let (key, value) = part.split_once('=').unwrap_or((part, ""));
                    (Text::new(key.trim()), Node::bare(Json::from(value.trim())))
                })
                .collect(),
        )),
    }
}

fn boolean(text: &str) -> Result<bool, String> {
    parse_bool(text).ok_or_else(|| "it takes true or false".into())
}

/// A whole number as Go reads it with any base.
fn integer(text: &str, bits: u32) -> Result<i64, String> {
    let fault = || format!("it takes a whole number of {bits} bits");
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let lower = digits.to_ascii_lowercase();
    let (radix, digits) = match lower.as_bytes() {
        [b'0', b'x', ..] => (16, lower.get(2..)),
        [b'0', b'b', ..] => (2, lower.get(2..)),
        [b'0', b'o', ..] => (8, lower.get(2..)),
        [b'0', _, ..] => (8, lower.get(1..)),
        _ => (10, Some(lower.as_str())),
    };
    let digits = digits.unwrap_or_default();
    // An underscore stands between digits, or between them and the base.
    let prefixed = radix != 10;
    let wrong = digits.ends_with('_') || digits.contains("__") || (!prefixed && digits.starts_with('_'));
    let digits = digits.replace('_', "");
    if wrong || digits.is_empty() || digits.starts_with(['+', '-']) {
        return Err(fault());
    }
    let number = i128::from_str_radix(&digits, radix).map_err(|_| fault())?;
    let number = if negative { -number } else { number };
    let limit = 1_i128 << (bits - 1);
    if number < -limit || number >= limit {
        return Err(fault());
    }
    i64::try_from(number).map_err(|_| fault())
}

/// An address; leading zeros in its parts are let pass, as the kubelet does.
pub(super) fn address(text: &str) -> Option<IpAddr> {
    if let Ok(address) = text.parse::<Ipv6Addr>() {
        return Some(address.into());
    }
    let parts: Vec<&str> = text.split('.').collect();
    let [a, b, c, d] = parts.as_slice() else { return None };
    let part = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u32>().ok().filter(|_| digits).and_then(|number| u8::try_from(number).ok())
    };
    Some(Ipv4Addr::new(part(a)?, part(b)?, part(c)?, part(d)?).into())
}

/// Items between commas, as a line of CSV: an item in double quotes may hold commas.
fn split(text: &str) -> Result<Vec<String>, String> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let line = text.split_inclusive('\n').next().unwrap_or_default().trim_end_matches(['\n', '\r']);
    let mut items = Vec::new();
    let mut rest = line;
    loop {
        let (item, after) = match rest.strip_prefix('"') {
            None => plain(rest)?,
            Some(inside) => quoted(inside)?,
        };
        items.push(item);
        match after.strip_prefix(',') {
            Some(more) => rest = more,
            None if after.is_empty() => return Ok(items),
            None => return Err("something follows a closing quote".into()),
        }
    }
}

/// An item without quotes, and what follows it.
fn plain(text: &str) -> Result<(String, &str), String> {
    let (item, after) = text.split_at(text.find(',').unwrap_or(text.len()));
    if item.contains('"') {
        Err("a quote stands inside an item".into())
    } else {
        Ok((item.to_owned(), after))
    }
}

/// An item after its opening quote, and what follows the closing one. Two quotes are one.
fn quoted(text: &str) -> Result<(String, &str), String> {
    let mut item = String::new();
    let mut rest = text;
    loop {
        let (part, after) = rest.split_once('"').ok_or("a quote is not closed")?;
        item.push_str(part);
        let Some(more) = after.strip_prefix('"') else { return Ok((item, after)) };
        item.push('"');
        rest = more;
    }
}

fn pairs<'a>(
    parts: impl Iterator<Item = &'a str>,
    sign: char,
    value: impl Fn(&str) -> Result<Node, String>,
) -> Result<Read, String> {
    let mut entries = Vec::new();
    for part in parts.filter(|part| !part.is_empty()) {
        let (key, text) = part.split_once(sign).ok_or_else(|| format!("{part:?} is no key{sign}value"))?;
        entries.push((Text::new(key.trim()), value(text.trim())?));
    }
    Ok(Read::Entries(entries))
}

/// Headers: values of a key add up.
fn headers(text: &str) -> Result<Read, String> {
    let mut headers: BTreeMap<Text, Vec<Node>> = BTreeMap::new();
    for part in text.split(',').filter(|part| !part.is_empty()) {
        let (key, value) = part.split_once(':').ok_or_else(|| format!("{part:?} is no key:value"))?;
        headers.entry(Text::new(key.trim())).or_default().push(Node::bare(Json::from(value.trim())));
    }
    Ok(Read::Entries(
        headers.into_iter().map(|(key, values)| (key, Node::bare(Json::List(values.into())))).collect(),
    ))
}

fn map(entries: impl IntoIterator<Item = (&'static str, Json)>) -> Node {
    let entries = entries.into_iter().map(|(key, value)| (Text::new_static(key), Node::bare(value)));
    Node::bare(Json::Map(entries.collect::<Map>().into()))
}

/// The effects that a taint can have.
pub(super) const EFFECTS: [&str; 3] = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

fn taints(text: &str) -> Result<Read, String> {
    let mut items = Vec::new();
    for part in text.split(',').filter(|part| !part.is_empty()) {
        let (label, effect) = part.rsplit_once(':').ok_or_else(|| format!("{part:?} has no effect"))?;
        if !EFFECTS.contains(&effect) {
            return Err(format!("{effect:?} is no effect of a taint"));
        }
        let (key, value) = label.split_once('=').unwrap_or((label, ""));
        let value = (!value.is_empty()).then(|| ("value", Json::from(value)));
        let entries = [("key", Json::from(key)), ("effect", Json::from(effect))];
        items.push(map(entries.into_iter().chain(value)));
    }
    Ok(Read::One(Node::bare(Json::List(items.into()))))
}

fn memory(text: &str) -> Result<Read, String> {
    let mut items = Vec::new();
    for part in text.split(';').filter(|part| !part.is_empty()) {
        let wrong = || format!("{part:?} is no node:type=amount");
        let (node, limits) = part.split_once(':').ok_or_else(wrong)?;
        let node = i64::from(node.parse::<i32>().map_err(|_| wrong())?);
        let mut map_of: Vec<(Text, Node)> = Vec::new();
        for limit in limits.split(',') {
            let (name, amount) = limit.split_once('=').ok_or_else(wrong)?;
            let amount = Quantity::parse(amount).ok_or_else(wrong)?;
            map_of.push((Text::new(name), Node::bare(Json::from(amount.canonical().as_str()))));
        }
        items.push(map([
            ("numaNode", Json::Int(node)),
            ("limits", Json::Map(map_of.into_iter().collect::<Map>().into())),
        ]));
    }
    Ok(Read::Items(items))
}

fn modules(text: &str) -> Result<Read, String> {
    let mut items = Vec::new();
    for part in text.split(',').filter(|part| !part.is_empty()) {
        let wrong = || format!("{part:?} is no pattern=number");
        let (pattern, number) =
            part.split_once('=').filter(|(pattern, _)| !pattern.is_empty()).ok_or_else(wrong)?;
        let number = number.parse::<u32>().map_err(|_| wrong())?;
        items.push(map([("filePattern", Json::from(pattern)), ("verbosity", Json::Int(number.into()))]));
    }
    Ok(Read::One(Node::bare(Json::List(items.into()))))
}

/// Lays flags over a configuration. Lists and maps are replaced by what the flags say together.
pub(super) fn lay(given: &[Given<'_>], state: &mut State, note: bool) {
    let mut begun = BTreeSet::new();
    for one in given.iter().filter(|one| !one.flag.path.is_empty()) {
        let Some(at) = fields::find(one.flag.path).filter(|&at| state.knows(at)) else { continue };
        let Ok(read) = value(one.flag.value, one.value, state.minor()) else { continue };
        let by = By::Flag { name: one.flag.name, argument: one.argument };
        let first = begun.insert(at);
        let old = state.slot(at).filter(|_| !first).cloned().unwrap_or_default();
        let written;
        let slot = match read {
            Read::Nothing => continue,
            Read::One(node) => {
                written = node.clone();
                Slot { value: Some(node), by: Some(by.clone()), keys: BTreeMap::new() }
            }
            Read::Items(more) => {
                written = Node::bare(Json::List(more.clone().into()));
                let mut items = old.value.map(|node| node.items().to_vec()).unwrap_or_default();
                items.extend(more);
                Slot {
                    value: Some(Node::bare(Json::List(items.into()))),
                    by: Some(by.clone()),
                    keys: BTreeMap::new(),
                }
            }
            Read::Entries(more) => {
                written = Node::bare(Json::Map(more.iter().cloned().collect::<Map>().into()));
                let mut entries: BTreeMap<Text, Node> = entries(old.value.as_ref());
                let mut keys = old.keys;
                for (key, node) in more {
                    keys.insert(key.clone(), by.clone());
                    entries.insert(key, node);
                }
                let value = Node::bare(Json::Map(entries.into_iter().collect::<Map>().into()));
                Slot { value: Some(value), by: Some(by.clone()), keys }
            }
        };
        if note {
            state.note(at, origin::Given { value: written, by });
        }
        state.put(at, slot);
    }
}

/// The entries of a map.
pub(super) fn entries(node: Option<&Node>) -> BTreeMap<Text, Node> {
    let map = node.and_then(Node::as_map).into_iter().flat_map(Map::entries);
    map.map(|entry| (entry.key.clone(), entry.value.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_any_base() {
        let cases =
            [("0", 0), ("0x0", 0), ("010", 8), ("1_0", 10), ("+7", 7), ("-5", -5), ("0b11", 3), ("0o17", 15)];
        for (text, number) in cases {
            assert_eq!(integer(text, 32), Ok(number), "{text}");
        }
        for text in ["", "x", "08", "1__0", "1_", "_1", "0x", "--1", "99999999999", " 1", "1.0"] {
            assert!(integer(text, 32).is_err(), "{text:?}");
        }
        assert_eq!(integer("99999999999", 64), Ok(99_999_999_999));
    }

    #[test]
    fn booleans_have_few_spellings() {
        assert_eq!((boolean("T"), boolean("0")), (Ok(true), Ok(false)));
        for text in ["yes", "no", "", "tRUE", "on"] {
            assert!(boolean(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn lists_are_lines_of_csv() {
        assert_eq!(split("a,b").unwrap(), ["a", "b"]);
        assert_eq!(split("\"a,b\",c").unwrap(), ["a,b", "c"]);
        assert_eq!(split("\"a\"\"b\"").unwrap(), ["a\"b"]);
        assert_eq!(split("a,,").unwrap(), ["a", "", ""]);
        assert_eq!(split("").unwrap(), [""; 0]);
        assert!(split("a\"b").is_err() && split("\"a").is_err());
    }

    #[test]
    fn addresses_may_have_leading_zeros() {
        assert_eq!(address("010.0.0.1"), Some(Ipv4Addr::new(10, 0, 0, 1).into()));
        assert_eq!(address("::"), Some(Ipv6Addr::UNSPECIFIED.into()));
        for text in ["localhost", "", "1.2.3", "1.2.3.256", " 1.2.3.4", "[::1]"] {
            assert_eq!(address(text), None, "{text:?}");
        }
    }
}
