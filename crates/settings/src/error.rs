//! What can go wrong.

use thiserror::Error;

use crate::host::API_VERSION;
use crate::typed::TypeError;

/// Why facts or settings cannot be read.
#[derive(Debug, Error)]
pub enum SettingsError {
    /// The document is of another version of the format.
    #[error("the facts of the node are of version {version:?}; this program reads {API_VERSION}")]
    Version {
        /// What it says.
        version: String,
    },
    /// A field is not what it should be.
    #[error("the facts of the node cannot be read: {0}")]
    Facts(#[source] TypeError),
}
