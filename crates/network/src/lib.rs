//! Network policies: who can talk to whom, why, and what would change that.
//!
//! The way of a question through this crate:
//!
//! 1. [`Cluster`] holds what can talk: pods, nodes, services, namespaces. [`kinds`] reads policies of every kind into types
//!    that say what was written, with its place.
//! 2. A [`Profile`] is the plug-in that enforces. It *lowers* both to a [`Lowered`]: a [`View`] of everything that can talk,
//!    with the labels by which this plug-in knows it, and [`Rule`]s over such labels in the order in which they decide. All
//!    that differs between plug-ins is settled here, the implied default among it.
//! 3. [`decide()`] answers for one subject, one peer and one kind of traffic; everything else (all pairs at once, explanations,
//!    pictures, differences) asks the same rules.

pub mod address;
pub mod cluster;
pub mod compare;
pub mod connectivity;
pub mod decide;
pub mod diff;
pub mod engine;
pub mod error;
pub mod expect;
pub mod exposure;
pub mod flip;
pub mod flow;
pub mod generate;
pub mod kinds;
pub mod l7;
pub mod lowered;
pub mod map;
pub mod matcher;
pub mod name;
pub mod place;
pub mod port;
pub mod profile;
pub mod reach;
pub mod rule;
pub mod state;
pub mod symbol;
pub mod verdict;
pub mod view;

pub use address::AddressSet;
pub use cluster::{Cluster, Endpoint};
pub use decide::{Candidate, Decision, candidates, decide, judge};
pub use diff::Diff;
pub use engine::{Connections, Engine};
pub use kinds::Policies;
pub use lowered::{Answer, Flow, Lowered, Sight};
pub use map::Map;
pub use matcher::{Conjunct, Match, Matcher};
pub use name::{Destination, Party};
pub use place::{Loss, Place, PolicyName, Problem};
pub use port::{PortMatch, Protocol, Traffic};
pub use profile::{Options, Profile};
pub use reach::{Reach, reach};
pub use rule::{Action, Authentication, Direction, Origin, Proxy, Rank, Rule};
pub use state::{Change, State};
pub use symbol::{LabelSet, Symbol, Symbols};
pub use verdict::{Limit, Verdict};
pub use view::{View, ViewId};
