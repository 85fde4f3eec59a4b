//! What can go wrong.

use thiserror::Error;

/// Why nothing can be said of a host.
#[derive(Debug, Error)]
pub enum NodeError {
    /// The root cannot be opened.
    #[error("cannot look at {root}: {why}; name the folder that holds the root file system of the host")]
    Root {
        /// What was named.
        root: String,
        /// What the system says.
        why: String,
    },
}
