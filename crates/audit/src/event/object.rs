//! The body of a request or response.

use std::borrow::Cow;

use ironsides_tree::{Node, parse_one};

/// A body as its JSON text, which is read only when somebody asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Body<'a>(pub(super) Cow<'a, str>);

impl Body<'_> {
    /// The JSON text; empty where there is none.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty() || self.0 == "null"
    }

    /// The tree; `None` where there is none or it is broken.
    pub fn tree(&self) -> Option<Node> {
        if self.is_empty() { None } else { parse_one(&self.0).ok() }
    }

    /// The same, apart from its line.
    pub fn into_owned(self) -> Body<'static> {
        Body(Cow::Owned(self.0.into_owned()))
    }
}
