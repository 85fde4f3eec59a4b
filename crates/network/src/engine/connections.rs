//! What happens to every kind of traffic between two ends.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use crate::decide::{Candidate, Verdict, judge};
use crate::port::{PortMatch, Protocol, Traffic};
use crate::rule::Rule;
use crate::view::NamedPort;

/// The protocol that stands for all that no rule names.
const REST: Protocol = Protocol::Other(255);
/// The protocols that are always told apart, in their order; those by number come between them and [`REST`].
const KNOWN: [Protocol; 5] = [Protocol::Tcp, Protocol::Udp, Protocol::Sctp, Protocol::Icmp, Protocol::IcmpV6];

/// What happens to every kind of traffic between two ends: a verdict for each, and one value for each meaning, so that equal
/// ones are the same. Port 0, which nothing uses, is no part of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Connections(Arc<[Stretch]>);

/// Traffic that all has one verdict.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stretch {
    /// The protocol. `Other(255)` stands for every protocol that has no stretch of its own.
    pub protocol: Protocol,
    /// The first port, or type of ICMP messages; 0 for protocols that have neither.
    pub first: u16,
    /// The last.
    pub last: u16,
    /// What happens to it.
    pub verdict: Verdict,
}

impl Stretch {
    /// Whether it is all that its protocol has.
    pub fn is_whole(&self) -> bool {
        (self.first, self.last) == bounds(self.protocol)
    }
}

/// The first and the last port (or type) that traffic of a protocol can have.
pub fn bounds(protocol: Protocol) -> (u16, u16) {
    match protocol {
        Protocol::Tcp | Protocol::Udp | Protocol::Sctp => (1, u16::MAX),
        Protocol::Icmp | Protocol::IcmpV6 => (0, 255),
        Protocol::Other(_) => (0, 0),
    }
}

impl Connections {
    /// One verdict for all traffic.
    pub fn uniform(verdict: &Verdict) -> Self {
        let whole = |protocol| {
            let (first, last) = bounds(protocol);
            Stretch { protocol, first, last, verdict: verdict.clone() }
        };
        Self(KNOWN.into_iter().chain([REST]).map(whole).collect())
    }

    /// What rules between two ends do: [`judge`] is asked once for every stretch of ports that none of them divides.
    pub fn judged(rules: &[Rule], candidates: &[Candidate], named: &[NamedPort]) -> Self {
        let ports = || {
            let asked = candidates.iter().filter_map(|candidate| rules.get(candidate.rule as usize));
            asked.filter_map(|rule| rule.ports.as_deref()).flatten()
        };
        let verdict = |protocol, port| judge(rules, candidates, named, Traffic { protocol, port }).verdict;
        let mut rest = None;
        let mut stretches = Vec::new();
        for protocol in protocols(ports().map(|port| match port {
            PortMatch::Range { protocol, .. } | PortMatch::Named { protocol, .. } => *protocol,
        })) {
            let (least, most) = bounds(protocol);
            let mut starts = vec![least];
            let mut mentioned = false;
            let mut between = |first: u16, last: u16| {
                mentioned = true;
                starts.extend(Some(first).filter(|start| (least..=most).contains(start)));
                starts.extend(last.checked_add(1).filter(|start| (least..=most).contains(start)));
            };
            for port in ports() {
                match port {
                    PortMatch::Range { protocol: own, first, last } if *own == protocol => {
                        between(*first, *last)
                    }
                    PortMatch::Named { protocol: own, name } if *own == protocol => named
                        .iter()
                        .filter(|port| port.protocol == protocol && port.name == *name)
                        .for_each(|port| between(port.number, port.number)),
                    _ => {}
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
                stretches.push(Stretch { protocol, first, last, verdict });
            }
        }
        Self::canonical(stretches)
    }

    /// Joins neighbours with one verdict, and drops numbered protocols that are like all others.
    fn canonical(stretches: Vec<Stretch>) -> Self {
        let rest = stretches.last().map(|stretch| stretch.verdict.clone());
        let mut joined: Vec<Stretch> = Vec::with_capacity(stretches.len());
        for stretch in stretches {
            if matches!(stretch.protocol, Protocol::Other(_))
                && stretch.protocol != REST
                && Some(&stretch.verdict) == rest.as_ref()
            {
                continue;
            }
            match joined.last_mut() {
                Some(last) if last.protocol == stretch.protocol && last.verdict == stretch.verdict => {
                    last.last = stretch.last;
                }
                _ => joined.push(stretch),
            }
        }
        Self(joined.into())
    }

    /// All stretches by protocol and port: every kind of traffic is in one of them.
    pub fn stretches(&self) -> &[Stretch] {
        &self.0
    }

    /// The stretches that something of may go through.
    pub fn open(&self) -> impl Iterator<Item = &Stretch> {
        self.0.iter().filter(|stretch| stretch.verdict != Verdict::Deny)
    }

    /// What happens to one kind of traffic; `None` for what cannot be: port 0, a type of ICMP above 255.
    pub fn at(&self, traffic: Traffic) -> Option<&Verdict> {
        let find = |protocol| {
            self.0.iter().find(|stretch| {
                stretch.protocol == protocol && (stretch.first..=stretch.last).contains(&traffic.port)
            })
        };
        let found = find(traffic.protocol);
        let rest = || if matches!(traffic.protocol, Protocol::Other(_)) { find(REST) } else { None };
        found.or_else(rest).map(|stretch| &stretch.verdict)
    }

    /// Whether everything goes through, for certain.
    pub fn is_everything(&self) -> bool {
        self.0.iter().all(|stretch| stretch.verdict == Verdict::Allow)
    }

    /// Whether nothing goes through, for certain.
    pub fn is_nothing(&self) -> bool {
        self.0.iter().all(|stretch| stretch.verdict == Verdict::Deny)
    }

    /// Whether something depends on what is not known.
    pub fn is_open_question(&self) -> bool {
        self.0.iter().any(|stretch| matches!(stretch.verdict, Verdict::Depends(_)))
    }

    /// What goes through both of two ends.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        self.zip(other, both)
    }

