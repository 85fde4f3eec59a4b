//! Where a setting stands.

use std::fmt;
use std::sync::Arc;

use ironsides_core::HostPlace;
use ironsides_tree::edit::OwnedPath;
use ironsides_tree::{Cursor, Span};

/// Where a setting stands, or where it would.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the object that is judged: the container of a pod that starts the component.
    Object {
        /// The path from its root, for edits.
        path: OwnedPath,
        /// The path as it is printed.
        text: Arc<str>,
        /// The bytes.
        span: Span,
    },
    /// On the host.
    Host(HostPlace),
}

impl Place {
    /// A place in the object that is judged.
    pub fn of(at: &Cursor<'_>) -> Self {
        Self::Object { path: at.path().into(), text: Arc::from(at.path().text()), span: at.mark() }
    }

    /// A file on the host, and a line in it.
    pub fn file(path: &str, line: Option<u32>) -> Self {
        Self::Host(HostPlace::File { path: Arc::from(path), line })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Object { text, .. } => f.write_str(text),
            Self::Host(place) => place.fmt(f),
        }
    }
}
