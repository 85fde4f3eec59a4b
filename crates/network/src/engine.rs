//! All pairs at once: what every endpoint can send to every other, without asking for each pair.
//!
//! Endpoints that no rule tells apart form a [`Class`]. Classes that the same rules guard form a group for each direction. A
//! group sees its peers divided into a few kinds, by which of its rules take them; each kind is judged once, by the same
//! [`crate::judge`] that decides on a single connection. What both ends say is joined for each two values that meet, not for
//! each two endpoints.

mod classes;
mod connections;
mod effects;
mod intern;
mod near;
mod pool;
mod rectangles;
mod rows;
mod selectors;
mod shapes;

use std::sync::{Arc, OnceLock};

pub use self::classes::{Class, ClassId};
use self::classes::{Classes, Conditions, number};
pub use self::connections::{Connections, Part};
use self::intern::Interner;
pub use self::near::Near;
pub use self::pool::ConnectionsId;
use self::pool::Pool;
pub use self::rectangles::Rectangle;
use self::rows::{Row, Scratch};
use self::selectors::Selectors;
use self::shapes::Shapes;
use crate::cluster::Endpoint;
use crate::lowered::Lowered;
use crate::port::PortMatch;
use crate::rule::Direction;
use crate::view::NamedPort;

/// Answers for all pairs of a cluster under one plug-in.
pub struct Engine<'a> {
    lowered: &'a Lowered,
    classes: Classes,
    conditions: Conditions,
    /// The lists of named ports that classes have.
    ports: Interner<[NamedPort]>,
    /// The classes that name ports for others.
    with_ports: Vec<u32>,
    /// Whether each rule asks for a port by name.
    names_ports: Vec<bool>,
    sides: [Side; 2],
    pool: Pool,
}

/// What guards one direction.
struct Side {
    /// For each selector of subjects its rules: the selector of peers, and the first rule of the same effect.
    rules: Vec<Vec<(u32, u32)>>,
    /// What each group makes of its peers, once it was asked for.
    rows: Vec<OnceLock<Arc<Row>>>,
    /// All classes that hold something by their group in this direction, then the others.
    order: Vec<ClassId>,
    /// The place of each class in `order`.
    position: Vec<u32>,
    /// From where to where in `order` each group goes.
    ranges: Vec<(u32, u32)>,
    /// How many pods stand before each place of `order`, and behind the last.
    pods: Vec<u64>,
}

impl<'a> Engine<'a> {
    /// Divides what talks into classes. What these can send is found when it is asked for.
    pub fn new(lowered: &'a Lowered) -> Self {
        let selectors = Selectors::new(lowered);
        let shapes = Shapes::new(lowered, &selectors);
        let mut conditions = Conditions::default();
        let classes = Classes::new(lowered, &selectors, &shapes, &mut conditions);
        let effects = effects::representatives(&lowered.rules);
        let names = |rule: &crate::rule::Rule| {
            rule.ports.iter().flat_map(|ports| ports.iter()).any(PortMatch::is_named)
        };
        let with_ports =
            (0..).zip(&classes.list).filter(|(_, class)| class.peer_ports != 0).map(|(at, _)| at).collect();
        let sides = Direction::ALL.map(|direction| {
            let mut rules = vec![Vec::new(); selectors.len()];
            for ((rule, &(subject, peers)), &effect) in lowered.rules.iter().zip(&selectors.of).zip(&effects)
            {
                if let Some(rules) = rules.get_mut(subject as usize).filter(|_| rule.direction == direction) {
                    rules.push((peers, effect));
                }
            }
            Side::new(direction, &classes, rules)
        });
        Self {
            lowered,
            classes,
            conditions,
            ports: shapes.ports,
            with_ports,
            names_ports: lowered.rules.iter().map(names).collect(),
            sides,
            pool: Pool::new(&lowered.rules),
        }
    }

