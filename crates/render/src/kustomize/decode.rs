//! Settings out of trees: what a field must be, and where it stands when it is not.

use super::field::FieldSpec;
use super::id::Gvk;
use super::node::{Field, Kind, Node};
use super::origin::Place;
use super::scalar::{Tag, Value};
use super::sources::Sources;
use crate::error::RenderError;

/// A text and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Named {
    pub(super) text: String,
    pub(super) place: Place,
}

impl Named {
    pub(super) fn new(text: impl Into<String>, place: Place) -> Self {
        Self { text: text.into(), place }
    }
}

/// A map whose fields are known.
pub(super) struct Table<'a> {
    sources: &'a Sources<'a>,
    /// What it is, for messages: `images[0]`.
    what: String,
    node: &'a Node,
}

impl<'a> Table<'a> {
    /// A map with no fields but these. Names are matched as Go does, case aside.
    pub(super) fn new(
        sources: &'a Sources<'a>,
        what: impl Into<String>,
        node: &'a Node,
        known: &[&str],
    ) -> Result<Self, RenderError> {
        let table = Self::loose(sources, what, node)?;
        for field in node.fields() {
            if known.iter().any(|name| name.eq_ignore_ascii_case(&field.key)) {
                continue;
            }
            let nearest = known
                .iter()
                .map(|name| (strsim::osa_distance(&name.to_lowercase(), &field.key.to_lowercase()), *name))
                .min()
                .filter(|(edits, name)| *edits <= (name.len() / 3).max(1));
            let message = format!("{} has no field {}", table.what, field.key);
            let hint = match nearest {
                Some((_, name)) => format!("did you mean {name}?"),
                None => "remove it".to_owned(),
            };
            return Err(sources.error(field.place, message, Some(&hint)));
        }
        Ok(table)
    }

    /// A map that may have other fields, too.
    pub(super) fn loose(
        sources: &'a Sources<'a>,
        what: impl Into<String>,
        node: &'a Node,
    ) -> Result<Self, RenderError> {
        let what = what.into();
        if !matches!(node.kind, Kind::Map(_)) && !node.is_null() {
            let message = format!("{what} must be a map, and is {}", node.shape());
            return Err(sources.error(node.origin.place, message, None));
        }
        Ok(Self { sources, what, node })
    }

    pub(super) fn place(&self) -> Place {
        self.node.origin.place
    }

