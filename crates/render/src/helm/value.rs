//! The values that templates work on, with Go's kinds and Go's sharing: maps are references, lists are not changed.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use ironsides_tree::Text;

use super::object::Object;
use super::origin::{Causes, Origin, Place};

/// A value, cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) enum Value {
    /// No value at all: what Go's templates call an invalid value and print as nothing.
    #[default]
    Nil,
    /// A nil that stands in a map or list. It differs from [`Value::Nil`] in that its fields cannot be read.
    Null,
    Bool(bool),
    Int(i64, IntType),
    Float(f64),
    Str(Str),
    /// A string that is not UTF-8.
    Binary(Rc<[u8]>),
    /// Go's `[]byte`.
    Bytes(Rc<[u8]>),
    List(Rc<List>),
    Map(Rc<Map>),
    Object(Object),
}

/// Go's types of whole numbers, as far as templates meet them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IntType {
    Int,
    Int64,
    Uint8,
    Uint64,
    Duration,
    Month,
    Weekday,
}

/// A string, and where its parts came from, if that is known.
#[derive(Clone, Debug, Default)]
pub(crate) struct Str {
    pub(crate) text: Text,
    pub(crate) marks: Option<Rc<[Inner]>>,
}

/// Where a part of a string came from.
#[derive(Clone, Debug)]
pub(crate) struct Inner {
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// `None` stands for the action that prints the string.
    pub(crate) place: Option<Place>,
    pub(crate) causes: Causes,
}

/// A value and where it is set.
#[derive(Clone, Debug, Default)]
pub(crate) struct Slot {
    pub(crate) value: Value,
    pub(crate) origin: Origin,
}

impl From<Value> for Slot {
    fn from(value: Value) -> Self {
        Self { value, origin: Origin::NONE }
    }
}

/// Go's types of lists, as far as templates can tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ListType {
    Any,
    Strings,
    Ints,
    Lists,
}

/// A list.
#[derive(Debug)]
pub(crate) struct List {
    pub(crate) items: Vec<Slot>,
    pub(crate) kind: ListType,
}

/// Go's types of maps, as far as templates can tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MapType {
    /// `map[string]interface {}`.
    Any,
    /// `common.Values`, which is the same under another name.
    Values,
    /// `map[string]string`.
    Strings,
}

/// A map, in the order of its keys.
#[derive(Debug)]
pub(crate) struct Map {
    pub(crate) entries: RefCell<BTreeMap<Text, Slot>>,
    pub(crate) kind: MapType,
}

impl Map {
    pub(crate) fn new() -> Rc<Self> {
        Self::of(BTreeMap::new())
    }

    pub(crate) fn of(entries: BTreeMap<Text, Slot>) -> Rc<Self> {
        Rc::new(Self { entries: RefCell::new(entries), kind: MapType::Any })
    }

    pub(crate) fn with(kind: MapType, entries: BTreeMap<Text, Slot>) -> Rc<Self> {
        Rc::new(Self { entries: RefCell::new(entries), kind })
    }

    pub(crate) fn get(&self, key: &str) -> Option<Slot> {
        self.entries.borrow().get(key).cloned()
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.entries.borrow().contains_key(key)
    }

    pub(crate) fn set(&self, key: impl Into<Text>, slot: impl Into<Slot>) {
        self.entries.borrow_mut().insert(key.into(), slot.into());
    }

    pub(crate) fn remove(&self, key: &str) {
        // The old value is dropped after the borrow ends.
        let old = self.entries.borrow_mut().remove(key);
        drop(old);
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.borrow().len()
    }

    /// The entries as they are now, so that the map may change while they are walked.
    pub(crate) fn snapshot(&self) -> Vec<(Text, Slot)> {
        self.entries.borrow().iter().map(|(key, slot)| (key.clone(), slot.clone())).collect()
    }
}

// Values may nest as deep as a template likes; dropping them must not.
impl Drop for Map {
    fn drop(&mut self) {
        let entries = std::mem::take(self.entries.get_mut());
        drop_flat(entries.into_values().map(|slot| slot.value));
    }
}

