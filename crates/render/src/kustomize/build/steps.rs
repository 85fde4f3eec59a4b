//! The steps that the fields of a kustomization file ask for, in the order in which kustomize does them.

use std::sync::Arc;

use super::{Builder, Spot};
use crate::error::RenderError;
use crate::kustomize::config::Config;
use crate::kustomize::decode::{Named, Table};
use crate::kustomize::field::{FieldSpec, merge_all, merge_one};
use crate::kustomize::load::objects;
use crate::kustomize::node::{Kind, Node};
use crate::kustomize::origin::{Because, Place};
use crate::kustomize::patch::{Content, JsonPatch, Operation, Patch};
use crate::kustomize::read::{Dialect, Inset, documents};
use crate::kustomize::replace::Replacement;
use crate::kustomize::resource::Resource;
use crate::kustomize::selector::{FIELDS as SELECTOR, Selector};
use crate::kustomize::settings::Settings;
use crate::kustomize::sources::Sources;
use crate::kustomize::transform::image::{FIELDS as IMAGE, Image};
use crate::kustomize::transform::namespace::{Namespace, Subjects};
use crate::kustomize::transform::{Step, Transformer};

/// A patch as it is written.
pub(super) struct Written {
    path: Option<Named>,
    text: Option<Named>,
    target: Option<Selector>,
    allow_name_change: bool,
    allow_kind_change: bool,
    pub(super) because: Arc<Because>,
}

pub(super) const PATCH: [&str; 4] = ["path", "patch", "target", "options"];

impl Written {
    pub(super) fn read(sources: &Sources<'_>, table: &Table<'_>, text: &str) -> Result<Self, RenderError> {
        let target = table.table("target", &SELECTOR)?;
        let options = table.table("options", &["allowNameChange", "allowKindChange"])?;
        let option = |name: &str| options.as_ref().map_or(Ok(false), |options| options.bool(name));
        let found = table.text(text)?.filter(|found| !found.text.trim().is_empty());
        Ok(Self {
            path: table.text("path")?,
            text: found,
            target: target.map(|target| Selector::read(sources, &target)).transpose()?,
            allow_name_change: option("allowNameChange")?,
            allow_kind_change: option("allowKindChange")?,
            because: Because::new(table.what(), table.place()),
        })
    }
}

