//! The forms in which events reach us: one a line, many in a list, and inside the records of cloud logs.

use std::borrow::Cow;

use super::Event;
use super::object::Body;
use super::read::EventError;
use super::scan::{Broken, Scan};

/// Keys under which cloud logs and shippers keep an event: as JSON, or as a text that is JSON. (EKS: `@message` and
/// `message` in records of `CloudWatch`; AKS: `properties.log`; shippers: `log`, `event`, `line`, `body`.)
const WRAPPERS: [&str; 8] = ["@message", "message", "log", "properties", "event", "line", "body", "data"];
/// How deep an event may be wrapped.
const DEEPEST: usize = 4;

/// What is called with every event and its JSON text; a record of GKE holds none, and gives `None`.
pub(super) type Each<'e> = dyn FnMut(&Event<'_>, Option<&str>) + 'e;

/// Calls back with every event of a line, an `EventList` or a cloud log's record. Gives an error where the text is broken
/// or holds no event.
pub fn each_event(text: &str, each: &mut dyn FnMut(&Event<'_>)) -> Result<(), EventError> {
    all(text, &mut |event, _| each(event))
}

/// Calls back with the JSON text of every event that [`each_event`] finds, all wrappers taken off. What GKE keeps of an
/// event is written as the API server would have: [`Event::json`].
pub fn each_event_text(text: &str, each: &mut dyn FnMut(&str)) -> Result<(), EventError> {
    each_event_with_text(text, &mut |_, text| each(text))
}

/// Calls back with every event and its JSON text, as [`each_event`] and [`each_event_text`] together.
pub fn each_event_with_text(text: &str, each: &mut dyn FnMut(&Event<'_>, &str)) -> Result<(), EventError> {
    all(text, &mut |event, text| match text {
        Some(text) => each(event, text),
        None => each(event, &event.json()),
    })
}

fn all(text: &str, each: &mut Each<'_>) -> Result<(), EventError> {
    match of(text, each, 0)? {
        0 => Err(EventError::Foreign),
        _ => Ok(()),
    }
}

/// How many events a text held.
fn of(text: &str, each: &mut Each<'_>, depth: usize) -> Result<usize, EventError> {
    // Most lines are events as they stand: those are read at once.
    let mut scan = Scan::new(text);
    if scan.peek() != Some(b'{') {
        return list(text, each);
    }
    let begin = scan.at();
    let event = Event::scan(&mut scan)?;
    let own = scan.since(begin);
    if !scan.is_at_end() {
        return Err(EventError::Broken { at: scan.at(), wanted: "the end of the line" });
    }
    if event.is_event() {
        each(&event, Some(own));
        return Ok(1);
    }
    unwrap(text, each, depth)
}

/// A list of events without an envelope.
fn list(text: &str, each: &mut Each<'_>) -> Result<usize, EventError> {
    let mut scan = Scan::new(text);
    let mut count = 0;
    let read = items(&mut scan, each, &mut count);
    read.map_err(EventError::from)?;
    if scan.is_at_end() {
        Ok(count)
    } else {
        Err(EventError::Broken { at: scan.at(), wanted: "the end of the line" })
    }
}

fn items(scan: &mut Scan<'_>, each: &mut Each<'_>, count: &mut usize) -> Result<(), Broken> {
    scan.list(|scan| {
        scan.peek();
        let begin = scan.at();
        let event = Event::scan(scan)?;
        if event.is_event() {
            each(&event, Some(scan.since(begin)));
            *count += 1;
        }
        Ok(())
    })
}

/// What holds events: a list of them, or one under a known key.
fn unwrap(text: &str, each: &mut Each<'_>, depth: usize) -> Result<usize, EventError> {
    let mut scan = Scan::new(text);
    let mut count = 0;
    let mut inner: Vec<Cow<'_, str>> = Vec::new();
    let mut google = None;
    scan.map(|scan, key| {
        match &*key {
            "items" | "records" | "logEvents" | "events" if scan.peek() == Some(b'[') => {
                let whole = scan.clone().skip()?;
                if items(scan, each, &mut count).is_err() || count == 0 {
                    inner.extend(texts(whole)?);
                }
            }
            "protoPayload" => google = Some(scan.skip()?),
            wrapper if WRAPPERS.contains(&wrapper) => match scan.peek() {
                Some(b'"') => inner.push(scan.string()?),
                _ => inner.push(Cow::Borrowed(scan.skip()?)),
            },
            _ => _ = scan.skip()?,
        }
        Ok(())
    })?;
    if let Some(payload) = google {
        count += super::google::event(text, payload, each)?;
    }
    for text in inner.iter().filter(|_| depth < DEEPEST) {
        let is_object = text.trim_start().starts_with(['{', '[']);
        if is_object {
            // What is wrapped and no event is somebody else's message.
            count += of(text, each, depth + 1).unwrap_or_default();
        }
    }
    Ok(count)
}

/// The texts of the items of a list.
fn texts(list: &str) -> Result<Vec<Cow<'_, str>>, Broken> {
    let mut all = Vec::new();
    Scan::new(list).list(|scan| {
        all.push(Cow::Borrowed(scan.skip()?));
        Ok(())
    })?;
    Ok(all)
}

impl<'a> Body<'a> {
    /// A body of a text.
    pub(super) fn of(text: &'a str) -> Self {
        Self(Cow::Borrowed(text))
    }
}
