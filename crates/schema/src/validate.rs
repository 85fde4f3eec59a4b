//! Documents held against their types, as the API server does when it decodes them.

use ironsides_tree::{Node, Path, Segment, Span, Value};

use crate::fault::{Fault, FaultKind};
use crate::nearest::nearest;
use crate::scalar::{is_base64, is_quantity, is_time};
use crate::shape::Shape;
use crate::table::{Kind, Type, TypeId};

/// Every fault of a document of this kind, in the order of the document. Allocates nothing where there is none.
///
/// The rules are those of an API server under strict field validation (`fieldValidation=Strict`), except that it
/// stops at the first value of a wrong type and this does not. Missing fields are those its validation would miss.
pub fn validate(root: &Node, kind: &'static Kind) -> Vec<Fault> {
    let mut faults = Vec::new();
    each_fault(root, kind.ty(), &mut |fault| faults.push(fault));
    faults
}

/// Calls `report` for every fault of `root` as a value of type `ty`. Paths begin at `root`.
pub fn each_fault(root: &Node, ty: &'static Type, report: &mut dyn FnMut(Fault)) {
    if !root.is_null() {
        Walk { report, silent: false }.object(root, ty, &Place { above: None, mark: root.span() });
    }
}

/// Where a walk stands: a chain of steps on the stack, made into a path only when there is something to tell.
struct Place<'a> {
    above: Option<(&'a Place<'a>, Segment<'a>)>,
    /// The key that leads here, or for a list item its first key.
    mark: Span,
}

impl<'a> Place<'a> {
    fn path(&self) -> String {
        let mut steps: Vec<Segment<'a>> = Vec::new();
        let mut place = self;
        while let Some((above, step)) = place.above {
            steps.push(step);
            place = above;
        }
        steps.into_iter().rev().collect::<Path<'_>>().to_string()
    }
}

struct Walk<'r> {
    report: &'r mut dyn FnMut(Fault),
    /// Whether unknown fields go unmentioned, as within the parts of a JSON schema that decode themselves.
    silent: bool,
}

