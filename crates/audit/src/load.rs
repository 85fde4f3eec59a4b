//! What a cluster asks its API server for, over and over: requests with their rates and sizes.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::decide::Decision;
use crate::event::Event;
use crate::level::{Level, Stage};
use crate::policy::Policy;
use crate::request::{About, Request};

/// A day in microseconds.
const DAY: f64 = 86_400_000_000.0;

/// Requests of one kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Load {
    /// One of them.
    pub request: Request<'static>,
    /// How many there are in a day.
    pub per_day: f64,
    /// The bytes of an event without bodies, as a line of JSON.
    pub event: f64,
    /// The bytes of the request's body.
    pub request_body: f64,
    /// The bytes of the response's body.
    pub response_body: f64,
    /// Whether the bodies were not seen, and their sizes are those of [`assumed_bodies`].
    pub assumed: bool,
}

impl Load {
    /// How many bytes a day a decision writes of it: an event at every stage, and bodies with the last of them.
    pub fn bytes(&self, decision: Decision) -> f64 {
        let stages = decision.written(&self.request);
        let bodies = match decision.level {
            _ if !stages.has(Stage::ResponseComplete) => 0.0,
            Level::None | Level::Metadata => 0.0,
            Level::Request => self.request_body,
            Level::RequestResponse => self.request_body + self.response_body,
        };
        self.per_day * (count(stages.iter().count()) * self.event + bodies)
    }
}

impl Policy {
    /// How many bytes a day each rule writes of some loads, in the order of the rules.
    pub fn volume(&self, loads: &[Load]) -> Vec<f64> {
        let mut volume = vec![0.0; self.rules.len()];
        for load in loads {
            let decision = self.decide(&load.request);
            if let Some(bytes) = decision.rule.and_then(|rule| volume.get_mut(rule)) {
                *bytes += load.bytes(decision);
            }
        }
        volume
    }
}

/// What sizes bodies are taken to have that nobody saw: of the request and of the response, in bytes. An object of
/// ordinary size is 2 kB without managed fields, a list 20 of them, a patch a quarter of one.
pub fn assumed_bodies(verb: &str) -> (f64, f64) {
    match verb {
        "create" | "update" => (2_000.0, 2_000.0),
        "patch" => (500.0, 2_000.0),
        "get" => (0.0, 2_000.0),
        "list" => (0.0, 40_000.0),
        "delete" | "deletecollection" => (100.0, 300.0),
        // Watches carry no body in their events.
        _ => (0.0, 0.0),
    }
}

/// Loads as a log shows them.
#[derive(Debug, Default)]
pub struct Loads {
    seen: BTreeMap<Key, Seen>,
    first: Option<i64>,
    last: Option<i64>,
}

/// What tells kinds of requests apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    user: Option<String>,
    groups: Vec<String>,
    verb: String,
    /// Group, resource, subresource, namespace, name; or the path alone.
    about: [String; 5],
    is_path: bool,
}

#[derive(Debug, Default)]
struct Seen {
    stages: [u64; 4],
    bytes: f64,
    events: u64,
    request_bodies: (f64, u64),
    response_bodies: (f64, u64),
}

impl Loads {
    /// Counts an event, with its JSON text.
    pub fn add(&mut self, event: &Event<'_>, text: &str) {
        let Some(stage) = event.stage else { return };
        if let Some(at) = event.at() {
            self.first = Some(self.first.map_or(at, |first| first.min(at)));
            self.last = Some(self.last.map_or(at, |last| last.max(at)));
        }
        let size = Size::of(event, text);
        let seen = self.seen.entry(key(&Request::of(event))).or_default();
        if let Some(count) = seen.stages.get_mut(stage as usize) {
            *count += 1;
        }
        seen.events += 1;
        seen.bytes += size.event;
        if event.level >= Some(Level::Request) && stage == Stage::ResponseComplete {
            seen.request_bodies.0 += size.request_body;
            seen.request_bodies.1 += 1;
        }
        if event.level >= Some(Level::RequestResponse) && stage == Stage::ResponseComplete {
            seen.response_bodies.0 += size.response_body;
            seen.response_bodies.1 += 1;
        }
    }

