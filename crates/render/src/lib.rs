//! Helm charts and kustomizations to documents.
//!
//! Nothing here touches the disk: files come through [`Files`]. What comes out is [`Rendered`] text, whose marks say
//! which template line and which value, or which base and which patch, made each part of it.

mod error;
mod escape;
mod files;
pub mod helm;
pub mod kustomize;

pub use error::RenderError;
pub use files::{Files, Item, ReadError};
pub use ironsides_core::{Cause, Mark, Rendered, SourceFile};
