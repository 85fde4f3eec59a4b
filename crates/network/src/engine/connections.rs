//! What happens to every kind of traffic between two ends.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::decide::{Candidate, judge};
use crate::port::{PortMatch, Protocol, Traffic};
use crate::reach::{Stretch, told};
use crate::rule::Rule;
use crate::verdict::Verdict;
use crate::view::NamedPort;

/// The protocol that stands for all that no rule names.
const REST: Protocol = Protocol::Other(255);
/// The protocols that are always told apart, in their order; those by number come between them and [`REST`].
const KNOWN: [Protocol; 5] = [Protocol::Tcp, Protocol::Udp, Protocol::Sctp, Protocol::Icmp, Protocol::IcmpV6];

/// What happens to every kind of traffic between two ends: a verdict for each, and one value for each meaning, so that equal
/// ones are the same. Port 0, which nothing uses, is no part of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Connections(Arc<[Part]>);

/// Traffic that all has one verdict.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Part {
    /// The traffic. `Other(255)` stands for every protocol that has no part of its own.
    pub traffic: Stretch,
    /// What happens to it.
    pub verdict: Verdict,
}

impl Connections {
    /// One verdict for all traffic.
    pub fn uniform(verdict: &Verdict) -> Self {
        let part = |protocol| Part { traffic: Stretch::all(protocol), verdict: verdict.clone() };
        Self(KNOWN.into_iter().chain([REST]).map(part).collect())
    }

    /// What rules between two ends do: [`judge`] is asked once for every stretch of ports that none of them divides.
    pub fn judged(rules: &[Rule], candidates: &[Candidate], named: &[NamedPort]) -> Self {
        let asked = || candidates.iter().filter_map(|candidate| rules.get(candidate.rule as usize));
        let ports = || asked().filter_map(|rule| rule.ports.as_deref()).flatten();
        // What must be proved is looked up by prefixes of ports: there the parts of a range may differ.
        let prefixes = asked().any(|rule| rule.authentication.is_some());
        let verdict = |protocol, port| judge(rules, candidates, named, Traffic { protocol, port }).verdict;
        let mut rest = None;
        let mut parts = Vec::new();
        for protocol in protocols(ports().map(|port| match port {
            PortMatch::Range { protocol, .. } | PortMatch::Named { protocol, .. } => *protocol,
        })) {
            let Stretch { first: least, last: most, .. } = Stretch::all(protocol);
            let mut starts = vec![least];
            let mut mentioned = false;
            let mut between = |first: u16, last: u16| {
                mentioned = true;
                starts.extend(Some(first).filter(|start| (least..=most).contains(start)));
                starts.extend(last.checked_add(1).filter(|start| (least..=most).contains(start)));
                if prefixes {
                    starts.extend(blocks(first, last).filter(|start| (least..=most).contains(start)));
                }
            };
            for (own, first, last) in ports().flat_map(|port| port.ranges(named)) {
                if own == protocol {
                    between(first, last);
                }
            }
            starts.sort_unstable();
            starts.dedup();
            let ends = starts.iter().skip(1).map(|next| next - 1).chain([most]);
            for (&first, last) in starts.iter().zip(ends) {
                let verdict = if mentioned {
                    verdict(protocol, first)
                } else {
                    // Nobody names the protocol: all such are alike.
                    rest.get_or_insert_with(|| verdict(protocol, first)).clone()
                };
                parts.push(Part { traffic: Stretch { protocol, first, last }, verdict });
            }
        }
        Self::canonical(parts)
    }

    /// Joins neighbours with one verdict, and drops numbered protocols that are like all others.
    fn canonical(parts: Vec<Part>) -> Self {
        let rest = parts.last().map(|part| part.verdict.clone());
        let mut joined: Vec<Part> = Vec::with_capacity(parts.len());
        for part in parts {
            let protocol = part.traffic.protocol;
            let numbered = matches!(protocol, Protocol::Other(_)) && protocol != REST;
            if numbered && Some(&part.verdict) == rest.as_ref() {
                continue;
            }
            match joined.last_mut() {
                Some(last) if last.traffic.protocol == protocol && last.verdict == part.verdict => {
                    last.traffic.last = part.traffic.last;
                }
                _ => joined.push(part),
            }
        }
        Self(joined.into())
    }

    /// All parts by protocol and port: every kind of traffic is in one of them.
    pub fn parts(&self) -> &[Part] {
        &self.0
    }

    /// The traffic that has a verdict of some kind, in order.
    pub fn with(&self, wanted: impl Fn(&Verdict) -> bool) -> Vec<Stretch> {
        self.0.iter().filter(|part| wanted(&part.verdict)).map(|part| part.traffic).collect()
    }

