//! Audit policies: what the API server records of each request.
//!
//! [`Policy::read`] takes a policy as the API server does, and says what it would refuse or silently drop.
//! [`Policy::decide`] says at which level a [`Request`] is recorded, at which stages, and by which rule.

mod decide;
mod level;
mod policy;
mod request;
mod witness;

pub use decide::Decision;
pub use level::{Level, Stage, Stages};
pub use policy::{GroupResources, Loaded, Note, Policy, PolicyError, Rule, decode};
pub use request::{About, Request};
pub use witness::{RESOURCE_VERBS, Verbs, witness};
