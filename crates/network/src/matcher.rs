//! What a rule asks of its subject and of its peers.

mod compare;

use std::net::IpAddr;
use std::sync::Arc;

use smallvec::SmallVec;

use crate::address::AddressSet;
use crate::symbol::{LabelSet, Symbol};
use crate::view::{Addresses, View};

/// Selects views: all that satisfy at least one of its conjuncts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Matcher(pub Vec<Conjunct>);

/// Conditions of which all must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Conjunct {
    /// On labels.
    pub requirements: SmallVec<[Requirement; 2]>,
    /// On the address: one of it must be in this set.
    pub addresses: Option<Arc<AddressSet>>,
    /// What else must hold and cannot be decided from what is known, in words that go on after "if": `the name resolves to
    /// this address`.
    pub condition: Option<Arc<str>>,
}

/// One condition on labels.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Requirement {
    /// The label.
    pub key: Symbol,
    /// What is asked of it.
    pub operator: Operator,
}

/// What is asked of a label.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Operator {
    /// It is there with one of these values.
    In(SmallVec<[Symbol; 1]>),
    /// It is absent, or has none of these values.
    NotIn(SmallVec<[Symbol; 1]>),
    /// It is there.
    Exists,
    /// It is absent.
    DoesNotExist,
}

/// Whether something is selected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Match {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// It depends, on what the text says after "if".
    If(Arc<str>),
}

impl Matcher {
    /// Selects nothing.
    pub fn nobody() -> Self {
        Self(Vec::new())
    }

    /// Selects everything.
    pub fn everybody() -> Self {
        Self(vec![Conjunct::default()])
    }

    /// Selects what has a label with a value.
    pub fn label(key: Symbol, value: Symbol) -> Self {
        Self(vec![Conjunct::of([Requirement::equals(key, value)])])
    }

    /// Whether it selects everything.
    pub fn is_everybody(&self) -> bool {
        self.0.iter().any(|conjunct| *conjunct == Conjunct::default())
    }

    /// Whether it selects a view.
    pub fn matches(&self, view: &View) -> Match {
        let mut conditions: Vec<Arc<str>> = Vec::new();
        for conjunct in &self.0 {
            match conjunct.matches(view) {
                Match::Yes => return Match::Yes,
                Match::If(why) if !conditions.contains(&why) => conditions.push(why),
                Match::No | Match::If(_) => {}
            }
        }
        // A connection goes over one of both families.
        let over = |family: &str| conditions.iter().any(|condition| &**condition == family);
        if over(OVER_IPV4) && over(OVER_IPV6) {
            return Match::Yes;
        }
        match conditions.as_slice() {
            [] => Match::No,
            [one] => Match::If(Arc::clone(one)),
            several => Match::If(several.join(" or ").into()),
        }
    }
}

impl Conjunct {
    /// Conditions on labels alone.
    pub fn of(requirements: impl IntoIterator<Item = Requirement>) -> Self {
        Self { requirements: requirements.into_iter().collect(), ..Self::default() }
    }

    /// The address must be in a set.
    pub fn within(addresses: AddressSet) -> Self {
        Self { addresses: Some(Arc::new(addresses)), ..Self::default() }
    }

    /// Whether it holds for a view.
    pub fn matches(&self, view: &View) -> Match {
        if !self.requirements.iter().all(|requirement| requirement.matches(&view.labels)) {
            return Match::No;
        }
        let by_address = match (&self.addresses, &view.addresses) {
            (None, _) => Match::Yes,
            (Some(_), Addresses::Unseen) => Match::No,
            (Some(set), Addresses::Unknown) if set.is_empty() => Match::No,
            (Some(set), Addresses::Unknown) if **set == AddressSet::everything() => Match::Yes,
            // Blocks that differ are conditions that differ: one may hold where the other does not.
            (Some(set), Addresses::Unknown) => Match::If(format!("its address is in {set}").into()),
            (Some(set), Addresses::Known(addresses)) => known(set, addresses),
            (Some(set), Addresses::Range(first, _)) => {
                if set.contains(*first) {
                    Match::Yes
                } else {
                    Match::No
                }
            }
        };
        match (by_address, &self.condition) {
            (Match::No, _) => Match::No,
            (Match::Yes, None) => Match::Yes,
            (Match::If(why), None) => Match::If(why),
            (Match::Yes, Some(condition)) => Match::If(Arc::clone(condition)),
            (Match::If(why), Some(condition)) => Match::If(format!("{why} and {condition}").into()),
        }
    }
}

/// What decides where a pod or node has addresses of both families, and a block takes those of one.
pub(crate) const OVER_IPV4: &str = "the connection goes over IPv4";
/// The other of the two: one of them holds.
pub(crate) const OVER_IPV6: &str = "the connection goes over IPv6";

/// What decides between a node and a pod of which nobody knows the node.
pub(crate) const ON_THIS_NODE: &str = "the pod is on this node";
/// The other of the two: one of them holds.
pub(crate) const ON_ANOTHER_NODE: &str = "the pod is on another node";
/// What decides where an end is in the network of a node that nobody knows.
pub(crate) const ON_ONE_NODE: &str = "both are on one node";

/// Of several addresses each connection uses one.
fn known(set: &AddressSet, addresses: &[IpAddr]) -> Match {
    let within = |address: &&IpAddr| set.contains(**address);
    let count = addresses.iter().filter(within).count();
    if count == 0 {
        return Match::No;
    }
    if count == addresses.len() {
        return Match::Yes;
    }
    let four = addresses.iter().all(|address| set.contains(*address) == address.is_ipv4());
    let six = addresses.iter().all(|address| set.contains(*address) == address.is_ipv6());
    if four || six {
        return Match::If(Arc::from(if four { OVER_IPV4 } else { OVER_IPV6 }));
    }
    Match::If(format!("the connection uses an address of it in {set}").into())
}

impl Requirement {
    /// A label has a value.
    pub fn equals(key: Symbol, value: Symbol) -> Self {
        Self { key, operator: Operator::In(SmallVec::from_slice(&[value])) }
    }

    /// A label is there.
    pub fn exists(key: Symbol) -> Self {
        Self { key, operator: Operator::Exists }
    }

    /// Whether labels satisfy it.
    pub fn matches(&self, labels: &LabelSet) -> bool {
        let value = labels.get(self.key);
        match &self.operator {
            Operator::In(values) => value.is_some_and(|value| values.contains(&value)),
            Operator::NotIn(values) => value.is_none_or(|value| !values.contains(&value)),
            Operator::Exists => value.is_some(),
            Operator::DoesNotExist => value.is_none(),
        }
    }
}