    /// What happens to one kind of traffic; `None` for what cannot be: port 0, a type of ICMP above 255.
    pub fn at(&self, traffic: Traffic) -> Option<&Verdict> {
        let find = |protocol| {
            let holds =
                |own: Stretch| own.protocol == protocol && (own.first..=own.last).contains(&traffic.port);
            self.0.iter().find(|part| holds(part.traffic))
        };
        let found = find(traffic.protocol);
        let rest = || if matches!(traffic.protocol, Protocol::Other(_)) { find(REST) } else { None };
        found.or_else(rest).map(|part| &part.verdict)
    }

    /// Whether everything goes through, for certain.
    pub fn is_everything(&self) -> bool {
        self.0.iter().all(|part| part.verdict == Verdict::Allow)
    }

    /// Whether nothing goes through, for certain.
    pub fn is_nothing(&self) -> bool {
        self.0.iter().all(|part| part.verdict == Verdict::Deny)
    }

    /// Whether some traffic goes through for certain, or may with the right credentials and requests.
    pub fn lets_some_through(&self) -> bool {
        self.0.iter().any(|part| part.verdict.lets_some_through())
    }

    /// What goes through between one pair or another.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        self.zip(other, wider)
    }

    /// Whether as much goes through as of others: whatever these let through, perhaps or in part let through, it does as well.
    pub fn is_as_wide_as(&self, other: &Self) -> bool {
        let narrower = |own: &Verdict, their: &Verdict| {
            let same = std::mem::discriminant(own) == std::mem::discriminant(&wider(own, their));
            if same { Verdict::Deny } else { Verdict::Allow }
        };
        self == other || self.zip(other, narrower).is_nothing()
    }

    /// Whether something is not known: it depends, or the plug-in itself gave up.
    pub fn is_uncertain(&self) -> bool {
        self.0.iter().any(|part| matches!(part.verdict, Verdict::Depends(_) | Verdict::Broken))
    }

    /// The same where protocols without ports are dropped if nobody knows whether they go through, and the conditions on which that
    /// depends; `None` where there is nothing to drop.
    pub fn without_open_rest(&self) -> Option<(Self, Vec<Arc<str>>)> {
        let mut conditions = Vec::new();
        let parts = self.0.iter().map(|part| match &part.verdict {
            Verdict::Depends(why) if !part.traffic.protocol.has_ports() => {
                conditions.extend(why.iter().cloned());
                Part { verdict: Verdict::Deny, ..part.clone() }
            }
            _ => part.clone(),
        });
        let parts = parts.collect();
        conditions.sort();
        conditions.dedup();
        (!conditions.is_empty()).then(|| (Self::canonical(parts), conditions))
    }

    /// The same with nothing of protocols without ports.
    #[must_use]
    pub fn with_ports(&self) -> Self {
        let verdict = |part: &Part| {
            if part.traffic.protocol.has_ports() { part.verdict.clone() } else { Verdict::Deny }
        };
        Self::canonical(self.0.iter().map(|part| Part { verdict: verdict(part), ..part.clone() }).collect())
    }

    /// What goes through both of two ends.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        self.zip(other, Verdict::and)
    }

    /// A verdict made of two for all traffic.
    #[must_use]
    fn zip(&self, other: &Self, mut make: impl FnMut(&Verdict, &Verdict) -> Verdict) -> Self {
        let mut parts = Vec::with_capacity(self.0.len().max(other.0.len()));
        for protocol in protocols(self.0.iter().chain(other.0.iter()).map(|part| part.traffic.protocol)) {
            let (mut ours, mut theirs) = (self.of(protocol).peekable(), other.of(protocol).peekable());
            let mut first = Stretch::all(protocol).first;
            while let (Some(own), Some(their)) = (ours.peek(), theirs.peek()) {
                let last = own.traffic.last.min(their.traffic.last);
                let verdict = make(&own.verdict, &their.verdict);
                parts.push(Part { traffic: Stretch { protocol, first, last }, verdict });
                let order = own.traffic.last.cmp(&their.traffic.last);
                if order != Ordering::Greater {
                    ours.next();
                }
                if order != Ordering::Less {
                    theirs.next();
                }
                first = last.saturating_add(1);
            }
        }
        Self::canonical(parts)
    }

    /// The parts of a protocol; those of all others where it has none of its own.
    fn of(&self, protocol: Protocol) -> impl Iterator<Item = &Part> {
        let own = self.0.iter().any(|part| part.traffic.protocol == protocol);
        let wanted = if own { protocol } else { REST };
        self.0.iter().filter(move |part| part.traffic.protocol == wanted)
    }
}