impl Builder<'_> {
    /// All steps of a kustomization, those of plug-ins last. Beside each stands what is written down of it.
    pub(super) fn transformers(
        &mut self,
        spot: &Spot,
        settings: &Settings,
        config: &Config,
    ) -> Result<Vec<(Transformer, Option<String>)>, RenderError> {
        let mut steps = Vec::new();
        let mut strategic = Vec::new();
        let (merges, patches, json) = {
            let table = settings.table(&self.sources)?;
            let sources = &self.sources;
            let read = |field: &str, text: &str| -> Result<Vec<Written>, RenderError> {
                let tables = table.tables(field, &PATCH)?;
                tables.iter().map(|table| Written::read(sources, table, text)).collect()
            };
            (
                table.texts("patchesStrategicMerge")?,
                read("patches", "patch")?,
                read("patchesJson6902", "patch")?,
            )
        };
        for (at, entry) in merges.iter().enumerate() {
            let because = Because::new(format!("patchesStrategicMerge[{at}]"), entry.place);
            strategic.push(self.strategic(spot, entry, because)?);
        }
        if let Some(first) = strategic.first() {
            let because = first.because.clone();
            steps.push((
                Transformer { step: Step::Strategic(strategic), because },
                "PatchStrategicMergeTransformer",
            ));
        }
        for written in patches {
            let because = written.because.clone();
            if let Some(patch) = self.patch(spot, written)? {
                steps.push((Transformer { step: Step::Patch(Box::new(patch)), because }, "PatchTransformer"));
            }
        }
        self.names_and_labels(settings, config, &mut steps)?;
        for written in json {
            let because = written.because.clone();
            let patch = self.json_patch(spot, written)?;
            steps.push((
                Transformer { step: Step::JsonPatch(Box::new(patch)), because },
                "PatchJson6902Transformer",
            ));
        }
        self.counts_and_images(settings, config, &mut steps)?;
        if let Some(step) = self.replacements(spot, settings)? {
            steps.push((step, "ReplacementTransformer"));
        }
        let mut all: Vec<_> =
            steps.into_iter().map(|(step, kind)| (step, Self::note(spot, settings, kind))).collect();
        all.extend(self.plugin_transformers(spot, settings, "transformers")?);
        Ok(all)
    }

    fn names_and_labels(
        &self,
        settings: &Settings,
        config: &Config,
        steps: &mut Vec<(Transformer, &'static str)>,
    ) -> Result<(), RenderError> {
        let table = settings.table(&self.sources)?;
        let key = |field: &str| table.field(field).map_or(Place::NONE, |field| field.place);
        if let Some(name) = settings.namespace.clone() {
            let because = Because::new("namespace", key("namespace"));
            let specs = config.namespace.clone();
            let step =
                Step::Namespace(Namespace { name, specs, unset_only: false, subjects: Subjects::Default });
            steps.push((Transformer { step, because }, "NamespaceTransformer"));
        }
        if let Some(text) = table.text("namePrefix")? {
            let because = Because::new("namePrefix", key("namePrefix"));
            let step = Step::Prefix { text, specs: config.name_prefix.clone() };
            steps.push((Transformer { step, because }, "PrefixTransformer"));
        }
        if let Some(text) = table.text("nameSuffix")? {
            let because = Because::new("nameSuffix", key("nameSuffix"));
            let step = Step::Suffix { text, specs: config.name_suffix.clone() };
            steps.push((Transformer { step, because }, "SuffixTransformer"));
        }
        let known = ["pairs", "includeSelectors", "includeTemplates", "fields"];
        let labels = table.tables("labels", &known)?;
        let any = !labels.is_empty();
        for table in labels {
            let specs = label_specs(&table, config)?;
            let because = Because::new(table.what(), table.place());
            let step = Step::Pairs { pairs: table.strings("pairs")?, specs };
            steps.push((Transformer { step, because }, "LabelTransformer"));
        }
        let common = table.strings("commonLabels")?;
        if any || !common.is_empty() {
            let because = Because::new("commonLabels", key("commonLabels"));
            let step = Step::Pairs { pairs: common, specs: config.common_labels.clone() };
            steps.push((Transformer { step, because }, "LabelTransformer"));
        }
        let annotations = table.strings("commonAnnotations")?;
        if !annotations.is_empty() {
            let because = Because::new("commonAnnotations", key("commonAnnotations"));
            let step = Step::Pairs { pairs: annotations, specs: config.common_annotations.clone() };
            steps.push((Transformer { step, because }, "AnnotationsTransformer"));
        }
        Ok(())
    }

    fn counts_and_images(
        &self,
        settings: &Settings,
        config: &Config,
        steps: &mut Vec<(Transformer, &'static str)>,
    ) -> Result<(), RenderError> {
        let table = settings.table(&self.sources)?;
        for table in table.tables("replicas", &["name", "count"])? {
            let step = replicas(&table, config.replicas.clone())?;
            let because = Because::new(format!("replicas[name={}]", table.string("name")?), table.place());
            steps.push((Transformer { step, because }, "ReplicaCountTransformer"));
        }
        for field in ["images", "imageTags"] {
            for table in table.tables(field, &IMAGE)? {
                let image = Image::read(&table, config.images.clone())?;
                let because = Because::new(format!("images[name={}]", image.name), table.place());
                steps.push((
                    Transformer { step: Step::Image(Box::new(image)), because },
                    "ImageTagTransformer",
                ));
            }
        }
        Ok(())
    }

    fn replacements(&mut self, spot: &Spot, settings: &Settings) -> Result<Option<Transformer>, RenderError> {
        let table = settings.table(&self.sources)?;
        let entries = table.list("replacements")?.to_vec();
        let place = table.field("replacements").map_or(Place::NONE, |field| field.place);
        if entries.is_empty() {
            return Ok(None);
        }
        let found = self.replacement_list(spot, &entries)?;
        let because = Because::new("replacements", place);
        Ok(Some(Transformer { step: Step::Replacements(found), because }))
    }

    /// Replacements that are written out or stand in files of their own.
    pub(super) fn replacement_list(
        &mut self,
        spot: &Spot,
        entries: &[Node],
    ) -> Result<Vec<Replacement>, RenderError> {
        let mut found = Vec::new();
        for (at, entry) in entries.iter().enumerate() {
            let what = format!("replacements[{at}]");
            let because = Because::new(what.as_str(), entry.origin.place);
            let path = Table::loose(&self.sources, what.as_str(), entry)?.text("path")?;
            let Some(path) = path else {
                found.push(Replacement::read(&self.sources, &what, entry, because)?);
                continue;
            };
            if let Some(other) = entry.fields().iter().find(|field| field.key != "path") {
                let message = format!("{what} has both path and {}", other.key);
                return Err(self.sources.error(other.place, message, Some("remove one of the two")));
            }
            let file = spot.root.text(&mut self.sources, &path)?;
            let inset = Inset::file(&self.sources, file);
            for root in documents(&self.sources, &inset, Dialect::Settings)?.into_iter().take(1) {
                let items = match root.kind {
                    Kind::List(items) => items,
                    _ => vec![root],
                };
                for item in &items {
                    found.push(Replacement::read(&self.sources, &what, item, because.clone())?);
                }
            }
        }
        Ok(found)
    }

    /// Text and place of what a patch holds.
    fn content(&mut self, spot: &Spot, written: &Written) -> Result<Inset, RenderError> {
        let Written { path, text, because, .. } = written;
        let wrong = |sources: &Sources<'_>, message: &str| {
            sources.error(because.place, format!("{} {message}", because.what), Some("set `patch` or `path`"))
        };
        match (path, text) {
            (None, None) => Err(wrong(&self.sources, "holds no patch")),
            (Some(_), Some(_)) => Err(wrong(&self.sources, "has both patch and path")),
            (None, Some(text)) => Ok(Inset::scalar(&self.sources, &text.text, text.place)),
            (Some(path), None) => {
                let file = spot.root.text(&mut self.sources, path)?;
                Ok(Inset::file(&self.sources, file))
            }
        }
    }

    /// A patch of either kind; `None` where the text is empty.
    pub(super) fn patch(&mut self, spot: &Spot, written: Written) -> Result<Option<Patch>, RenderError> {
        let inset = self.content(spot, &written)?;
        let roots = documents(&self.sources, &inset, Dialect::Resources)?;
        let list =
            roots.iter().find(|root| !root.is_null()).filter(|root| matches!(root.kind, Kind::List(_)));
        let content = if list.is_some() {
            let root = documents(&self.sources, &inset, Dialect::Settings)?;
            let Some(root) = root.into_iter().find(|root| !root.is_null()) else { return Ok(None) };
            Content::Json(Operation::read_all(&self.sources, &root)?)
        } else {
            let mut patches = objects(&self.sources, &inset)?;
            for patch in &mut patches {
                patch.allow_name_change = written.allow_name_change;
                patch.allow_kind_change = written.allow_kind_change;
                blame(patch, &written.because);
            }
            Content::Strategic(patches)
        };
        let Written { target, because, .. } = written;
        Ok(Some(Patch { content, target, because, schema: self.schema.clone() }))
    }

    /// An entry of `patchesStrategicMerge`: a path, or the patch itself.
    pub(super) fn strategic(
        &mut self,
        spot: &Spot,
        entry: &Named,
        because: Arc<Because>,
    ) -> Result<Patch, RenderError> {
        let inset = Inset::scalar(&self.sources, &entry.text, entry.place);
        let inline = entry.text.contains('\n') || objects(&self.sources, &inset).is_ok();
        let inset = if inline {
            inset
        } else {
            let file = spot.root.text(&mut self.sources, entry)?;
            Inset::file(&self.sources, file)
        };
        let mut patches = objects(&self.sources, &inset)?;
        for patch in &mut patches {
            blame(patch, &because);
        }
        Ok(Patch { content: Content::Strategic(patches), target: None, because, schema: self.schema.clone() })
    }

    pub(super) fn json_patch(&mut self, spot: &Spot, mut written: Written) -> Result<JsonPatch, RenderError> {
        let because = written.because.clone();
        let Some(target) = written.target.take().filter(|target| !target.written_name.is_empty()) else {
            let message = format!("{} has no target with a name", because.what);
            return Err(self.sources.error(because.place, message, Some("set `target.name`")));
        };
        let inset = self.content(spot, &written)?;
        let root =
            documents(&self.sources, &inset, Dialect::Settings)?.into_iter().find(|root| !root.is_null());
        let operations = match root {
            Some(root) => Operation::read_all(&self.sources, &root)?,
            None => Vec::new(),
        };
        if operations.is_empty() {
            let message = format!("{} holds no operations", because.what);
            return Err(self.sources.error(because.place, message, None));
        }
        Ok(JsonPatch { operations, target, because })
    }
}

