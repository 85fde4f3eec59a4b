//! Every text once, as a number.

use ironsides_tree::Text;
use rustc_hash::FxHashMap;

/// The number of a text; 0 is the empty text.
pub(super) type Id = u32;

/// Texts and their numbers.
#[derive(Clone, Debug)]
pub(super) struct Texts {
    ids: FxHashMap<Text, Id>,
    texts: Vec<Text>,
}

impl Default for Texts {
    fn default() -> Self {
        let mut all = Self { ids: FxHashMap::default(), texts: Vec::new() };
        all.id("");
        all
    }
}

impl Texts {
    /// The number of a text that is known.
    pub(super) fn find(&self, text: &str) -> Option<Id> {
        if text.is_empty() { Some(0) } else { self.ids.get(text).copied() }
    }

    /// The number of a text, which is known from then on.
    pub(super) fn id(&mut self, text: &str) -> Id {
        if let Some(id) = self.find(text).filter(|_| !self.texts.is_empty()) {
            return id;
        }
        let id = Id::try_from(self.texts.len()).unwrap_or(Id::MAX);
        let text = Text::new(text);
        self.ids.insert(text.clone(), id);
        self.texts.push(text);
        id
    }

    /// The text of a number.
    pub(super) fn text(&self, id: Id) -> Text {
        self.texts.get(id as usize).cloned().unwrap_or_default()
    }
}
