//! The vocabulary of Ironsides.
//!
//! Everything the product says is one of five nouns: [`Target`] (what a statement is about), [`Evidence`] (one observed
//! fact), [`Verdict`] (what was decided, or why nothing could be), [`Finding`] (a verdict with its evidence) and
//! [`Step`] (a change with its proof). [`Inventory`] holds what was collected and [`Coverage`] how much of it is
//! missing, so that missing data never passes.

mod audited;
mod check;
mod compliance;
mod coverage;
mod date;
mod duration;
mod evidence;
mod facts;
mod finding;
mod fix;
mod inventory;
mod object;
mod pattern;
mod pod;
mod quote;
mod redact;
mod rendered;
mod selector;
mod severity;
mod step;
mod tally;
mod target;
mod verdict;
mod waived;
mod waiver;
mod waivers;
mod withheld;

pub use audited::{AuditState, Audited};
pub use check::CheckMeta;
pub use compliance::{Compliance, ControlEvidence, ControlResult, ControlStanding};
pub use coverage::{Coverage, Extent, Fact};
pub use date::Date;
pub use duration::{duration_seconds, duration_text, parse_duration};
pub use evidence::{Evidence, HostPlace, Source};
pub use facts::{Answer, ApiResource, Facts, Listing, Server};
pub use finding::{Finding, Fingerprint};
pub use fix::{Fix, Safety};
pub use inventory::Inventory;
pub use object::{Object, Origin, is_audit_policy};
pub use pattern::Pattern;
pub use pod::{Container, ContainerKind, Pod, PodTemplates};
pub use quote::go_quoted;
pub use redact::{Redacted, Redactor};
pub use rendered::{Cause, Mark, Rendered, SourceFile};
pub use selector::{LabelSelector, Labels, Operator, Requirement, SelectorError};
pub use severity::{Confidence, Severity};
pub use step::{Change, Proof, Step};
pub use tally::{Tallies, Tally};
pub use target::{ObjectRef, Target};
pub use verdict::Verdict;
pub use waived::{Waived, WaivedBy};
pub use waiver::{Matcher, Scope, Waiver};
pub use waivers::{Entry, Standing, WaiverRules, Waivers};
pub use withheld::Withheld;
