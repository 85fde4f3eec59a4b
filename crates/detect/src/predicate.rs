//! Comparisons, ready to be made.

mod compile;
mod constant;
mod set;
mod source;
mod test;

use rustc_hash::FxHashSet;

use crate::field::FieldUse;
use crate::filter::Check;
use crate::value::Value;

pub use source::Source;
use test::Test;

/// Something that happened, seen through its fields.
pub trait Event {
    /// The value of a field, or `None` where it has none: then every comparison with it is false, and so is `exists`.
    fn value(&self, field: &FieldUse) -> Option<Value<'_>>;

    /// What kind of system event it is, where it is one.
    fn event_type(&self) -> Option<crate::field::EventType> {
        None
    }
}

/// A comparison with all its parts read.
#[derive(Clone, Debug)]
pub struct Predicate {
    /// What is compared.
    pub source: Source,
    test: Test,
    /// The comparison as written, lists by their items.
    pub check: Check,
    /// What is wrong with it although it is accepted, such as an expression that can never match.
    pub remark: Option<String>,
}

impl Predicate {
    /// Whether it is true for an event.
    pub fn holds<E: Event + ?Sized>(&self, event: &E) -> bool {
        match self.source.value(event) {
            Some(value) => self.test.holds(&value, event),
            None => false,
        }
    }

    /// The same where the value of its source is at hand.
    pub(crate) fn holds_of<E: Event + ?Sized>(&self, value: &Value<'_>, event: &E) -> bool {
        self.test.holds(value, event)
    }

    /// All fields it looks at.
    pub fn fields(&self) -> Vec<&FieldUse> {
        let mut fields = Vec::new();
        self.source.fields(&mut fields);
        self.test.fields(&mut fields);
        fields
    }

    /// How much work it is, roughly in nanoseconds: the order in which comparisons are made begins with the cheapest.
    pub fn cost(&self) -> u32 {
        self.source.cost() + self.test.cost()
    }

    /// The event types without which it cannot be true; `None` where it says nothing about them.
    pub(crate) fn event_types(&self) -> Option<FxHashSet<String>> {
        self.test.texts(&self.source)
    }
}
