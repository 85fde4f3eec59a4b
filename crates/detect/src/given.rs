//! Events that somebody writes down: field names and their values.

use std::cell::RefCell;
use std::collections::BTreeSet;

use ironsides_tree::{Node, Span, Value as Written};
use rustc_hash::FxHashMap;

use crate::field::{Catalogue, FieldUse};
use crate::filter::{FieldRef, FilterError};
use crate::kind::{Family, Kind};
use crate::net;
use crate::predicate::Event;
use crate::value::Value;

/// An event as a map of fields and values: `{"proc.name": "bash", "proc.aname[2]": "sshd", "evt.num": 7}`. Fields that it
/// does not give are absent.
#[derive(Debug)]
pub struct Given {
    values: FxHashMap<FieldUse, Value<'static>>,
    /// Fields that were asked for and are not given.
    missed: RefCell<BTreeSet<String>>,
}

impl Given {
    /// Reads such a map; a field that is null is absent. An alert of Falco will do: its `output_fields` are taken.
    pub fn read(root: &Node, catalogue: Catalogue) -> Result<Self, FilterError> {
        let root = root.get("output_fields").filter(|inner| inner.as_map().is_some()).unwrap_or(root);
        let Some(map) = root.as_map() else {
            return Err(FilterError::new("an event is a map of fields and their values", root.span()));
        };
        let mut values = FxHashMap::default();
        for entry in map.entries() {
            let field = catalogue.resolve(&named(&entry.key, entry.key_span))?;
            if entry.value.is_null() {
                continue;
            }
            let value = value(&entry.value, field.kind).map_err(|wanted| {
                let message = format!("the value of {} must be {wanted}", entry.key);
                FilterError::new(message, entry.value.span())
            })?;
            values.insert(field, value);
        }
        Ok(Self { values, missed: RefCell::default() })
    }

    /// The fields that were asked for so far and are not given, in alphabetical order.
    pub fn missed(&self) -> Vec<String> {
        self.missed.borrow().iter().cloned().collect()
    }
}

impl Event for Given {
    fn value(&self, field: &FieldUse) -> Option<Value<'_>> {
        let found = self.values.get(field).cloned();
        if found.is_none() {
            self.missed.borrow_mut().insert(field.to_string());
        }
        found
    }
}

/// A field with its argument, as it is written in a condition.
fn named(text: &str, span: Span) -> FieldRef {
    let (name, argument) = match text.split_once('[') {
        Some((name, rest)) => (name, rest.strip_suffix(']')),
        None => (text, None),
    };
    FieldRef { name: name.into(), argument: argument.map(Into::into), span }
}

/// A value by the type of its field; the error says what it must be.
fn value(node: &Node, kind: Kind) -> Result<Value<'static>, &'static str> {
    if let Some(items) = node.as_list() {
        return Ok(Value::List(items.iter().map(|item| value(item, kind)).collect::<Result<_, _>>()?));
    }
    let text = match node.value() {
        Written::String(text) => text.to_string(),
        Written::Bool(value) => value.to_string(),
        Written::Int(value) => value.to_string(),
        Written::Float(value) => value.to_string(),
        _ => return Err("a text, a number, true, false or a list of these"),
    };
    Ok(match kind.family() {
        Family::Number { signed: true, .. } => Value::Int(text.parse().map_err(|_| "a whole number")?),
        Family::Number { signed: false, .. } => {
            Value::Uint(text.parse().map_err(|_| "a whole number, not below zero")?)
        }
        Family::Double => Value::Double(text.parse().map_err(|_| "a number")?),
        Family::Bool => Value::Bool(text.parse().map_err(|_| "true or false")?),
        Family::Address | Family::Network => {
            Value::Ip(net::address(&text).map_err(|_| "an address, such as 10.0.0.1")?)
        }
        Family::Text | Family::Bytes | Family::Opaque => Value::owned(text),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Condition;
    use crate::filter::{Dialect, parse};
    use ironsides_tree::parse_one;

    fn holds(event: &str, condition: &str) -> bool {
        let root = parse_one(event).unwrap();
        let given = Given::read(&root, Catalogue::SYSCALL).unwrap();
        let expr = parse(condition, Dialect::Newest).unwrap();
        Condition::new(&expr, Catalogue::SYSCALL).unwrap().holds(&given)
    }

    #[test]
    fn values_have_the_types_of_their_fields() {
        let event = r#"{"proc.name": "bash", "proc.aname[2]": "sshd", "fd.sip": "10.0.0.1", "user.uid": 7,
            "container.privileged": true, "evt.arg.flags": null}"#;
        for condition in [
            "proc.name = bash",
            "proc.aname[2] = sshd and not proc.aname[3] exists",
            "fd.sip = 10.0.0.1",
            "user.uid > 6",
            "container.privileged = true",
            "not evt.arg.flags exists",
        ] {
            assert!(holds(event, condition), "{condition}");
        }
        assert!(holds(r#"{"rule": "x", "output_fields": {"proc.name": "sh"}}"#, "proc.name = sh"));
    }

    #[test]
    fn what_cannot_be_is_told() {
        let read = |text: &str| Given::read(&parse_one(text).unwrap(), Catalogue::SYSCALL).unwrap_err();
        assert_eq!(read(r#"{"proc.nam": 1}"#).hint.as_deref(), Some("did you mean proc.name?"));
        assert_eq!(
            read(r#"{"user.uid": "x"}"#).message,
            "the value of user.uid must be a whole number, not below zero"
        );
        assert_eq!(read("[1]").message, "an event is a map of fields and their values");
    }
}
