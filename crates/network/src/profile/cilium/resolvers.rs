//! Rules on DNS in more than one tier.
//!
//! The proxy keeps one list of names for each endpoint and port, and each tier that has one hands it over in turn: the
//! last stays. Whom its rules do not select finds no name, though an earlier tier sends its lookups to the proxy.

use std::sync::Arc;

use crate::matcher::{Match, Matcher};
use crate::port::PortMatch;
use crate::profile::cilium::lowering::rank;
use crate::rule::{Action, Proxy, Rank, Rule};
use crate::view::{NamedPort, View};

/// The tiers with policies, by the rank after their last.
const TIERS: [(Rank, Rank); 3] =
    [(rank::ADMIN, rank::NORMAL), (rank::NORMAL, rank::BASELINE), (rank::BASELINE, rank::LOCAL)];

/// Notes where a later tier takes over.
pub(super) fn lower(rules: &mut Vec<Rule>, views: &[View]) {
    let asks = |rule: &&Rule| matches!(rule.proxy.as_deref(), Some(Proxy::Dns(_)));
    let tier = |rule: &Rule| TIERS.iter().position(|(first, after)| (*first..*after).contains(&rule.rank));
    let first = rules.iter().filter(asks).filter_map(tier).min();
    let Some(first) = first else { return };
    let later = rules.iter().filter(asks).filter_map(|rule| Some((rule, tier(rule)?)));
    let later: Vec<(Rule, usize)> =
        later.filter(|(_, tier)| *tier > first).map(|(rule, tier)| (rule.clone(), tier)).collect();
    if later.is_empty() {
        return;
    }
    for (rule, tier) in later {
        let Some(&(rank, _)) = TIERS.get(tier) else { continue };
        let ports = rule
            .ports
            .as_ref()
            .map(|ports| ports.iter().flat_map(|port| numbered(port, &rule.peers, views)).collect());
        rules.push(Rule {
            rank,
            action: Action::Pass(rank),
            peers: Arc::new(Matcher::everybody()),
            ports,
            authentication: None,
            ..rule
        });
    }
}

/// A port by its numbers: those that peers give the name.
fn numbered(port: &PortMatch, peers: &Matcher, views: &[View]) -> Vec<PortMatch> {
    let PortMatch::Named { protocol, name } = port else { return vec![port.clone()] };
    let selected = views.iter().filter(|view| peers.matches(view) != Match::No);
    let named = selected.flat_map(|view| view.peer_ports.iter());
    let meant = named.filter(|named| named.protocol == *protocol && named.name == *name);
    let number =
        |named: &NamedPort| PortMatch::Range { protocol: *protocol, first: named.number, last: named.number };
    meant.map(number).collect()
}