    /// The cluster and its policies.
    pub fn lowered(&self) -> &'a Lowered {
        self.lowered
    }

    /// All classes: those of pods in their order, then those of nodes and of addresses outside. Some hold nothing.
    pub fn classes(&self) -> &[Class] {
        &self.classes.list
    }

    /// A class by its number.
    pub fn class(&self, id: ClassId) -> Option<&Class> {
        self.classes.list.get(id.index())
    }

    /// The class at a place in [`Engine::classes`]; `None` where there are fewer.
    pub fn numbered(&self, at: u32) -> Option<ClassId> {
        ((at as usize) < self.classes.list.len()).then_some(ClassId(at))
    }

    /// The class of an endpoint; `None` where there is no such endpoint.
    pub fn class_of(&self, endpoint: Endpoint) -> Option<ClassId> {
        match endpoint {
            Endpoint::Pod(at) => self.classes.of_pods.get(at as usize).copied(),
            Endpoint::Node(at) => self.classes.of_nodes.get(at as usize).copied(),
            Endpoint::Address(address) => {
                let after = self.lowered.outside.partition_point(|&((first, _), _)| first <= address);
                self.classes.of_outside.get(after.checked_sub(1)?).copied()
            }
        }
    }

    /// The class at a place of [`Engine::classes`].
    pub fn class_at(&self, place: u32) -> Option<ClassId> {
        ((place as usize) < self.classes.list.len()).then_some(ClassId(place))
    }

    /// The class of a stretch of addresses: a place in [`field@Lowered::outside`].
    pub fn class_of_outside(&self, place: u32) -> Option<ClassId> {
        self.classes.of_outside.get(place as usize).copied()
    }

    /// What one endpoint can send to another; `None` where one of them does not exist.
    pub fn connections(&self, from: Endpoint, to: Endpoint) -> Option<Connections> {
        Some(self.get(self.connections_id(from, to)?))
    }

    /// What one endpoint can send to another, by number.
    pub fn connections_id(&self, from: Endpoint, to: Endpoint) -> Option<ConnectionsId> {
        let (sender, receiver) = (self.class_of(from)?, self.class_of(to)?);
        let node = self.lowered.node(from);
        if node.is_some() && node == self.lowered.node(to) {
            return self.between_near(sender, receiver);
        }
        self.between(sender, receiver)
    }

    /// What endpoints of one class can send to those of another that are not on the same node.
    pub fn between(&self, from: ClassId, to: ClassId) -> Option<ConnectionsId> {
        let (sender, receiver) = (self.class(from)?, self.class(to)?);
        Some(
            self.pool
                .and(self.says(Direction::Egress, sender, to), self.says(Direction::Ingress, receiver, from)),
        )
    }

    /// What endpoints of one class can send to those of another that are on the same node.
    pub fn between_near(&self, from: ClassId, to: ClassId) -> Option<ConnectionsId> {
        let (sender, receiver) = (self.class(from)?, self.class(to)?);
        Some(self.pool.and(
            self.says(Direction::Egress, sender, receiver.near),
            self.says(Direction::Ingress, receiver, sender.near),
        ))
    }

    /// The connections of a number.
    pub fn get(&self, id: ConnectionsId) -> Connections {
        self.pool.get(id)
    }

    /// How much there is: for benches and for those who are curious.
    pub fn size(&self) -> Size {
        Size {
            classes: self.classes.list.len(),
            groups: self.classes.groups.each_ref().map(Vec::len),
            judged: self.pool.judged(),
            connections: self.pool.len(),
        }
    }

    fn says(&self, direction: Direction, subject: &Class, peer: ClassId) -> ConnectionsId {
        let group = subject.groups[direction as usize];
        let side = &self.sides[direction as usize];
        let Some(cell) = side.rows.get(group as usize) else { return ConnectionsId::NOTHING };
        let row = cell.get_or_init(|| Arc::new(self.make_row(direction, group, &mut Scratch::default())));
        row.get(self.position(direction, peer.0))
    }

    /// Where rows of a direction have a class as a peer: by what guards its own end of the connection.
    fn position(&self, direction: Direction, class: u32) -> u32 {
        self.other_side(direction).position.get(class as usize).copied().unwrap_or_default()
    }

    /// All classes in the order in which rows of a direction have them.
    fn peers(&self, direction: Direction) -> &[ClassId] {
        &self.other_side(direction).order
    }

    fn other_side(&self, direction: Direction) -> &Side {
        let [ingress, egress] = &self.sides;
        match direction {
            Direction::Ingress => egress,
            Direction::Egress => ingress,
        }
    }

    fn names_ports(&self, rule: u32) -> bool {
        self.names_ports.get(rule as usize).copied().unwrap_or_default()
    }

    fn peer_ports(&self, class: u32) -> u32 {
        self.classes.list.get(class as usize).map_or(0, |class| class.peer_ports)
    }
}

/// How much an [`Engine`] holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Classes.
    pub classes: usize,
    /// Groups of subjects, for ingress and egress.
    pub groups: [usize; 2],
    /// Different lists of rules that were judged so far.
    pub judged: usize,
    /// Different connections that were met so far.
    pub connections: usize,
}

impl Side {
    fn new(direction: Direction, classes: &Classes, rules: Vec<Vec<(u32, u32)>>) -> Self {
        let group = |class: &Class| class.groups[direction as usize];
        let holds =
            |class: &Class| !(class.pods.is_empty() && class.nodes.is_empty() && class.outside.is_empty());
        let mut order: Vec<ClassId> = (0..number(classes.list.len())).map(ClassId).collect();
        order.sort_by_key(|id| classes.list.get(id.index()).map(|class| (!holds(class), group(class))));
        let mut position = vec![0; order.len()];
        let count = classes.groups[direction as usize].len();
        let mut ranges = vec![(0, 0); count];
        for (place, id) in (0..).zip(&order) {
            if let Some(position) = position.get_mut(id.index()) {
                *position = place;
            }
            let Some(class) = classes.list.get(id.index()).filter(|class| holds(class)) else { continue };
            if let Some(range) = ranges.get_mut(group(class) as usize) {
                if range.1 == 0 {
                    range.0 = place;
                }
                range.1 = place + 1;
            }
        }
        let rows = (0..count).map(|_| OnceLock::new()).collect();
        let pods = order.iter().scan(0, |sum, id| {
            *sum += classes.list.get(id.index()).map_or(0, |class| class.pods.len() as u64);
            Some(*sum)
        });
        let pods = [0].into_iter().chain(pods).collect();
        Self { rules, rows, order, position, ranges, pods }
    }
}

#[cfg(test)]
mod tests;
