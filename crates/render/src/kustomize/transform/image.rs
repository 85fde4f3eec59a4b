//! `images`: other names, tags and digests for images.

use std::sync::Arc;

use regex::Regex;

use super::{scalar_only, wrong};
use crate::error::RenderError;
use crate::kustomize::decode::{Named, Table};
use crate::kustomize::field::{FieldSpec, Make, Wrong};
use crate::kustomize::node::{Kind, Node};
use crate::kustomize::origin::{Because, Origin, Place};
use crate::kustomize::scalar::Scalar;
use crate::kustomize::set::Set;
use crate::kustomize::sources::Sources;

/// The fields of an entry.
pub(in crate::kustomize) const FIELDS: [&str; 5] = ["name", "newName", "tagSuffix", "newTag", "digest"];

/// What becomes of an image.
#[derive(Debug)]
pub(in crate::kustomize) struct Image {
    pattern: Regex,
    pub(in crate::kustomize) name: String,
    new_name: Option<Named>,
    new_tag: Option<Named>,
    tag_suffix: Option<Named>,
    digest: Option<Named>,
    place: Place,
    pub(in crate::kustomize) specs: Vec<FieldSpec>,
}

impl Image {
    pub(in crate::kustomize) fn read(table: &Table<'_>, specs: Vec<FieldSpec>) -> Result<Self, RenderError> {
        let name = table.string("name")?;
        let tail = "(:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?$";
        let pattern = regex::RegexBuilder::new(&format!("^{name}{tail}")).size_limit(1 << 20).build();
        let pattern = pattern.map_err(|_| {
            let message =
                format!("name of {} is no regular expression, which image names are here", table.what());
            table.error(message, Some("put a backslash before special characters"))
        })?;
        Ok(Self {
            pattern,
            name,
            new_name: table.text("newName")?,
            new_tag: table.text("newTag")?,
            tag_suffix: table.text("tagSuffix")?,
            digest: table.text("digest")?,
            place: table.place(),
            specs,
        })
    }

    pub(super) fn apply(
        &self,
        sources: &Sources<'_>,
        set: &mut Set,
        because: &Arc<Because>,
    ) -> Result<(), RenderError> {
        for resource in &mut set.resources {
            if resource.kind() == "CustomResourceDefinition" {
                continue;
            }
            self.walk(&mut resource.node, because).map_err(|error| wrong(sources, because, error))?;
        }
        let origin = Origin::NONE;
        for resource in &mut set.resources {
            if resource.kind() == "CustomResourceDefinition" {
                continue;
            }
            for spec in &self.specs {
                let mut set = |node: &mut Node| self.set(node, because);
                spec.each(&mut resource.node, Make::Nothing, &origin, &mut set)
                    .map_err(|error| wrong(sources, because, error))?;
            }
        }
        Ok(())
    }

    /// Containers wherever they are.
    fn walk(&self, node: &mut Node, because: &Arc<Because>) -> Result<(), Wrong> {
        match &mut node.kind {
            Kind::Map(fields) => {
                for field in fields {
                    self.walk(&mut field.value, because)?;
                    if !matches!(field.key.as_str(), "containers" | "initContainers") {
                        continue;
                    }
                    for item in field.value.items_mut().into_iter().flatten() {
                        if item.is_null() {
                            continue;
                        }
                        if !matches!(item.kind, Kind::Map(_)) {
                            let message = format!("a container must be a map, and is {}", item.shape());
                            return Err(Wrong { message, place: item.origin.place });
                        }
                        if let Some(image) = item.get_mut("image") {
                            self.set(image, because)?;
                        }
                    }
                }
                Ok(())
            }
            Kind::List(items) => items.iter_mut().try_for_each(|item| self.walk(item, because)),
            Kind::Scalar(_) => Ok(()),
        }
    }

    fn set(&self, node: &mut Node, because: &Arc<Because>) -> Result<(), Wrong> {
        if node.is_null() {
            return Ok(());
        }
        scalar_only(node)?;
        let value = node.text();
        if !self.pattern.is_match(value) {
            return Ok(());
        }
        let (name, mut tag, mut digest) = split(value);
        let mut tag_text = String::new();
        let name = self.new_name.as_ref().map_or(name, |new| new.text.as_str());
        match (&self.new_tag, &self.digest, &self.tag_suffix) {
            (Some(new), Some(pinned), _) => (tag, digest) = (&new.text, &pinned.text),
            (Some(new), None, _) => (tag, digest) = (&new.text, ""),
            (None, Some(pinned), _) => (tag, digest) = ("", &pinned.text),
            (None, None, Some(suffix)) => {
                tag_text = format!("{tag}{}", suffix.text);
                digest = "";
            }
            (None, None, None) => {}
        }
        if !tag_text.is_empty() {
            tag = &tag_text;
        }
        let mut image = name.to_owned();
        for (mark, part) in [(':', tag), ('@', digest)] {
            if !part.is_empty() {
                image.push(mark);
                image.push_str(part);
            }
        }
        // The tag tells most of what an image is.
        let written = [&self.new_tag, &self.digest, &self.tag_suffix, &self.new_name];
        let place = written.into_iter().flatten().next().map_or(self.place, |named| named.place);
        let origin = node.origin.rewritten(place, because);
        node.overwrite(Scalar::untagged(image), origin);
        Ok(())
    }
}

/// Name, tag and digest. A colon before the first slash belongs to the registry.
fn split(image: &str) -> (&str, &str, &str) {
    let from = image.find('/').unwrap_or_default();
    let tail = image.get(from..).unwrap_or_default();
    let at = tail.find('@').map(|at| at + from);
    let colon = tail.find(':').map(|colon| colon + from);
    let cut = |start: usize, end: usize| image.get(start..end).unwrap_or_default();
    match (at, colon) {
        (Some(at), colon) if colon.is_none_or(|colon| at < colon) => {
            (cut(0, at), "", cut(at + 1, image.len()))
        }
        (Some(at), Some(colon)) => (cut(0, colon), cut(colon + 1, at), cut(at + 1, image.len())),
        (_, Some(colon)) => (cut(0, colon), cut(colon + 1, image.len()), ""),
        (_, None) => (image, "", ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_taken_apart() {
        for (image, parts) in [
            ("nginx", ("nginx", "", "")),
            ("nginx:1", ("nginx", "1", "")),
            ("a:5000/nginx", ("a:5000/nginx", "", "")),
            ("a:5000/nginx:1", ("a:5000/nginx", "1", "")),
            ("nginx@sha256:ab", ("nginx", "", "sha256:ab")),
            ("a/nginx:1@sha256:ab", ("a/nginx", "1", "sha256:ab")),
        ] {
            assert_eq!(split(image), parts, "{image}");
        }
    }
}