/// All protocols that are told apart, each once, in their order.
fn protocols(named: impl Iterator<Item = Protocol>) -> Vec<Protocol> {
    let mut all: Vec<Protocol> = named.chain(KNOWN).chain([REST]).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// The verdict that lets more through; where two are as good, what either asks for.
fn wider(one: &Verdict, other: &Verdict) -> Verdict {
    fn union<T: Clone + Ord>(one: &[T], other: &[T]) -> Vec<T> {
        let mut all: Vec<T> = one.iter().chain(other).cloned().collect();
        all.sort();
        all.dedup();
        all
    }
    match (one, other) {
        (Verdict::Allow, _) | (_, Verdict::Allow) => Verdict::Allow,
        (Verdict::Limited(one), Verdict::Limited(other)) => Verdict::Limited(union(one, other)),
        (limited @ Verdict::Limited(_), _) | (_, limited @ Verdict::Limited(_)) => limited.clone(),
        (Verdict::Depends(one), Verdict::Depends(other)) => Verdict::Depends(union(one, other)),
        (depends @ Verdict::Depends(_), _) | (_, depends @ Verdict::Depends(_)) => depends.clone(),
        (Verdict::Broken, _) | (_, Verdict::Broken) => Verdict::Broken,
        (Verdict::Deny, Verdict::Deny) => Verdict::Deny,
    }
}

/// Where the largest aligned blocks that a range of ports is made of start.
fn blocks(first: u16, last: u16) -> impl Iterator<Item = u16> {
    let (mut next, end) = (u32::from(first), u32::from(last) + 1);
    std::iter::from_fn(move || {
        let start = u16::try_from(next).ok().filter(|_| next < end)?;
        let aligned = if next == 0 { 16 } else { next.trailing_zeros().min(16) };
        let fits = (end - next).ilog2();
        next += 1 << aligned.min(fits);
        Some(start)
    })
}

impl Connections {
    /// On what it depends what goes through: each condition once, sorted.
    pub fn conditions(&self) -> Vec<Arc<str>> {
        let depends = self.0.iter().filter_map(|part| {
            if let Verdict::Depends(conditions) = &part.verdict { Some(conditions) } else { None }
        });
        let mut all: Vec<Arc<str>> = depends.flatten().cloned().collect();
        all.sort();
        all.dedup();
        all
    }

    /// As [`fmt::Display`] tells it, with the numbers of conditions behind what depends on them: `depends: UDP 53 [1, 2]`.
    pub fn numbered(&self, number: impl Fn(&Arc<str>) -> Option<usize>) -> String {
        let mut by: BTreeMap<Vec<usize>, Vec<Stretch>> = BTreeMap::new();
        for part in self.0.iter() {
            let Verdict::Depends(conditions) = &part.verdict else { continue };
            let mut numbers: Vec<usize> = conditions.iter().filter_map(&number).collect();
            numbers.sort_unstable();
            numbers.dedup();
            by.entry(numbers).or_default().push(part.traffic);
        }
        let depends = by.into_iter().map(|(numbers, traffic)| {
            let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
            let behind =
                if numbers.is_empty() { String::new() } else { format!(" [{}]", numbers.join(", ")) };
            format!("depends: {}{behind}", told(&traffic))
        });
        self.listed(depends.collect())
    }

    /// What goes through, with what depends already in words.
    fn listed(&self, depends: Vec<String>) -> String {
        let limited = self.with(|verdict| matches!(verdict, Verdict::Limited(_)));
        let broken = self.with(|verdict| matches!(verdict, Verdict::Broken));
        let allowed = self.with(|verdict| *verdict == Verdict::Allow);
        let told = |traffic: Vec<Stretch>, word: &str| {
            (!traffic.is_empty()).then(|| format!("{word}{}", told(&traffic)))
        };
        let before = [told(allowed, ""), told(limited, "limited: ")].into_iter().flatten();
        let all: Vec<String> = before.chain(depends).chain(told(broken, "unknown: ")).collect();
        if all.is_empty() { "nothing".to_owned() } else { all.join(", ") }
    }
}

impl fmt::Display for Connections {
    /// `all traffic`, `nothing`, `TCP 80, 8000-8999; UDP 53`, `all but TCP 22`. What goes through only in part or perhaps is told
    /// apart: `TCP 443, limited: TCP 80, depends: UDP 53`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.numbered(|_| None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_made_of_aligned_blocks() {
        let starts = |first, last| blocks(first, last).collect::<Vec<_>>();
        assert_eq!(starts(0, 65535), [0]);
        assert_eq!(starts(1, 7), [1, 2, 4]);
        assert_eq!(starts(1000, 1005), [1000, 1004]);
        assert_eq!(starts(65535, 65535), [65535]);
    }
}
