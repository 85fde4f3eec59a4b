//! The answer to one question: who reaches whom with what, which rules say so at either end.

mod cases;
mod itself;
mod named;
mod request;
mod side;
mod stretch;
mod tried;
mod whom;

use ironsides_tree::Text;
use rustc_hash::FxHashMap;

use crate::address::{AddressRange, AddressSet};
use crate::cluster::Cluster;
use crate::decide::{Candidate, candidates};
use crate::error::NetworkError;
use crate::lowered::Lowered;
use crate::name::{Destination, Party};
use crate::port::Traffic;
use crate::rule::Direction;
use crate::verdict::Verdict;
use crate::view::ViewId;

use cases::{Cases, Known};
use itself::{Itself, is_single};
pub use request::requested;
pub use side::{Side, Why};
pub use stretch::{Stretch, stretches, told};
pub use tried::{Tried, tried};
pub use whom::Whom;
pub(crate) use whom::range_told;

/// The answer to a question. What has the same answer for the same reasons is one case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// The cases: what is allowed, then what depends, then what is denied.
    pub cases: Vec<Case>,
}

/// Connections with one answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Who opens them and to whom, in the order of the cluster; of pods of one workload that are alike only the first.
    pub pairs: Vec<(Whom, Whom)>,
    /// Which traffic.
    pub traffic: Vec<Stretch>,
    /// The port of the service that was asked for, where one was.
    pub through: Option<Text>,
    /// What happens.
    pub verdict: Verdict,
    /// The sender's end.
    pub egress: Side,
    /// The receiver's end.
    pub ingress: Side,
}

/// What happens to the traffic of a party. What one and the same pod sends to itself is not asked of policies, save where a
/// Service stands in between.
///
/// # Errors
///
/// A port by a name that nobody at the destination gives to one.
pub fn reach(
    cluster: &Cluster,
    lowered: &Lowered,
    party: &Party,
    destination: &Destination,
) -> Result<Reach, NetworkError> {
    let named = destination.party.named.as_ref();
    let seen = named.and_then(|(name, _)| lowered.names.iter().find(|(asked, _)| asked == name));
    let seen = seen.map(|(_, stretches)| stretches.as_slice());
    let mut ask = Ask { cluster, lowered, seen, guards: FxHashMap::default(), cases: Cases::default() };
    let froms = whom::members(&party.members, &party.outside, cluster, lowered);
    let is_alone = froms.len() == 1 && destination.party.members.len() == 1;
    let goals = destination.goals(cluster)?;
    let mut known = Known::new(lowered, froms.len().saturating_mul(goals.len()));
    for goal in goals {
        let tos = match goal.member {
            Some(member) => whom::members(&[member], &AddressSet::default(), cluster, lowered),
            None => whom::members(&[], &goal.outside, cluster, lowered),
        };
        for from in &froms {
            if let Some((name, known)) = named {
                ask.name(*from, &tos, (name, *known), &goal);
                continue;
            }
            for to in &tos {
                let is_one = from == to && is_single(*from, [party, &destination.party], cluster, lowered);
                // What somebody says to itself is asked for where it is named alone.
                if is_one && !is_alone {
                    continue;
                }
                let own = is_one.then(|| Itself::of(&destination.party, &goal, cluster, lowered)).flatten();
                let pair = (*from, *to);
                let alike = known.key(pair, own, &goal);
                if let Some(cases) = alike.as_ref().and_then(|alike| known.get(alike)) {
                    for &case in cases {
                        ask.cases.join(pair, case, cluster);
                    }
                    continue;
                }
                let cases = ask.pair(pair, own, goal.traffic, goal.through.as_ref());
                if let Some(alike) = alike {
                    known.keep(alike, cases);
                }
            }
        }
    }
    let mut cases = ask.cases.into_list();
    cases.sort_by_key(|case| (case.verdict == Verdict::Deny, case.verdict != Verdict::Allow));
    Ok(Reach { cases })
}

impl Reach {
    /// What happens where it is the same for all that was asked; `None` where it is not.
    pub fn verdict(&self) -> Option<&Verdict> {
        let first = &self.cases.first()?.verdict;
        self.cases.iter().all(|case| case.verdict == *first).then_some(first)
    }
}

