//! Pod Security admission, exact to the text: levels, versions, labels, exemptions.
//!
//! Kubernetes defines three levels of what a pod may do, anew in every version, and its API server holds pods to
//! them. This crate answers as the server does, from manifests as they are written: which checks a pod violates at
//! any level and version, in the server's order and words, with the places at fault ([`PodFacts`], [`evaluate`]);
//! which policy a namespace's labels ask for ([`Labels`]); and what the server would answer to a request
//! ([`Admission`]). On top of that it tells how strict a policy a set of pods already satisfies
//! ([`Evaluator::highest_level`]) and what a newer version would change ([`Evaluator::upgrade`]).
//!
//! A pod is read once and can then be judged by any policy. What the server fills in before it judges is filled in
//! while reading; what it would refuse to read is told by [`PodFacts::malformed`].

pub mod admission;
mod check;
mod checks;
mod configuration;
mod evaluate;
mod facts;
pub mod labels;
mod level;
mod policy;
mod standing;
mod upgrade;
mod version;
mod violation;
mod wording;

pub use admission::{Admission, AdmissionError, Answer, Operation, Refusal, Request, Surroundings};
pub use check::Check;
pub use configuration::{Configuration, ConfigurationError, Exemptions};
pub use evaluate::{Evaluator, evaluate};
pub use facts::PodFacts;
pub use labels::{LabelError, Labels};
pub use level::{Level, UnknownLevel};
pub use policy::{LevelVersion, Policy};
pub use standing::{Blocker, Standing};
pub use upgrade::Change;
pub use version::{NEWEST, UnknownVersion, Version};
pub use violation::{Violation, details, forbidden, reasons, violates, would_violate};
