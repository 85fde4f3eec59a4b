//! `generators`, `transformers` and `validators`: steps in files of their own. Only those that kustomize has built in are
//! done; nothing is ever run.

use super::steps::{Written, replicas};
use super::{Builder, Made, ORIGIN, Spot};
use crate::error::RenderError;
use crate::kustomize::decode::{Named, Table};
use crate::kustomize::generate::{GeneratorOptions, Recipe};
use crate::kustomize::json;
use crate::kustomize::load::objects;
use crate::kustomize::node::Node;
use crate::kustomize::origin::{Because, Origin};
use crate::kustomize::path::base;
use crate::kustomize::read::{Dialect, Inset, documents};
use crate::kustomize::resource::Resource;
use crate::kustomize::selector::{FIELDS as SELECTOR, Selector};
use crate::kustomize::set::Set;
use crate::kustomize::settings::Settings;
use crate::kustomize::transform::image::{FIELDS as IMAGE, Image};
use crate::kustomize::transform::namespace::{Namespace, Subjects};
use crate::kustomize::transform::sort::Order;
use crate::kustomize::transform::valueadd::ValueAdd;
use crate::kustomize::transform::{Step, Transformer};

/// What is built in.
const KINDS: [&str; 16] = [
    "AnnotationsTransformer",
    "ConfigMapGenerator",
    "HashTransformer",
    "ImageTagTransformer",
    "LabelTransformer",
    "NamespaceTransformer",
    "PatchJson6902Transformer",
    "PatchStrategicMergeTransformer",
    "PatchTransformer",
    "PrefixTransformer",
    "ReplacementTransformer",
    "ReplicaCountTransformer",
    "SecretGenerator",
    "SortOrderTransformer",
    "SuffixTransformer",
    "ValueAddTransformer",
];

