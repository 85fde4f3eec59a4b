//! What can go wrong between a chart or kustomization and its documents.

use crate::files::ReadError;

/// Why something could not be rendered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RenderError {
    /// A file that is needed could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Something in a file is wrong.
    #[error("{message}")]
    At {
        /// The file, by the path a user would open.
        path: String,
        /// The line, from 1.
        line: Option<u32>,
        /// The column, from 1, in characters.
        column: Option<u32>,
        /// What was attempted and what is wrong, in one sentence.
        message: String,
        /// What to do next.
        hint: Option<String>,
    },
}
