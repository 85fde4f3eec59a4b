//! Which format a record is in.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;
use std::ops::Deref;

use ironsides_tree::Text;
use jiff::Timestamp;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::flow::collect::Told;
use crate::flow::{calico, connect, hubble, monitor};

/// A text of a record: borrowed unless it was escaped there. Null is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Word<'a>(Cow<'a, str>);

impl Deref for Word<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Word<'_> {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl<'a> From<&'a str> for Word<'a> {
    fn from(text: &'a str) -> Self {
        Self(Cow::Borrowed(text))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Word<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Words)
    }
}

struct Words;

impl<'de> Visitor<'de> for Words {
    type Value = Word<'de>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a string")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(text.into())
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Word(Cow::Owned(text.to_owned())))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Word::default())
    }
}

/// A list of a record. Null is empty.
pub(crate) fn list<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// The formats of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// `hubble observe -o json` (a flow alone, of old) and `-o jsonpb` (a flow in an envelope).
    Hubble,
    /// `cilium-dbg monitor -j`.
    Monitor,
    /// Calico's flow logs as Felix, Elasticsearch and Whisker have them.
    Calico,
    /// Calico's flows as Goldmane has them.
    Goldmane,
    /// Connect events.
    Connect,
}

/// The keys of a record, by which formats are told apart.
struct Keys(BTreeSet<String>);

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(KeysOnly)
    }
}

struct KeysOnly;

impl<'de> Visitor<'de> for KeysOnly {
    type Value = Keys;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut keys = BTreeSet::new();
        while let Some((key, IgnoredAny)) = map.next_entry::<String, IgnoredAny>()? {
            keys.insert(key);
        }
        Ok(Keys(keys))
    }
}

/// Reads one record into what it tells. `last` is the format of the one before.
pub(crate) fn read(text: &str, last: &mut Option<Format>, told: &mut Vec<Told>) -> Result<(), String> {
    if let Some(event) = text.strip_prefix("data:") {
        // Whisker streams server-sent events.
        return read(event.trim_start(), last, told);
    }
    if !text.starts_with('{') {
        return if text.starts_with('[') {
            let records: Vec<&serde_json::value::RawValue> = json(text)?;
            records.into_iter().try_for_each(|record| read(record.get(), last, told))
        } else {
            calico::line(text, told)
        };
    }
    if let Some(format) = *last
        && quick(format, text)
    {
        return read_as(format, text, last, told);
    }
    let keys: Keys = json(text)?;
    let format = format_of(&keys).ok_or_else(|| UNKNOWN.to_owned())?;
    *last = Some(format);
    read_as(format, text, last, told)
}

/// Whether a text begins as one that holds flows: by its first record, as far as it is there.
pub fn is_flow_log(begin: &str) -> bool {
    let begin = begin.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '\u{feff}');
    let line = begin.lines().next().unwrap_or_default();
    if read(line, &mut None, &mut Vec::new()).is_ok() {
        return !line.is_empty();
    }
    // A document of several lines, or a record that is longer than what is there: its first keys must do.
    let names_one = |key: &str| begin.contains(&format!("\"{key}\""));
    begin.starts_with(['{', '[']) && FIRST_KEYS.iter().any(|key| names_one(key))
}

/// Keys that stand in the first record of a flow log, whatever its format.
const FIRST_KEYS: [&str; 14] = [
    "flow",
    "IP",
    "l4",
    "verdict",
    "event_type",
    "source_type",
    "dest_type",
    "source_name",
    "srcLabel",
    "source",
    "destination",
    "src",
    "dst",
    "process_kprobe",
];

const UNKNOWN: &str = "none of the known formats: flows of Hubble, cilium monitor, Calico, or connect events with source, \
                       destination and port";

fn read_as(
    format: Format,
    text: &str,
    last: &mut Option<Format>,
    told: &mut Vec<Told>,
) -> Result<(), String> {
    match format {
        Format::Hubble => hubble::read(text, told),
        Format::Monitor => monitor::read(text, told),
        Format::Calico => calico::read(text, last, told),
        Format::Goldmane => calico::goldmane(text, told),
        Format::Connect => connect::read(text, told),
    }
}

