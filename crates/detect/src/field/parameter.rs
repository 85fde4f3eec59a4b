//! Events and their parameters, from the tables `table/events.txt`, `table/calls.txt` and `table/parameters.tsv`.
//!
//! Sources: `driver/event_table.c` and `driver/ppm_events_public.h` of falcosecurity/libs (MIT): names and types, of
//! every parameter the type it has in the first event that has it, which is the one that `evt.rawarg` takes. Names of
//! system calls beyond them: Linux.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use crate::kind::Kind;

static PARAMETERS: LazyLock<FxHashMap<&'static str, Kind>> = LazyLock::new(|| {
    let lines = include_str!("../table/parameters.tsv").lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| line.split_once('\t'))
        .filter_map(|(name, kind)| Some((name, Kind::named(kind)?)))
        .collect()
});

static EVENTS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let events = include_str!("../table/events.txt").lines();
    events.chain(include_str!("../table/calls.txt").lines()).collect()
});

static EVENTS_BY_NAME: LazyLock<FxHashMap<&'static str, EventType>> =
    LazyLock::new(|| EVENTS.iter().copied().zip((0_u16..).map(EventType)).collect());

/// The type of a system event: a system call by name, or something else that happens, such as `procexit`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventType(u16);

impl EventType {
    /// The type of this name.
    pub fn named(name: &str) -> Option<Self> {
        EVENTS_BY_NAME.get(name).copied()
    }

    /// The name.
    pub fn name(self) -> &'static str {
        EVENTS.get(usize::from(self.0)).copied().unwrap_or_default()
    }

    /// Its number, from 0, below [`Self::count`].
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// How many there are.
    pub fn count() -> usize {
        EVENTS.len()
    }
}

/// Whether there is an event type of this name.
pub fn is_event_type(name: &str) -> bool {
    EVENTS_BY_NAME.contains_key(name)
}

/// The type of an event parameter, if an event has one of this name.
pub(super) fn parameter(name: &str) -> Option<Kind> {
    PARAMETERS.get(name).copied()
}
