//! Documents as immutable trees.
//!
//! Every document that Ironsides judges, from a YAML file, a JSON body or an API response, becomes one [`Node`].
//! Scalars are read as Kubernetes reads them ([`scalar`]), every value knows the bytes it came from
//! ([`Span`]), and what the syntax allows but Kubernetes treats specially (a key written twice, say) is kept as
//! a [`Remark`] instead of being lost or fatal.

mod build;
mod comments;
pub mod cursor;
mod document;
pub mod edit;
mod escape;
mod json;
mod lists;
mod map;
mod node;
pub mod print;
pub mod scalar;
mod span;
mod yaml;

pub use comments::{Comment, comments};
pub use cursor::{Cursor, Path, Segment};
pub use document::{Document, Documents, Format, Limits, Remark, RemarkKind, SyntaxError, parse_one};
pub use escape::unescape;
pub use lists::items;
pub use map::{Entry, Map};
pub use node::{Node, Text, Value};
pub use span::{Lines, Position, Span};
