//! Values that are known beforehand.

use std::net::IpAddr;

use rustc_hash::FxHashMap;

use crate::net::Network;
use crate::pattern::Glob;

/// Texts, patterns with `*` and `?`, and networks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Patterns {
    texts: rustc_hash::FxHashSet<Box<str>>,
    globs: Vec<Glob>,
    networks: Vec<Network>,
}

impl Patterns {
    /// Adds one. What has a star or a question mark is a pattern, what has a slash and can be read so a network.
    pub(crate) fn add(&mut self, item: &str) {
        if item.contains(['*', '?']) {
            self.globs.push(Glob::new(item.as_bytes(), false));
        } else {
            self.networks.extend(item.contains('/').then(|| Network::parse(item).ok()).flatten());
            self.texts.insert(item.into());
        }
    }

    fn has(&self, text: &str) -> bool {
        let address: Option<IpAddr> = if self.networks.is_empty() { None } else { text.parse().ok() };
        self.texts.contains(text)
            || self.globs.iter().any(|glob| glob.matches(text.as_bytes()))
            || address.is_some_and(|address| self.networks.iter().any(|network| network.contains(address)))
    }
}

/// The values that are never new.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    /// In every group.
    pub(crate) everywhere: Patterns,
    /// In the groups of a name.
    rows: Vec<Patterns>,
    by_name: FxHashMap<Box<str>, usize>,
    by_pattern: Vec<(Glob, usize)>,
}

impl Known {
    /// Adds known values of the groups of a name, which may be a pattern.
    pub(crate) fn add_row<'i>(&mut self, name: &str, items: impl Iterator<Item = &'i str>) {
        let at = *self.by_name.entry(name.into()).or_insert_with(|| {
            self.rows.push(Patterns::default());
            let at = self.rows.len() - 1;
            if name.contains(['*', '?']) {
                self.by_pattern.push((Glob::new(name.as_bytes(), false), at));
            }
            at
        });
        if let Some(row) = self.rows.get_mut(at) {
            items.for_each(|item| row.add(item));
        }
    }

    /// The row of a group: the one of its name, or the first whose pattern its name matches.
    pub(super) fn row_of(&self, group: &str) -> Option<usize> {
        let by_pattern =
            || self.by_pattern.iter().find(|(glob, _)| glob.matches(group.as_bytes())).map(|(_, at)| *at);
        self.by_name.get(group).copied().or_else(by_pattern)
    }

    /// Whether a value is known in the groups of a row.
    pub(super) fn has(&self, row: Option<usize>, value: &str) -> bool {
        self.everywhere.has(value) || row.and_then(|at| self.rows.get(at)).is_some_and(|row| row.has(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_patterns_and_networks_are_known() {
        let mut patterns = Patterns::default();
        for item in ["10.0.0.7", "kubectl/*", "192.168.0.0/16", "fd00::/8", "a/b"] {
            patterns.add(item);
        }
        for known in ["10.0.0.7", "kubectl/v1.36.0 (linux)", "192.168.7.1", "fd12::1", "a/b"] {
            assert!(patterns.has(known), "{known}");
        }
        for unknown in ["10.0.0.8", "kubectl", "192.169.0.1", "fe80::1", "a", ""] {
            assert!(!patterns.has(unknown), "{unknown}");
        }
    }

    #[test]
    fn rows_are_found_by_name_before_pattern() {
        let mut known = Known::default();
        known.everywhere.add("1.1.1.1");
        known.add_row("system:node:*", ["10.0.0.0/8"].into_iter());
        known.add_row("system:node:a", ["10.9.9.9"].into_iter());
        known.add_row("alice", ["127.0.0.1"].into_iter());
        known.add_row("alice", ["127.0.0.2"].into_iter());
        let has = |group: &str, value| known.has(known.row_of(group), value);
        assert!(has("system:node:b", "10.1.1.1") && !has("system:node:a", "10.1.1.1"));
        assert!(has("system:node:a", "10.9.9.9") && has("alice", "127.0.0.2") && has("bob", "1.1.1.1"));
        assert!(known.row_of("bob").is_none() && !has("bob", "127.0.0.2"));
    }
}
