//! Many records become few flows.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use ironsides_tree::Text;
use jiff::Timestamp;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use crate::flow::record::{self, Format};
use crate::flow::{FlowTally, LogPlace, Observed, ObservedFlow, Request, Seen, Talker};
use crate::port::Traffic;

/// So many different flows are kept; logs of port scans have no end.
const MOST: usize = 1_000_000;
/// So many different requests are kept of one pair on one port; after them only the method is kept.
const REQUESTS: u32 = 1024;

/// What one record tells.
pub(crate) enum Told {
    /// Of a flow.
    Flow(Box<Event>),
    /// Of the answer to one.
    Reply,
    /// Of none, and why.
    Nothing(&'static str),
    /// That the observer lost so many events.
    Lost(u64),
}

/// A flow as one record tells it.
pub(crate) struct Event {
    pub(crate) from: Talker,
    pub(crate) to: Talker,
    pub(crate) traffic: Traffic,
    pub(crate) seen: Seen,
    pub(crate) request: Option<Request>,
    /// How many connections it tells of that were not there before.
    pub(crate) opened: u64,
    /// Where on its way it was seen. Every connection passes each point once.
    pub(crate) point: Point,
    pub(crate) times: Option<(Timestamp, Timestamp)>,
    /// Names that it tells for addresses.
    pub(crate) names: Vec<(IpAddr, Text)>,
}

/// Where on its way a connection was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Point {
    /// At the end of who opened it.
    Sender(u8),
    /// At the end of whom it was opened to.
    Receiver(u8),
    /// Nobody says.
    Somewhere,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Key {
    from: u32,
    to: u32,
    traffic: Traffic,
    request: Option<Request>,
    seen: Seen,
}

#[derive(Clone, Debug)]
struct Count {
    points: SmallVec<[(Point, u64); 3]>,
    times: Option<(Timestamp, Timestamp)>,
    place: LogPlace,
}

impl Count {
    fn is_at_receiver(&self) -> bool {
        self.points.iter().any(|(point, _)| matches!(point, Point::Receiver(_)))
    }

    fn connections(&self) -> u64 {
        self.points.iter().map(|&(_, opened)| opened).max().unwrap_or(1).max(1)
    }
}

/// Takes records of flow logs one after the other and keeps what is different.
#[derive(Debug, Default)]
pub struct Flows {
    talkers: Vec<Talker>,
    known: FxHashMap<Talker, u32>,
    counts: FxHashMap<Key, Count>,
    requests: FxHashMap<(u32, u32, Traffic), u32>,
    names: BTreeMap<IpAddr, BTreeSet<Text>>,
    pub(crate) tally: FlowTally,
    /// The format of the last record: logs rarely mix them.
    last: Option<Format>,
}

impl Flows {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes one record: a line, or a JSON document of several lines. `line` is where it begins, from 1. Empty lines tell
    /// nothing and are no records.
    pub fn record(&mut self, source: &str, line: u64, text: &str) {
        let text = text.trim_matches(|c: char| c.is_ascii_whitespace() || c == '\u{feff}');
        if text.is_empty() {
            return;
        }
        let mut told = Vec::new();
        match record::read(text, &mut self.last, &mut told) {
            Ok(()) => {
                for told in told {
                    self.tell(source, line, told);
                }
            }
            Err(why) => {
                self.tally.records += 1;
                self.tally.bad(LogPlace { source: Text::new(source), line }, why);
            }
        }
    }

    /// What was read so far.
    pub fn tally(&self) -> &FlowTally {
        &self.tally
    }

    pub(crate) fn tell(&mut self, source: &str, line: u64, told: Told) {
        self.tally.records += 1;
        match told {
            Told::Flow(event) => {
                self.tally.flows += 1;
                self.event(source, line, *event);
            }
            Told::Reply => self.tally.replies += 1,
            Told::Nothing(why) => self.tally.pass(why),
            Told::Lost(events) => {
                self.tally.pass("the observer tells that it lost events");
                self.tally.lost = self.tally.lost.saturating_add(events);
            }
        }
    }

