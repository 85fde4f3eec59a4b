//! Events as their recorded field values.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context, Result, bail};
use ironsides_detect::field::FieldUse;
use ironsides_detect::filter::Operator;
use ironsides_detect::{Condition, Event, EventType, Family, Kind, Value};
use serde::Deserialize;

use crate::data;

/// Captures to spans of event numbers, as `131-135,140`.
pub(super) type Matches = HashMap<String, String>;

#[derive(Deserialize)]
struct Events {
    capture: String,
    events: Vec<(u64, u64, i64, String)>,
}

#[derive(Deserialize)]
struct Column {
    capture: String,
    field: String,
    values: Vec<Option<String>>,
    #[serde(default)]
    at: Vec<usize>,
    /// Events where nothing is there and something is printed all the same.
    #[serde(default)]
    absent_but_printed: Vec<(u64, String)>,
}

/// Everything that was recorded.
pub(super) struct Recorded {
    captures: Vec<Events>,
    columns: HashMap<(String, String), Column>,
}

impl Recorded {
    pub(super) fn read(folder: &Path) -> Result<Self> {
        let captures = data::lines(&folder.join("events.jsonl"))?;
        let columns: Vec<Column> = data::lines(&folder.join("fields.jsonl"))?;
        let key = |column: &Column| (column.capture.clone(), column.field.clone());
        let columns = columns.into_iter().map(|column| (key(&column), column)).collect();
        Ok(Self { captures, columns })
    }

    pub(super) fn captures(&self) -> impl Iterator<Item = &str> {
        self.captures.iter().map(|capture| capture.capture.as_str())
    }

    /// The numbers of the events that match. `None` where values are missing that decide it.
    pub(super) fn matches(&self, capture: &str, condition: &Condition) -> Option<Vec<u64>> {
        let events = self.captures.iter().find(|events| events.capture == capture)?;
        // Buffers were recorded as printed, with dots for bytes that cannot be.
        let mut bytes = false;
        condition.predicates(&mut |predicate| {
            bytes |= matches!(predicate.check.operator, Operator::Bcontains | Operator::Bstartswith);
        });
        let mut found = Vec::new();
        for (row, (number, ..)) in events.events.iter().enumerate() {
            let event =
                Row { recorded: self, events, at: row, bytes, printing: false, missing: Cell::new(false) };
            let holds = condition.holds(&event);
            if event.missing.get() {
                return None;
            }
            if holds {
                found.push(*number);
            }
        }
        Some(found)
    }

    /// Hands every event of a capture to `visit`, with the printed value of a field; those where it was not recorded
    /// are left out. Whether all were there.
    pub(super) fn each(&self, field: &str, visit: &mut impl FnMut(&Row<'_>, Option<&str>)) -> bool {
        let mut all = true;
        for events in &self.captures {
            for row in 0..events.events.len() {
                let event = Row {
                    recorded: self,
                    events,
                    at: row,
                    bytes: false,
                    printing: true,
                    missing: Cell::new(false),
                };
                match event.printed(field) {
                    Ok(printed) => visit(&event, printed),
                    Err(_) => all = false,
                }
            }
        }
        all
    }

    /// The numbers of the events that should match.
    pub(super) fn expected(&self, capture: &str, matches: &Matches) -> Vec<u64> {
        let spans: Vec<(u64, u64)> = matches.get(capture).map_or_else(Vec::new, |spans| {
            let span = |span: &str| {
                let (from, to) = span.split_once('-').unwrap_or((span, span));
                Some((from.parse().ok()?, to.parse().ok()?))
            };
            spans.split(',').filter_map(span).collect()
        });
        let numbers =
            self.captures.iter().filter(|events| events.capture == capture).flat_map(|events| &events.events);
        let numbers = numbers.map(|(number, ..)| *number);
        numbers.filter(|number| spans.iter().any(|(from, to)| (from..=to).contains(&number))).collect()
    }
}

/// One event.
pub(super) struct Row<'a> {
    recorded: &'a Recorded,
    events: &'a Events,
    at: usize,
    /// Whether a printed buffer is not enough.
    bytes: bool,
    /// Whether it matters what is printed.
    printing: bool,
    /// Whether a value was asked for that is not there.
    missing: Cell<bool>,
}

