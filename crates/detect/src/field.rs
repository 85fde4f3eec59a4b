//! The fields that conditions and outputs can name.

mod catalogue;
mod parameter;
mod resolve;

pub(crate) use catalogue::Takes;
pub use catalogue::{Catalogue, Class, Field, FieldId};
pub use parameter::{EventType, is_event_type};
pub use resolve::{Argument, FieldUse};
