//! Rules and correlations asked of the events of a log.

use std::sync::Arc;

use anyhow::Result;
use ironsides_detect::correlation::{Correlator, Detection, Tally};
use ironsides_detect::engine::{Engine, Matching};
use ironsides_detect::k8s_audit::{At, AuditEvent, Index, Json, Shape};
use ironsides_detect::rules::RuleSet;
use ironsides_streams::Place;
use jiff::Timestamp;

use super::alert::Alert;

/// The source of events.
pub(super) const SOURCE: &str = "k8s_audit";

/// All rules and correlations, and what they remember.
pub(super) struct Detector {
    engine: Engine,
    correlator: Correlator,
    number: u64,
}

impl Detector {
    pub(super) fn new(rules: &Arc<RuleSet>, matching: Matching) -> Self {
        Self {
            engine: Engine::new(Arc::clone(rules), SOURCE, matching),
            correlator: Correlator::new(Arc::clone(rules), SOURCE),
            number: 0,
        }
    }

    /// Asks everything of an event, and hands out the alerts: rules in the order of the files, then correlations.
    pub(super) fn event(
        &mut self,
        root: At<'_>,
        text: &str,
        place: Place<'_>,
        each: &mut dyn FnMut(&Alert<'_>) -> Result<()>,
    ) -> Result<()> {
        self.number += 1;
        let event = AuditEvent::new(root, self.number);
        let fired = self.engine.fire(&event);
        if fired.is_empty() {
            return Ok(());
        }
        for rule in fired.rules() {
            each(&Alert { rule, event: &event, text, time: event.time(), place })?;
        }
        for detection in self.correlator.add(fired.sightings(), &event) {
            if let Some(rule) = detection.rule() {
                each(&Alert { rule, event: &detection.at(&event), text, time: event.time(), place })?;
            }
        }
        Ok(())
    }

    /// Adds an event; whether a rule fires at it, and the correlation that is met by it.
    pub(super) fn found(&mut self, root: At<'_>) -> (bool, Option<Detection>) {
        self.number += 1;
        let event = AuditEvent::new(root, self.number);
        let fired = self.engine.fire(&event);
        let is_rule = fired.rules().next().is_some();
        (is_rule, self.correlator.add(fired.sightings(), &event).into_iter().next())
    }

    /// What events did that correlations cannot make good.
    pub(super) fn tally(&self) -> Tally {
        self.correlator.tally()
    }
}

/// The index of one event at a time.
#[derive(Default)]
pub(super) struct Reader(Index);

impl Reader {
    /// The event that a text is, if it is one without a wrapper, and its parts have the shapes that events have.
    pub(super) fn event<'v>(&'v mut self, text: &'v str) -> Option<At<'v>> {
        let root = self.0.read(text).ok()?;
        let has =
            |key| matches!(root.member(key).map(Json::shape), Some(Shape::Text(text)) if !text.is_empty());
        (has("auditID") && has("verb") && root.has_shapes()).then_some(root)
    }
}

/// When an event was written.
pub(super) fn time(root: At<'_>) -> Option<Timestamp> {
    let time = AuditEvent::new(root, 0).time()?;
    Timestamp::from_nanosecond(i128::from(time)).ok()
}
