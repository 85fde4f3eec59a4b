//! The smallest change that would flip an answer: a rule, a port or a peer more in a policy that is there, a new policy, or a
//! rule less. Every proposal is evaluated: it is made, the policies are read and lowered again, and what it changes besides is
//! found by comparing all pairs before and after.

mod allow;
mod deny;
mod http;
mod write;

use std::collections::BTreeSet;

use ironsides_tree::Node;
use ironsides_tree::edit::{Edit, OwnedPath, Part};

use crate::cluster::Endpoint;
use crate::diff::{Changed, Diff, Side, Somebody};
use crate::engine::Engine;
use crate::generate::group::groups;
use crate::l7::Request;
use crate::lowered::Lowered;
use crate::name::{Party, PartyKind};
use crate::place::PolicyName;
use crate::port::Traffic;
use crate::profile::Options;
use crate::reach::{Case, Stretch, Whom, requested};
use crate::rule::Direction;
use crate::state::{Change, State};
use crate::verdict::Verdict;

use write::End;

/// A change that flips an answer, with everything that it does.
#[derive(Clone, Debug)]
pub struct Flip {
    /// What is done, in order.
    pub steps: Vec<Step>,
    /// What changes besides what was asked for.
    pub besides: Vec<Changed>,
}

/// One part of a change.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// What it does to policies.
    pub change: Change,
    /// The policy that it is about.
    pub policy: PolicyName,
    /// What it does, in words that need no more: `add to spec.ingress[0].ports`, `remove spec.ingressDeny[1]`.
    pub what: String,
    /// Where, in the document that is there.
    pub path: String,
    /// What is written; `None` where something is taken away.
    pub value: Option<Node>,
}

/// The question whose answer is to be flipped.
pub(crate) struct Wanted<'a> {
    pub(crate) state: &'a State,
    pub(crate) lowered: &'a Lowered,
    pub(crate) options: &'a Options,
    /// Who opens the connection and to whom.
    pub(crate) ends: [End; 2],
    /// The traffic; `None` for all, and for what no policy can name by its port.
    pub(crate) traffic: Option<Traffic>,
    /// A request on the connection; `None` where the connection itself is asked about.
    pub(crate) request: Option<&'a Request>,
}

/// The ways to flip an answer, the smallest first: at most one that edits policies that are there, one that adds a
/// NetworkPolicy, and one that adds a policy of another kind. None where an answer is no plain allow or deny, where several workloads are asked for at once, or where nothing that can
/// be written does it. Of a request what becomes of it is flipped, and not the connection.
pub fn flips(
    state: &State,
    options: &Options,
    lowered: &Lowered,
    case: &Case,
    (from, to): (&Party, &Party),
    request: Option<&Request>,
) -> Vec<Flip> {
    let Some(mut wanted) = Wanted::of(state, options, lowered, case, from, to) else { return Vec::new() };
    wanted.request = request;
    let verdict = match request {
        Some(request) => requested(lowered, &case.verdict, request),
        None => case.verdict.clone(),
    };
    let (goal, sides) = match verdict {
        Verdict::Deny => (Verdict::Allow, [&case.egress, &case.ingress]),
        Verdict::Allow => (Verdict::Deny, [&case.egress, &case.ingress]),
        _ => return Vec::new(),
    };
    // What an end leaves open, or lets through in part, no proposal settles; but a proxy can be told of a request.
    let is_plain = |side: &&crate::reach::Side| matches!(side.verdict, Verdict::Allow | Verdict::Deny);
    let by_request = request.filter(|_| matches!(case.verdict, Verdict::Limited(_)));
    if by_request.is_none() && !sides.iter().all(is_plain) {
        return Vec::new();
    }
    let engine = Engine::new(lowered);
    let old = Side { cluster: &state.cluster, engine: &engine };
    let mut ways: Vec<Vec<Step>> = Vec::new();
    if let Some(request) = by_request {
        ways = if goal == Verdict::Allow {
            http::opened(&wanted, case, request)
        } else {
            http::closed(&wanted, case, request)
        };
        ways.truncate(MOST);
    } else if goal == Verdict::Deny {
        ways = deny::ways(&wanted, sides);
    } else {
        // Each end that denies must be opened; the ways of one are held against that end alone.
        let mut all: Vec<Vec<Step>> = vec![Vec::new()];
        for (direction, side) in [(Direction::Egress, sides[0]), (Direction::Ingress, sides[1])] {
            if side.verdict != Verdict::Deny {
                continue;
            }
            let open: Vec<Vec<Step>> = allow::ways(&wanted, direction, side)
                .into_iter()
                .filter(|way| wanted.opens(way, case, direction))
                .collect();
            all = all
                .iter()
                .flat_map(|first| open.iter().map(|more| [first.clone(), more.clone()].concat()))
                .collect();
        }
        ways.extend(all.into_iter().filter(|way| !way.is_empty()).take(MOST));
    }
    let mut found: Vec<Flip> =
        ways.into_iter().filter_map(|steps| wanted.proved(steps, case, &goal, old)).collect();
    found.sort_by_key(|flip| (flip.side_effects(), flip.adds(), flip.size()));
    let mut kept: Vec<Flip> = Vec::new();
    for flip in found {
        // What takes away and adds at once is for where nothing else does it.
        let edits = flip.steps.iter().any(|step| !matches!(step.change, Change::Add(_)));
        if flip.adds() && edits && !kept.is_empty() {
            continue;
        }
        if kept.iter().all(|known| known.manner() != flip.manner()) {
            kept.push(flip);
        }
    }
    kept
}

