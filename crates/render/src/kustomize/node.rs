//! Documents while they are changed: trees that know of each value where it stands.

use ironsides_tree::Text;
use ironsides_tree::scalar::is_ambiguous;

use super::origin::{Origin, Place};
use super::scalar::{Scalar, Tag};

/// A value.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) kind: Kind,
    pub(super) origin: Origin,
}

/// What a value is.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    Scalar(Scalar),
    List(Vec<Node>),
    Map(Vec<Field>),
}

/// A key and its value.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) key: Text,
    pub(super) place: Place,
    pub(super) value: Node,
}

impl Field {
    /// A field that a transformer adds: its key stands where its value does.
    pub(super) fn added(key: impl Into<Text>, value: Node) -> Self {
        Self { key: key.into(), place: value.origin.place, value }
    }
}

impl Node {
    pub(super) fn scalar(scalar: Scalar, origin: Origin) -> Self {
        Self { kind: Kind::Scalar(scalar), origin }
    }

    /// A string, whatever its text looks like.
    pub(super) fn string(text: impl Into<Text>, origin: Origin) -> Self {
        Self::scalar(Scalar::string(text), origin)
    }

    pub(super) fn map(origin: Origin) -> Self {
        Self { kind: Kind::Map(Vec::new()), origin }
    }

    pub(super) fn is_null(&self) -> bool {
        matches!(&self.kind, Kind::Scalar(scalar) if scalar.tag == Some(Tag::Null))
    }

    pub(super) fn as_scalar(&self) -> Option<&Scalar> {
        match &self.kind {
            Kind::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// The text of a scalar; empty for anything else, as kustomize sees it.
    pub(super) fn text(&self) -> &str {
        self.as_scalar().map_or("", |scalar| scalar.text.as_str())
    }

    pub(super) fn fields(&self) -> &[Field] {
        match &self.kind {
            Kind::Map(fields) => fields,
            _ => &[],
        }
    }

    pub(super) fn fields_mut(&mut self) -> Option<&mut Vec<Field>> {
        match &mut self.kind {
            Kind::Map(fields) => Some(fields),
            _ => None,
        }
    }

    pub(super) fn items(&self) -> &[Self] {
        match &self.kind {
            Kind::List(items) => items,
            _ => &[],
        }
    }

    pub(super) fn items_mut(&mut self) -> Option<&mut Vec<Self>> {
        match &mut self.kind {
            Kind::List(items) => Some(items),
            _ => None,
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        self.fields().iter().find(|field| field.key == key).map(|field| &field.value)
    }

    pub(super) fn get_mut(&mut self, key: &str) -> Option<&mut Self> {
        self.fields_mut()?.iter_mut().find(|field| field.key == key).map(|field| &mut field.value)
    }

    pub(super) fn at(&self, keys: &[&str]) -> Option<&Self> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    /// Takes a field out of a map.
    pub(super) fn remove(&mut self, key: &str) -> Option<Self> {
        let fields = self.fields_mut()?;
        let at = fields.iter().position(|field| field.key == key)?;
        Some(fields.remove(at).value)
    }

    /// Sets a field of a map. A scalar that was there before leaves its quotes to the new one, which is how kustomize
    /// turns `"1"` patched with `2` into the string `"2"`.
    pub(super) fn set(&mut self, key: &str, mut value: Self) {
        let Some(fields) = self.fields_mut() else { return };
        if let Some(field) = fields.iter_mut().find(|field| field.key == key) {
            if let Kind::Scalar(scalar) = &mut value.kind {
                scalar.quoted = field.value.as_scalar().is_some_and(|before| before.quoted);
            }
            field.value = value;
        } else {
            if let Kind::Scalar(scalar) = &mut value.kind {
                scalar.quoted |= scalar.is_string() && is_ambiguous(&scalar.text);
            }
            fields.push(Field::added(key, value));
        }
    }

    /// Writes a scalar over a scalar, which leaves it its quotes.
    pub(super) fn overwrite(&mut self, scalar: Scalar, origin: Origin) {
        let quoted = self.as_scalar().is_some_and(|before| before.quoted);
        *self = Self::scalar(Scalar { quoted, ..scalar }, origin);
    }

    /// The field of a map, made as a map at `origin` where it is missing or null.
    pub(super) fn map_at(&mut self, key: &str, origin: &Origin) -> Option<&mut Self> {
        let fields = self.fields_mut()?;
        let at = if let Some(at) = fields.iter().position(|field| field.key == key) {
            at
        } else {
            fields.push(Field::added(key, Self::map(origin.clone())));
            fields.len() - 1
        };
        let value = &mut fields.get_mut(at)?.value;
        if value.is_null() {
            value.kind = Kind::Map(Vec::new());
        }
        Some(value)
    }

    /// Whether nothing is in it: null, an empty map or list, an empty string.
    pub(super) fn is_empty(&self) -> bool {
        match &self.kind {
            Kind::Scalar(scalar) => scalar.tag == Some(Tag::Null) || scalar.text.is_empty(),
            Kind::List(items) => items.is_empty(),
            Kind::Map(fields) => fields.is_empty(),
        }
    }

    /// `map`, `list` or `scalar`, for messages.
    pub(super) fn shape(&self) -> &'static str {
        match &self.kind {
            _ if self.is_null() => "null",
            Kind::Scalar(_) => "a scalar",
            Kind::List(_) => "a list",
            Kind::Map(_) => "a map",
        }
    }

    /// How many values there are in all, and how deep they nest.
    pub(super) fn size(&self) -> (usize, usize) {
        let mut total = (1, 0);
        let mut add = |inner: &Self| {
            let (count, depth) = inner.size();
            total = (total.0 + count, total.1.max(depth));
        };
        match &self.kind {
            Kind::Scalar(_) => {}
            Kind::List(items) => items.iter().for_each(&mut add),
            Kind::Map(fields) => fields.iter().for_each(|field| add(&field.value)),
        }
        (total.0, total.1 + 1)
    }

    /// Does something to this value and all within.
    pub(super) fn each_origin(&mut self, change: &mut impl FnMut(&mut Origin)) {
        change(&mut self.origin);
        match &mut self.kind {
            Kind::Scalar(_) => {}
            Kind::List(items) => items.iter_mut().for_each(|item| item.each_origin(change)),
            Kind::Map(fields) => fields.iter_mut().for_each(|field| field.value.each_origin(change)),
        }
    }
}
