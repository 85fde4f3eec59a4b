//! Keys and values of labels as small numbers.

use ironsides_tree::Text;
use rustc_hash::FxHashMap;

/// A text that [`Symbols`] has seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(pub(crate) u32);

/// Texts, each kept once.
#[derive(Clone, Debug, Default)]
pub struct Symbols {
    texts: Vec<Text>,
    known: FxHashMap<Text, Symbol>,
}

impl Symbols {
    /// The symbol of a text.
    pub fn intern(&mut self, text: &str) -> Symbol {
        if let Some(&symbol) = self.known.get(text) {
            return symbol;
        }
        let symbol = Symbol(u32::try_from(self.texts.len()).unwrap_or(u32::MAX));
        let text = Text::new(text);
        self.texts.push(text.clone());
        self.known.insert(text, symbol);
        symbol
    }

    /// The symbol of a text that was interned; `None` where nobody has.
    pub fn find(&self, text: &str) -> Option<Symbol> {
        self.known.get(text).copied()
    }

    /// The text of a symbol; empty for a symbol of other `Symbols`.
    pub fn text(&self, symbol: Symbol) -> &str {
        self.texts.get(symbol.0 as usize).map_or("", Text::as_str)
    }

    /// How many texts there are.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether nothing was interned.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }
}

/// Labels, by key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct LabelSet(Box<[(Symbol, Symbol)]>);

impl LabelSet {
    /// The value of a label.
    pub fn get(&self, key: Symbol) -> Option<Symbol> {
        let at = self.0.binary_search_by_key(&key, |&(key, _)| key).ok()?;
        self.0.get(at).map(|&(_, value)| value)
    }

    /// All labels by key.
    pub fn iter(&self) -> impl Iterator<Item = (Symbol, Symbol)> {
        self.0.iter().copied()
    }
}

impl FromIterator<(Symbol, Symbol)> for LabelSet {
    /// Of a key that comes twice the last value stays.
    fn from_iter<I: IntoIterator<Item = (Symbol, Symbol)>>(labels: I) -> Self {
        let mut labels: Vec<_> = labels.into_iter().collect();
        labels.reverse();
        labels.sort_by_key(|&(key, _)| key);
        labels.dedup_by_key(|&mut (key, _)| key);
        Self(labels.into())
    }
}