/// Up to so many combinations are evaluated.
const MOST: usize = 8;

impl Flip {
    /// Between how many pairs something changes besides.
    pub fn side_effects(&self) -> usize {
        self.besides.iter().map(Changed::pairs).sum()
    }

    /// Whether it adds a policy.
    pub fn adds(&self) -> bool {
        self.steps.iter().any(|step| matches!(step.change, Change::Add(_)))
    }

    /// Whether it adds a policy, and whether of another kind than NetworkPolicy, which not every cluster has.
    fn manner(&self) -> (bool, bool) {
        let is_other = |step: &Step| step.policy.kind != "NetworkPolicy";
        (self.adds(), self.adds() && self.steps.iter().any(is_other))
    }

    fn size(&self) -> usize {
        let lines = |step: &Step| {
            step.value.as_ref().map_or(1, |value| ironsides_tree::print::yaml(value).lines().count())
        };
        self.steps.iter().map(lines).sum()
    }
}

impl<'a> Wanted<'a> {
    fn of(
        state: &'a State,
        options: &'a Options,
        lowered: &'a Lowered,
        case: &Case,
        from: &Party,
        to: &Party,
    ) -> Option<Self> {
        let (all, of) = groups(&state.cluster);
        let end = |party: &Party, whom: &mut dyn Iterator<Item = Whom>| -> Option<End> {
            let whom: Vec<Whom> = whom.collect();
            let first = *whom.first()?;
            if !whom.iter().all(|other| other.is_like(first, &state.cluster) || is_outside(*other)) {
                return None;
            }
            match first {
                Whom::Pod(at) => {
                    let group = all.get(*of.get(at as usize)? as usize)?;
                    // A pod of its own is not the whole workload, unless there is no other.
                    let whole = party.kind != PartyKind::Pod || group.pods.len() == 1;
                    (whole && !group.host_network).then(|| End::Pods {
                        namespace: group.namespace.clone(),
                        name: group.name.clone(),
                        labels: group.selector.clone(),
                    })
                }
                Whom::Node(at) => Some(End::Node(state.cluster.nodes.get(at as usize)?.addresses.clone())),
                Whom::Outside(..) => Some(End::Outside(write::blocks(party))),
            }
        };
        let ends = [
            end(from, &mut case.pairs.iter().map(|pair| pair.0))?,
            end(to, &mut case.pairs.iter().map(|pair| pair.1))?,
        ];
        let traffic = match case.traffic.as_slice() {
            [one] if one.first == one.last && one.protocol.has_ports() => Some(one.traffic()),
            _ => None,
        };
        Some(Self { state, lowered, options, ends, traffic, request: None })
    }

    /// Whom rules of a direction guard.
    pub(crate) fn subject(&self, direction: Direction) -> &End {
        let [from, to] = &self.ends;
        if direction == Direction::Egress { from } else { to }
    }

    /// Who is at the other end.
    pub(crate) fn peer(&self, direction: Direction) -> &End {
        let [from, to] = &self.ends;
        if direction == Direction::Egress { to } else { from }
    }

    /// Whether a verdict on the connection is what is wanted of it, or of the request on it.
    fn is(&self, lowered: &Lowered, verdict: &Verdict, goal: &Verdict) -> bool {
        match self.request {
            Some(request) => requested(lowered, verdict, request) == *goal,
            None => verdict == goal,
        }
    }

    fn after(&self, steps: &[Step]) -> Option<(State, Lowered)> {
        let changes: Vec<Change> = steps.iter().map(|step| step.change.clone()).collect();
        let state = self.state.after(&changes).ok()?;
        let lowered = state.lower_again(self.state, self.lowered, self.options);
        Some((state, lowered))
    }

    /// Whether one end lets the first kind of the traffic through after some steps.
    fn opens(&self, steps: &[Step], case: &Case, direction: Direction) -> bool {
        let Some((_, lowered)) = self.after(steps) else { return false };
        let Some(stretch) = case.traffic.first() else { return false };
        case.pairs.iter().all(|&(from, to)| {
            let flow =
                crate::lowered::Flow { from: from.endpoint(), to: to.endpoint(), traffic: stretch.traffic() };
            lowered.answer(flow).is_some_and(|answer| {
                let end = if direction == Direction::Egress { answer.egress } else { answer.ingress };
                self.is(&lowered, &end.verdict, &Verdict::Allow)
            })
        })
    }

