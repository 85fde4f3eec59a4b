//! What a group of subjects makes of every peer.

use smallvec::SmallVec;

use super::Engine;
use super::classes::number;
use super::connections::Connections;
use super::pool::{ConnectionsId, List};
use super::selectors::Hits;
use crate::decide::{Candidate, both};
use crate::rule::Direction;

/// Where more than one class of so many is touched, a row is made in the order of its positions.
const DENSE: usize = 8;

/// What a group of subjects makes of every class as its peer.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// Of most of them.
    pub(super) most: ConnectionsId,
    /// Of the others, by their position in the order of peers.
    pub(super) others: Box<[(u32, ConnectionsId)]>,
}

impl Row {
    /// What the group makes of the class at a position.
    pub(super) fn get(&self, position: u32) -> ConnectionsId {
        let found = self.others.binary_search_by_key(&position, |&(position, _)| position).ok();
        found.and_then(|at| self.others.get(at)).map_or(self.most, |&(_, connections)| connections)
    }
}

/// Room to make rows in: empty between two of them.
#[derive(Default)]
pub(super) struct Scratch {
    /// The state of each class.
    state: Vec<u32>,
    /// The classes with a state other than 0.
    touched: Vec<u32>,
}

/// Peers that were selected alike so far: those of an earlier state whom something more selects.
#[derive(Clone, Copy)]
struct State {
    before: u32,
    /// What selects them now: a place in the list of additions.
    more: u32,
}

impl Engine<'_> {
    /// Makes the row of a group. Peers are divided by one selector after another: those that the same ones select end in the
    /// same state, and each state is judged once.
    pub(super) fn make_row(&self, direction: Direction, group: u32, scratch: &mut Scratch) -> Row {
        let classes = self.classes.list.len();
        scratch.state.resize(classes, 0);
        let side = &self.sides[direction as usize];
        let Some(own) = self.classes.groups[direction as usize].get(group as usize) else {
            return Row { most: ConnectionsId::EVERYTHING, others: Box::default() };
        };
        // The rules of the group by selector of peers: each with the condition on the subject.
        let mut rules: Vec<(u32, u32, u32)> = Vec::new();
        for &(subject, condition) in &own.subjects {
            let guards = side.rules.get(subject as usize).into_iter().flatten();
            rules.extend(guards.map(|&(peers, rule)| (peers, rule, condition)));
        }
        rules.sort_unstable();
        rules.dedup();

        let mut everyone: Taken = Vec::new();
        let mut additions: Vec<Taken> = Vec::new();
        let mut states = vec![State { before: 0, more: u32::MAX }];
        let mut next: Vec<u32> = vec![u32::MAX];
        let mut used: Vec<u32> = Vec::new();
        for alike in rules.chunk_by(|one, other| one.0 == other.0) {
            let Some(hits) = alike.first().and_then(|(peers, ..)| self.classes.peers.get(*peers as usize))
            else {
                continue;
            };
            let taken = |also: u32| alike.iter().map(move |&(_, rule, condition)| (rule, [condition, also]));
            let Some(parts) = Hits::parts(hits) else {
                everyone.extend(taken(0));
                continue;
            };
            for (condition, list) in parts.filter(|(_, list)| !list.is_empty()) {
                let more = number(additions.len());
                additions.push(taken(condition).collect());
                for &class in list {
                    let Some(state) = scratch.state.get_mut(class as usize) else { continue };
                    let Some(new) = next.get_mut(*state as usize) else { continue };
                    if *new == u32::MAX {
                        *new = number(states.len());
                        used.push(*state);
                        states.push(State { before: *state, more });
                    }
                    if *state == 0 {
                        scratch.touched.push(class);
                    }
                    *state = *new;
                }
                for state in used.drain(..) {
                    if let Some(new) = next.get_mut(state as usize) {
                        *new = u32::MAX;
                    }
                }
                next.resize(states.len(), u32::MAX);
            }
        }
        self.settle(direction, own.ports, &Made { everyone, additions, states }, scratch)
    }

    /// Judges the states and gathers the row.
    fn settle(&self, direction: Direction, ports: u32, made: &Made, scratch: &mut Scratch) -> Row {
        let mut judged: Vec<Option<Judged>> = vec![None; made.states.len()];
        let mut of = |state: u32, own: u32| {
            let Some(slot) = judged.get_mut(state as usize) else { return ConnectionsId::NOTHING };
            let known = slot.get_or_insert_with(|| {
                let list = made.list(state);
                let names = list.iter().any(|&(rule, _)| self.names_ports(rule));
                // For what is received the ports are the subject's own, and the group's; for what is sent the peer's.
                Judged { list, named: direction == Direction::Egress && names, by_ports: SmallVec::new() }
            });
            let ports = if known.named { own } else { ports };
            if let Some(&(_, connections)) = known.by_ports.iter().find(|(own, _)| *own == ports) {
                return connections;
            }
            let connections = self.pool.list((known.list.clone(), ports), |list| self.judge(list));
            known.by_ports.push((ports, connections));
            connections
        };
        let untouched = of(0, 0);
        // Those in no state are alike but for their named ports.
        let mut classes = std::mem::take(&mut scratch.touched);
        classes
            .extend(self.with_ports.iter().filter(|&&class| scratch.state.get(class as usize) == Some(&0)));
        let mut tally: Vec<(ConnectionsId, usize)> = Vec::new();
        let mut others: Vec<(u32, ConnectionsId)> = Vec::with_capacity(classes.len());
        let mut add = |position: u32, class: u32, state: u32| {
            let connections = of(state, self.peer_ports(class));
            count(&mut tally, connections, 1);
            others.push((position, connections));
        };
        if classes.len() * DENSE > scratch.state.len() {
            // All in their order are looked at sooner than many are sorted.
            for (position, id) in (0..).zip(self.peers(direction)) {
                let state = scratch.state.get(id.index()).copied().unwrap_or_default();
                if state != 0 || (!self.with_ports.is_empty() && self.peer_ports(id.0) != 0) {
                    add(position, id.0, state);
                }
            }
        } else {
            for &class in &classes {
                let state = scratch.state.get(class as usize).copied().unwrap_or_default();
                add(self.position(direction, class), class, state);
            }
            others.sort_unstable();
        }
        for class in classes.drain(..) {
            if let Some(state) = scratch.state.get_mut(class as usize) {
                *state = 0;
            }
        }
        scratch.touched = classes;
        count(&mut tally, untouched, self.classes.list.len() - others.len());
        let best =
            tally.into_iter().max_by_key(|&(connections, count)| (count, std::cmp::Reverse(connections)));
        let most = best.map_or(untouched, |(connections, _)| connections);
        if most != untouched {
            let mut known = others.into_iter().peekable();
            let all = (0..number(self.classes.list.len()))
                .map(|position| known.next_if(|(own, _)| *own == position).unwrap_or((position, untouched)));
            others = all.collect();
        }
        others.retain(|(_, connections)| *connections != most);
        Row { most, others: others.into() }
    }

    fn judge(&self, (list, ports): &List) -> Connections {
        let candidate = |&(rule, [subject, peer]): &(u32, [u32; 2])| {
            let condition = both(self.conditions.get(subject), self.conditions.get(peer));
            Candidate { rule, condition }
        };
        let candidates: Vec<Candidate> = list.iter().map(candidate).collect();
        let named = self.ports.get(*ports).map_or(&[][..], |named| named);
        Connections::judged(&self.lowered.rules, &candidates, named)
    }
}