/// One end of a connection: the direction, who is guarded, and against whom.
pub type End = (Direction, ViewId, ViewId);

impl Case {
    /// Whether it is about protocols without ports alone: ICMP and others.
    pub fn is_without_ports(&self) -> bool {
        self.traffic.iter().all(|stretch| !stretch.protocol.has_ports())
    }
}

struct Ask<'a> {
    cluster: &'a Cluster,
    lowered: &'a Lowered,
    /// How the addresses of the destination are seen, where they are those of a name that rules ask for.
    seen: Option<&'a [(AddressRange, ViewId)]>,
    /// The rules between two views: asked for once.
    guards: FxHashMap<End, Vec<Candidate>>,
    cases: Cases,
}

impl Ask<'_> {
    /// Asks for one pair; tells the places of its cases.
    fn pair(
        &mut self,
        (from, to): (Whom, Whom),
        own: Option<Itself>,
        traffic: Option<Traffic>,
        through: Option<&Text>,
    ) -> Vec<usize> {
        let Some(ends) = self.ends(from, to) else { return Vec::new() };
        let spans = if let Some(traffic) = traffic {
            vec![Stretch::of(traffic)]
        } else {
            for (direction, subject, peer) in ends {
                self.guards(direction, subject, peer);
            }
            let asked = ends.map(|end| (end, self.guards.get(&end).map_or(&[][..], Vec::as_slice)));
            stretches(self.lowered, &asked)
        };
        let mut answers: Vec<(Side, Side, Vec<Stretch>)> = Vec::new();
        for span in spans {
            let [egress, ingress] = ends.map(|end| {
                let judged = self.side(end, span.traffic());
                own.map_or(judged.clone(), |own| own.side(self.lowered, judged))
            });
            match answers.iter_mut().find(|known| known.0 == egress && known.1 == ingress) {
                Some((.., spans)) => match spans.last_mut().filter(|last| last.touches(span)) {
                    Some(last) => last.last = span.last,
                    None => spans.push(span),
                },
                None => answers.push((egress, ingress, vec![span])),
            }
        }
        let mut cases = Vec::with_capacity(answers.len());
        for (egress, ingress, traffic) in answers {
            let verdict = egress.verdict.and(&ingress.verdict);
            let through = through.cloned();
            cases.push(
                self.add((from, to), Case { pairs: Vec::new(), traffic, through, verdict, egress, ingress }),
            );
        }
        cases
    }

    /// The ends of a connection: direction, subject and peer. A subject judges as what it is on its own node.
    fn ends(&self, from: Whom, to: Whom) -> Option<[End; 2]> {
        let lowered = self.lowered;
        let target = |own| match (self.seen, to) {
            (Some(seen), Whom::Outside(first, _)) => {
                let after = seen.partition_point(|&((start, _), _)| start <= first);
                seen.get(after.checked_sub(1)?).map(|&(_, view)| view)
            }
            _ => lowered.view(to.endpoint(), own),
        };
        let [sender, receiver] = [from, to].map(|whom| lowered.node(whom.endpoint()));
        let source = |own| lowered.view(from.endpoint(), own);
        let egress = (Direction::Egress, source(sender)?, target(sender)?);
        Some([egress, (Direction::Ingress, target(receiver)?, source(receiver)?)])
    }

    fn guards(&mut self, direction: Direction, subject: ViewId, peer: ViewId) -> &[Candidate] {
        let lowered = self.lowered;
        self.guards.entry((direction, subject, peer)).or_insert_with(|| {
            let views = (lowered.views.get(subject.index()), lowered.views.get(peer.index()));
            let (Some(subject), Some(peer)) = views else { return Vec::new() };
            candidates(&lowered.rules, direction, subject, peer)
        })
    }

    fn side(&mut self, (direction, subject, peer): End, traffic: Traffic) -> Side {
        let lowered = self.lowered;
        Side::judge(lowered, self.guards(direction, subject, peer), (direction, subject, peer), traffic)
    }

    /// Puts a pair into the case that it is like; tells its place.
    fn add(&mut self, pair: (Whom, Whom), answer: Case) -> usize {
        self.cases.add(pair, answer, self.cluster)
    }
}
