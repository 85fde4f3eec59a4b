//! Falco's rule language and engine, without any input or output.
//!
//! [`filter`] reads conditions, [`field`] knows the fields, [`Predicate`] is a comparison that can be made of an
//! [`Event`]. [`rules::load`] reads rule files; an [`engine::Engine`] asks their rules of events, and a
//! [`correlation::Correlator`] counts what it found over time.
//! [`falco::read`] reads the configuration file of a Falco.

mod condition;
pub mod correlation;
pub mod engine;
pub mod falco;
pub mod field;
pub mod filter;
mod given;
pub mod k8s_audit;
mod kind;
mod net;
mod number;
pub mod output;
mod pattern;
mod predicate;
pub mod rules;
mod shipped;
mod sigma;
mod value;

pub use condition::Condition;
pub use field::EventType;
pub use given::Given;
pub use kind::{Family, Kind};
pub use predicate::{Event, Predicate, Source};
pub use shipped::shipped;
pub use value::Value;