    /// A field that is there and not null, and the place of its key.
    pub(super) fn field(&self, name: &str) -> Option<&'a Field> {
        let fields = self.node.fields();
        let exact = fields.iter().rfind(|field| field.key == name);
        let found = exact.or_else(|| fields.iter().rfind(|field| field.key.eq_ignore_ascii_case(name)));
        found.filter(|field| !field.value.is_null())
    }

    pub(super) fn get(&self, name: &str) -> Option<&'a Node> {
        self.field(name).map(|field| &field.value)
    }

    fn wrong(&self, name: &str, node: &Node, wanted: &str) -> RenderError {
        let is = match &node.kind {
            Kind::Scalar(scalar) => scalar.tag.map_or("a string", Tag::name),
            _ => node.shape(),
        };
        let message = format!("{name} of {} must be {wanted}, and is {is}", self.what);
        let quotes = wanted == "a string" && node.as_scalar().is_some();
        self.sources.error(node.origin.place, message, quotes.then_some("put it in quotes"))
    }

    fn as_text(&self, name: &str, node: &Node) -> Result<Named, RenderError> {
        match node.as_scalar() {
            Some(scalar) if scalar.tag == Some(Tag::String) => {
                Ok(Named::new(scalar.text.as_str(), node.origin.place))
            }
            _ => Err(self.wrong(name, node, "a string")),
        }
    }

    /// A string; `None` where it is missing or empty, which kustomize does not tell apart.
    pub(super) fn text(&self, name: &str) -> Result<Option<Named>, RenderError> {
        let found = self.get(name).map(|node| self.as_text(name, node)).transpose()?;
        Ok(found.filter(|named| !named.text.is_empty()))
    }

    /// The same, with an empty string for what is not there.
    pub(super) fn string(&self, name: &str) -> Result<String, RenderError> {
        Ok(self.text(name)?.map(|named| named.text).unwrap_or_default())
    }

    pub(super) fn bool(&self, name: &str) -> Result<bool, RenderError> {
        let Some(node) = self.get(name) else { return Ok(false) };
        match node.as_scalar().and_then(|scalar| scalar.value().ok()) {
            Some(Value::Bool(value)) => Ok(value),
            _ => Err(self.wrong(name, node, "true or false")),
        }
    }

    pub(super) fn int(&self, name: &str) -> Result<i64, RenderError> {
        let Some(node) = self.get(name) else { return Ok(0) };
        match node.as_scalar().and_then(|scalar| scalar.value().ok()) {
            Some(Value::Int(value)) if i64::try_from(value).is_ok() => {
                Ok(i64::try_from(value).unwrap_or_default())
            }
            _ => Err(self.wrong(name, node, "an integer")),
        }
    }

    /// The items of a list; none where it is missing.
    pub(super) fn list(&self, name: &str) -> Result<&'a [Node], RenderError> {
        let Some(node) = self.get(name) else { return Ok(&[]) };
        match &node.kind {
            Kind::List(items) => Ok(items),
            _ => Err(self.wrong(name, node, "a list")),
        }
    }

    pub(super) fn texts(&self, name: &str) -> Result<Vec<Named>, RenderError> {
        let items = self.list(name)?.iter().enumerate();
        items
            .map(|(at, node)| {
                if node.is_null() {
                    return Ok(Named::new("", node.origin.place));
                }
                self.as_text(&format!("{name}[{at}]"), node)
            })
            .collect()
    }

    /// The maps of a list.
    pub(super) fn tables(&self, name: &str, known: &[&str]) -> Result<Vec<Self>, RenderError> {
        let items = self.list(name)?.iter().enumerate();
        items.map(|(at, node)| Self::new(self.sources, format!("{name}[{at}]"), node, known)).collect()
    }

    /// A map within.
    pub(super) fn table(&self, name: &str, known: &[&str]) -> Result<Option<Self>, RenderError> {
        let what = format!("{name} of {}", self.what);
        self.get(name).map(|node| Self::new(self.sources, what, node, known)).transpose()
    }

    /// A map of strings, sorted by key, and where the values stand.
    pub(super) fn strings(&self, name: &str) -> Result<Vec<(String, Named)>, RenderError> {
        let Some(node) = self.get(name) else { return Ok(Vec::new()) };
        let Kind::Map(fields) = &node.kind else { return Err(self.wrong(name, node, "a map")) };
        let mut found = Vec::new();
        for field in fields {
            let value = match &field.value {
                value if value.is_null() => Named::new("", value.origin.place),
                value => self.as_text(&format!("{name}[{}]", field.key), value)?,
            };
            found.push((field.key.to_string(), value));
        }
        found.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(found)
    }

    pub(super) fn gvk(&self) -> Result<Gvk, RenderError> {
        Ok(Gvk::new(&self.string("group")?, &self.string("version")?, &self.string("kind")?))
    }

    /// Field specs.
    pub(super) fn specs(&self, name: &str) -> Result<Vec<FieldSpec>, RenderError> {
        let known = ["group", "version", "kind", "path", "create"];
        let tables = self.tables(name, &known)?;
        let spec = |table: &Table<'_>| {
            Ok(FieldSpec {
                gvk: table.gvk()?,
                path: table.string("path")?.into(),
                create: table.bool("create")?,
            })
        };
        tables.iter().map(spec).collect()
    }

    pub(super) fn error(&self, message: impl Into<String>, hint: Option<&str>) -> RenderError {
        self.sources.error(self.place(), message, hint)
    }

    pub(super) fn what(&self) -> &str {
        &self.what
    }
}
