//! The form of the tables: fields, and how they merge.

use crate::generated::MORE;
use crate::shape::Shape;

/// A field of a type.
#[derive(Debug)]
pub struct Field {
    /// Its name, as written in documents.
    pub name: &'static str,
    /// What it may hold.
    pub shape: Shape,
    flags: u8,
    more: u8,
}

/// How server-side apply sees a list (`x-kubernetes-list-type`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListType {
    /// One value, replaced as a whole. Also what a list without a type is.
    Atomic,
    /// Unique scalars.
    Set,
    /// Maps told apart by the fields in [`Field::list_map_keys`].
    Map,
}

impl Field {
    pub(crate) const fn new(name: &'static str, shape: Shape, flags: u8, more: u8) -> Self {
        Self { name, shape, flags, more }
    }

    const fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    fn more(&self) -> &'static More {
        &MORE[usize::from(self.more)]
    }

    /// Whether OpenAPI lists it as required, which is what `kubectl explain` shows.
    pub fn required(&self) -> bool {
        self.has(flag::REQUIRED)
    }

    /// Whether the API server refuses a new object without it. Less than [`Self::required`]: status is never asked
    /// for, and some required fields have a zero value that will do.
    pub const fn enforced(&self) -> bool {
        self.has(flag::ENFORCED)
    }

    /// How server-side apply sees it, where it is a list.
    pub fn list_type(&self) -> Option<ListType> {
        let list = matches!(self.shape, Shape::List(_));
        list.then_some(match () {
            () if self.has(flag::KEYED) => ListType::Map,
            () if self.has(flag::SET) => ListType::Set,
            () => ListType::Atomic,
        })
    }

    /// The fields that tell the items of a keyed list apart; empty for anything else.
    pub fn list_map_keys(&self) -> &'static [&'static str] {
        self.more().keys
    }

    /// Whether server-side apply replaces it as a whole. Always so for scalars; said by the API for lists, maps
    /// and objects.
    pub fn atomic(&self) -> bool {
        match self.shape {
            Shape::List(_) => self.list_type() == Some(ListType::Atomic),
            Shape::Map(_) | Shape::Object(_) => self.has(flag::ATOMIC),
            _ => true,
        }
    }

    /// Whether a strategic merge patch merges this list instead of replacing it.
    pub fn merges(&self) -> bool {
        self.has(flag::MERGE)
    }

    /// Whether a strategic merge patch may clear the fields it does not mention (`retainKeys`).
    pub fn retains_keys(&self) -> bool {
        self.has(flag::RETAIN)
    }

    /// The field by which a strategic merge patch finds items of the list.
    pub fn merge_key(&self) -> Option<&'static str> {
        Some(self.more().merge_key).filter(|key| !key.is_empty())
    }

    /// The default as JSON, where OpenAPI gives one. `{}`, `""`, `0` and `false` stand for fields that the API
    /// server always writes; most defaults that depend on other fields are not in OpenAPI at all.
    pub fn default(&self) -> Option<&'static str> {
        let zero = || match self.shape {
            Shape::Object(_) | Shape::Map(_) | Shape::Any => "{}",
            Shape::Bool => "false",
            Shape::Int32 | Shape::Int64 | Shape::Double | Shape::IntOrString => "0",
            _ => "\"\"",
        };
        match self.more().default {
            "" => self.has(flag::ZERO).then(zero),
            default => Some(default),
        }
    }
}

/// What few fields have; shared between those that have the same.
#[derive(Debug)]
pub(crate) struct More {
    pub(crate) keys: &'static [&'static str],
    pub(crate) merge_key: &'static str,
    pub(crate) default: &'static str,
}

/// The bits of a field.
pub(crate) mod flag {
    pub(crate) const REQUIRED: u8 = 1;
    pub(crate) const ENFORCED: u8 = 2;
    /// The default is the zero value of the shape.
    pub(crate) const ZERO: u8 = 4;
    pub(crate) const ATOMIC: u8 = 8;
    pub(crate) const SET: u8 = 16;
    pub(crate) const KEYED: u8 = 32;
    pub(crate) const MERGE: u8 = 64;
    pub(crate) const RETAIN: u8 = 128;
}