    /// The steps with all that they change, if they do what is wanted.
    fn proved(&self, steps: Vec<Step>, case: &Case, goal: &Verdict, old: Side<'_>) -> Option<Flip> {
        let (state, lowered) = self.after(&steps)?;
        let engine = Engine::new(&lowered);
        let flipped = case.pairs.iter().all(|&(from, to)| {
            engine.connections(from.endpoint(), to.endpoint()).is_some_and(|connections| {
                let mut parts = connections.parts().iter();
                parts.all(|part| {
                    self.is(&lowered, &part.verdict, goal)
                        || !case.traffic.iter().any(|asked| overlaps(*asked, part.traffic))
                })
            })
        });
        if !flipped {
            return None;
        }
        let new = Side { cluster: &state.cluster, engine: &engine };
        let namespaces: Option<BTreeSet<&str>> =
            steps.iter().map(|step| step.policy.namespace.as_deref()).collect();
        let pods = &state.cluster.pods;
        // A policy of a namespace guards nobody elsewhere.
        let is_guarded = |endpoint: Endpoint| match (endpoint, &namespaces) {
            (_, None) => true,
            (Endpoint::Pod(at), Some(namespaces)) => {
                pods.get(at as usize).is_some_and(|pod| namespaces.contains(&*pod.namespace))
            }
            _ => false,
        };
        let diff = Diff::among(old, new, &BTreeSet::new(), |from, to| is_guarded(from) || is_guarded(to));
        let besides =
            diff.changes.into_iter().filter_map(|change| self.besides(change, case, goal)).collect();
        Some(Flip { steps, besides })
    }

    /// A change without what was asked for; `None` where it is nothing else.
    fn besides(&self, mut change: Changed, case: &Case, goal: &Verdict) -> Option<Changed> {
        let delta = &change.delta;
        let traffic = match (goal, &case.verdict) {
            (_, Verdict::Limited(_)) => &delta.altered,
            (Verdict::Allow, _) => &delta.opened,
            _ => &delta.closed,
        };
        let lists = [&delta.opened, &delta.closed, &delta.altered];
        let is_alone = lists.into_iter().filter(|list| !list.is_empty()).count() == 1;
        if !is_alone || !same(traffic, &case.traffic) {
            return Some(change);
        }
        let from = self.asked(&change.from, case, |pair| pair.0);
        let to = self.asked(&change.to, case, |pair| pair.1);
        if let (Some(from), Some(to)) = (from, to) {
            // Of many to many the pair that was asked for cannot be told apart.
            if change.from.len() == 1 {
                change.to.remove(&to);
            } else if change.to.len() == 1 {
                change.from.remove(&from);
            }
        }
        (change.pairs() > 0).then_some(change)
    }

    /// Who of these was asked for.
    fn asked(
        &self,
        people: &BTreeSet<Somebody>,
        case: &Case,
        pick: fn(&(Whom, Whom)) -> Whom,
    ) -> Option<Somebody> {
        let outside = case.pairs.iter().map(pick).any(is_outside);
        let is = |who: &&Somebody| match who {
            Somebody::Outside(_) => outside,
            who => case
                .pairs
                .iter()
                .any(|pair| Somebody::of(pick(pair).endpoint(), &self.state.cluster).as_ref() == Some(*who)),
        };
        people.iter().find(is).cloned()
    }
}

fn is_outside(whom: Whom) -> bool {
    matches!(whom, Whom::Outside(..))
}

fn overlaps(one: Stretch, other: Stretch) -> bool {
    one.protocol == other.protocol && one.first <= other.last && other.first <= one.last
}

/// Whether two lists of stretches hold the same traffic.
fn same(one: &[Stretch], other: &[Stretch]) -> bool {
    let sorted = |list: &[Stretch]| {
        let mut list = list.to_vec();
        list.sort_unstable();
        list
    };
    sorted(one) == sorted(other)
}

/// A path as [`crate::Place`] tells it: `spec.ingress[0].from`.
pub(crate) fn path(text: &str) -> OwnedPath {
    let mut path = OwnedPath::default();
    for word in text.split('.').filter(|word| !word.is_empty()) {
        let mut parts = word.split('[');
        if let Some(key) = parts.next().filter(|key| !key.is_empty()) {
            path = path.join(Part::from(key));
        }
        for index in parts.filter_map(|part| part.strip_suffix(']')?.parse::<u32>().ok()) {
            path = path.join(Part::Index(index));
        }
    }
    path
}

/// An edit of a document that is there, as a step.
pub(crate) fn edit(policy: &PolicyName, document: u32, at: &str, value: Option<Node>) -> Step {
    let path = path(at);
    let (what, edit) = match &value {
        Some(value) => (format!("add to {at}"), Edit::append(path, value.clone())),
        None => (format!("remove {at}"), Edit::remove(path)),
    };
    Step {
        change: Change::Edit { document, edits: vec![edit] },
        policy: policy.clone(),
        what,
        path: at.to_owned(),
        value,
    }
}

#[cfg(test)]
mod tests;
