//! Where the left side of a comparison comes from.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::field::{Catalogue, FieldUse};
use crate::filter::{FilterError, Operand, Transformer};
use crate::kind::{Family, Kind};
use crate::value::Value;

use super::Event;

/// A field, or what transformers make of fields.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// The field itself.
    Field(FieldUse),
    /// A function over others.
    Apply {
        /// Which function.
        transformer: Transformer,
        /// Its arguments.
        sources: Vec<Source>,
        /// The separator of `join`, the option of `getopt`.
        text: Option<Box<str>>,
    },
}

impl Source {
    /// Finds the fields and checks that the transformers take them.
    pub(crate) fn new(operand: &Operand, catalogue: Catalogue) -> Result<Self, FilterError> {
        match operand {
            Operand::Field(named) => catalogue.resolve(named).map(Self::Field),
            Operand::Apply { transformer, operands, text, span } => {
                let sources: Result<Vec<Self>, _> =
                    operands.iter().map(|operand| Self::new(operand, catalogue)).collect();
                let sources = sources?;
                for source in &sources {
                    let Some(field) = source.first() else { continue };
                    let (kind, name) = (source.kind(), field.id.field().name);
                    if !field.id.field().transformable {
                        return Err(FilterError::new(
                            format!("field '{name}' does not support transformers"),
                            *span,
                        ));
                    }
                    if !takes(*transformer, kind, source.list()) {
                        let message = format!(
                            "can't add field transformer: type '{}' is not supported by '{}' transformer applied on \
                             field '{name}'",
                            kind.name(),
                            transformer.name()
                        );
                        return Err(FilterError::new(message, *span));
                    }
                }
                Ok(Self::Apply { transformer: *transformer, sources, text: text.clone() })
            }
        }
    }

    /// The first field.
    pub(crate) fn first(&self) -> Option<&FieldUse> {
        match self {
            Self::Field(field) => Some(field),
            Self::Apply { sources, .. } => sources.first().and_then(Self::first),
        }
    }

    /// The type of the value.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Field(field) => field.kind,
            Self::Apply { transformer: Transformer::Len, .. } => Kind::Uint64,
            Self::Apply {
                transformer: Transformer::Concat | Transformer::Join | Transformer::Getopt,
                ..
            } => Kind::CharBuf,
            Self::Apply { sources, .. } => sources.first().map_or(Kind::CharBuf, Self::kind),
        }
    }

    /// Whether there are several values at once.
    pub fn list(&self) -> bool {
        match self {
            Self::Field(field) => field.list(),
            Self::Apply { transformer, sources, .. } => match transformer {
                Transformer::ToLower | Transformer::ToUpper | Transformer::B64 | Transformer::Basename => {
                    sources.first().is_some_and(Self::list)
                }
                _ => false,
            },
        }
    }

    /// Whether this is the field of that name, untransformed.
    pub(crate) fn is(&self, name: &str) -> bool {
        matches!(self, Self::Field(field) if field.id.field().name == name)
    }

    /// Adds the fields it is made of.
    pub(crate) fn fields<'a>(&'a self, all: &mut Vec<&'a FieldUse>) {
        match self {
            Self::Field(field) => all.push(field),
            Self::Apply { sources, .. } => sources.iter().for_each(|source| source.fields(all)),
        }
    }

    /// The value for an event.
    pub fn value<'e, E: Event + ?Sized>(&self, event: &'e E) -> Option<Value<'e>> {
        match self {
            Self::Field(field) => event.value(field),
            Self::Apply { transformer: Transformer::Concat | Transformer::Join, sources, text } => {
                let mut all = Vec::new();
                for (at, source) in sources.iter().enumerate() {
                    let Some(Value::Text(part)) = source.value(event) else { return None };
                    if let (1.., Some(separator)) = (at, text) {
                        all.extend_from_slice(separator.as_bytes());
                    }
                    all.extend_from_slice(&part);
                }
                Some(Value::Text(Cow::Owned(all)))
            }
            Self::Apply { transformer, sources, text } => {
                let value = sources.first()?.value(event)?;
                transformed(*transformer, value, text.as_deref())
            }
        }
    }

    /// How much work it is to have the value.
    pub(crate) fn cost(&self) -> u32 {
        match self {
            Self::Field(field) => {
                let field = field.id.field();
                match (field.list, field.takes) {
                    // Times are read, and what requests carry is looked for in every container or rule.
                    _ if field.name == "jevt.rawtime" || field.name.starts_with("evt.time") => 150,
                    _ if field.name.starts_with("ka.req.") => 80,
                    (true, _) => 40,
                    (_, crate::field::Takes::Nothing) => 4,
                    _ => 30,
                }
            }
            Self::Apply { sources, .. } => 60 + sources.iter().map(Self::cost).sum::<u32>(),
        }
    }
}

