//! From names in a text to fields.

use crate::filter::{FieldRef, FilterError};
use crate::kind::Kind;

use super::catalogue::{Catalogue, FieldId, Takes};
use super::parameter::{is_event_type, parameter};

/// What makes a field of several one: an index, a key, a name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Argument {
    /// There is none.
    None,
    /// A number.
    Index(i64),
    /// A text.
    Key(Box<str>),
}

/// A field with its argument.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FieldUse {
    /// Which field.
    pub id: FieldId,
    /// Which of its values.
    pub argument: Argument,
    /// The type of that value.
    pub kind: Kind,
}

impl FieldUse {
    /// Whether it has several values at once.
    pub fn list(&self) -> bool {
        self.id.field().list
    }

    /// The key, where it has one.
    pub fn key(&self) -> Option<&str> {
        match &self.argument {
            Argument::Key(key) => Some(key),
            _ => None,
        }
    }

    /// The index, where it has one.
    pub fn index(&self) -> Option<i64> {
        match self.argument {
            Argument::Index(index) => Some(index),
            _ => None,
        }
    }
}

impl std::fmt::Display for FieldUse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let field = self.id.field();
        f.write_str(field.name)?;
        match &self.argument {
            Argument::None => Ok(()),
            Argument::Index(index) => write!(f, "[{index}]"),
            Argument::Key(key) if field.takes.is_dotted() => write!(f, ".{key}"),
            Argument::Key(key) => write!(f, "[{key}]"),
        }
    }
}

impl Takes {
    /// Whether the argument stands behind a dot.
    pub(crate) fn is_dotted(self) -> bool {
        matches!(
            self,
            Self::Parameter | Self::ParameterName | Self::Event | Self::Suffix | Self::RequiredSuffix
        )
    }

    fn is_required(self) -> bool {
        matches!(
            self,
            Self::RequiredKey
                | Self::RequiredIndexOrKey
                | Self::Parameter
                | Self::ParameterName
                | Self::Event
                | Self::Number
                | Self::RequiredSuffix
        )
    }
}

impl Catalogue {
    /// The field that a text names.
    pub fn resolve(self, named: &FieldRef) -> Result<FieldUse, FilterError> {
        let name = &*named.name;
        if let Some(id) = self.field(name) {
            return self.with_argument(named, id);
        }
        let dotted = name.rmatch_indices('.').find_map(|(at, _)| {
            let id = self.field(name.get(..at)?)?;
            id.field().takes.is_dotted().then_some((id, name.get(at + 1..)?))
        });
        match dotted {
            Some((id, suffix)) if named.argument.is_none() => self.with_suffix(named, id, suffix),
            _ => Err(self.unknown(named)),
        }
    }

    fn with_argument(self, named: &FieldRef, id: FieldId) -> Result<FieldUse, FilterError> {
        let field = id.field();
        let fault = |message| Err(FilterError::new(message, named.span));
        let found = |argument| Ok(FieldUse { id, argument, kind: field.kind });
        let Some(text) = &named.argument else {
            if field.takes.is_required() {
                let error = FilterError::new(format!("filter syntax error: {}", field.name), named.span);
                return Err(error.hint(format!(
                    "{} needs an argument: {}",
                    field.name,
                    field.takes.example(field.name)
                )));
            }
            return found(Argument::None);
        };
        let no_number = || fault(format!("{text} is not a valid number"));
        match field.takes {
            Takes::Index => match number(text) {
                Some(index) => found(Argument::Index(index)),
                None if field.name == "fd.types" => no_number(),
                None if field.list => {
                    fault(format!("{} takes a number in brackets, not {text:?}", field.name))
                }
                None => Err(self.unknown(named)),
            },
            Takes::IndexOrKey | Takes::RequiredIndexOrKey => {
                found(number(text).map_or_else(|| Argument::Key(text.clone()), Argument::Index))
            }
            Takes::Key | Takes::RequiredKey => found(Argument::Key(text.clone())),
            Takes::Parameter | Takes::Number => match number(text) {
                Some(index) => found(Argument::Index(index)),
                None => no_number(),
            },
            Takes::ParameterName => fault("evt.arg fields must be expressed explicitly".to_owned()),
            Takes::Event | Takes::RequiredSuffix => fault(format!("filter syntax error: {named}")),
            Takes::Nothing | Takes::Suffix => Err(self.unknown(named)),
        }
    }

    fn with_suffix(self, named: &FieldRef, id: FieldId, suffix: &str) -> Result<FieldUse, FilterError> {
        let field = id.field();
        let found = |kind| Ok(FieldUse { id, argument: Argument::Key(suffix.into()), kind });
        match field.takes {
            Takes::Parameter | Takes::ParameterName => match parameter(suffix) {
                Some(kind) if field.takes == Takes::ParameterName => found(kind),
                Some(_) => found(field.kind),
                None if suffix.contains('.') => Err(self.unknown(named)),
                None => Err(FilterError::new(format!("unknown event argument {suffix}"), named.span)),
            },
            Takes::Event if !is_event_type(suffix) => Err(self.unknown(named)),
            Takes::Suffix if !matches!(suffix, "src" | "dst") => Err(self.unknown(named)),
            _ => found(field.kind),
        }
    }

    fn unknown(self, named: &FieldRef) -> FilterError {
        let name = &named.name;
        let message = format!(
            "filter contains an unknown field '{name}', and none of the loaded plugins is capable of extracting it"
        );
        let error = FilterError { unknown_field: true, ..FilterError::new(message, named.span) };
        if self.field(name).is_some() {
            return error.hint(format!("{name} takes no argument like {named}"));
        }
        if let Some(id) = FieldId::named(name) {
            if id.field().class == super::Class::Correlation {
                return error.hint(format!("{name} is for the outputs of correlations"));
            }
            let source = match id.field().class {
                super::Class::K8sAudit | super::Class::Json => "k8s_audit",
                _ => "syscall",
            };
            return error.hint(format!("{name} is a field of the source {source}"));
        }
        match self.nearest(name) {
            Some(near) => error.hint(format!("did you mean {near}?")),
            None => error,
        }
    }
}

impl Takes {
    fn example(self, name: &str) -> String {
        match self {
            Self::Parameter => format!("{name}.name or {name}[0]"),
            Self::ParameterName => format!("{name}.name"),
            Self::Event => format!("{name}.open"),
            Self::RequiredSuffix => format!("{name}.cpu"),
            Self::Number => format!("{name}[1470327477881801607]"),
            _ => format!("{name}[key]"),
        }
    }
}

/// A number in brackets: decimal, leading zeros and a sign allowed. What does not fit wraps around.
#[expect(clippy::cast_possible_truncation, reason = "libsinsp keeps the low bits")]
fn number(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse::<i128>().ok().map(|number| number as i64)
}
