//! `configurations` and `crds`: more fields for the transformers to look at.

use super::{Builder, Spot};
use crate::error::RenderError;
use crate::kustomize::config::{Config, Referred};
use crate::kustomize::decode::Table;
use crate::kustomize::field::{FieldSpec, merge_one};
use crate::kustomize::id::Gvk;
use crate::kustomize::node::Node;
use crate::kustomize::read::{Dialect, Inset, documents};
use crate::kustomize::settings::Settings;
use crate::kustomize::sources::Sources;

const FIELDS: [&str; 11] = [
    "namePrefix",
    "nameSuffix",
    "namespace",
    "commonLabels",
    "labels",
    "templateLabels",
    "commonAnnotations",
    "nameReference",
    "varReference",
    "images",
    "replicas",
];

impl Builder<'_> {
    /// kustomize's own configuration and what a kustomization adds to it.
    pub(super) fn configuration(&mut self, spot: &Spot, settings: &Settings) -> Result<Config, RenderError> {
        let table = settings.table(&self.sources)?;
        let (configurations, crds) = (table.texts("configurations")?, table.texts("crds")?);
        let mut config = Config::standard();
        let mut own = Config::default();
        for path in &configurations {
            let file = spot.root.text(&mut self.sources, path)?;
            for root in self.read(file)?.into_iter().take(1) {
                let more = read(&self.sources, &root)?;
                own.merge(&more).map_err(|spec| self.conflict(path.place, &spec))?;
            }
        }
        config.merge(&own).map_err(|spec| {
            let place = configurations.first().map_or(self.sources.whole(settings.file), |path| path.place);
            self.conflict(place, &spec)
        })?;
        for path in &crds {
            let file = spot.root.text(&mut self.sources, path)?;
            for root in self.read(file)?.into_iter().take(1) {
                let more = definitions(&root);
                config.merge(&more).map_err(|spec| self.conflict(path.place, &spec))?;
            }
        }
        Ok(config)
    }

    fn read(&self, file: u32) -> Result<Vec<Node>, RenderError> {
        documents(&self.sources, &Inset::file(&self.sources, file), Dialect::Settings)
    }

    fn conflict(&self, place: crate::kustomize::origin::Place, spec: &FieldSpec) -> RenderError {
        let message =
            format!("the field {} is configured twice, once with and once without `create`", spec.path);
        self.sources.error(place, message, Some("write `create` as the other one has it"))
    }
}

fn read(sources: &Sources<'_>, root: &Node) -> Result<Config, RenderError> {
    let table = Table::new(sources, "a configuration", root, &FIELDS)?;
    let mut name_reference = Vec::new();
    for table in table.tables("nameReference", &["group", "version", "kind", "fieldSpecs"])? {
        name_reference.push(Referred { gvk: table.gvk()?, from: table.specs("fieldSpecs")? });
    }
    Ok(Config {
        name_prefix: table.specs("namePrefix")?,
        name_suffix: table.specs("nameSuffix")?,
        namespace: table.specs("namespace")?,
        common_labels: table.specs("commonLabels")?,
        labels: table.specs("labels")?,
        template_labels: table.specs("templateLabels")?,
        common_annotations: table.specs("commonAnnotations")?,
        name_reference,
        var_reference: table.specs("varReference")?,
        images: table.specs("images")?,
        replicas: table.specs("replicas")?,
    })
}

/// What the OpenAPI definitions of custom resources say of their fields.
fn definitions(root: &Node) -> Config {
    let mut config = Config::default();
    for field in root.fields() {
        let properties = properties(&field.value);
        if !["kind", "apiVersion", "metadata"]
            .iter()
            .all(|name| properties.iter().any(|field| field.key == *name))
        {
            continue;
        }
        let kind = field.key.rsplit('.').next().unwrap_or_default();
        add(&mut config, &Gvk::new("", "", kind), root, &field.value, &mut Vec::new(), &mut vec![&field.key]);
    }
    config
}

fn properties(definition: &Node) -> &[super::super::node::Field] {
    let schema = definition.get("Schema").or_else(|| definition.get("schema"));
    schema.and_then(|schema| schema.get("properties")).map(Node::fields).unwrap_or_default()
}

fn add<'n>(
    config: &mut Config,
    gvk: &Gvk,
    root: &'n Node,
    definition: &'n Node,
    path: &mut Vec<&'n str>,
    seen: &mut Vec<&'n str>,
) {
    for field in properties(definition) {
        path.push(&field.key);
        let has = |name: &str| field.value.get(name).is_some();
        let text = |name: &str| field.value.get(name).map(Node::text);
        let spec = |path: &[&str]| FieldSpec { gvk: gvk.clone(), path: path.join("/").into(), create: false };
        // Of two that contradict each other the first one stays.
        if has("x-kubernetes-annotation") {
            let _ = merge_one(&mut config.common_annotations, spec(path));
        }
        if has("x-kubernetes-label-selector") {
            let _ = merge_one(&mut config.common_labels, spec(path));
        }
        if has("x-kubernetes-identity") {
            let _ = merge_one(&mut config.name_prefix, spec(path));
        }
        if let (Some(version), Some(kind)) =
            (text("x-kubernetes-object-ref-api-version"), text("x-kubernetes-object-ref-kind"))
        {
            path.push(text("x-kubernetes-object-ref-name-key").unwrap_or("name"));
            let _ = config.refer(&Referred { gvk: Gvk::new("", version, kind), from: vec![spec(path)] });
            path.pop();
        }
        if let Some((name, inner)) = text("$ref").and_then(|name| root.get(name).map(|inner| (name, inner)))
            && !seen.contains(&name)
        {
            seen.push(name);
            add(config, gvk, root, inner, path, seen);
            seen.pop();
        }
        path.pop();
    }
}