impl Drop for List {
    fn drop(&mut self) {
        drop_flat(std::mem::take(&mut self.items).into_iter().map(|slot| slot.value));
    }
}

fn drop_flat(values: impl Iterator<Item = Value>) {
    let nests = |value: &Value| matches!(value, Value::Map(_) | Value::List(_));
    let mut rest: Vec<Value> = values.filter(nests).collect();
    while let Some(value) = rest.pop() {
        match value {
            Value::Map(map) => {
                if let Some(mut map) = Rc::into_inner(map) {
                    let entries = std::mem::take(map.entries.get_mut());
                    rest.extend(entries.into_values().map(|slot| slot.value).filter(nests));
                }
            }
            Value::List(list) => {
                if let Some(mut list) = Rc::into_inner(list) {
                    let items = std::mem::take(&mut list.items);
                    rest.extend(items.into_iter().map(|slot| slot.value).filter(nests));
                }
            }
            _ => {}
        }
    }
}

impl Str {
    pub(crate) fn new(text: impl AsRef<str>) -> Self {
        Self { text: Text::new(text), marks: None }
    }
}

impl Value {
    pub(crate) fn str(text: impl AsRef<str>) -> Self {
        Self::Str(Str::new(text))
    }

    /// A string of these bytes.
    pub(crate) fn string_of(bytes: Vec<u8>) -> Self {
        match String::from_utf8(bytes) {
            Ok(text) => Self::str(text),
            Err(error) => Self::Binary(error.into_bytes().into()),
        }
    }

    pub(crate) fn int(value: i64) -> Self {
        Self::Int(value, IntType::Int)
    }

    pub(crate) fn int64(value: i64) -> Self {
        Self::Int(value, IntType::Int64)
    }

    pub(crate) fn size(value: usize) -> Self {
        Self::int(i64::try_from(value).unwrap_or(i64::MAX))
    }

    pub(crate) fn list(items: Vec<Slot>) -> Self {
        Self::List(Rc::new(List { items, kind: ListType::Any }))
    }

    pub(crate) fn values(items: impl IntoIterator<Item = Value>) -> Self {
        Self::list(items.into_iter().map(Slot::from).collect())
    }

    pub(crate) fn strings(items: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let items = items.into_iter().map(|item| Self::str(item).into()).collect();
        Self::List(Rc::new(List { items, kind: ListType::Strings }))
    }

    pub(crate) fn ints(items: impl IntoIterator<Item = i64>) -> Self {
        let items = items.into_iter().map(|item| Self::int(item).into()).collect();
        Self::List(Rc::new(List { items, kind: ListType::Ints }))
    }

    /// A map of these entries.
    pub(crate) fn map<'a>(entries: impl IntoIterator<Item = (&'a str, Value)>) -> Self {
        Self::Map(Map::of(entries.into_iter().map(|(key, value)| (Text::new(key), value.into())).collect()))
    }

    /// Whether Go would call this nil.
    pub(crate) fn is_nil(&self) -> bool {
        matches!(self, Self::Nil | Self::Null)
    }

    /// The bytes of a string.
    pub(crate) fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Str(text) => Some(text.text.as_bytes()),
            Self::Binary(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// Go's truth: the zero value of each kind is false.
    pub(crate) fn truth(&self) -> bool {
        match self {
            Self::Nil | Self::Null => false,
            Self::Bool(value) => *value,
            Self::Int(value, _) => *value != 0,
            Self::Float(value) => *value != 0.0,
            Self::Str(text) => !text.text.is_empty(),
            Self::Binary(bytes) | Self::Bytes(bytes) => !bytes.is_empty(),
            Self::List(list) => !list.items.is_empty(),
            Self::Map(map) => map.len() > 0,
            Self::Object(object) => object.truth(),
        }
    }

    /// What sprig calls empty; unlike [`Value::truth`], a struct never is.
    pub(crate) fn is_empty(&self) -> bool {
        !self.truth()
    }

    /// The kind in Go's words.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Nil | Self::Null => "invalid",
            Self::Bool(_) => "bool",
            Self::Int(_, kind) => match kind {
                IntType::Int | IntType::Month | IntType::Weekday => "int",
                IntType::Int64 | IntType::Duration => "int64",
                IntType::Uint8 => "uint8",
                IntType::Uint64 => "uint64",
            },
            Self::Float(_) => "float64",
            Self::Str(_) | Self::Binary(_) => "string",
            Self::Bytes(_) | Self::List(_) => "slice",
            Self::Map(_) => "map",
            Self::Object(object) => object.kind(),
        }
    }

    /// The type in Go's words.
    pub(crate) fn type_name(&self) -> &'static str {
        match self {
            Self::Nil | Self::Null => "<nil>",
            Self::Int(_, kind) => match kind {
                IntType::Int => "int",
                IntType::Int64 => "int64",
                IntType::Uint8 => "uint8",
                IntType::Uint64 => "uint64",
                IntType::Duration => "time.Duration",
                IntType::Month => "time.Month",
                IntType::Weekday => "time.Weekday",
            },
            Self::Bytes(_) => "[]uint8",
            Self::List(list) => match list.kind {
                ListType::Any => "[]interface {}",
                ListType::Strings => "[]string",
                ListType::Ints => "[]int",
                ListType::Lists => "[][]interface {}",
            },
            Self::Map(map) => match map.kind {
                MapType::Any => "map[string]interface {}",
                MapType::Values => "common.Values",
                MapType::Strings => "map[string]string",
            },
            Self::Object(object) => object.type_name(),
            other => other.kind(),
        }
    }
}

