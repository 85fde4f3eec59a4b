//! A log held against a policy: what each rule would write of it, and what would no longer be written.

use std::collections::BTreeMap;

use crate::event::Event;
use crate::level::{Level, Stage};
use crate::load::Size;
use crate::policy::Policy;
use crate::request::Request;

/// What a policy would have written of the events of a log. Events that the log itself lacks are in no replay.
#[derive(Debug)]
pub struct Replay<'a> {
    policy: &'a Policy,
    /// What every rule writes, in their order; at the end what no rule decides.
    pub rules: Vec<Written>,
    /// Events that would not be written any more, by rule (its number, `None` for no rule) and what was asked: `watch pods`.
    pub gone: BTreeMap<(Option<usize>, String), u64>,
    first: Option<i64>,
    last: Option<i64>,
}

/// What a rule writes of a log.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Written {
    /// Events of the log that it decides about.
    pub decided: u64,
    /// Events that it writes, as far as the log shows: at the stages that the log has.
    pub events: u64,
    /// Their bytes, without the bodies that the policy would not write.
    pub bytes: f64,
    /// Events whose bodies the policy wants and the log does not have: what they add is unknown.
    pub bodies_unknown: u64,
    /// Events with a body that the policy leaves out.
    pub bodies_gone: u64,
}

impl<'a> Replay<'a> {
    /// Nothing yet.
    pub fn new(policy: &'a Policy) -> Self {
        let rules = vec![Written::default(); policy.rules.len() + 1];
        Self { policy, rules, gone: BTreeMap::new(), first: None, last: None }
    }

    /// Holds an event against the policy, with its JSON text.
    pub fn add(&mut self, event: &Event<'_>, text: &str) {
        if let Some(at) = event.at() {
            self.first = Some(self.first.map_or(at, |first| first.min(at)));
            self.last = Some(self.last.map_or(at, |last| last.max(at)));
        }
        let request = Request::of(event);
        let decision = self.policy.decide(&request);
        let at = decision.rule.unwrap_or(self.policy.rules.len());
        let Some(written) = self.rules.get_mut(at) else { return };
        written.decided += 1;
        let is_omitted = event.stage.is_some_and(|stage| decision.omit_stages.has(stage));
        if decision.level == Level::None || is_omitted {
            let what = Request { user: None, groups: Vec::new(), ..request }.kind();
            *self.gone.entry((decision.rule, what)).or_default() += 1;
            return;
        }
        let size = Size::of(event, text);
        let had = event.level.unwrap_or(Level::Metadata);
        written.events += 1;
        written.bytes += size.event;
        if decision.level >= Level::Request {
            written.bytes += size.request_body;
        }
        if decision.level >= Level::RequestResponse {
            written.bytes += size.response_body;
        }
        let has_bodies = event.stage != Some(Stage::RequestReceived);
        written.bodies_unknown +=
            u64::from(has_bodies && decision.level > had && decision.level >= Level::Request);
        let is_lost = decision.level < Level::Request && size.request_body > 0.0
            || decision.level < Level::RequestResponse && size.response_body > 0.0;
        written.bodies_gone += u64::from(is_lost);
    }

    /// The time between the first event and the last, in microseconds.
    pub fn window(&self) -> Option<i64> {
        Some(self.last? - self.first?)
    }

    /// The bytes that all rules write.
    pub fn bytes(&self) -> f64 {
        self.rules.iter().map(|written| written.bytes).sum()
    }
}