    /// A verdict made of two for all traffic.
    #[must_use]
    pub fn zip(&self, other: &Self, mut make: impl FnMut(&Verdict, &Verdict) -> Verdict) -> Self {
        let mut stretches = Vec::with_capacity(self.0.len().max(other.0.len()));
        for protocol in protocols(self.0.iter().chain(other.0.iter()).map(|stretch| stretch.protocol)) {
            let (mut ours, mut theirs) = (self.of(protocol).peekable(), other.of(protocol).peekable());
            let mut first = bounds(protocol).0;
            while let (Some(own), Some(their)) = (ours.peek(), theirs.peek()) {
                let last = own.last.min(their.last);
                stretches.push(Stretch {
                    protocol,
                    first,
                    last,
                    verdict: make(&own.verdict, &their.verdict),
                });
                let order = own.last.cmp(&their.last);
                if order != Ordering::Greater {
                    ours.next();
                }
                if order != Ordering::Less {
                    theirs.next();
                }
                first = last.saturating_add(1);
            }
        }
        Self::canonical(stretches)
    }

    /// The stretches of a protocol; those of all others where it has none of its own.
    fn of(&self, protocol: Protocol) -> impl Iterator<Item = &Stretch> {
        let own = self.0.iter().any(|stretch| stretch.protocol == protocol);
        let wanted = if own { protocol } else { REST };
        self.0.iter().filter(move |stretch| stretch.protocol == wanted)
    }
}

/// All protocols that are told apart, each once, in their order.
fn protocols(named: impl Iterator<Item = Protocol>) -> Vec<Protocol> {
    let mut all: Vec<Protocol> = named.chain(KNOWN).chain([REST]).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// What goes through two ends of which each has said this.
pub fn both(one: &Verdict, other: &Verdict) -> Verdict {
    match (one, other) {
        (Verdict::Deny, _) | (_, Verdict::Deny) => Verdict::Deny,
        (Verdict::Allow, verdict) | (verdict, Verdict::Allow) => verdict.clone(),
        (Verdict::Depends(one), Verdict::Depends(other)) => {
            let mut all: Vec<Arc<str>> = one.iter().chain(other).cloned().collect();
            all.sort();
            all.dedup();
            Verdict::Depends(all)
        }
    }
}

impl fmt::Display for Connections {
    /// `everything`, `nothing`, `TCP 80, 8000-8999; UDP 53; SCTP`, and `everything but TCP 22` where that is shorter. What may
    /// go through or not has a question mark: `TCP 80?`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_nothing() {
            return out.write_str("nothing");
        }
        let closed = || self.0.iter().filter(|stretch| stretch.verdict != Verdict::Allow);
        let rest_is_open = self.0.last().is_some_and(|stretch| stretch.verdict != Verdict::Deny);
        if self.is_everything() {
            return out.write_str("everything");
        }
        if rest_is_open && closed().all(|stretch| stretch.verdict == Verdict::Deny) {
            out.write_str("everything but ")?;
            return write(out, closed());
        }
        write(out, self.open())
    }
}

fn write<'a>(out: &mut fmt::Formatter<'_>, stretches: impl Iterator<Item = &'a Stretch>) -> fmt::Result {
    let mut before = None;
    for stretch in stretches {
        let Stretch { protocol, first, last, verdict } = stretch;
        let same = before == Some(*protocol);
        match (before, same) {
            (None, _) => {}
            (Some(_), true) => out.write_str(", ")?,
            (Some(_), false) => out.write_str("; ")?,
        }
        if !same {
            if *protocol == REST { out.write_str("other protocols")? } else { write!(out, "{protocol}")? }
        }
        if !stretch.is_whole() {
            if !same {
                out.write_str(" ")?;
            }
            if first == last { write!(out, "{first}")? } else { write!(out, "{first}-{last}")? }
        }
        if matches!(verdict, Verdict::Depends(_)) {
            out.write_str("?")?;
        }
        before = Some(*protocol);
    }
    Ok(())
}