impl Walk<'_> {
    fn object(&mut self, node: &Node, ty: &'static Type, place: &Place<'_>) {
        let Some(map) = node.as_map() else { return self.wrong(node, "map", place) };
        let mut found = 0_u64;
        for entry in map.entries() {
            let inner = Place { above: Some((place, Segment::Key(&entry.key))), mark: entry.key_span };
            if let Some(at) = ty.position(&entry.key) {
                if !entry.value.is_null() {
                    found |= 1 << at;
                    self.value(&entry.value, ty.fields[at].shape, &inner);
                }
            } else if !self.silent {
                let kind =
                    FaultKind::UnknownField { name: entry.key.clone(), nearest: nearest(&entry.key, ty) };
                self.fault(kind, entry.key_span, &inner);
            }
        }
        let mut missing = ty.enforced & !found;
        while missing != 0 {
            let name = ty.fields[missing.trailing_zeros() as usize].name;
            let inner = Place { above: Some((place, Segment::Key(name))), mark: place.mark };
            self.fault(FaultKind::MissingField { name }, place.mark, &inner);
            missing &= missing - 1;
        }
    }

    /// Judges a value that is not null.
    fn value(&mut self, node: &Node, shape: Shape, place: &Place<'_>) {
        let value = node.value();
        match shape {
            Shape::Any => {}
            Shape::Object(id) => self.object(node, id.get(), place),
            Shape::List(item) => match value {
                Value::List(items) => self.items(items, *item, place),
                _ => self.wrong(node, "list", place),
            },
            Shape::Map(item) => match value {
                Value::Map(map) => {
                    for entry in map.entries().iter().filter(|entry| !entry.value.is_null()) {
                        let inner =
                            Place { above: Some((place, Segment::Key(&entry.key))), mark: entry.key_span };
                        self.value(&entry.value, *item, &inner);
                    }
                }
                _ => self.wrong(node, "map", place),
            },
            Shape::String => match value {
                Value::String(_) => {}
                _ => self.wrong(node, "string", place),
            },
            Shape::Bool => match value {
                Value::Bool(_) => {}
                _ => self.wrong(node, "boolean", place),
            },
            Shape::Int32 => self.whole(node, 32, "integer", place),
            Shape::Int64 => self.whole(node, 64, "integer", place),
            Shape::IntOrString if node.as_str().is_some() => {}
            Shape::IntOrString => self.whole(node, 32, "integer or string", place),
            Shape::Double => {
                if !node.as_f64().is_some_and(f64::is_finite) {
                    self.wrong(node, "number", place);
                }
            }
            Shape::Quantity => match node.as_str() {
                Some(text) => self.text(is_quantity(text), FaultKind::BadQuantity, node, place),
                None if node.as_f64().is_some_and(f64::is_finite) => {}
                None => self.wrong(node, "string or number", place),
            },
            Shape::Time | Shape::MicroTime => match node.as_str() {
                Some(text) => {
                    self.text(is_time(text, shape == Shape::MicroTime), FaultKind::BadTime, node, place);
                }
                None => self.wrong(node, "string", place),
            },
            Shape::Bytes => self.bytes(node, place),
            Shape::SchemaOrBool(id) => match value {
                Value::Bool(_) => {}
                Value::Map(_) => self.schema(node, id, place),
                _ => self.wrong(node, "map or boolean", place),
            },
            // The API server drops scalars here without a word, and strict validation does not tell either.
            Shape::SchemaOrSchemas(id) => match value {
                Value::Map(_) | Value::List(_) => self.schema(node, id, place),
                _ => {}
            },
            Shape::SchemaOrStrings(id) => match value {
                Value::Map(_) => self.schema(node, id, place),
                Value::List(items) => self.items(items, Shape::String, place),
                _ => {}
            },
        }
    }

    fn items(&mut self, items: &[Node], shape: Shape, place: &Place<'_>) {
        for (at, item) in (0..).zip(items).filter(|(_, item)| !item.is_null()) {
            let first = item.as_map().and_then(|map| map.entries().first());
            let mark = first.map_or(item.span(), |entry| entry.key_span);
            self.value(item, shape, &Place { above: Some((place, Segment::Index(at))), mark });
        }
    }

    /// A JSON schema, or a list of them, in a place that decodes itself.
    fn schema(&mut self, node: &Node, id: TypeId, place: &Place<'_>) {
        let outer = std::mem::replace(&mut self.silent, true);
        match node.value() {
            Value::List(items) => self.items(items, Shape::Object(id), place),
            _ => self.object(node, id.get(), place),
        }
        self.silent = outer;
    }

    fn whole(&mut self, node: &Node, bits: u8, expected: &'static str, place: &Place<'_>) {
        let fits = node.as_i64().map(|number| bits == 64 || i32::try_from(number).is_ok());
        match node.value() {
            Value::Int(_) | Value::Float(_) if fits == Some(true) => {}
            Value::Int(_) => self.fault(FaultKind::OutOfRange { bits }, node.span(), place),
            // Infinities are whole to this test; there is no writing them in JSON.
            Value::Float(number) if number.is_finite() && number.fract() == 0.0 => {
                self.fault(FaultKind::OutOfRange { bits }, node.span(), place);
            }
            _ => self.wrong(node, expected, place),
        }
    }

    /// Go decodes `[]byte` from base64 and from lists of numbers alike.
    fn bytes(&mut self, node: &Node, place: &Place<'_>) {
        match node.value() {
            Value::String(text) => self.text(is_base64(text), FaultKind::BadBase64, node, place),
            Value::List(items) => {
                for (at, item) in (0..).zip(items.iter()).filter(|(_, item)| !item.is_null()) {
                    let inner = Place { above: Some((place, Segment::Index(at))), mark: item.span() };
                    match item.as_i64() {
                        Some(0..=255) => {}
                        Some(_) => self.fault(FaultKind::OutOfRange { bits: 8 }, item.span(), &inner),
                        None => self.wrong(item, "integer", &inner),
                    }
                }
            }
            _ => self.wrong(node, "string", place),
        }
    }

    fn text(&mut self, right: bool, kind: FaultKind, node: &Node, place: &Place<'_>) {
        if !right {
            self.fault(kind, node.span(), place);
        }
    }

    #[cold]
    fn wrong(&mut self, node: &Node, expected: &'static str, place: &Place<'_>) {
        self.fault(FaultKind::WrongType { expected, found: node.shape() }, node.span(), place);
    }

    #[cold]
    fn fault(&mut self, kind: FaultKind, span: Span, place: &Place<'_>) {
        (self.report)(Fault { kind, path: place.path(), span });
    }
}