/// Whether a record looks like the one before, by how it begins. Records of machines begin alike.
fn quick(format: Format, text: &str) -> bool {
    match format {
        Format::Hubble => text.starts_with("{\"flow\":{"),
        Format::Calico => text.starts_with("{\"start_time\":") && text.contains("\"source_type\":"),
        Format::Monitor | Format::Goldmane | Format::Connect => false,
    }
}

fn format_of(keys: &Keys) -> Option<Format> {
    let any = |wanted: &[&str]| wanted.iter().any(|key| keys.0.contains(*key));
    if any(&["Key", "key"]) || (any(&["flow"]) && any(&["id"])) {
        return Some(Format::Goldmane);
    }
    let envelope = ["flow", "lost_events", "node_status", "agent_event", "debug_event"];
    if any(&envelope) || any(&["IP", "Type", "event_type", "trace_observation_point", "l4"]) {
        return Some(Format::Hubble);
    }
    let ends = any(&["source_type", "source_name"]) && any(&["dest_type", "dest_name", "dest_port"]);
    if ends || any(&["source_name_aggr", "items", "_source"]) {
        return Some(Format::Calico);
    }
    if any(&["srcLabel", "srcEpLabels", "observationPoint"]) || (any(&["cpu"]) && any(&["type"])) {
        return Some(Format::Monitor);
    }
    connect::KEYS.iter().any(|key| keys.0.contains(*key)).then_some(Format::Connect)
}

/// Reads JSON, with an error that says where.
pub(crate) fn json<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, String> {
    serde_json::from_str(text).map_err(|error| {
        let message = error.to_string();
        // Records are lines: the line of the error is always 1.
        match message.strip_suffix(&format!(" at line 1 column {}", error.column())) {
            Some(message) => format!("{message}, at character {}", error.column()),
            None => message,
        }
    })
}

/// An address as logs write it: empty and `-` are none. IPv4 in IPv6's clothes is IPv4.
pub(crate) fn address(text: &str) -> Result<Option<IpAddr>, String> {
    if matches!(text, "" | "-" | "<nil>") {
        return Ok(None);
    }
    let address: IpAddr = text.parse().map_err(|_| format!("{text:?} is no address"))?;
    Ok(Some(address.to_canonical()))
}

/// A moment as logs write it: RFC 3339, or seconds since 1970.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Moment<'a> {
    /// Seconds since 1970, as a number.
    Seconds(i64),
    /// With a fraction.
    Fraction(f64),
    /// RFC 3339, or seconds as a text.
    Text(#[serde(borrow)] Word<'a>),
}

impl Moment<'_> {
    /// The moment; `None` for what is none.
    pub(crate) fn at(&self) -> Option<Timestamp> {
        match self {
            Self::Seconds(seconds) => seconds_or_less(*seconds),
            #[allow(clippy::cast_possible_truncation, reason = "a conversion that saturates")]
            Self::Fraction(seconds) => Timestamp::from_nanosecond((seconds * 1e9) as i128).ok(),
            Self::Text(text) => text.parse().ok().or_else(|| seconds_or_less(text.parse().ok()?)),
        }
    }
}

/// Seconds since 1970, or thousandths, millionths, billionths of them where the number is too large for seconds.
fn seconds_or_less(number: i64) -> Option<Timestamp> {
    match number.unsigned_abs() {
        0..100_000_000_000 => Timestamp::from_second(number).ok(),
        100_000_000_000..100_000_000_000_000 => Timestamp::from_millisecond(number).ok(),
        100_000_000_000_000..100_000_000_000_000_000 => Timestamp::from_microsecond(number).ok(),
        _ => Timestamp::from_nanosecond(i128::from(number)).ok(),
    }
}

/// A DNS name as it is compared: in lower case, without the dot at its end.
pub(crate) fn dns_name(text: &str) -> Text {
    let text = text.strip_suffix('.').unwrap_or(text);
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Text::from(text.to_ascii_lowercase())
    } else {
        Text::new(text)
    }
}

/// A label as logs write it: `key=value`; a key alone has an empty value.
pub(crate) fn label(text: &str) -> (Text, Text) {
    let (key, value) = text.split_once('=').unwrap_or((text, ""));
    (Text::new(key), Text::new(value))
}
