//! Effective settings of the components of Kubernetes on a host: flags, files, drop-ins, environment, defaults per version.
//!
//! [`Host`] holds the raw facts of one node, as they were collected; the other modules make settings of them. Nothing here
//! touches a host: a document with facts that was collected elsewhere is judged the same way.

mod error;
mod file;
mod host;

pub use error::SettingsError;
pub use file::{Certificate, File, FileKind, Key};
pub use host::{API_VERSION, Gap, Host, KIND, Listening, Metadata, Process, System};
