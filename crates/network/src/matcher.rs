//! What a rule asks of its subject and of its peers.

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
        let mut condition = None;
        for conjunct in &self.0 {
            match conjunct.matches(view) {
                Match::Yes => return Match::Yes,
                Match::No => {}
                Match::If(why) => condition = condition.or(Some(why)),
            }
        }
        condition.map_or(Match::No, Match::If)
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
            (Some(_), Addresses::Unknown) => Match::If(Arc::from("its address is in the block")),
            (Some(set), Addresses::Known(addresses)) => {
                let within = addresses.iter().filter(|&&address| set.contains(address)).count();
                match within {
                    0 => Match::No,
                    all if all == addresses.len() => Match::Yes,
                    // Of an IPv4 and an IPv6 address, or of several of a node, each connection uses one.
                    _ => Match::If(Arc::from("the connection uses an address of it that is in the block")),
                }
            }
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
            (Match::If(why), _) => Match::If(why),
            (Match::Yes, Some(condition)) => Match::If(Arc::clone(condition)),
        }
    }
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
