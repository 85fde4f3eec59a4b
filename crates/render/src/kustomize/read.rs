//! Texts to trees, with places that say where in which file each value stands.

use std::sync::Arc;

use ironsides_tree::{Document, Documents, Limits, Lines, Node as Plain, RemarkKind, Span, Text, Value};

use super::node::{Field, Kind, Node};
use super::origin::{Origin, Place};
use super::scalar::{Scalar, Tag, date, tag_of};
use super::sources::Sources;
use crate::error::RenderError;

/// A text to read, and where it stands: a file, or a scalar within one.
pub(super) struct Inset {
    pub(super) text: Arc<str>,
    place: Place,
    /// Where the lines of the text begin, and where the same lines begin in the file. Empty for a whole file.
    lines: Vec<(u32, u32)>,
    whole: bool,
}

impl Inset {
    /// A whole file.
    pub(super) fn file(sources: &Sources<'_>, file: u32) -> Self {
        let text = sources.text_of(file);
        Self { text, place: sources.whole(file), lines: Vec::new(), whole: true }
    }

    /// A text without a file: its places are spans alone.
    pub(super) fn loose(text: &str) -> Self {
        Self { text: text.into(), place: Place::NONE, lines: Vec::new(), whole: true }
    }

    /// The text that a scalar of another document holds. Lines of a literal block are found again one by one; of any
    /// other scalar all is said to stand at the scalar.
    pub(super) fn scalar(sources: &Sources<'_>, text: &str, place: Place) -> Self {
        let written = sources.slice(place);
        let mut lines = Vec::new();
        if written.starts_with('|') && place.span.is_some() {
            let own = Lines::new(text);
            let mut source = written.split_inclusive('\n');
            let mut at = place.span.start as usize + source.next().map_or(0, str::len);
            for line in 1..=own.count() {
                let (Some(start), Some(content)) = (own.start(line), own.line(text, line)) else { break };
                let Some(found) = source.next() else { break };
                let bare = found.trim_end_matches(['\n', '\r']);
                let indent = bare.len().saturating_sub(content.len());
                if !content.is_empty() && !bare.ends_with(content) {
                    lines.clear();
                    break;
                }
                lines.push((start, u32::try_from(at + indent).unwrap_or(u32::MAX)));
                at += found.len();
            }
        }
        Self { text: text.into(), place, lines, whole: false }
    }

    fn place(&self, span: Span) -> Place {
        if self.whole || !span.is_some() {
            return Place { span, ..self.place };
        }
        let find = |offset: u32| {
            let at = self.lines.partition_point(|line| line.0 <= offset).checked_sub(1)?;
            let (own, file) = self.lines.get(at)?;
            Some(file + (offset - own))
        };
        let last = span.end.saturating_sub(1).max(span.start);
        match find(span.start).zip(find(last)) {
            Some((start, end)) => {
                let span =
                    Span { start, end: (end + span.end.min(last + 1) - last).min(self.place.span.end) };
                Place { span, ..self.place }
            }
            None => self.place,
        }
    }
}

/// How scalars are understood.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// As kustomize reads resources and patches (go-yaml v3).
    Resources,
    /// As it reads its own files (go-yaml v2, through JSON): `yes` is true.
    Settings,
}

/// Reads all documents of a text. Empty ones are null.
pub(super) fn documents(
    sources: &Sources<'_>,
    inset: &Inset,
    dialect: Dialect,
) -> Result<Vec<Node>, RenderError> {
    let limits = Limits { split_lists: false, ..Limits::default() };
    let reader = Reader { sources, inset, dialect };
    let mut found = Vec::new();
    for document in Documents::new(&inset.text, limits) {
        let document = document.map_err(|error| {
            let place = inset.place(Span { start: error.offset, end: error.offset });
            sources.error(place, format!("cannot read it as YAML: {error}"), error.hint)
        })?;
        reader.check(&document)?;
        found.push(reader.node(&document.root)?);
    }
    Ok(found)
}

struct Reader<'a> {
    sources: &'a Sources<'a>,
    inset: &'a Inset,
    dialect: Dialect,
}

impl Reader<'_> {
    fn check(&self, document: &Document) -> Result<(), RenderError> {
        for remark in &document.remarks {
            let RemarkKind::DuplicateKey { key, first } = &remark.kind else { continue };
            let merge = |span: Span| span.slice(&self.inset.text) == Some("<<");
            // kustomize reads its own files without a word about it; the last one wins.
            if self.dialect == Dialect::Settings || merge(*first) || merge(remark.span) {
                continue;
            }
            let first = self.sources.line(self.inset.place(*first)).unwrap_or_default();
            let message = format!("the key {key} stands twice in its map, first in line {first}");
            return Err(self.sources.error(
                self.inset.place(remark.span),
                message,
                Some("remove one of the two"),
            ));
        }
        Ok(())
    }

    fn node(&self, plain: &Plain) -> Result<Node, RenderError> {
        let origin = Origin::at(self.inset.place(plain.span()));
        let kind = match plain.value() {
            Value::List(items) => {
                Kind::List(items.iter().map(|item| self.node(item)).collect::<Result<_, _>>()?)
            }
            Value::Map(map) => {
                let mut fields = Vec::with_capacity(map.len());
                for entry in map.entries() {
                    let key = self.key(&entry.key, entry.key_span)?;
                    let place = self.inset.place(entry.key_span);
                    fields.push(Field { key, place, value: self.node(&entry.value)? });
                }
                Kind::Map(fields)
            }
            value => Kind::Scalar(self.scalar(value, plain.span())),
        };
        Ok(Node { kind, origin })
    }

    /// A key. Kubernetes turns `yes` and `1` into strings, kustomize takes strings only, and `yes` is one to it.
    fn key(&self, key: &Text, span: Span) -> Result<Text, RenderError> {
        let written = span.slice(&self.inset.text).unwrap_or(key);
        if self.dialect == Dialect::Settings || written == "<<" || !is_plain(written) {
            return Ok(key.clone());
        }
        match tag_of(written) {
            Tag::String | Tag::Time => Ok(written.into()),
            // `!!str 1` is written plain too; then Kubernetes and kustomize read the same string.
            tag => {
                let before = self.inset.text.get(..span.start as usize).unwrap_or_default().trim_end();
                if before.ends_with("!!str") || before.ends_with('!') {
                    return Ok(key.clone());
                }
                let message =
                    format!("the key {written} is {}, and kustomize takes only strings", tag.name());
                Err(self.sources.error(self.inset.place(span), message, Some("put it in quotes")))
            }
        }
    }

    fn scalar(&self, value: &Value, span: Span) -> Scalar {
        let written = span.slice(&self.inset.text).unwrap_or_default();
        let settings = self.dialect == Dialect::Settings;
        match value {
            Value::Null if settings => Scalar::null(),
            Value::Bool(value) if settings => Scalar::bool(*value),
            Value::Int(value) if settings => Scalar::int(*value),
            Value::String(text) => {
                let plain = is_plain(written);
                let tag = if plain && written == text && date(text).is_some() && !settings {
                    Tag::Time
                } else {
                    Tag::String
                };
                Scalar { text: text.clone(), tag: Some(tag), quoted: !plain && !written.is_empty() }
            }
            _ => {
                // JSON texts and aliases have their span, too; without one there is nothing.
                let text: Text = written.into();
                let tag = tag_of(written);
                Scalar { text, tag: Some(tag), quoted: false }
            }
        }
    }
}

fn is_plain(written: &str) -> bool {
    !written.starts_with(['"', '\'', '|', '>'])
}
