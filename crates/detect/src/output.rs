//! Outputs: texts with fields in them.

mod print;

use serde_json::{Map, Value as Json};

use crate::field::{Catalogue, FieldUse, Takes};
use crate::filter::{FieldRef, FilterError, Operand, Transformer};
use crate::predicate::{Event, Source};
use ironsides_tree::Span;

pub(crate) use print::plain;
pub use print::{json, text};

/// What stands for a value that is not there.
pub const ABSENT: &str = "<NA>";

/// A text with fields in it, such as `shell in %container.name by %user.name`.
#[derive(Clone, Debug)]
pub struct Output {
    parts: Vec<Part>,
    /// What JSON shows besides the fields of the text.
    extra: Vec<(String, Extra)>,
    /// Whether it is told although fields are absent.
    pub always: bool,
}

/// A field that JSON shows although the text does not.
#[derive(Clone, Debug)]
enum Extra {
    /// A field of the event, with its type.
    Field(FieldUse),
    /// A text with fields in it.
    Text(Box<Output>),
    /// Always the same.
    Fixed(String),
}

#[derive(Clone, Debug)]
enum Part {
    Text(String),
    Field {
        /// As written, without the percent sign.
        written: String,
        source: Source,
        /// The field alone, which is what JSON shows.
        field: FieldUse,
    },
}

impl Output {
    /// Reads an output. A star at its beginning says what Falco says of all outputs: it is told although fields are
    /// absent.
    pub fn new(text: &str, catalogue: Catalogue) -> Result<Self, FilterError> {
        let always = text.starts_with('*');
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut at = usize::from(always);
        while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
            let Some(percent) = rest.find('%') else {
                plain.push_str(rest);
                break;
            };
            plain.push_str(rest.get(..percent).unwrap_or_default());
            at += percent + 1;
            let rest = text.get(at..).unwrap_or_default();
            if rest.is_empty() {
                return Err(FilterError::at("invalid formatting syntax: formatting cannot end with a %", at));
            }
            let (source, length) = token(rest, at, catalogue)?;
            let field = source.first().cloned().ok_or_else(|| FilterError::at("no field behind %", at))?;
            if field.id.field().filter_only {
                let name = field.id.field().name;
                let message = format!("{name} is filter only and cannot be used as a display field");
                return Err(FilterError::new(message, Span::new(at, at + length)));
            }
            if !plain.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut plain)));
            }
            let written = rest.get(..length).unwrap_or_default().to_owned();
            parts.push(Part::Field { written, source, field });
            at += length;
        }
        if !plain.is_empty() {
            parts.push(Part::Text(plain));
        }
        Ok(Self { parts, extra: Vec::new(), always })
    }

    /// Adds a text, with a blank between.
    pub(crate) fn append(&mut self, text: &str, catalogue: Catalogue) -> Result<(), FilterError> {
        let more = Self::new(text, catalogue)?;
        self.parts.push(Part::Text(" ".to_owned()));
        self.parts.extend(more.parts);
        Ok(())
    }

    /// Adds a field that JSON shows under its own name, with its type.
    pub(crate) fn add_field(&mut self, name: &str, catalogue: Catalogue) -> Result<(), FilterError> {
        let name = name.trim_start_matches('%');
        let (found, length) = field(name, 0, catalogue)?;
        if length != name.len() {
            return Err(FilterError::at(format!("{name:?} is more than one field"), length));
        }
        self.extra.push((name.to_owned(), Extra::Field(catalogue.resolve(&found)?)));
        Ok(())
    }

    /// Adds a text with fields in it, which JSON shows under a name.
    pub(crate) fn add_text(
        &mut self,
        name: &str,
        text: &str,
        catalogue: Catalogue,
    ) -> Result<(), FilterError> {
        self.extra.push((name.to_owned(), Extra::Text(Box::new(Self::new(text, catalogue)?))));
        Ok(())
    }

    /// Adds a value that is always the same, which JSON shows under a name.
    pub(crate) fn add_fixed(&mut self, name: &str, value: &str) {
        self.extra.push((name.to_owned(), Extra::Fixed(value.to_owned())));
    }

    /// The fields in it, in order.
    pub fn fields(&self) -> impl Iterator<Item = &FieldUse> {
        let extra = self.extra.iter().flat_map(|(_, extra)| match extra {
            Extra::Field(field) => vec![field],
            Extra::Text(output) => fields_of(&output.parts).collect(),
            Extra::Fixed(_) => Vec::new(),
        });
        fields_of(&self.parts).chain(extra)
    }

    /// The text for an event, with [`ABSENT`] where a value is not there.
    pub fn text<E: Event + ?Sized>(&self, event: &E) -> String {
        let mut out = String::new();
        for part in &self.parts {
            match part {
                Part::Text(plain) => out.push_str(plain),
                Part::Field { source, field, .. } => out.push_str(&shown(source, field, event)),
            }
        }
        out
    }

    /// The text for an event, or `None` where a value is not there and the output does not begin with a star.
    pub fn complete<E: Event + ?Sized>(&self, event: &E) -> Option<String> {
        let there = |part: &Part| match part {
            Part::Text(_) => true,
            Part::Field { source, .. } => source.value(event).is_some(),
        };
        (self.always || self.parts.iter().all(there)).then(|| self.text(event))
    }

    /// The values in it as JSON, under the names that the output writes. Transformers change texts only.
    pub fn json<E: Event + ?Sized>(&self, event: &E) -> Map<String, Json> {
        let mut all = Map::new();
        for part in &self.parts {
            if let Part::Field { written, field, .. } = part {
                all.insert(written.clone(), json(field, event));
            }
        }
        for (name, extra) in &self.extra {
            let value = match extra {
                Extra::Field(field) => json(field, event),
                Extra::Text(output) => Json::String(output.text(event)),
                Extra::Fixed(value) => Json::String(value.clone()),
            };
            all.insert(name.clone(), value);
        }
        all
    }
}