/// How deep values may nest where they are printed, compared or copied.
pub(crate) const MAX_DEPTH: usize = 400;

/// Go's `reflect.DeepEqual`. Values that nest too deep are not equal.
pub(crate) fn deep_equal(a: &Value, b: &Value) -> bool {
    equal_at(a, b, 0)
}

fn equal_at(a: &Value, b: &Value, depth: usize) -> bool {
    if depth > MAX_DEPTH {
        return false;
    }
    match (a, b) {
        (Value::Nil | Value::Null, Value::Nil | Value::Null) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Int(a, x), Value::Int(b, y)) => a == b && x == y,
        #[expect(clippy::float_cmp, reason = "Go compares them so")]
        (Value::Float(a), Value::Float(b)) => a == b,
        (Value::Str(a), Value::Str(b)) => a.text == b.text,
        (Value::Binary(a), Value::Binary(b)) | (Value::Bytes(a), Value::Bytes(b)) => a == b,
        (Value::List(a), Value::List(b)) => {
            Rc::ptr_eq(a, b)
                || a.kind == b.kind
                    && a.items.len() == b.items.len()
                    && a.items.iter().zip(&b.items).all(|(a, b)| equal_at(&a.value, &b.value, depth + 1))
        }
        (Value::Map(a), Value::Map(b)) => {
            if Rc::ptr_eq(a, b) {
                return true;
            }
            let (x, y) = (a.entries.borrow(), b.entries.borrow());
            a.kind == b.kind
                && x.len() == y.len()
                && x.iter()
                    .zip(y.iter())
                    .all(|((k, a), (l, b))| k == l && equal_at(&a.value, &b.value, depth + 1))
        }
        (Value::Object(a), Value::Object(b)) => a == b,
        _ => false,
    }
}

/// A copy that shares no map with the value. `None` where it nests too deep.
pub(crate) fn deep_copy(value: &Value) -> Option<Value> {
    copy_at(value, 0)
}

fn copy_at(value: &Value, depth: usize) -> Option<Value> {
    if depth > MAX_DEPTH {
        return None;
    }
    let slot = |slot: &Slot| Some(Slot { value: copy_at(&slot.value, depth + 1)?, origin: slot.origin });
    Some(match value {
        Value::List(list) => {
            let items = list.items.iter().map(slot).collect::<Option<Vec<_>>>()?;
            Value::List(Rc::new(List { items, kind: list.kind }))
        }
        Value::Map(map) => {
            let entries = map.entries.borrow();
            let copy = entries.iter().map(|(key, value)| Some((key.clone(), slot(value)?)));
            Value::Map(Map::with(map.kind, copy.collect::<Option<BTreeMap<_, _>>>()?))
        }
        other => other.clone(),
    })
}
