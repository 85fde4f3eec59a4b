//! Reads values of the configuration file, and says of what is wrong where it stands.

use std::collections::BTreeSet;
use std::str::FromStr;
use std::sync::Arc;

use anyhow::{Result, anyhow};
use ironsides_core::Pattern;
use ironsides_report::SourceText;
use ironsides_tree::{Cursor, Documents, Format, Limits, Map, Node, RemarkKind, Span};

/// Reads one file.
pub(crate) struct Reader {
    source: Arc<SourceText>,
}

impl Reader {
    pub(crate) fn new(source: Arc<SourceText>) -> Self {
        Self { source }
    }

    /// The file.
    pub(crate) fn source(&self) -> &Arc<SourceText> {
        &self.source
    }

    /// The one document of the file; null where there is none.
    pub(crate) fn root(&self) -> Result<Node> {
        let limits = Limits { split_lists: false, ..Limits::default() };
        let format = Format::of(self.source.text());
        let mut documents = Documents::with_format(self.source.text(), format, limits);
        let read = documents.next().transpose();
        let document = read.map_err(|error| {
            let hint = error.hint.map(|hint| format!("; {hint}")).unwrap_or_default();
            self.at(Span { start: error.offset, end: error.offset }, &format!("{}{hint}", error.message))
        })?;
        let Some(document) = document else { return Ok(Node::NULL) };
        for remark in &document.remarks {
            if let RemarkKind::DuplicateKey { key, .. } = &remark.kind {
                return Err(self.at(remark.span, &format!("the key {key} stands twice")));
            }
        }
        if let Some(Ok(more)) = documents.next() {
            return Err(self.at(more.root.span(), "another document begins here; one is enough"));
        }
        Ok(document.root)
    }

    /// An error at a place.
    pub(crate) fn at(&self, span: Span, why: &str) -> anyhow::Error {
        let path = self.source.path();
        match self.source.range(span) {
            Some((start, _)) => anyhow!("{path}:{start}: {why}"),
            None => anyhow!("{path}: {why}"),
        }
    }

    /// An error at a value.
    pub(crate) fn error(&self, at: &Cursor<'_>, why: &str) -> anyhow::Error {
        let scalar = at.node().filter(|node| node.as_map().is_none() && node.as_list().is_none());
        self.at(scalar.map_or(at.mark(), Node::span), why)
    }

    /// The line of a span, from 1.
    pub(crate) fn line(&self, span: Span) -> u32 {
        self.source.range(span).map_or(0, |(start, _)| start.line)
    }

    /// The entries of a map. Only these keys may stand there; any where none are given.
    pub(crate) fn entries<'a>(&self, at: &Cursor<'a>, known: &[&str]) -> Result<Vec<(&'a str, Cursor<'a>)>> {
        let Some(node) = at.node().filter(|node| !node.is_null()) else { return Ok(Vec::new()) };
        if node.as_map().is_none() {
            return Err(self.error(at, &format!("expected a map{} and not a {}", of(at), node.shape())));
        }
        for entry in node.as_map().into_iter().flat_map(Map::entries) {
            if !known.is_empty() && !known.contains(&entry.key.as_str()) {
                let near = known.iter().map(|key| (strsim::damerau_levenshtein(key, &entry.key), *key)).min();
                let meant = match near {
                    Some((edits, key)) if edits <= 1 + key.len() / 3 => format!("; did you mean {key}?"),
                    _ => format!("; the keys are {}", sorted(known).join(", ")),
                };
                return Err(
                    self.at(entry.key_span, &format!("no key is called {}{}{meant}", entry.key, of(at)))
                );
            }
        }
        Ok(at.entries().collect())
    }

    /// The items of a list.
    pub(crate) fn items<'a>(&self, at: &Cursor<'a>) -> Result<impl Iterator<Item = Cursor<'a>> + use<'a>> {
        match at.node() {
            Some(node) if node.as_list().is_none() => {
                Err(self.error(at, &format!("expected a list{} and not a {}", of(at), node.shape())))
            }
            _ => Ok(at.items()),
        }
    }

    /// The items of a list, or a value that stands for a list of one.
    pub(crate) fn one_or_more<'a>(&self, at: &Cursor<'a>) -> Result<Vec<Cursor<'a>>> {
        match at.node() {
            Some(node) if node.as_list().is_none() && node.as_map().is_none() => Ok(vec![at.clone()]),
            _ => Ok(self.items(at)?.collect()),
        }
    }

    /// A field that must be there.
    pub(crate) fn required<'a>(&self, at: &Cursor<'a>, key: &'a str) -> Result<Cursor<'a>> {
        let field = at.get(key);
        if field.is_set() { Ok(field) } else { Err(self.error(at, &format!("{key} is missing{}", of(at)))) }
    }

    /// A string.
    pub(crate) fn text<'a>(&self, at: &Cursor<'a>) -> Result<&'a str> {
        let shape = at.node().map_or("null", Node::shape);
        at.str().ok_or_else(|| self.error(at, &format!("expected a string{} and not a {shape}", of(at))))
    }

    /// A string or a number, as it is written: `1.30` is no 1.3.
    pub(crate) fn written(&self, at: &Cursor<'_>) -> Result<String> {
        if let Some(text) = at.str() {
            return Ok(text.to_owned());
        }
        let written = at
            .node()
            .filter(|node| node.as_f64().is_some())
            .and_then(|node| node.span().slice(self.source.text()));
        written.map(str::to_owned).ok_or_else(|| self.error(at, &format!("expected a string{}", of(at))))
    }

    /// A boolean.
    pub(crate) fn flag(&self, at: &Cursor<'_>) -> Result<bool> {
        let shape = at.node().map_or("null", Node::shape);
        at.bool()
            .ok_or_else(|| self.error(at, &format!("expected true or false{} and not a {shape}", of(at))))
    }

    /// Strings.
    pub(crate) fn texts(&self, at: &Cursor<'_>) -> Result<Vec<String>> {
        self.one_or_more(at)?.iter().map(|at| self.text(at).map(str::to_owned)).collect()
    }

    /// A string that means something.
    pub(crate) fn word<T: FromStr<Err = String>>(&self, at: &Cursor<'_>) -> Result<T> {
        self.text(at)?.parse().map_err(|why: String| self.error(at, &why))
    }

    /// Strings that mean something.
    pub(crate) fn words<T: FromStr<Err = String>>(&self, at: &Cursor<'_>) -> Result<Vec<T>> {
        self.one_or_more(at)?.iter().map(|at| self.word(at)).collect()
    }

    /// A pattern.
    pub(crate) fn pattern(
        &self,
        at: &Cursor<'_>,
        read: fn(&str) -> Result<Pattern, String>,
    ) -> Result<Pattern> {
        read(self.text(at)?).map_err(|why| self.error(at, &why))
    }
}

/// ` in checks.severity`, nothing at the root.
fn of(at: &Cursor<'_>) -> String {
    if at.path().is_root() { String::new() } else { format!(" in {}", at.path()) }
}

fn sorted<'a>(words: &[&'a str]) -> Vec<&'a str> {
    words.iter().copied().collect::<BTreeSet<_>>().into_iter().collect()
}
