//! Rules that do the same to the same traffic, whomever they guard.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::port::PortMatch;
use crate::rule::{Action, Authentication, Direction, Proxy, Rank, Rule};

/// Everything on which a verdict depends once a rule stands between a subject and its peer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Effect<'a> {
    /// Rules are sorted by direction first: so the first ones of each effect are sorted by rank.
    direction: Direction,
    rank: Rank,
    action: Action,
    ports: Option<&'a [PortMatch]>,
    proxy: Option<u32>,
    authentication: Option<Authentication>,
    /// What a rule for everyone asks for counts otherwise than that of a rule for some.
    everyone: bool,
}

/// For each rule the first one of the same effect: lists of rules are compared by these.
pub(super) fn representatives(rules: &[Rule]) -> Vec<u32> {
    let mut first: FxHashMap<Effect<'_>, u32> = FxHashMap::default();
    let mut proxies = Proxies::default();
    (0..)
        .zip(rules)
        .map(|(place, rule)| {
            // Named one by one, so that what is added to a rule cannot be forgotten here.
            let Rule { origin: _, direction, rank, action, subject: _, peers, ports, proxy, authentication } =
                rule;
            let effect = Effect {
                direction: *direction,
                rank: *rank,
                action: *action,
                ports: ports.as_deref(),
                proxy: proxy.as_ref().map(|proxy| proxies.number(proxy)),
                authentication: *authentication,
                everyone: authentication.is_some() && peers.is_everybody(),
            };
            *first.entry(effect).or_insert(place)
        })
        .collect()
}

/// Proxies by number, equal ones the same.
#[derive(Default)]
struct Proxies<'a> {
    known: Vec<&'a Arc<Proxy>>,
    by_pointer: FxHashMap<*const Proxy, u32>,
}

impl<'a> Proxies<'a> {
    fn number(&mut self, proxy: &'a Arc<Proxy>) -> u32 {
        let known = &mut self.known;
        *self.by_pointer.entry(Arc::as_ptr(proxy)).or_insert_with(|| {
            let place = known.iter().position(|known| *known == proxy).unwrap_or_else(|| {
                known.push(proxy);
                known.len() - 1
            });
            u32::try_from(place).unwrap_or(u32::MAX)
        })
    }
}
