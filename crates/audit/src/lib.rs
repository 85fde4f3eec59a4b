//! Audit policies and audit events: what the API server records of each request.
//!
//! [`Policy::read`] takes a policy as the API server does, and says what it would refuse or silently drop.
//! [`Policy::decide`] says at which level a [`Request`] is recorded, at which stages, and by which rule; [`witness`] finds
//! requests that only some rules see. [`Event::read`] and [`each_event`] read what was recorded;
//! [`each_event_text`] gives the events' own texts.

mod coverage;
mod decide;
mod event;
mod generate;
mod level;
mod load;
mod misfit;
mod model;
mod policy;
mod reach;
mod remainder;
mod replay;
mod request;
mod technique;
mod witness;

pub use coverage::{Coverage, Recorded, Standing, Who};
pub use decide::Decision;
pub use event::{
    Body, DECISION, Event, EventError, ObjectReference, REASON, Response, User, Word, each_event,
    each_event_text, each_event_with_text, moment,
};
pub use generate::{Cost, Generated, Goal, Made, bytes_text, generate};
pub use level::{Level, Stage, Stages};
pub use load::{Load, Loads, assumed_bodies};
pub use misfit::Misfit;
pub use model::Cluster;
pub use policy::{GroupResources, Loaded, Note, Policy, PolicyError, Rule, decode};
pub use reach::{Change, Dead};
pub use remainder::{Left, Remainder};
pub use replay::{Replay, Written};
pub use request::{About, Request};
pub use technique::{By, TECHNIQUES, Technique, is_setting};
pub use witness::{RESOURCE_VERBS, Verbs, witness};
