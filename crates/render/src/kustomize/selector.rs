//! Which objects a patch or a replacement means.

use regex::Regex;

use super::decode::{Named, Table};
use super::id::{Gvk, Id};
use super::resource::Resource;
use super::sources::Sources;
use crate::error::RenderError;

mod labels;

use labels::Labels;

/// The fields of a selector.
pub(super) const FIELDS: [&str; 7] =
    ["group", "version", "kind", "name", "namespace", "annotationSelector", "labelSelector"];

/// Patterns for what objects are called and labelled.
#[derive(Debug)]
pub(super) struct Selector {
    group: Option<Regex>,
    version: Option<Regex>,
    kind: Option<Regex>,
    name: Option<Regex>,
    namespace: Option<Regex>,
    labels: Labels,
    annotations: Labels,
    /// Whether it says nothing about what an object is called.
    pub(super) unnamed: bool,
    /// Whether it says nothing about labels and annotations.
    pub(super) unlabelled: bool,
    /// The name as it is written.
    pub(super) written_name: String,
}

impl Selector {
    pub(super) fn read(sources: &Sources<'_>, table: &Table<'_>) -> Result<Self, RenderError> {
        let pattern = |name: &str| -> Result<Option<Regex>, RenderError> {
            let Some(Named { text, place }) = table.text(name)? else { return Ok(None) };
            regex::RegexBuilder::new(&format!("^(?:{text})$")).size_limit(1 << 20).build().map(Some).map_err(
                |error| {
                    let why = error.to_string();
                    let why = why.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
                    sources.error(
                        place,
                        format!("{name} of {} is no regular expression: {why}", table.what()),
                        None,
                    )
                },
            )
        };
        let labels = |name: &str| -> Result<Labels, RenderError> {
            let Some(Named { text, place }) = table.text(name)? else { return Ok(Labels::default()) };
            Labels::parse(&text).map_err(|why| {
                let message = format!("{name} of {} is no selector: {why}", table.what());
                sources.error(place, message, Some("write it as `app=web,tier in (a, b),!canary`"))
            })
        };
        let selector = Self {
            group: pattern("group")?,
            version: pattern("version")?,
            kind: pattern("kind")?,
            name: pattern("name")?,
            namespace: pattern("namespace")?,
            labels: labels("labelSelector")?,
            annotations: labels("annotationSelector")?,
            unnamed: FIELDS
                .iter()
                .take(5)
                .all(|field| table.get(field).is_none_or(|node| node.text().is_empty())),
            unlabelled: FIELDS
                .iter()
                .skip(5)
                .all(|field| table.get(field).is_none_or(|node| node.text().is_empty())),
            written_name: table.string("name")?,
        };
        Ok(selector)
    }

    fn takes_gvk(&self, gvk: &Gvk) -> bool {
        let fits = |pattern: &Option<Regex>, text: &str| {
            pattern.as_ref().is_none_or(|pattern| pattern.is_match(text))
        };
        fits(&self.group, &gvk.group) && fits(&self.version, &gvk.version) && fits(&self.kind, &gvk.kind)
    }

    /// Whether it takes an object that is called so.
    pub(super) fn takes_id(&self, id: &Id) -> bool {
        let fits = |pattern: &Option<Regex>, text: &str| {
            pattern.as_ref().is_none_or(|pattern| pattern.is_match(text))
        };
        self.takes_gvk(&id.gvk) && fits(&self.name, &id.name) && fits(&self.namespace, &id.namespace)
    }

    /// Whether it takes the labels and annotations of an object.
    pub(super) fn takes_labels(&self, resource: &Resource) -> bool {
        self.labels.take(&resource.strings("labels"))
            && self.annotations.take(&resource.strings("annotations"))
    }

    /// Whether it takes an object, by the name it has or the one it had first.
    pub(super) fn takes(&self, resource: &Resource) -> bool {
        let (now, first) = (resource.id(), resource.original_id());
        let fits = |pattern: &Option<Regex>, first: &str, now: &str| {
            pattern.as_ref().is_none_or(|pattern| pattern.is_match(first) || pattern.is_match(now))
        };
        self.takes_gvk(&now.gvk)
            && fits(&self.namespace, first.effective_namespace(), now.effective_namespace())
            && fits(&self.name, &first.name, &now.name)
            && self.takes_labels(resource)
    }
}
