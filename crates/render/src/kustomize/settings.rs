//! The kustomization file.

use super::decode::{Named, Table};
use super::node::Node;
use super::origin::Place;
use super::sources::Sources;
use crate::error::RenderError;

/// The fields of a kustomization.
const FIELDS: &[&str] = &[
    "apiVersion",
    "kind",
    "metadata",
    "openapi",
    "namePrefix",
    "nameSuffix",
    "namespace",
    "commonLabels",
    "labels",
    "commonAnnotations",
    "patchesStrategicMerge",
    "patchesJson6902",
    "patches",
    "images",
    "imageTags",
    "replacements",
    "replicas",
    "vars",
    "sortOptions",
    "resources",
    "components",
    "crds",
    "bases",
    "configMapGenerator",
    "secretGenerator",
    "helmGlobals",
    "helmCharts",
    "helmChartInflationGenerator",
    "generatorOptions",
    "configurations",
    "generators",
    "transformers",
    "validators",
    "buildMetadata",
];

/// Fields that still work, and what took their place.
const DEPRECATED: &[(&str, &str)] = &[
    ("bases", "resources"),
    ("commonLabels", "labels"),
    ("imageTags", "images"),
    ("patchesJson6902", "patches"),
    ("patchesStrategicMerge", "patches"),
    ("vars", "replacements"),
];

/// A kustomization or component, as far as one look tells: what each field holds is read where it is used.
pub(super) struct Settings {
    pub(super) root: Node,
    /// The file, by number.
    pub(super) file: u32,
    /// Its name alone.
    pub(super) file_name: &'static str,
    pub(super) component: bool,
    pub(super) namespace: Option<Named>,
    pub(super) resources: Vec<Named>,
    pub(super) components: Vec<Named>,
    pub(super) build_metadata: Vec<String>,
    pub(super) openapi: Option<Named>,
}

impl Settings {
    /// Reads the root of a kustomization file.
    pub(super) fn read(
        sources: &mut Sources<'_>,
        root: Node,
        file: u32,
        file_name: &'static str,
    ) -> Result<Self, RenderError> {
        let mut deprecated = Vec::new();
        for field in root.fields().iter().filter(|field| !field.value.is_null()) {
            if let Some((old, new)) = DEPRECATED.iter().find(|(old, _)| field.key.eq_ignore_ascii_case(old)) {
                deprecated.push((field.place, format!("{old} is deprecated: use {new} instead")));
            }
        }
        let settings = Self::look(sources, root, file, file_name)?;
        for (place, message) in deprecated {
            sources.warn(place, message);
        }
        Ok(settings)
    }

    fn look(
        sources: &Sources<'_>,
        root: Node,
        file: u32,
        file_name: &'static str,
    ) -> Result<Self, RenderError> {
        let table = Table::new(sources, "a kustomization", &root, FIELDS)?;
        let kind = table.text("kind")?;
        let component = match kind.as_ref().map(|kind| kind.text.as_str()) {
            None | Some("Kustomization") => false,
            Some("Component") => true,
            Some(other) => {
                let place = kind.as_ref().map_or(Place::NONE, |kind| kind.place);
                let message = format!("the kind must be Kustomization or Component, and is {other}");
                return Err(sources.error(place, message, None));
            }
        };
        let version =
            if component { "kustomize.config.k8s.io/v1alpha1" } else { "kustomize.config.k8s.io/v1beta1" };
        if let Some(found) = table.text("apiVersion")?.filter(|found| found.text != version) {
            let kind = if component { "Component" } else { "Kustomization" };
            let message = format!("the apiVersion of a {kind} must be {version}, and is {}", found.text);
            return Err(sources.error(found.place, message, None));
        }
        let meant = |name: &str| FIELDS.iter().skip(2).any(|field| field.eq_ignore_ascii_case(name));
        if !root.fields().iter().any(|field| meant(&field.key) && !field.value.is_null()) {
            let message = "the kustomization is empty";
            return Err(sources.error(
                sources.whole(file),
                message,
                Some("name what it builds in `resources`"),
            ));
        }
        let mut resources = table.texts("resources")?;
        resources.extend(table.texts("bases")?);
        let openapi = match table.get("openapi") {
            Some(_) => {
                table.strings("openapi")?.into_iter().find(|(key, _)| key == "path").map(|(_, path)| path)
            }
            None => None,
        };
        let build_metadata = table.texts("buildMetadata")?;
        let namespace = table.text("namespace")?;
        let components = table.texts("components")?;
        let build_metadata = build_metadata.into_iter().map(|option| option.text).collect::<Vec<_>>();
        Ok(Self {
            root,
            file,
            file_name,
            component,
            namespace,
            resources,
            components,
            build_metadata,
            openapi,
        })
    }

    /// The fields of the file.
    pub(super) fn table<'a>(&'a self, sources: &'a Sources<'a>) -> Result<Table<'a>, RenderError> {
        Table::loose(sources, "a kustomization", &self.root)
    }
}