impl Builder<'_> {
    /// The objects that configure plug-ins: written out, in files, or built by other kustomizations.
    fn plugins(
        &mut self,
        spot: &Spot,
        settings: &Settings,
        field: &str,
    ) -> Result<Vec<Resource>, RenderError> {
        let entries = settings.table(&self.sources)?.texts(field)?;
        let mut made = Made::default();
        let mut paths = Vec::new();
        for entry in entries {
            let inset = Inset::scalar(&self.sources, &entry.text, entry.place);
            match objects(&self.sources, &inset) {
                Ok(found) => {
                    for mut resource in found {
                        if let Some(origin) = &spot.origin {
                            let note = format!("path: {}\n", super::join(origin, settings.file_name));
                            resource.set_annotation(ORIGIN, &note, &Origin::at(entry.place));
                        }
                        made.set.append(&self.sources, resource)?;
                    }
                }
                Err(error) if entry.text.contains('\n') => return Err(error),
                Err(_) => paths.push(entry),
            }
        }
        self.resources(spot, settings, &paths, &mut made)?;
        Ok(made.set.resources)
    }

    pub(super) fn plugin_generators(
        &mut self,
        spot: &Spot,
        settings: &Settings,
        set: &mut Set,
    ) -> Result<(), RenderError> {
        for plugin in self.plugins(spot, settings, "generators")? {
            let kind = self.built_in(&plugin)?;
            if !matches!(kind, "ConfigMapGenerator" | "SecretGenerator") {
                let message = format!("{kind} is no generator");
                let place = plugin.node.origin.place;
                return Err(self.sources.error(place, message, Some("name it in `transformers`")));
            }
            let node = as_settings(&plugin);
            let recipe = {
                let table = Table::loose(&self.sources, kind, &node)?;
                let namespace = plugin.namespace();
                let place = table.place();
                let namespace = (!namespace.is_empty()).then(|| Named::new(namespace, place));
                let fallback = Some((plugin.name().to_owned(), namespace));
                Recipe::read(&table, kind == "SecretGenerator", &GeneratorOptions::default(), fallback)?
            };
            let mut resource = recipe.make(&mut self.sources, &spot.root)?;
            if let Some(note) = note(&plugin) {
                resource.set_annotation(ORIGIN, &note, &Origin::at(recipe.place()));
            }
            set.absorb(&self.sources, resource, recipe.place())?;
        }
        Ok(())
    }

    pub(super) fn plugin_transformers(
        &mut self,
        spot: &Spot,
        settings: &Settings,
        field: &str,
    ) -> Result<Vec<(Transformer, Option<String>)>, RenderError> {
        let mut steps = Vec::new();
        for plugin in self.plugins(spot, settings, field)? {
            let kind = self.built_in(&plugin)?;
            let note = note(&plugin);
            if let Some(step) = self.plugin_step(spot, kind, &plugin)? {
                let because = Because::new(format!("{kind} {}", plugin.name()), plugin.node.origin.place);
                steps.push((Transformer { step, because }, note));
            }
        }
        Ok(steps)
    }

    /// Runs validators over a copy: they may look at all and change nothing.
    pub(super) fn validators(
        &mut self,
        spot: &Spot,
        settings: &Settings,
        set: &Set,
    ) -> Result<(), RenderError> {
        for (validator, _) in self.plugin_transformers(spot, settings, "validators")? {
            let mut copy = set.clone();
            validator.run(&self.sources, &mut copy)?;
            let text = |set: &Set| {
                let mut out = String::new();
                for resource in &set.resources {
                    let _ = json::value(&mut out, &resource.node);
                }
                out
            };
            if text(&copy) != text(set) {
                let message =
                    format!("{} is named in `validators` and changes objects", validator.because.what);
                return Err(self.sources.error(
                    validator.because.place,
                    message,
                    Some("name it in `transformers`"),
                ));
            }
        }
        Ok(())
    }

    /// The kind of a plug-in, if it is built in.
    fn built_in(&self, plugin: &Resource) -> Result<&'static str, RenderError> {
        let place = plugin.node.origin.place;
        let kind = plugin.kind();
        if plugin.api_version() != "builtin" {
            let function = plugin.annotation("config.kubernetes.io/function").is_some();
            let what = if function { "a function in a container or program" } else { "a plug-in" };
            let message = format!("{kind} {} is {what}, and nothing is run", plugin.name());
            let hint = "run kustomize and scan what it builds, or use what is built in (apiVersion: builtin)";
            return Err(self.sources.error(place, message, Some(hint)));
        }
        KINDS.into_iter().find(|known| *known == kind).ok_or_else(|| {
            let message = format!("{kind} is not built in");
            self.sources.error(place, message, Some(&format!("these are: {}", KINDS.join(", "))))
        })
    }

    fn plugin_step(
        &mut self,
        spot: &Spot,
        kind: &str,
        plugin: &Resource,
    ) -> Result<Option<Step>, RenderError> {
        let node = as_settings(plugin);
        let place = node.origin.place;
        let because = Because::new(format!("{kind} {}", plugin.name()), place);
        // What needs files comes first: nothing else may hold on to the sources then.
        match kind {
            "PatchTransformer" | "PatchJson6902Transformer" => {
                let text = if kind == "PatchTransformer" { "patch" } else { "jsonOp" };
                let mut written =
                    Written::read(&self.sources, &Table::loose(&self.sources, kind, &node)?, text)?;
                written.because = because;
                return Ok(if kind == "PatchTransformer" {
                    self.patch(spot, written)?.map(|patch| Step::Patch(Box::new(patch)))
                } else {
                    Some(Step::JsonPatch(Box::new(self.json_patch(spot, written)?)))
                });
            }
            "PatchStrategicMergeTransformer" => {
                let table = Table::loose(&self.sources, kind, &node)?;
                let mut entries = table.texts("paths")?;
                entries.extend(table.text("patches")?);
                if entries.is_empty() {
                    return Err(
                        table.error(format!("{kind} holds no patch"), Some("set `paths` or `patches`"))
                    );
                }
                let mut patches = Vec::new();
                for entry in &entries {
                    patches.push(self.strategic(spot, entry, because.clone())?);
                }
                return Ok(Some(Step::Strategic(patches)));
            }
            "ReplacementTransformer" => {
                let entries = Table::loose(&self.sources, kind, &node)?.list("replacements")?.to_vec();
                return Ok(Some(Step::Replacements(self.replacement_list(spot, &entries)?)));
            }
            "ValueAddTransformer" => return self.value_add(spot, &node).map(Some),
            _ => {}
        }
        let table = Table::loose(&self.sources, kind, &node)?;
        let specs = table.specs("fieldSpecs")?;
        let step = match kind {
            "AnnotationsTransformer" => Step::Pairs { pairs: table.strings("annotations")?, specs },
            "LabelTransformer" => Step::Pairs { pairs: table.strings("labels")?, specs },
            "PrefixTransformer" | "SuffixTransformer" => {
                if specs.is_empty() {
                    return Err(table.error(format!("{kind} has no fieldSpecs"), Some("set `fieldSpecs`")));
                }
                let prefix = kind == "PrefixTransformer";
                let text = table.text(if prefix { "prefix" } else { "suffix" })?;
                let text = text.unwrap_or_else(|| Named::new("", place));
                if prefix { Step::Prefix { text, specs } } else { Step::Suffix { text, specs } }
            }
            "NamespaceTransformer" => {
                let name = node.at(&["metadata", "namespace"]).filter(|name| !name.text().is_empty());
                let Some(name) = name else { return Ok(None) };
                let subjects = match table.string("setRoleBindingSubjects")?.as_str() {
                    "" | "defaultOnly" => Subjects::Default,
                    "allServiceAccounts" => Subjects::Accounts,
                    "none" => Subjects::None,
                    other => {
                        let message = format!(
                            "setRoleBindingSubjects is `{other}`: defaultOnly, allServiceAccounts and none are known"
                        );
                        return Err(table.error(message, None));
                    }
                };
                let name = Named::new(name.text(), name.origin.place);
                Step::Namespace(Namespace { name, specs, unset_only: table.bool("unsetOnly")?, subjects })
            }
            "ReplicaCountTransformer" => match table.table("replica", &["name", "count"])? {
                Some(table) => replicas(&table, specs)?,
                None => return Err(table.error(format!("{kind} has no replica"), None)),
            },
            "ImageTagTransformer" => match table.table("imageTag", &IMAGE)? {
                Some(table) => Step::Image(Box::new(Image::read(&table, specs)?)),
                None => return Err(table.error(format!("{kind} has no imageTag"), None)),
            },
            "SortOrderTransformer" => match table.table("sortOptions", &["order", "legacySortOptions"])? {
                Some(table) => Step::Sort(Order::read(&table)?),
                None => Step::Sort(Order::Fifo),
            },
            "HashTransformer" => Step::Hash,
            _ => {
                let hint = "name it in `generators`";
                return Err(table.error(format!("{kind} is no transformer"), Some(hint)));
            }
        };
        Ok(Some(step))
    }

    fn value_add(&mut self, spot: &Spot, node: &Node) -> Result<Step, RenderError> {
        let kind = "ValueAddTransformer";
        let (value, path) = {
            let table = Table::loose(&self.sources, kind, node)?;
            let value = table.text("value")?.filter(|value| !value.text.trim().is_empty());
            (value, table.text("targetFilePath")?)
        };
        let mut value = value.unwrap_or_else(|| Named::new(base(&spot.root.folder), node.origin.place));
        value.text = value.text.trim().to_owned();
        let mut tables = vec![node.clone()];
        if let Some(path) = path {
            let file = spot.root.text(&mut self.sources, &path)?;
            tables.extend(
                documents(&self.sources, &Inset::file(&self.sources, file), Dialect::Settings)?
                    .into_iter()
                    .take(1),
            );
        }
        let mut found = Vec::new();
        for node in &tables {
            let table = Table::loose(&self.sources, kind, node)?;
            for target in table.tables("targets", &["selector", "fieldPath", "filePathPosition"])? {
                let selector = target.table("selector", &SELECTOR)?;
                let position = target.int("filePathPosition")?;
                let Ok(position) = usize::try_from(position) else {
                    return Err(target.error("filePathPosition is negative", None));
                };
                let path = target.string("fieldPath")?;
                if path.is_empty() {
                    return Err(target.error("a target has no fieldPath", Some("set `fieldPath`")));
                }
                let selector = selector.map(|table| Selector::read(&self.sources, &table)).transpose()?;
                found.push(ValueAdd { value: value.clone(), selector, path, position });
            }
        }
        if found.is_empty() {
            return Err(self.sources.error(
                node.origin.place,
                format!("{kind} has no targets"),
                Some("set `targets`"),
            ));
        }
        Ok(Step::ValueAdd(found))
    }
}

/// A configuration as its text would be read again: scalars are what they look like.
fn as_settings(plugin: &Resource) -> Node {
    let mut node = plugin.node.clone();
    // What cannot be read stays as it is, and is an error where it is used.
    let _ = crate::kustomize::patch::normalise(&mut node);
    node
}

/// What is written down of a step that an object configures.
fn note(plugin: &Resource) -> Option<String> {
    let path = plugin.annotation(ORIGIN)?.strip_prefix("path: ")?.trim_end().to_owned();
    let mut note = format!(
        "configuredIn: {path}\nconfiguredBy:\n  apiVersion: {}\n  kind: {}\n  name: {}\n",
        plugin.api_version(),
        plugin.kind(),
        plugin.name()
    );
    if !plugin.namespace().is_empty() {
        note = format!("{note}  namespace: {}\n", plugin.namespace());
    }
    Some(note)
}