/// The fields in parts of a text.
fn fields_of(parts: &[Part]) -> impl Iterator<Item = &FieldUse> {
    parts.iter().filter_map(|part| match part {
        Part::Text(_) => None,
        Part::Field { field, .. } => Some(field),
    })
}

/// A value in a text.
fn shown<E: Event + ?Sized>(source: &Source, field: &FieldUse, event: &E) -> String {
    if matches!(source, Source::Field(_)) {
        return text(field, event).unwrap_or_else(|| ABSENT.to_owned());
    }
    // libsinsp prints the length of a text as absent, that of a list as a number.
    if let Source::Apply { transformer: Transformer::Len, sources, .. } = source
        && sources.first().is_none_or(|inner| !inner.list())
    {
        return ABSENT.to_owned();
    }
    source.value(event).map_or_else(|| ABSENT.to_owned(), |value| plain(&value))
}

/// A field or a transformer behind a percent sign, and how many bytes it takes.
fn token(rest: &str, at: usize, catalogue: Catalogue) -> Result<(Source, usize), FilterError> {
    if let Some((operand, length)) = transformer(rest, at, catalogue)? {
        return Ok((Source::new(&operand, catalogue)?, length));
    }
    let (named, length) = field(rest, at, catalogue)?;
    Ok((Source::Field(catalogue.resolve(&named)?), length))
}

/// A transformer with what is in its parentheses.
fn transformer(rest: &str, at: usize, catalogue: Catalogue) -> Result<Option<(Operand, usize)>, FilterError> {
    let found = Transformer::ALL.into_iter().find_map(|transformer| {
        let inner = rest.strip_prefix(transformer.name())?.strip_prefix('(')?;
        Some((transformer, inner))
    });
    let Some((transformer_name, inner)) = found else { return Ok(None) };
    let start = rest.len() - inner.len();
    let (operand, length) = if let Some(nested) = transformer(inner, at + start, catalogue)? {
        nested
    } else {
        let (named, length) = field(inner, at + start, catalogue)?;
        (Operand::Field(named), length)
    };
    let end = start + length;
    if !rest.get(end..).is_some_and(|rest| rest.starts_with(')')) {
        return Err(FilterError::at(
            format!("expected a ')' token closing the transformer: {rest}"),
            at + end,
        ));
    }
    let span = Span::new(at, at + end + 1);
    let operand = Operand::Apply { transformer: transformer_name, operands: vec![operand], text: None, span };
    Ok(Some((operand, end + 1)))
}

/// The longest field that a text begins with, its argument included. What follows is plain text.
fn field(rest: &str, at: usize, catalogue: Catalogue) -> Result<(FieldRef, usize), FilterError> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
    let word = rest.get(..rest.find(|c| !is_name(c)).unwrap_or(rest.len())).unwrap_or_default();
    let word = word.trim_end_matches('.');
    let span = |length: usize| Span::new(at, at + length);
    let Some(id) = catalogue.longest(word) else {
        let message = format!("invalid formatting token {}", rest.split_whitespace().next().unwrap_or(rest));
        let error = FilterError { unknown_field: true, ..FilterError::new(message, span(word.len())) };
        return Err(match catalogue.nearest(word) {
            Some(near) => error.hint(format!("did you mean %{near}?")),
            None => error,
        });
    };
    let known = id.field();
    let mut length = known.name.len();
    let mut name = known.name.to_owned();
    if known.takes.is_dotted()
        && let Some(suffix) = word.get(length..).and_then(|suffix| suffix.strip_prefix('.'))
    {
        let suffix = suffix.split('.').next().unwrap_or_default();
        name = format!("{name}.{suffix}");
        length = name.len();
        return Ok((FieldRef { name: name.into(), argument: None, span: span(length) }, length));
    }
    let mut argument = None;
    if known.takes != Takes::Nothing {
        // An index that is no number is plain text, but for fields that insist on one.
        let indexed = known.takes == Takes::Index && !known.list;
        let inner = rest.get(length..).and_then(|rest| rest.strip_prefix('['));
        let inner = inner.filter(|inner| {
            let index = inner.split(']').next().unwrap_or_default();
            !indexed || index.trim_start_matches(['+', '-']).bytes().all(|byte| byte.is_ascii_digit())
        });
        if let Some(inner) = inner {
            let Some(end) = inner.find(']') else {
                return Err(FilterError::at(format!("the bracket behind {name} is not closed"), at + length));
            };
            argument = Some(inner.get(..end).unwrap_or_default().into());
            length += end + 2;
        }
    }
    Ok((FieldRef { name: name.into(), argument, span: span(length) }, length))
}
