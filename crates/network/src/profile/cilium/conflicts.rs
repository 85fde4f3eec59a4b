//! Policies that contradict each other so that the agent cannot work out what they say.
//!
//! For each kind of traffic the agent keeps one entry a selector, and merges rules of one tier that share it. Two kinds
//! of proxies, or two modes of authentication, do not merge: then the whole policy of the endpoint fails, in both
//! directions.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::matcher::{Conjunct, Matcher};
use crate::place::Loss;
use crate::port::PortMatch;
use crate::profile::cilium::lowering::{Lowering, Traffic, Writer, both, rank};
use crate::rule::{Action, Authentication, Direction, Origin, Proxy, Rule};

/// What rules of one tier say of one selector and one kind of traffic.
#[derive(Default)]
pub(super) struct Claims(FxHashMap<(Direction, Conjunct, Option<PortMatch>), Vec<Claim>>);

struct Claim {
    writer: Writer,
    authentication: Option<Authentication>,
    proxy: Option<Kind>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Http,
    Dns,
}

impl Claims {
    /// Notes what a rule of the middle tier says.
    pub(super) fn add(&mut self, writer: &Writer, peers: &Matcher, traffic: &Traffic) {
        let proxy = traffic.proxy.as_deref().map(|proxy| match proxy {
            Proxy::Http(_) => Kind::Http,
            Proxy::Dns(_) => Kind::Dns,
        });
        if proxy.is_none() && traffic.authentication.is_none() {
            return;
        }
        let ports: Vec<Option<PortMatch>> = match &traffic.ports {
            None => vec![None],
            Some(ports) => ports.iter().cloned().map(Some).collect(),
        };
        for conjunct in &peers.0 {
            for port in &ports {
                let claim = Claim { writer: writer.clone(), authentication: traffic.authentication, proxy };
                self.0.entry((writer.direction, conjunct.clone(), port.clone())).or_default().push(claim);
            }
        }
    }

    /// Adds a rule for everyone whose policy fails.
    pub(super) fn lower(self, lowering: &mut Lowering<'_>) {
        let mut told = FxHashSet::default();
        let mut entries: Vec<Vec<Claim>> = self.0.into_values().filter(|claims| claims.len() > 1).collect();
        entries.sort_by(|a, b| places(a).cmp(&places(b)));
        for claims in entries {
            for (at, claim) in claims.iter().enumerate() {
                for other in claims.iter().skip(at + 1) {
                    let Some(what) = claim.contradicts(other) else { continue };
                    let subject = both(&claim.writer.subject, &other.writer.subject);
                    if told.insert((subject.clone(), claim.writer.policy, other.writer.policy)) {
                        claim.fail(other, what, &Arc::new(Matcher(subject)), lowering);
                    }
                }
            }
        }
    }
}

fn places(claims: &[Claim]) -> Vec<&crate::place::Place> {
    claims.iter().map(|claim| &claim.writer.place).collect()
}

impl Claim {
    fn contradicts(&self, other: &Self) -> Option<&'static str> {
        fn differ<T: PartialEq>(a: Option<T>, b: Option<T>) -> bool {
            a.zip(b).is_some_and(|(a, b)| a != b)
        }
        if differ(self.authentication, other.authentication) {
            Some("modes of authentication")
        } else if differ(self.proxy, other.proxy) {
            Some("kinds of proxies")
        } else {
            None
        }
    }

    fn fail(&self, other: &Self, what: &str, subject: &Arc<Matcher>, lowering: &mut Lowering<'_>) {
        let name =
            lowering.policies.get(other.writer.policy as usize).map(ToString::to_string).unwrap_or_default();
        let message = format!(
            "two {what} for the same peer and port, here and in {name}: Cilium cannot work out the policy of whom \
             both select, and keeps the one before"
        );
        lowering.problem(&self.writer.place, Loss::Policy, message);
        for direction in Direction::ALL {
            lowering.rules.push(Rule {
                origin: Origin::Policy(self.writer.policy, self.writer.place.clone()),
                direction,
                rank: rank::BROKEN,
                action: Action::Break,
                subject: Arc::clone(subject),
                peers: Arc::new(Matcher::everybody()),
                ports: None,
                proxy: None,
                authentication: None,
            });
        }
    }
}
