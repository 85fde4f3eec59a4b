//! Custom resources: pruned, defaulted and validated by the schema of their definition.
//!
//! Source: `k8s.io/apiextensions-apiserver/pkg/apiserver/schema` (`pruning`, `defaulting`, `listtype`, `objectmeta`)
//! and `pkg/registry/customresource`. Rules in CEL and patterns are not evaluated here.

mod schema;

use std::fmt::Write;

use ironsides_tree::{Node, Value, print};

use super::decode::{Decoder, Wrong};
use super::draft::Draft;
use super::{Refusal, encode, rules};
use crate::kind;
use crate::table::Type;

/// A kind that a custom resource definition describes, in one of its versions.
#[derive(Clone, Debug)]
pub struct CustomKind {
    group: String,
    version: String,
    kind: String,
    namespaced: bool,
    /// Whether the status is written by itself and dropped from new objects.
    status: bool,
    schema: Draft,
}

impl CustomKind {
    /// Every served version of a definition (`apiextensions.k8s.io/v1`).
    pub fn of(definition: &Node) -> Vec<Self> {
        let definition = Draft::from_node(definition);
        let spec = definition.get("spec");
        let served = spec.get("versions").items().iter().filter(|version| version.is_true("served"));
        served
            .map(|version| Self {
                group: spec.str("group").to_owned(),
                version: version.str("name").to_owned(),
                kind: spec.get("names").str("kind").to_owned(),
                namespaced: spec.str("scope") == "Namespaced",
                status: version.get("subresources").has("status"),
                schema: version.get("schema").get("openAPIV3Schema").clone(),
            })
            .collect()
    }

    /// The kind, in the singular and in camel case.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The group and the version.
    pub fn group_version(&self) -> (&str, &str) {
        (&self.group, &self.version)
    }

    /// Whether objects live in a namespace.
    pub fn namespaced(&self) -> bool {
        self.namespaced
    }

    /// Metadata is decoded as everywhere, the rest as JSON; what the schema does not know is dropped.
    pub(super) fn decode(&self, decoder: &mut Decoder<'_>, root: &Node) -> Result<Draft, Wrong> {
        let mut draft = plain(decoder, root);
        let mut unknown = Vec::new();
        let metadata = root.get("metadata").filter(|metadata| !metadata.is_null());
        if let (Some(metadata), Some(ty)) = (metadata, metadata_type()) {
            let known = decoder.strict.len();
            decoder.path.push_str("metadata");
            let made = decoder.object(metadata, ty)?;
            decoder.path.clear();
            unknown = decoder.strict.split_off(known);
            draft.set("metadata", made);
        }
        decoder.strict.append(&mut unknown);
        let mut paths = Vec::new();
        schema::prune(&mut draft, &self.schema, "", &mut paths);
        paths.sort();
        decoder.strict.extend(paths.into_iter().map(|path| format!("unknown field \"{path}\"")));
        Ok(draft)
    }

    /// Defaults, then validation.
    pub(super) fn admit(&self, mut draft: Draft) -> Result<Node, Refusal> {
        schema::fill(&mut draft, &self.schema);
        if self.status {
            draft.remove("status");
        }
        let metadata = draft.need("metadata");
        for key in
            ["deletionTimestamp", "deletionGracePeriodSeconds", "managedFields", "uid", "creationTimestamp"]
        {
            metadata.remove(key);
        }
        metadata.remove("resourceVersion");
        super::generate_name(metadata);
        metadata.set("generation", 1);
        let mut wrong = rules::custom(&draft);
        schema::check(&draft, &self.schema, "", &mut wrong);
        if !wrong.is_empty() {
            let message = format!("the {} is invalid: {}", self.kind, wrong.join(", "));
            return Err(Refusal { status: 422, message });
        }
        draft.set("apiVersion", format!("{}/{}", self.group, self.version));
        draft.set("kind", self.kind.as_str());
        if let (Some(ty), Some(metadata)) = (metadata_type(), draft.get_mut("metadata")) {
            encode::complete(metadata, ty);
        }
        Ok(draft.into_node())
    }
}

fn metadata_type() -> Option<&'static Type> {
    kind("v1", "Pod")?.ty().field("metadata")?.shape.object()
}

/// A tree as JSON: numbers that YAML wrote as `1.0` have become whole, repeated keys of JSON are named.
fn plain(decoder: &mut Decoder<'_>, node: &Node) -> Draft {
    match node.value() {
        Value::Float(value) if decoder.yaml => {
            print::number(*value).parse().map_or(Draft::Float(*value), Draft::Int)
        }
        Value::List(items) => {
            let mut made = Vec::with_capacity(items.len());
            for (at, item) in items.iter().enumerate() {
                let length = decoder.path.len();
                _ = write!(decoder.path, "[{at}]");
                made.push(plain(decoder, item));
                decoder.path.truncate(length);
            }
            Draft::List(made)
        }
        Value::Map(map) => {
            let mut made = Vec::with_capacity(map.len());
            for entry in map.entries() {
                decoder.note_repeated(entry);
                let value = decoder.enter(&entry.key, |decoder| plain(decoder, &entry.value));
                made.push((entry.key.clone(), value));
            }
            Draft::Map(made)
        }
        _ => Draft::from_node(node),
    }
}
