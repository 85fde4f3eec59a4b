//! Whether one matcher selects all that another does, and whether two can select the same: by what they ask alone, whoever is
//! there.

use super::{Conjunct, Matcher, Operator, Requirement};
use crate::address::AddressSet;

impl Matcher {
    /// Whether whatever another selects is selected by this too. No does not mean that something is not: only what
    /// follows from the conditions themselves is found.
    pub fn covers(&self, other: &Self) -> bool {
        other.0.iter().all(|conjunct| self.takes(conjunct))
    }

    /// Whether whatever satisfies a conjunct is selected, as far as one conjunct of this or the blocks of several tell.
    pub fn takes(&self, conjunct: &Conjunct) -> bool {
        if self.0.iter().any(|own| own.is_implied_by(conjunct)) {
            return true;
        }
        let Some(addresses) = &conjunct.addresses else { return false };
        // Several blocks may hold what none of them holds alone.
        let certain = self.0.iter().filter(|own| {
            own.condition.is_none() && own.addresses.is_some() && own.requirements_follow(conjunct)
        });
        let whole: AddressSet = certain
            .filter_map(|own| own.addresses.as_deref())
            .flat_map(AddressSet::ranges)
            .copied()
            .collect();
        addresses.minus(&whole).is_empty()
    }

    /// Whether something may be selected by both: labels contradict each other or blocks have nothing in common where not.
    pub fn meets(&self, other: &Self) -> bool {
        self.0.iter().any(|one| other.0.iter().any(|another| one.meets(another)))
    }
}

impl Conjunct {
    /// Whether whatever satisfies another satisfies this.
    fn is_implied_by(&self, other: &Self) -> bool {
        let within = match (&self.addresses, &other.addresses) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(own), Some(others)) => others.minus(own).is_empty(),
        };
        within
            && (self.condition.is_none() || self.condition == other.condition)
            && self.requirements_follow(other)
    }

    fn requirements_follow(&self, other: &Self) -> bool {
        let follows = |asked: &Requirement| other.requirements.iter().any(|given| given.implies(asked));
        self.requirements.iter().all(follows)
    }

    fn meets(&self, other: &Self) -> bool {
        let apart = match (&self.addresses, &other.addresses) {
            (Some(one), Some(another)) => one.and(another).is_empty(),
            _ => false,
        };
        let contradicts =
            |one: &Requirement| other.requirements.iter().any(|another| one.contradicts(another));
        !apart && !self.requirements.iter().any(contradicts)
    }
}

impl Requirement {
    /// Whether labels that satisfy this satisfy another.
    fn implies(&self, other: &Self) -> bool {
        if self.key != other.key {
            return false;
        }
        match (&self.operator, &other.operator) {
            (Operator::In(own), Operator::In(others)) => own.iter().all(|value| others.contains(value)),
            (Operator::In(_) | Operator::Exists, Operator::Exists)
            | (Operator::DoesNotExist, Operator::DoesNotExist | Operator::NotIn(_)) => true,
            (Operator::In(own), Operator::NotIn(others)) => !own.iter().any(|value| others.contains(value)),
            (Operator::NotIn(own), Operator::NotIn(others)) => others.iter().all(|value| own.contains(value)),
            _ => false,
        }
    }

    /// Whether no labels satisfy both.
    fn contradicts(&self, other: &Self) -> bool {
        if self.key != other.key {
            return false;
        }
        match (&self.operator, &other.operator) {
            (Operator::In(own), Operator::In(others)) => !own.iter().any(|value| others.contains(value)),
            (Operator::In(own), Operator::NotIn(others)) | (Operator::NotIn(others), Operator::In(own)) => {
                own.iter().all(|value| others.contains(value))
            }
            (Operator::DoesNotExist, Operator::In(_) | Operator::Exists)
            | (Operator::In(_) | Operator::Exists, Operator::DoesNotExist) => true,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;
    use smallvec::SmallVec;

    use super::*;
    use crate::matcher::Match;
    use crate::symbol::{LabelSet, Symbol};
    use crate::view::{Addresses, View};

    fn requirement() -> impl Strategy<Value = Requirement> {
        let values = || proptest::collection::vec((10u32..13).prop_map(Symbol), 1..3);
        let operator = prop_oneof![
            values().prop_map(|values| Operator::In(SmallVec::from_vec(values))),
            values().prop_map(|values| Operator::NotIn(SmallVec::from_vec(values))),
            Just(Operator::Exists),
            Just(Operator::DoesNotExist),
        ];
        ((0u32..2).prop_map(Symbol), operator).prop_map(|(key, operator)| Requirement { key, operator })
    }

    fn addresses() -> impl Strategy<Value = Option<Arc<AddressSet>>> {
        let blocks = ["0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "10.0.0.0/8", "10.1.0.0/16", "::/0"];
        let block = proptest::sample::select(blocks.to_vec());
        let set = block.prop_map(|block| Arc::new(AddressSet::block(block.parse().unwrap(), &[])));
        proptest::option::of(set)
    }

    fn matcher() -> impl Strategy<Value = Matcher> {
        let conjunct = (proptest::collection::vec(requirement(), 0..3), addresses())
            .prop_map(|(requirements, addresses)| Conjunct { addresses, ..Conjunct::of(requirements) });
        proptest::collection::vec(conjunct, 0..3).prop_map(Matcher)
    }

    fn view() -> impl Strategy<Value = View> {
        let label =
            |key: u32| proptest::option::of((10u32..14).prop_map(move |value| (Symbol(key), Symbol(value))));
        let address =
            proptest::sample::select(vec!["10.1.2.3", "10.9.9.9", "9.9.9.9", "200.1.1.1", "2001:db8::1"]);
        (label(0), label(1), address).prop_map(|(one, two, address)| View {
            labels: one.into_iter().chain(two).collect::<LabelSet>(),
            addresses: Addresses::Known(Arc::from([address.parse().unwrap()])),
            ..View::default()
        })
    }

    proptest! {
        #[test]
        fn what_is_covered_is_selected(wide in matcher(), narrow in matcher(), view in view()) {
            if wide.covers(&narrow) && narrow.matches(&view) == Match::Yes {
                prop_assert_eq!(wide.matches(&view), Match::Yes);
            }
            if wide.matches(&view) == Match::Yes && narrow.matches(&view) == Match::Yes {
                prop_assert!(wide.meets(&narrow));
            }
            prop_assert!(wide.covers(&wide));
            prop_assert!(Matcher::everybody().covers(&wide));
        }
    }

    #[test]
    fn blocks_together_cover_what_none_does_alone() {
        let within = |block: &str| Conjunct::within(AddressSet::block(block.parse().unwrap(), &[]));
        let halves = Matcher(vec![within("0.0.0.0/1"), within("128.0.0.0/1")]);
        assert!(halves.covers(&Matcher(vec![within("0.0.0.0/0")])));
        assert!(!halves.covers(&Matcher(vec![within("::/0")])));
        assert!(!halves.covers(&Matcher::everybody()));
        let if_so = Conjunct { condition: Some(Arc::from("it rains")), ..Conjunct::default() };
        let conditional = Matcher(vec![if_so]);
        assert!(!conditional.covers(&halves) && conditional.covers(&conditional));
    }
}
