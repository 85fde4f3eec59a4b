//! Policies before they are written.

use ironsides_tree::Text;

use crate::cluster::Labels;
use crate::generate::asked::Asking;
use crate::generate::blocks::Block;
use crate::port::Protocol;
use crate::rule::Direction;

/// A policy before it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// Its namespace.
    pub namespace: Text,
    /// Its name.
    pub name: Text,
    /// What it is for: a comment above it.
    pub purpose: String,
    /// Whom it guards; no labels: every pod of the namespace.
    pub subject: Labels,
    /// The directions in which what it does not allow is denied.
    pub directions: Vec<Direction>,
    /// What it allows.
    pub rules: Vec<DraftRule>,
}

impl Draft {
    /// Whether it closes its namespace in both directions and allows nothing.
    pub(super) fn is_default(&self) -> bool {
        self.rules.is_empty() && self.subject.is_empty() && self.directions.len() == Direction::ALL.len()
    }
}

/// One rule of a direction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftRule {
    /// Its direction.
    pub direction: Direction,
    /// Whose traffic it takes.
    pub peers: Vec<DraftPeer>,
    /// Which traffic: sorted stretches. Empty: all of it.
    pub ports: Vec<Span>,
    /// What may be asked on it; all where this is empty. Only for Cilium.
    pub requests: Asking,
}

/// Ports of a protocol, or types of ICMP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// The protocol.
    pub protocol: Protocol,
    /// The first.
    pub first: u16,
    /// The last.
    pub last: u16,
}

/// A peer of a rule, and why it is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftPeer {
    /// Who it is.
    pub who: PeerWho,
    /// Why: a comment beside it.
    pub why: String,
}

/// Who a peer of a rule is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PeerWho {
    /// Pods of the namespace of the policy.
    Pods(Labels),
    /// Pods of another namespace; no labels: all of them.
    PodsOf(Text, Labels),
    /// A group of Cilium's own: `kube-apiserver`, `host`.
    Entity(&'static str),
    /// A name outside (Cilium).
    Name(Text),
    /// A block of addresses.
    Block(Block),
}

/// Stretches of ports, each as long as what was seen reaches without a gap; two neighbours stay two.
pub fn spans(traffic: impl IntoIterator<Item = (Protocol, u16)>) -> Vec<Span> {
    let mut all: Vec<(Protocol, u16)> = traffic.into_iter().collect();
    all.sort_unstable();
    all.dedup();
    let mut runs: Vec<Span> = Vec::new();
    for (protocol, port) in all {
        match runs.last_mut() {
            Some(run)
                if run.protocol == protocol
                    && protocol.has_ports()
                    && run.last.checked_add(1) == Some(port) =>
            {
                run.last = port;
            }
            _ => runs.push(Span { protocol, first: port, last: port }),
        }
    }
    let single = |run: Span| (run.first..=run.last).map(move |port| Span { first: port, last: port, ..run });
    runs.into_iter()
        .flat_map(|run| if run.last - run.first < 2 { single(run).collect() } else { vec![run] })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_without_gaps_are_one() {
        let tcp = |ports: &[u16]| spans(ports.iter().map(|&port| (Protocol::Tcp, port)));
        let shown = |spans: Vec<Span>| spans.iter().map(|span| (span.first, span.last)).collect::<Vec<_>>();
        assert_eq!(shown(tcp(&[80, 81])), [(80, 80), (81, 81)]);
        assert_eq!(shown(tcp(&[7003, 7001, 7002, 80])), [(80, 80), (7001, 7003)]);
        assert_eq!(shown(tcp(&[65535])), [(65535, 65535)]);
    }
}
