//! What the ends of a connection must prove, where rules that let it through differ in that.
//!
//! Cilium keeps a table by peer and ports for each endpoint, and the longest entry decides. An entry whose rule does
//! not say what to prove takes it from the next wider entry of the same peer that does. Of two entries, one for the
//! peer and one for everyone, the one of more exact ports decides, and takes what the other asks for if its own rule is
//! silent.

use crate::decide::Asked;
use crate::decide::allowed::Question;
use crate::port::PortMatch;
use crate::rule::{Action, Authentication, Proxy};

/// An entry of the table that takes the traffic.
#[derive(Clone, Copy)]
struct Entry {
    /// How exact its ports are, in bits.
    ports: u32,
    /// Its place among the kinds of proxies: more wins.
    precedence: u8,
    /// What its rule says.
    written: Option<Authentication>,
}

/// What is asked of traffic that `allow`, rules of one rank, let through; `rest` are the rules of later ranks that take
/// it.
pub(super) fn asked(
    allow: &[Asked<'_>],
    rest: &[Asked<'_>],
    question: Question<'_>,
) -> Option<Authentication> {
    let certain = |asked: &&Asked<'_>| asked.candidate.condition.is_none();
    if allow.iter().chain(rest).filter(certain).all(|asked| asked.rule.authentication.is_none()) {
        return None;
    }
    let later = rest.iter().take_while(|asked| asked.rule.action != Action::Deny).filter(certain);
    let later: Vec<&Asked<'_>> = later.filter(|asked| asked.rule.authentication.is_some()).collect();
    let of = |everyone: bool| {
        let is = |asked: &&Asked<'_>| asked.rule.peers.is_everybody() == everyone;
        let mut entries: Vec<Entry> =
            allow.iter().filter(is).map(|asked| entry(asked, precedence(asked), question)).collect();
        // What a later rank asks for stays where an entry of this rank covers it.
        for asked in later.iter().copied().filter(is) {
            let covering = entries.iter().map(|entry| entry.precedence).max();
            if let Some(precedence) = covering {
                let entry = entry(asked, precedence, question);
                if entries.iter().any(|wider| wider.ports <= entry.ports) {
                    entries.push(entry);
                }
            }
        }
        longest(entries)
    };
    let decided = match (of(false), of(true)) {
        (Some(own), Some(everyone)) => {
            let exact = |longest: &Longest| (longest.precedence, longest.ports);
            let (chosen, other) =
                if exact(&everyone) > exact(&own) { (everyone, own) } else { (own, everyone) };
            chosen.written.or_else(|| chosen.derived.max(other.says()))
        }
        (Some(one), None) | (None, Some(one)) => one.says(),
        (None, None) => None,
    };
    decided.filter(|&authentication| authentication != Authentication::Disabled)
}

/// The entry of one peer that decides.
struct Longest {
    ports: u32,
    precedence: u8,
    written: Option<Authentication>,
    derived: Option<Authentication>,
}

impl Longest {
    fn says(&self) -> Option<Authentication> {
        self.written.or(self.derived)
    }
}

fn longest(mut entries: Vec<Entry>) -> Option<Longest> {
    entries.sort_by_key(|entry| entry.ports);
    let mut merged: Vec<Entry> = Vec::new();
    for entry in entries {
        match merged.last_mut() {
            Some(last) if last.ports == entry.ports => {
                last.precedence = last.precedence.max(entry.precedence);
                last.written = last.written.max(entry.written);
            }
            _ => merged.push(entry),
        }
    }
    // A wider entry of more precedence takes the place of a silent one.
    let mut best = 0;
    let mut kept: Vec<Entry> = Vec::new();
    for mut entry in merged {
        if entry.precedence < best {
            if entry.written.is_none() {
                continue;
            }
            entry.precedence = best;
        }
        best = entry.precedence;
        kept.push(entry);
    }
    let last = kept.pop()?;
    let derived = kept.iter().rev().find_map(|wider| wider.written);
    let Entry { ports, precedence, written } = last;
    Some(Longest { ports, precedence, written, derived })
}

fn entry(asked: &Asked<'_>, precedence: u8, question: Question<'_>) -> Entry {
    Entry { ports: bits(asked, question), precedence, written: asked.rule.authentication }
}

fn precedence(asked: &Asked<'_>) -> u8 {
    match asked.rule.proxy.as_deref() {
        None => 0,
        Some(Proxy::Dns(_)) => 1,
        Some(Proxy::Http(_)) => 2,
    }
}

/// How many bits of protocol and port the most exact match of a rule fixes.
fn bits(asked: &Asked<'_>, question: Question<'_>) -> u32 {
    let Some(ports) = &asked.rule.ports else { return 0 };
    let exact = |port: &PortMatch| match port {
        PortMatch::Range { first, last, .. } => block(*first, *last, question.traffic.port),
        PortMatch::Named { .. } => 16,
    };
    let taken = ports.iter().filter(|port| port.matches(question.traffic, question.named));
    taken.map(|port| 1 + exact(port)).max().unwrap_or(0)
}

/// The length of the prefix of the largest aligned block of ports in a range that holds a port.
fn block(first: u16, last: u16, port: u16) -> u32 {
    let fits = |length: &u32| {
        let rest = u16::MAX.checked_shr(*length).unwrap_or(0);
        port & !rest >= first && port | rest <= last
    };
    (0..=16).find(fits).unwrap_or(16)
}
