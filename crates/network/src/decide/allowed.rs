//! What it comes to where rules of one rank let traffic through: proxies and authentication.

use crate::decide::Asked;
use crate::decide::authentication;
use crate::port::{PortMatch, Traffic};
use crate::rule::{Action, Origin, Proxy, Rank, Rule};
use crate::verdict::{Limit, Verdict};
use crate::view::NamedPort;

/// Traffic and the names of its destination's ports.
#[derive(Clone, Copy)]
pub(super) struct Question<'a> {
    pub(super) traffic: Traffic,
    pub(super) named: &'a [NamedPort],
}

/// The verdict where `allow`, rules of one rank, let traffic through. `rest` are the rules of later ranks that take it.
pub(super) fn verdict(allow: &[Asked<'_>], rest: &[Asked<'_>], question: Question<'_>) -> Verdict {
    let mut limits = Vec::new();
    limits.extend(authentication::asked(allow, rest, question).map(Limit::Authentication));
    let sends = |wanted: fn(&Proxy) -> bool| {
        allow.iter().any(|asked| asked.rule.proxy.as_deref().is_some_and(wanted))
    };
    if sends(|proxy| matches!(proxy, Proxy::Http(_))) {
        limits.extend(http(allow, rest));
    } else if sends(|proxy| matches!(proxy, Proxy::Dns(_))) {
        limits.push(Limit::Dns(dns(allow, rest, question)));
    }
    Verdict::limited(limits)
}

/// The rules that a proxy for HTTP asks, as far as the first rank in which one takes every request.
fn http(allow: &[Asked<'_>], rest: &[Asked<'_>]) -> Option<Limit> {
    let mut chain = Vec::new();
    // Where nothing closes the direction, the proxy lets everything through, whatever comes below.
    let open = opens(rest);
    if extend(&mut chain, allow) || open.is_some() {
        chain.extend(open);
        return Some(Limit::Http(chain));
    }
    let mut rest = rest;
    let mut from = Rank(0);
    while let Some(first) = rest.first() {
        let (level, after) = rest.split_at(rest.partition_point(|asked| asked.rule.rank == first.rule.rank));
        rest = after;
        if first.rule.rank < from {
            continue;
        }
        let level: Vec<Asked<'_>> =
            level.iter().filter(|asked| asked.candidate.condition.is_none()).copied().collect();
        if level.iter().any(|asked| asked.rule.action == Action::Deny) || extend(&mut chain, &level) {
            return Some(Limit::Http(chain));
        }
        from = passes_to(&level).unwrap_or(from).max(from);
    }
    // What no rule refuses goes through.
    None
}

/// Adds what a rank lets through; whether that is every request.
fn extend(chain: &mut Vec<u32>, level: &[Asked<'_>]) -> bool {
    let allow = || level.iter().filter(|asked| asked.rule.action == Action::Allow);
    let plain: Vec<u32> =
        allow().filter(|asked| asked.rule.proxy.is_none()).map(|asked| asked.candidate.rule).collect();
    if plain.is_empty() {
        let by_request = |rule: &Rule| matches!(rule.proxy.as_deref(), Some(Proxy::Http(_)));
        chain.extend(allow().filter(|asked| by_request(asked.rule)).map(|asked| asked.candidate.rule));
        return false;
    }
    chain.extend(plain);
    true
}

/// The rank to which rules of one rank leave traffic.
pub(super) fn passes_to(level: &[Asked<'_>]) -> Option<Rank> {
    let to = |asked: &Asked<'_>| if let Action::Pass(to) = asked.rule.action { Some(to) } else { None };
    level.iter().filter_map(to).max()
}

/// The rules that a proxy for DNS asks: it is given the rules of exactly this port, wider ones it does not know. It
/// keeps one list a port, so that a later tier with such rules takes the place of an earlier one.
fn dns(allow: &[Asked<'_>], rest: &[Asked<'_>], question: Question<'_>) -> Vec<u32> {
    let exact = |rule: &Rule| {
        rule.ports.iter().flat_map(|ports| ports.iter()).any(|port| {
            let single = !matches!(port, PortMatch::Range { first, last, .. } if first != last);
            single && port.matches(question.traffic, question.named)
        })
    };
    let knows = |asked: &&Asked<'_>| match asked.rule.proxy.as_deref() {
        Some(Proxy::Dns(_)) => true,
        Some(Proxy::Http(_)) => false,
        None => exact(asked.rule),
    };
    let allows = |asked: &&Asked<'_>| asked.rule.action == Action::Allow;
    let places = |level: &[Asked<'_>]| -> Vec<u32> {
        level.iter().filter(allows).filter(knows).map(|asked| asked.candidate.rule).collect()
    };
    let replaced = rest.iter().rev().find(|asked| asked.rule.replaces_names()).map(|asked| asked.rule.rank);
    let later = replaced.map(|rank| rest.split_at(rest.partition_point(|asked| asked.rule.rank < rank)).1);
    let mut known = match later {
        None => places(allow),
        Some(later) => later
            .chunk_by(|a, b| a.rule.rank == b.rule.rank)
            .map(places)
            .find(|known| !known.is_empty())
            .unwrap_or_default(),
    };
    // Where nothing closes the direction, each list lets everything through.
    if let Some(open) = opens(rest).filter(|_| !known.is_empty()) {
        known.push(open);
    }
    known
}

/// The rule by which the plug-in lets everything in that no policy names.
fn opens(rest: &[Asked<'_>]) -> Option<u32> {
    let mut from = Rank(0);
    for level in rest.chunk_by(|a, b| a.rule.rank == b.rule.rank) {
        if level.first().is_some_and(|first| first.rule.rank < from) {
            continue;
        }
        let own = |asked: &&Asked<'_>| matches!(asked.rule.origin, Origin::Plugin(_));
        if let Some(open) = level.iter().filter(own).find(|asked| asked.rule.action == Action::Allow) {
            return Some(open.candidate.rule);
        }
        // What policies pass on says nothing about what closes the direction.
        let own: Vec<Asked<'_>> = level.iter().filter(own).copied().collect();
        from = passes_to(&own).unwrap_or(from).max(from);
    }
    None
}
