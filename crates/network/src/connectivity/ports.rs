//! Sets of ports, as the list of connections shows them.

use std::fmt;

use crate::port::Protocol;

/// The first port there is: 0 is none.
const FIRST: u16 = 1;

/// Ports of the protocols that have some.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct PortSet {
    /// By protocol, in the order of [`Protocol::WITH_PORTS`]: disjoint, sorted ranges that do not touch.
    ranges: [Vec<(u16, u16)>; 3],
}

impl PortSet {
    /// Every port of every protocol.
    pub fn all() -> Self {
        Self { ranges: Protocol::WITH_PORTS.map(|_| vec![(FIRST, u16::MAX)]) }
    }

    /// One port.
    pub fn of(protocol: Protocol, port: u16) -> Self {
        let mut set = Self::default();
        set.insert(protocol, port, port);
        set
    }

    /// Whether it has every port of every protocol.
    pub fn is_all(&self) -> bool {
        self.ranges.iter().all(|ranges| ranges == &[(FIRST, u16::MAX)])
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.ranges.iter().all(Vec::is_empty)
    }

    /// The ranges of a protocol: none of one without ports.
    pub fn ranges(&self, protocol: Protocol) -> &[(u16, u16)] {
        let at = Protocol::WITH_PORTS.iter().position(|known| *known == protocol);
        at.and_then(|at| self.ranges.get(at)).map_or(&[], Vec::as_slice)
    }

    /// Adds ports from the first to the last; those of protocols that have none are passed over.
    pub fn insert(&mut self, protocol: Protocol, first: u16, last: u16) {
        let at = Protocol::WITH_PORTS.iter().position(|known| *known == protocol);
        let Some(ranges) = at.and_then(|at| self.ranges.get_mut(at)) else { return };
        let first = first.max(FIRST);
        if first > last {
            return;
        }
        // Whatever it meets or touches becomes one with it.
        let from = ranges.partition_point(|&(_, end)| end.saturating_add(1) < first);
        let to = ranges.partition_point(|&(start, _)| start <= last.saturating_add(1));
        let met = ranges.get(from..to).unwrap_or_default();
        let start = met.first().map_or(first, |&(start, _)| start.min(first));
        let end = met.last().map_or(last, |&(_, end)| end.max(last));
        ranges.splice(from..to.max(from), [(start, end)]);
    }

    /// Adds what another set has.
    pub fn add(&mut self, other: &Self) {
        for (protocol, ranges) in Protocol::WITH_PORTS.into_iter().zip(&other.ranges) {
            for &(first, last) in ranges {
                self.insert(protocol, first, last);
            }
        }
    }

    /// What both have.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let mut both = Self::default();
        for (protocol, (ours, theirs)) in
            Protocol::WITH_PORTS.into_iter().zip(self.ranges.iter().zip(&other.ranges))
        {
            for &(first, last) in ours {
                for &(from, to) in theirs {
                    both.insert(protocol, first.max(from), last.min(to));
                }
            }
        }
        both
    }

    /// What this set has and the other has not.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        let mut left = Self::default();
        for (protocol, (ours, theirs)) in
            Protocol::WITH_PORTS.into_iter().zip(self.ranges.iter().zip(&other.ranges))
        {
            for &(first, last) in ours {
                let mut next = Some(first);
                for &(from, to) in theirs {
                    let Some(start) = next.filter(|&start| to >= start && from <= last) else { continue };
                    if from > start {
                        left.insert(protocol, start, from - 1);
                    }
                    next = to.checked_add(1).filter(|&after| after <= last);
                }
                if let Some(start) = next {
                    left.insert(protocol, start, last);
                }
            }
        }
        left
    }
}

impl fmt::Display for PortSet {
    /// `All Connections`, `No Connections`, or by protocol in alphabetical order: `SCTP 1-65535,TCP 80,90-99`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_all() {
            return out.write_str("All Connections");
        }
        if self.is_empty() {
            return out.write_str("No Connections");
        }
        let mut parts: Vec<(String, &Vec<(u16, u16)>)> = Protocol::WITH_PORTS
            .into_iter()
            .zip(&self.ranges)
            .filter(|(_, ranges)| !ranges.is_empty())
            .map(|(protocol, ranges)| (protocol.to_string(), ranges))
            .collect();
        parts.sort();
        for (at, (protocol, ranges)) in parts.iter().enumerate() {
            write!(out, "{}{protocol} ", if at > 0 { "," } else { "" })?;
            for (at, (first, last)) in ranges.iter().enumerate() {
                let comma = if at > 0 { "," } else { "" };
                if first == last {
                    write!(out, "{comma}{first}")?;
                } else {
                    write!(out, "{comma}{first}-{last}")?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn they_are_written_by_protocol() {
        let mut set = PortSet::default();
        assert_eq!(set.to_string(), "No Connections");
        for (protocol, first, last) in [
            (Protocol::Udp, 53, 53),
            (Protocol::Tcp, 90, 95),
            (Protocol::Tcp, 80, 80),
            (Protocol::Tcp, 96, 99),
            (Protocol::Sctp, 0, u16::MAX),
            (Protocol::Icmp, 1, 1),
        ] {
            set.insert(protocol, first, last);
        }
        assert_eq!(set.to_string(), "SCTP 1-65535,TCP 80,90-99,UDP 53");
        set.add(&PortSet::all());
        assert_eq!(set.to_string(), "All Connections");
        assert_eq!(
            set.minus(&PortSet::of(Protocol::Udp, 53)).ranges(Protocol::Udp),
            [(1, 52), (54, u16::MAX)]
        );
    }

    /// A set and the ports that it should have, of a small world.
    fn sets() -> impl Strategy<Value = (PortSet, Vec<bool>)> {
        prop::collection::vec((0u16..40, 0u16..40), 0..6).prop_map(|ranges| {
            let mut set = PortSet::default();
            let mut has = vec![false; 64];
            for (first, last) in ranges {
                set.insert(Protocol::Udp, first, last);
                for port in first.max(1)..=last {
                    has[port as usize] = true;
                }
            }
            (set, has)
        })
    }

    fn has(set: &PortSet) -> Vec<bool> {
        let ranges = set.ranges(Protocol::Udp);
        assert!(ranges.windows(2).all(|pair| pair[0].1 + 1 < pair[1].0), "{ranges:?}");
        (0..64).map(|port| ranges.iter().any(|&(first, last)| (first..=last).contains(&port))).collect()
    }

    proptest! {
        #[test]
        fn sets_are_what_they_hold((a, in_a) in sets(), (b, in_b) in sets()) {
            prop_assert_eq!(has(&a), &in_a[..]);
            let both = |op: fn(bool, bool) -> bool| -> Vec<bool> {
                in_a.iter().zip(&in_b).map(|(&a, &b)| op(a, b)).collect()
            };
            prop_assert_eq!(has(&a.and(&b)), both(|a, b| a && b));
            prop_assert_eq!(has(&a.minus(&b)), both(|a, b| a && !b));
            let mut all = a.clone();
            all.add(&b);
            prop_assert_eq!(has(&all), both(|a, b| a || b));
        }
    }
}