/// Notes with all values of a patch that they come from it.
fn blame(patch: &mut Resource, because: &Arc<Because>) {
    patch.node.each_origin(&mut |origin| *origin = origin.and(because));
}

/// The fields that an entry of `labels` is for.
fn label_specs(table: &Table<'_>, config: &Config) -> Result<Vec<FieldSpec>, RenderError> {
    let mut specs = table.specs("fields")?;
    let conflict = |spec: FieldSpec| {
        let message = format!("{}: {} is listed with and without `create`", table.what(), spec.path);
        table.error(message, Some("write `create: true`"))
    };
    merge_all(&mut specs, &config.labels).map_err(conflict)?;
    if table.bool("includeSelectors")? {
        merge_all(&mut specs, &config.common_labels).map_err(conflict)?;
    } else {
        if table.bool("includeTemplates")? {
            merge_all(&mut specs, &config.template_labels).map_err(conflict)?;
        }
        merge_one(&mut specs, FieldSpec::new("", "", "", "metadata/labels", true)).map_err(conflict)?;
    }
    Ok(specs)
}

/// `replicas` of one object.
pub(super) fn replicas(table: &Table<'_>, specs: Vec<FieldSpec>) -> Result<Step, RenderError> {
    let place = table.get("count").map_or(table.place(), |node| node.origin.place);
    let name = table.string("name")?;
    Ok(Step::Replicas { name, count: table.int("count")?, count_at: Named::new("", place), specs })
}
