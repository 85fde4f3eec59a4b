//! Edits that change what they say and nothing else: comments, formatting and other documents stay.
//!
//! An edit is made where the value stands in the text, in the style of what surrounds it. Nothing is taken on
//! trust: the new text is read again, and the edits are refused unless the edited documents are the old trees
//! with the same edits made on them ([`apply_to`]), every other document is unchanged, and every comment is still
//! there, but for those on the lines of what an edit takes away: they would say it of something else.

mod block;
mod flow;
mod page;
mod patch;
mod path;
mod plan;
mod render;
mod shape;
mod stream;
mod tree;

use crate::node::Node;

pub use patch::{Operation, json_patch};
pub use path::{OwnedPath, Part};
pub use stream::{apply, apply_all, chunks};
pub use tree::apply_to;

/// A change to one document.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// Puts a value at a path. Maps that are missing on the way are created; where a map or list stands already,
    /// what it has in common with the new one keeps its formatting.
    Set {
        /// Where, from the root of the document.
        path: OwnedPath,
        /// What.
        value: Node,
    },
    /// Takes away the key or item at a path. What is not there stays so.
    Remove {
        /// Where, from the root of the document.
        path: OwnedPath,
    },
    /// Takes away all but the last of the entries that have the key at the end of a path. The document says the same as
    /// before: the last one counts.
    Unrepeat {
        /// Where, from the root of the document.
        path: OwnedPath,
    },
    /// Puts a value behind the last item of the list at a path, which is created where it is missing.
    Append {
        /// Where the list is, from the root of the document.
        path: OwnedPath,
        /// What.
        value: Node,
    },
}

impl Edit {
    /// Puts `value` at `path`.
    pub fn set(path: impl Into<OwnedPath>, value: Node) -> Self {
        Self::Set { path: path.into(), value }
    }

    /// Takes away what is at `path`.
    pub fn remove(path: impl Into<OwnedPath>) -> Self {
        Self::Remove { path: path.into() }
    }

    /// Leaves only the last of the entries with the key at `path`.
    pub fn unrepeat(path: impl Into<OwnedPath>) -> Self {
        Self::Unrepeat { path: path.into() }
    }

    /// Puts `value` behind the items of the list at `path`.
    pub fn append(path: impl Into<OwnedPath>, value: Node) -> Self {
        Self::Append { path: path.into(), value }
    }

    /// The same edit of an object that is an item of a list, as an edit of the document that holds the list: `item` is
    /// [`Document::item`](crate::Document::item). Where it is `None`, the object is the document.
    #[must_use]
    pub fn of_item(self, item: Option<u32>) -> Self {
        let Some(item) = item else { return self };
        let within = |path: OwnedPath| -> OwnedPath {
            let list = [Part::Key("items".into()), Part::Index(item)];
            list.into_iter().chain(path.parts().iter().cloned()).collect()
        };
        match self {
            Self::Set { path, value } => Self::Set { path: within(path), value },
            Self::Remove { path } => Self::Remove { path: within(path) },
            Self::Unrepeat { path } => Self::Unrepeat { path: within(path) },
            Self::Append { path, value } => Self::Append { path: within(path), value },
        }
    }

    /// Where the edit is made.
    pub fn path(&self) -> &OwnedPath {
        match self {
            Self::Set { path, .. }
            | Self::Remove { path }
            | Self::Unrepeat { path }
            | Self::Append { path, .. } => path,
        }
    }
}

/// Why edits were refused. The text is as it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// The document number is too large.
    #[error("cannot edit document {document}: the text has only {count}, counted from 0")]
    NoDocument {
        /// The number asked for.
        document: u32,
        /// How many documents there are.
        count: usize,
    },
    /// A document cannot be read, so that nothing could be said about what an edit does.
    #[error("cannot edit the text: line {line} cannot be read ({message}); mend it first")]
    Unreadable {
        /// The line of the mistake.
        line: u32,
        /// What is wrong.
        message: String,
    },
    /// The text is a template.
    #[error("cannot edit the text: line {line} holds template syntax ({{{{); edit the template by hand")]
    Template {
        /// The first line that does.
        line: u32,
    },
    /// The path leads through something that it cannot lead through.
    #[error("cannot edit {path}: {at} (line {line}) is a {found}, not a {wanted}; change that first")]
    Mismatch {
        /// The path of the edit.
        path: String,
        /// The path of what is in the way.
        at: String,
        /// Its line, 0 where the tree has no text.
        line: u32,
        /// Its shape.
        found: &'static str,
        /// The shape that the path wants.
        wanted: &'static str,
    },
    /// The path names an item behind the end of a list.
    #[error("cannot edit {path}: {at} (line {line}) has only {count} items; append to the list instead")]
    NoItem {
        /// The path of the edit.
        path: String,
        /// The path of the list.
        at: String,
        /// Its line, 0 where the tree has no text.
        line: u32,
        /// How many items it has.
        count: usize,
    },
    /// The value is written elsewhere and stands here through an alias or a merge key.
    #[error(
        "cannot edit {path}: line {line} shares the value with other places (anchor, alias or merge key); \
         write the value out first"
    )]
    Shared {
        /// The path of the edit.
        path: String,
        /// The line of the alias, or of the value with the anchor.
        line: u32,
    },
    /// The edit, made in the text, did not do what it says, or lost a comment.
    #[error("cannot edit {path} (line {line}) without changing something else; make the change by hand")]
    Unsafe {
        /// The path of the edit.
        path: String,
        /// The line of what is edited.
        line: u32,
    },
}

impl EditError {
    /// The same error of a part of a text that begins after so many lines.
    #[must_use]
    pub fn after(mut self, lines: u32) -> Self {
        match &mut self {
            // A line of 0 is none.
            Self::NoDocument { .. } | Self::Mismatch { line: 0, .. } | Self::NoItem { line: 0, .. } => {}
            Self::Unreadable { line, .. }
            | Self::Template { line }
            | Self::Mismatch { line, .. }
            | Self::NoItem { line, .. }
            | Self::Shared { line, .. }
            | Self::Unsafe { line, .. } => *line += lines,
        }
        self
    }
}
