//! Decoding into typed fields, with the conditions of the agent's decoder: a null is the zero of its field, a value of another
//! type is an error, and after an error the decoder goes on.

use ironsides_tree::{Cursor, Node, Text, Value};

use crate::kinds::cilium::{Refusal, Stage};
use crate::place::{Loss, Place, Problem};

/// Decodes one document.
pub(super) struct Decoder {
    document: u32,
    refusal: Option<Refusal>,
}

impl Decoder {
    pub(super) fn new(document: u32) -> Self {
        Self { document, refusal: None }
    }

    /// Why the document cannot be decoded: the first error, unless the decoder crashes somewhere.
    pub(super) fn finish(self) -> Option<Refusal> {
        self.refusal
    }

    pub(super) fn place(&self, at: &Cursor<'_>) -> Place {
        Place::of(self.document, at)
    }

    /// Notes that the document is refused.
    pub(super) fn refuse(&mut self, stage: Stage, at: &Cursor<'_>, message: String) {
        if self.refusal.as_ref().is_some_and(|known| known.stage <= stage) {
            return;
        }
        self.refusal = Some(self.refusal(stage, at, message));
    }

    /// That the document is refused because of what stands at a place.
    pub(super) fn refusal(&self, stage: Stage, at: &Cursor<'_>, message: String) -> Refusal {
        let problem = Problem { place: self.place(at), message, loss: Loss::Policy };
        Refusal { stage, problem }
    }

    /// Notes that the agent refuses the document, unless a condition holds.
    pub(super) fn refuse_unless(&mut self, holds: bool, at: &Cursor<'_>, message: impl FnOnce() -> String) {
        if !holds {
            self.refuse(Stage::Parse, at, message());
        }
    }

    /// What `read` makes of the value; a value that it makes nothing of is an error and counts as absent.
    fn typed<'a, T>(
        &mut self,
        at: &Cursor<'a>,
        wanted: &str,
        read: impl FnOnce(&'a Node) -> Option<T>,
    ) -> Option<T> {
        let node = at.node()?;
        let read = read(node);
        if read.is_none() {
            let message = format!("is a {} where a {wanted} belongs", node.shape());
            self.refuse(Stage::Decode, at, message);
        }
        read
    }

    /// A map; `None` where it is absent or is none.
    pub(super) fn map<'a>(&mut self, at: Cursor<'a>) -> Option<Cursor<'a>> {
        self.typed(&at, "map", Node::as_map)?;
        Some(at)
    }

    /// The items of a list, nulls among them; `None` where the list is absent or is none.
    pub(super) fn list<'a>(&mut self, at: &Cursor<'a>) -> Option<Vec<Cursor<'a>>> {
        self.typed(at, "list", Node::as_list)?;
        Some(at.slots().collect())
    }

    /// A list of what is read from each item; `None` where the list is absent or is none.
    pub(super) fn each<T>(
        &mut self,
        at: &Cursor<'_>,
        mut read: impl FnMut(&mut Self, &Cursor<'_>) -> T,
    ) -> Option<Vec<T>> {
        let items = self.list(at)?;
        Some(items.iter().map(|item| read(self, item)).collect())
    }

    /// A string; empty where it is absent or is none.
    pub(super) fn text(&mut self, at: &Cursor<'_>) -> Text {
        self.typed(at, "string", |node| match node.value() {
            Value::String(text) => Some(text.clone()),
            _ => None,
        })
        .unwrap_or_default()
    }

    /// A list of strings; `None` where it is absent or is none.
    pub(super) fn texts(&mut self, at: &Cursor<'_>) -> Option<Vec<Text>> {
        self.each(at, Self::text)
    }

    /// A map of strings, in the order of its keys; empty where it is absent or is none.
    pub(super) fn pairs(&mut self, at: Cursor<'_>) -> Vec<(Text, Text)> {
        let Some(at) = self.map(at) else { return Vec::new() };
        let keys =
            at.node().and_then(Node::as_map).into_iter().flat_map(|map| map.iter().map(|(key, _)| key));
        let mut pairs: Vec<_> = keys.map(|key| (Text::new(key), self.text(&at.get(key)))).collect();
        pairs.sort();
        pairs
    }

    /// A boolean; `None` where it is absent or is none.
    pub(super) fn bool(&mut self, at: &Cursor<'_>) -> Option<bool> {
        self.typed(at, "boolean", Node::as_bool)
    }

    /// A whole number between bounds; 0 where it is absent or is none.
    pub(super) fn int(&mut self, at: &Cursor<'_>, first: i64, last: i64) -> i64 {
        let wanted = "whole number in the range of its field";
        self.typed(at, wanted, |node| node.as_i64().filter(|value| (first..=last).contains(value)))
            .unwrap_or_default()
    }
}