fn takes(transformer: Transformer, kind: Kind, list: bool) -> bool {
    match transformer {
        Transformer::Len => list || matches!(kind.family(), Family::Text | Family::Bytes),
        Transformer::B64 => matches!(kind.family(), Family::Text | Family::Bytes),
        Transformer::Concat | Transformer::Join | Transformer::Getopt => {
            kind.family() == Family::Text && !list
        }
        _ => kind.family() == Family::Text,
    }
}

fn transformed<'e>(transformer: Transformer, value: Value<'e>, text: Option<&str>) -> Option<Value<'e>> {
    if let Value::List(items) = value {
        if transformer == Transformer::Len {
            return Some(Value::Uint(items.len() as u64));
        }
        let items: Vec<Value<'e>> =
            items.into_iter().filter_map(|item| transformed(transformer, item, text)).collect();
        return (!items.is_empty()).then_some(Value::List(items));
    }
    let Value::Text(bytes) = value else { return None };
    Some(match transformer {
        Transformer::ToLower => Value::Text(Cow::Owned(bytes.to_ascii_lowercase())),
        Transformer::ToUpper => Value::Text(Cow::Owned(bytes.to_ascii_uppercase())),
        Transformer::Len => Value::Uint(bytes.len() as u64),
        Transformer::B64 => Value::Text(Cow::Owned(STANDARD.decode(bytes.as_ref()).ok()?)),
        Transformer::Basename => {
            let start = memchr::memrchr(b'/', &bytes).map_or(0, |at| at + 1);
            match bytes {
                Cow::Borrowed(bytes) => Value::Text(Cow::Borrowed(bytes.get(start..).unwrap_or_default())),
                Cow::Owned(mut bytes) => Value::Text(Cow::Owned(bytes.split_off(start))),
            }
        }
        Transformer::Getopt => Value::Text(Cow::Owned(option(&bytes, text?.as_bytes())?)),
        Transformer::Concat | Transformer::Join => Value::Text(bytes),
    })
}

/// The value of an option in a command's arguments: `-o value`, `-ovalue`, `--name value` or `--name=value`; empty
/// where the option stands without one.
fn option(arguments: &[u8], name: &[u8]) -> Option<Vec<u8>> {
    let name = name.strip_prefix(b"--").or_else(|| name.strip_prefix(b"-")).unwrap_or(name);
    let mut words = arguments.split(|byte| *byte == b' ').filter(|word| !word.is_empty());
    while let Some(word) = words.next() {
        if word == b"--" {
            return None;
        }
        let value = if let Some(long) = word.strip_prefix(b"--") {
            match long.strip_prefix(name) {
                Some([]) => None,
                Some([b'=', value @ ..]) => Some(value),
                _ => continue,
            }
        } else if let Some(short) = word.strip_prefix(b"-") {
            match short.strip_prefix(name) {
                Some([]) => None,
                Some(value) if name.len() == 1 => Some(value.strip_prefix(b"=").unwrap_or(value)),
                _ => continue,
            }
        } else {
            continue;
        };
        let next = || words.next().filter(|word| !word.starts_with(b"-")).unwrap_or_default();
        return Some(value.unwrap_or_else(next).to_vec());
    }
    None
}