    fn event(&mut self, source: &str, line: u64, event: Event) {
        for (address, name) in event.names {
            self.names.entry(address).or_default().insert(name);
        }
        let (from, to) = (self.talker(event.from), self.talker(event.to));
        let request = event.request.map(|request| self.bounded(from, to, event.traffic, event.seen, request));
        let key = Key { from, to, traffic: event.traffic, request, seen: event.seen };
        if self.counts.len() >= MOST && !self.counts.contains_key(&key) {
            self.tally.overflow += 1;
            return;
        }
        let count = self.counts.entry(key).or_insert_with(|| Count {
            points: SmallVec::new(),
            times: None,
            place: LogPlace { source: Text::new(source), line },
        });
        match count.points.iter_mut().find(|(point, _)| *point == event.point) {
            Some((_, opened)) => *opened = opened.saturating_add(event.opened),
            None => count.points.push((event.point, event.opened)),
        }
        count.times = match (count.times, event.times) {
            (Some((first, last)), Some((from, to))) => Some((first.min(from), last.max(to))),
            (known, new) => known.or(new),
        };
    }

    fn talker(&mut self, talker: Talker) -> u32 {
        if let Some(&at) = self.known.get(&talker) {
            return at;
        }
        let at = u32::try_from(self.talkers.len()).unwrap_or(u32::MAX);
        self.talkers.push(talker.clone());
        self.known.insert(talker, at);
        at
    }

    /// Paths with numbers in them have no end: after many, only the method of a request is kept.
    fn bounded(&mut self, from: u32, to: u32, traffic: Traffic, seen: Seen, request: Request) -> Request {
        let Request::Http { method, .. } = &request else { return request };
        let method = method.clone();
        let key = Key { from, to, traffic, seen, request: Some(request) };
        let Some(request) = &key.request else { return Request::Dns { name: Text::default() } };
        if self.counts.contains_key(&key) {
            return request.clone();
        }
        let known = self.requests.entry((from, to, traffic)).or_default();
        *known += 1;
        if *known <= REQUESTS {
            return request.clone();
        }
        Request::Many { method }
    }

    /// Everything that was observed.
    pub fn finish(self) -> Observed {
        let Self { talkers, counts, names, tally, .. } = self;
        let mut by_key: BTreeMap<Key, Count> = counts.into_iter().collect();
        settle(&mut by_key);
        let talker = |at: u32| talkers.get(at as usize).cloned().unwrap_or_default();
        let mut flows: Vec<ObservedFlow> = by_key
            .into_iter()
            .map(|(key, count)| ObservedFlow {
                from: talker(key.from),
                to: talker(key.to),
                traffic: key.traffic,
                seen: key.seen,
                count: count.connections(),
                request: key.request,
                first: count.times.map(|(first, _)| first),
                last: count.times.map(|(_, last)| last),
                place: count.place,
            })
            .collect();
        flows.sort();
        Observed { flows, names, tally }
    }
}

/// One connection, seen at several points of its way: what only its sender let through and its receiver dropped did not come
/// through, and what was seen without a verdict has the verdict of another point.
fn settle(flows: &mut BTreeMap<Key, Count>) {
    let denials: Vec<(Key, Key)> = flows
        .iter()
        .filter(|(key, count)| matches!(key.seen, Seen::Denied | Seen::Failed) && count.is_at_receiver())
        .map(|(key, _)| (key.clone(), Key { seen: Seen::Forwarded, ..key.clone() }))
        .collect();
    for (denied, forwarded) in denials {
        let only_sent = flows.get(&forwarded).is_some_and(|count| !count.is_at_receiver());
        if let Some(sent) = only_sent.then(|| flows.remove(&forwarded)).flatten()
            && let Some(count) = flows.get_mut(&denied)
        {
            count.times = match (count.times, sent.times) {
                (Some((first, last)), Some((from, to))) => Some((first.min(from), last.max(to))),
                (known, new) => known.or(new),
            };
            count.place = count.place.clone().min(sent.place);
        }
    }
    let decided: BTreeSet<Key> = flows
        .keys()
        .filter(|key| key.seen != Seen::Unknown)
        .map(|key| Key { seen: Seen::Unknown, ..key.clone() })
        .collect();
    flows.retain(|key, _| !decided.contains(key));
}