impl<'a> Row<'a> {
    /// The printed value: `Err` where it was not recorded.
    fn printed(&self, field: &str) -> Result<Option<&'a str>> {
        let column = self.recorded.columns.get(&(self.events.capture.clone(), field.to_owned()));
        let column = column.with_context(|| format!("no values of {field}"))?;
        let at = column.at.get(self.at).copied().unwrap_or_default();
        let number = self.events.events.get(self.at).map(|(number, ..)| *number);
        if self.printing && column.absent_but_printed.iter().any(|(odd, _)| Some(*odd) == number) {
            bail!("nothing is there, and something is printed");
        }
        Ok(column.values.get(at).and_then(Option::as_deref))
    }

    fn found(&self, field: &FieldUse) -> Result<Option<Value<'a>>> {
        let name = field.id.field().name;
        let Some((number, time, thread, kind)) = self.events.events.get(self.at) else { return Ok(None) };
        match name {
            "evt.num" => return Ok(Some(Value::Uint(*number))),
            "evt.rawtime" => return Ok(Some(Value::Uint(*time))),
            "thread.tid" => return Ok(Some(Value::Int(*thread))),
            "evt.type" => return Ok(Some(Value::text(kind))),
            "evt.type.is" => return Ok(Some(Value::Uint(u64::from(field.key() == Some(kind))))),
            "fd.ip" | "fd.net" => return self.ends("fd.cip", "fd.sip", Kind::IpAddr),
            "fd.port" | "fd.proto" => return self.ends("fd.cport", "fd.sport", Kind::Port),
            "fd.cnet" | "fd.snet" | "fd.lnet" | "fd.rnet" => {
                let printed = self.printed(&name.replace("net", "ip"))?;
                return Ok(printed.and_then(|text| typed(text, Kind::IpAddr)));
            }
            _ => {}
        }
        let ancestors =
            ["proc.aname", "proc.aexe", "proc.aexepath", "proc.acmdline", "proc.apid", "proc.aenv"];
        if ancestors.contains(&name) && field.key().is_none() && field.index().is_none_or(|index| index < 0) {
            return self.ancestors(name, field.kind);
        }
        let Some(text) = self.printed(&field.to_string())? else { return Ok(None) };
        if field.list() {
            let inner = text.trim_start_matches('(').trim_end_matches(')');
            return Ok(Some(Value::List(
                inner.split(',').filter_map(|item| typed(item, field.kind)).collect(),
            )));
        }
        if matches!(name, "fd.cip.name" | "fd.sip.name" | "fd.lip.name" | "fd.rip.name") && text == "<NA>" {
            // Names were not looked up: the field is there and equals nothing.
            return Ok(Some(Value::Any(Vec::new())));
        }
        if name == "evt.buffer" && self.bytes && text.contains('.') {
            bail!("the bytes were not recorded");
        }
        if name == "evt.buffer" && text.starts_with("NULL") {
            return Ok(Some(Value::text("")));
        }
        if name == "evt.rawarg" {
            let hexadecimal = match field.key() {
                Some("flags" | "addr" | "argument" | "request" | "dev" | "prot") => true,
                Some("res") => matches!(kind.as_str(), "brk" | "mmap" | "mmap2"),
                _ => false,
            };
            if let (true, Ok(number)) = (hexadecimal, i64::from_str_radix(text, 16)) {
                let signed = matches!(field.kind.family(), Family::Number { signed: true, .. });
                return Ok(Some(if signed {
                    Value::Int(number)
                } else {
                    Value::Uint(number.cast_unsigned())
                }));
            }
        }
        Ok(typed(text, field.kind))
    }

    /// Both ends of a socket. One that is not connected has its type's empty address.
    fn ends(&self, client: &str, server: &str, kind: Kind) -> Result<Option<Value<'a>>> {
        let Some(descriptor) = self.printed("fd.type")? else { return Ok(None) };
        let nothing = match (descriptor, kind) {
            ("ipv4", Kind::IpAddr) => "0.0.0.0",
            ("ipv6", Kind::IpAddr) => "::",
            ("ipv4" | "ipv6", _) => "0",
            _ => return Ok(Some(Value::ends([]))),
        };
        let ends = [self.printed(client)?, self.printed(server)?];
        let mut ends: Vec<Value<'a>> =
            ends.into_iter().flatten().filter_map(|text| typed(text, kind)).collect();
        if ends.is_empty() {
            ends.extend(typed(nothing, kind));
        }
        Ok(Some(Value::ends(ends)))
    }

    /// The values of all ancestors, from the parent up.
    fn ancestors(&self, name: &str, kind: Kind) -> Result<Option<Value<'a>>> {
        let mut values = Vec::new();
        for index in 1.. {
            match self.printed(&format!("{name}[{index}]"))? {
                Some(text) => values.extend(typed(text, kind)),
                None => break,
            }
        }
        Ok((!values.is_empty()).then_some(Value::Any(values)))
    }
}

impl Event for Row<'_> {
    fn value(&self, field: &FieldUse) -> Option<Value<'_>> {
        self.found(field).unwrap_or_else(|_| {
            self.missing.set(true);
            None
        })
    }

    fn event_type(&self) -> Option<EventType> {
        self.events.events.get(self.at).and_then(|(.., kind)| EventType::named(kind))
    }
}

/// A printed value by its type.
fn typed(text: &str, kind: Kind) -> Option<Value<'_>> {
    Some(match kind.family() {
        Family::Number { signed: true, .. } => Value::Int(text.parse().ok()?),
        Family::Number { signed: false, .. } => Value::Uint(text.parse().ok()?),
        Family::Double => Value::Double(text.parse().ok()?),
        Family::Bool => Value::Bool(text == "true"),
        Family::Address | Family::Network => Value::Ip(text.parse().ok()?),
        Family::Text | Family::Bytes | Family::Opaque => Value::Text(bytes(text)),
    })
}

/// Bytes that are no UTF-8 were recorded as `\xNN`.
fn bytes(text: &str) -> Cow<'_, [u8]> {
    if !text.contains("\\x") {
        return Cow::Borrowed(text.as_bytes());
    }
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("\\x") {
        let (before, behind) = rest.split_at(at);
        out.extend_from_slice(before.as_bytes());
        let byte = behind.get(2..4).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        if let Some(byte) = byte {
            out.push(byte);
            rest = behind.get(4..).unwrap_or_default();
        } else {
            out.extend_from_slice(b"\\x");
            rest = behind.get(2..).unwrap_or_default();
        }
    }
    out.extend_from_slice(rest.as_bytes());
    Cow::Owned(out)
}