/// Rules (the first of each effect) with their conditions, on the subject and on the peer, by number.
type Taken = Vec<(u32, [u32; 2])>;

/// How the peers of a group were divided.
struct Made {
    /// What takes every peer.
    everyone: Taken,
    /// What was added with each division.
    additions: Vec<Taken>,
    /// All states; the first is that of peers that nothing else selects.
    states: Vec<State>,
}

impl Made {
    /// What takes the peers in a state, sorted and each once.
    fn list(&self, state: u32) -> Box<[(u32, [u32; 2])]> {
        let mut list = self.everyone.clone();
        let mut at = state;
        while at != 0 {
            let Some(state) = self.states.get(at as usize) else { break };
            list.extend(self.additions.get(state.more as usize).into_iter().flatten());
            at = state.before;
        }
        list.sort_unstable();
        list.dedup();
        list.into()
    }
}

/// A state with what was found of it.
#[derive(Clone)]
struct Judged {
    list: Box<[(u32, [u32; 2])]>,
    /// Whether it matters how the peer names its ports.
    named: bool,
    by_ports: SmallVec<[(u32, ConnectionsId); 1]>,
}

/// Counts connections, of which a row has few different ones.
fn count(tally: &mut Vec<(ConnectionsId, usize)>, connections: ConnectionsId, more: usize) {
    match tally.iter_mut().find(|(known, _)| *known == connections) {
        Some((_, count)) => *count += more,
        None => tally.push((connections, more)),
    }
}
