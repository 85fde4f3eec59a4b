//! Falco's rule language and engine, without any input or output.
//!
//! [`filter`] reads conditions, [`field`] knows the fields, [`Predicate`] is a comparison that can be made.

mod condition;
pub mod field;
pub mod filter;
mod kind;
mod net;
mod number;
mod pattern;
mod predicate;
mod value;

pub use condition::Condition;
pub use field::EventType;
pub use kind::{Family, Kind};
pub use predicate::{Event, Predicate, Source};
pub use value::Value;