    /// The time between the first event and the last, in microseconds.
    pub fn window(&self) -> Option<i64> {
        Some(self.last? - self.first?)
    }

    /// The loads, as if every day were like the time of the log; none where the log spans no time.
    pub fn loads(&self) -> Vec<Load> {
        let Some(window) = self.window().filter(|window| *window > 0) else { return Vec::new() };
        let days = micros(window) / DAY;
        self.seen.iter().map(|(key, seen)| load(key, seen, days)).collect()
    }
}

fn load(key: &Key, seen: &Seen, days: f64) -> Load {
    let requests = seen.stages.iter().copied().max().unwrap_or_default();
    let mean = |(sum, count): (f64, u64)| (count > 0).then(|| sum / float(count));
    let (request, response) = assumed_bodies(&key.verb);
    let (request_body, response_body) = (mean(seen.request_bodies), mean(seen.response_bodies));
    Load {
        request: key.request(),
        per_day: float(requests) / days,
        event: mean((seen.bytes, seen.events)).unwrap_or_default(),
        request_body: request_body.unwrap_or(request),
        response_body: response_body.unwrap_or(response),
        assumed: request_body.is_none() || response_body.is_none(),
    }
}

/// Objects that rules may name: the names of others say nothing about how a policy decides.
fn is_named(group: &str, resource: &str) -> bool {
    group.is_empty() && resource == "configmaps"
}

fn key(request: &Request<'_>) -> Key {
    let (about, is_path) = match &request.about {
        About::Path(path) => {
            ([path.to_string(), String::new(), String::new(), String::new(), String::new()], true)
        }
        About::Resource { group, resource, subresource, namespace, name } => {
            let name = if is_named(group, resource) { name } else { &Cow::Borrowed("") };
            ([group, resource, subresource, namespace, name].map(ToString::to_string), false)
        }
    };
    let mut groups: Vec<String> = request.groups.iter().map(ToString::to_string).collect();
    groups.sort_unstable();
    Key {
        user: request.user.as_ref().map(ToString::to_string),
        groups,
        verb: request.verb.to_string(),
        about,
        is_path,
    }
}

impl Key {
    fn request(&self) -> Request<'static> {
        let own = |text: &String| Cow::Owned(text.clone());
        let [group, resource, subresource, namespace, name] = &self.about;
        let about = if self.is_path {
            About::Path(own(group))
        } else {
            About::Resource {
                group: own(group),
                resource: own(resource),
                subresource: own(subresource),
                namespace: own(namespace),
                name: own(name),
            }
        };
        Request {
            user: self.user.as_ref().map(own),
            groups: self.groups.iter().map(own).collect(),
            verb: own(&self.verb),
            about,
        }
    }
}

/// The parts of an event's text by size.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Size {
    /// Without the bodies, with the end of the line.
    pub(crate) event: f64,
    /// The request's body, with its key.
    pub(crate) request_body: f64,
    /// The response's body, with its key.
    pub(crate) response_body: f64,
}

impl Size {
    pub(crate) fn of(event: &Event<'_>, text: &str) -> Self {
        let body = |text: &str, key: &str| if text.is_empty() { 0 } else { text.len() + key.len() + 4 };
        let request = body(event.request_body.text(), "requestObject");
        let response = body(event.response_body.text(), "responseObject");
        let rest = (text.trim_end().len() + 1).saturating_sub(request + response);
        Self { event: size(rest), request_body: size(request), response_body: size(response) }
    }
}

#[allow(clippy::cast_precision_loss, reason = "sizes and counts far below 2^52")]
fn size(bytes: usize) -> f64 {
    bytes as f64
}

#[allow(clippy::cast_precision_loss, reason = "counts far below 2^52")]
fn float(count: u64) -> f64 {
    count as f64
}

#[allow(clippy::cast_precision_loss, reason = "counts far below 2^52")]
fn count(stages: usize) -> f64 {
    stages as f64
}

#[allow(clippy::cast_precision_loss, reason = "a window of less than a century")]
fn micros(window: i64) -> f64 {
    window as f64
}
