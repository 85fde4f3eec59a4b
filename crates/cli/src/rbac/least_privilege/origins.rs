//! Where the allowed requests of each subject came from, and with which program.

use std::collections::BTreeMap;

use ironsides_audit::{Event, Stage};
use ironsides_tree::Text;
use rustc_hash::FxHashMap;

/// So many addresses and programs of one identity are kept apart; the rest is counted together.
const MOST: usize = 64;

/// Where the requests of each identity came from, by user name.
#[derive(Default)]
pub(super) struct Origins {
    users: FxHashMap<Text, Origin>,
}

/// Where the requests of one identity came from.
#[derive(Clone, Default)]
pub(super) struct Origin {
    /// The addresses of connections: what `--not-from` is about.
    pub(super) addresses: Counts,
    /// The programs, as they call themselves: `kubectl/v1.36.3`.
    pub(super) agents: Counts,
}

/// How often something occurred.
#[derive(Clone, Default)]
pub(super) struct Counts {
    known: FxHashMap<Text, u64>,
    /// Those that are not kept apart.
    beyond: u64,
}

impl Origins {
    /// Takes an event: of a request that has ended and was not refused.
    pub(super) fn note(&mut self, event: &Event<'_>) {
        let is_last = matches!(event.stage, Some(Stage::ResponseComplete | Stage::Panic));
        if !is_last || event.is_allowed() == Some(false) {
            return;
        }
        let name = &*event.effective_user().name;
        if !self.users.contains_key(name) {
            self.users.insert(Text::new(name), Origin::default());
        }
        let Some(origin) = self.users.get_mut(name) else { return };
        if let Some(address) = event.source_ips.last() {
            origin.addresses.note(address, 1);
        }
        if let Some(agent) = event.user_agent.split_whitespace().next() {
            origin.agents.note(agent, 1);
        }
    }

    /// Where the requests of some users came from.
    pub(super) fn of<'a>(&self, users: impl IntoIterator<Item = &'a Text>) -> Origin {
        let mut all = Origin::default();
        for origin in users.into_iter().filter_map(|user| self.users.get(user)) {
            all.addresses.join(&origin.addresses);
            all.agents.join(&origin.agents);
        }
        all
    }
}

impl Counts {
    fn note(&mut self, what: &str, times: u64) {
        if let Some(count) = self.known.get_mut(what) {
            *count += times;
        } else if self.known.len() < MOST {
            self.known.insert(Text::new(what), times);
        } else {
            self.beyond += times;
        }
    }

    fn join(&mut self, other: &Self) {
        for (what, times) in other.sorted() {
            self.note(what, times);
        }
        self.beyond += other.beyond;
    }

    /// The most frequent first, and then by name.
    pub(super) fn sorted(&self) -> Vec<(&Text, u64)> {
        let sorted: BTreeMap<_, _> =
            self.known.iter().map(|(what, times)| ((std::cmp::Reverse(*times), what), *times)).collect();
        sorted.into_iter().map(|((_, what), times)| (what, times)).collect()
    }

    /// Whether there were several.
    pub(super) fn are_several(&self) -> bool {
        self.known.len() > 1
    }

    /// `10.0.0.7 (35), 203.0.113.66 (29)`, no more than so many.
    pub(super) fn told(&self, most: usize) -> String {
        let sorted = self.sorted();
        let mut all: Vec<String> =
            sorted.iter().take(most).map(|(what, times)| format!("{what} ({times})")).collect();
        let rest: u64 = sorted.iter().skip(most).map(|(_, times)| times).sum();
        if rest + self.beyond > 0 {
            all.push(format!("others ({})", rest + self.beyond));
        }
        all.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_frequent_are_told_and_the_rest_is_counted() {
        let mut counts = Counts::default();
        for number in 0..100 {
            counts.note(&format!("10.0.0.{number}"), if number == 7 { 5 } else { 1 });
        }
        counts.note("10.0.0.9", 2);
        assert!(counts.are_several());
        assert_eq!(counts.sorted().len(), MOST);
        assert_eq!(counts.told(2), "10.0.0.7 (5), 10.0.0.9 (3), others (98)");
        let mut both = Counts::default();
        both.join(&counts);
        assert_eq!(both.told(2), counts.told(2));
        assert!(!Counts::default().are_several());
    }
}
