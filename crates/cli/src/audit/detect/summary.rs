//! What a run found, counted.

use std::collections::BTreeMap;

use ironsides_detect::correlation::Tally;
use ironsides_detect::rules::Priority;
use serde_json::{Value, json};

use super::alert::Alert;
use crate::audit::log::Looked;
use crate::say::Say;
use crate::say::counted;

/// How many alerts there were of each rule.
#[derive(Default)]
pub(super) struct Summary {
    rules: BTreeMap<(Priority, String), u64>,
}

impl Summary {
    pub(super) fn count(&mut self, alert: &Alert<'_>) {
        let rule = alert.rule;
        // A rule that fired before is found without a copy of its name.
        match self.rules.iter_mut().find(|((_, name), _)| *name == rule.name) {
            Some((_, count)) => *count += 1,
            None => _ = self.rules.insert((rule.priority, rule.name.clone()), 1),
        }
    }

    /// How many alerts are of a priority or a worse one.
    pub(super) fn at_least(&self, least: Priority) -> u64 {
        self.rules.iter().filter(|((priority, _), _)| *priority <= least).map(|(_, count)| count).sum()
    }

    fn alerts(&self) -> u64 {
        self.rules.values().sum()
    }

    /// Tells on standard error what was found, the worst first.
    pub(super) fn tell(&self, looked: &Looked, asked: usize, say: &Say) {
        for ((priority, rule), count) in &self.rules {
            say.news(priority.name(), &format!("{count} × {rule}"));
        }
        let window =
            looked.window.map(|(first, last)| format!(", {first:.3} to {last:.3}")).unwrap_or_default();
        let alerts = counted(self.alerts(), "alert");
        let events = counted(looked.events, "event");
        let rules = counted(asked, "rule");
        say.news("in all", &format!("{events}{window}, {alerts}, {rules} asked"));
    }

    pub(super) fn json(&self, looked: &Looked, tally: Tally, asked: usize) -> Value {
        let rules = self.rules.iter().map(
            |((priority, rule), count)| json!({ "rule": rule, "priority": priority.name(), "alerts": count }),
        );
        json!({
            "summary": {
                "alerts": self.alerts(),
                "rules": rules.collect::<Vec<_>>(),
                "asked": asked,
                "events": looked.events,
                "outside": looked.outside,
                "first": looked.window.map(|(first, _)| first.to_string()),
                "last": looked.window.map(|(_, last)| last.to_string()),
                "broken": looked.malformed.count,
                "foreign": looked.foreign.count,
                "late": tally.late,
                "clocksSetBack": tally.set_back,
                "withoutTime": tally.untimed,
                "forgottenGroups": tally.forgotten_groups,
                "forgottenValues": tally.forgotten_values,
            }
        })
    }
}

/// What correlations could not make good, each in a sentence.
pub(super) fn odd(tally: Tally) -> Vec<String> {
    let sentences = [
        (
            tally.set_back,
            "clocks were set back by more than ten minutes: correlations of their groups began anew",
        ),
        (tally.untimed, "events have no time: correlations take them to be as old as the one before"),
        (
            tally.forgotten_groups,
            "groups of correlations were forgotten, because there were too many (limit)",
        ),
        (
            tally.forgotten_values,
            "values of correlations were forgotten, because there were too many (limit)",
        ),
    ];
    let told = sentences.into_iter().filter(|(count, _)| *count > 0);
    told.map(|(count, sentence)| format!("{sentence}: {count}")).collect()
}
