//! From kustomization files to objects: resources, then generators, components, transformers and validators, folder by
//! folder.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::config::Config;
use super::decode::Named;
use super::load::{Entry, Root, objects};
use super::node::Node;
use super::origin::{Because, Origin, Place};
use super::path::join;
use super::read::{Dialect, Inset, documents};
use super::refer;
use super::resource::Resource;
use super::set::Set;
use super::settings::Settings;
use super::sources::Sources;
use super::transform::sort::Order;
use super::transform::{Step, Transformer, add_hashes};
use super::vars::{self, Var};
use super::{Options, generate};
use crate::error::RenderError;

mod charts;
mod configurations;
mod plugins;
mod steps;

/// The annotation that says where an object comes from.
const ORIGIN: &str = "config.kubernetes.io/origin";
/// The annotation that says what was done to an object.
const TRANSFORMATIONS: &str = "alpha.config.kubernetes.io/transformations";
/// The version that this follows.
const VERSION: &str = "kustomize-v5.8.1";

/// A build under way.
pub(super) struct Builder<'a> {
    pub(super) sources: Sources<'a>,
    options: &'a Options,
    /// Objects of files that were read before.
    parsed: FxHashMap<u32, Arc<Vec<Resource>>>,
    builds: usize,
    /// The OpenAPI document of the first kustomization that names one.
    schema: Option<Arc<Node>>,
}

/// What was made so far.
#[derive(Default)]
struct Made {
    set: Set,
    config: Config,
    vars: Vec<Var>,
}

/// Where a kustomization stands.
struct Spot {
    root: Root,
    /// What leads to its folder, where origins are to be written down.
    origin: Option<String>,
    /// The namespace of the kustomizations above, for charts.
    chart_namespace: Option<Named>,
}

impl<'a> Builder<'a> {
    pub(super) fn new(sources: Sources<'a>, options: &'a Options) -> Self {
        Self { sources, options, parsed: FxHashMap::default(), builds: 0, schema: None }
    }

    /// Builds a folder, and says which objects come of it, in order.
    pub(super) fn build(&mut self, folder: &str) -> Result<Vec<Resource>, RenderError> {
        let root = Root {
            folder: super::path::clean(folder),
            above: Vec::new(),
            anywhere: self.options.files_anywhere,
        };
        let settings = self.settings(&root.folder, None)?;
        let origin = (!settings.build_metadata.is_empty()).then(String::new);
        let spot = Spot { root, origin, chart_namespace: None };
        self.openapi(&spot, &settings)?;
        let made = self.kustomization(&spot, &settings, Made::default())?;
        let Made { mut set, config, vars } = made;
        add_hashes(&self.sources, &mut set)?;
        refer::fix(&self.sources, &mut set, &config.name_reference)?;
        vars::resolve(&mut self.sources, &mut set, &vars, &config.var_reference)?;
        set.resources.retain(|resource| {
            resource.annotation("config.kubernetes.io/local-config").is_none_or(|value| value == "false")
        });
        self.finish(&settings, set)
    }

    fn finish(&mut self, settings: &Settings, mut set: Set) -> Result<Vec<Resource>, RenderError> {
        let table = settings.table(&self.sources)?;
        let order = match table.table("sortOptions", &["order", "legacySortOptions"])? {
            Some(options) => Order::read(&options)?,
            None => Order::default(),
        };
        order.apply(&mut set);
        let wants = |option: &str| settings.build_metadata.iter().any(|one| one == option);
        if wants("managedByLabel") {
            let place = table.field("buildMetadata").map_or(Place::NONE, |field| field.place);
            let because = Because::new("buildMetadata", place);
            let pairs = vec![("app.kubernetes.io/managed-by".to_owned(), Named::new(VERSION, place))];
            let specs = vec![super::field::FieldSpec::new("", "", "", "metadata/labels", true)];
            Transformer { step: Step::Pairs { pairs, specs }, because }.run(&self.sources, &mut set)?;
        }
        for resource in &mut set.resources {
            if !wants("originAnnotations") {
                resource.remove_annotation(ORIGIN);
            }
            if !wants("transformerAnnotations") {
                resource.remove_annotation(TRANSFORMATIONS);
            }
            resource.settle("annotations");
        }
        Ok(set.resources)
    }

    /// Reads the kustomization file of a folder.
    fn settings(&mut self, folder: &str, entry: Option<&Named>) -> Result<Settings, RenderError> {
        let mut found = Vec::new();
        for name in super::FILE_NAMES {
            if let Ok(file) = self.sources.text(&join(folder, name))? {
                found.push((file, name));
            }
        }
        let wrong = |sources: &Sources<'_>, message: String, hint: &str| match entry {
            Some(entry) => sources.error(entry.place, message, Some(hint)),
            None => RenderError::At {
                path: Root::name(folder).to_owned(),
                line: None,
                column: None,
                message,
                hint: Some(hint.to_owned()),
            },
        };
        let name = Root::name(folder);
        let (file, file_name) = match found.as_slice() {
            &[one] => one,
            [] => {
                let message = format!("the folder {name} has no kustomization.yaml");
                return Err(wrong(&self.sources, message, "add one, or name the files in it"));
            }
            several => {
                let names: Vec<&str> = several.iter().map(|(_, name)| *name).collect();
                let message =
                    format!("the folder {name} has several kustomization files: {}", names.join(", "));
                return Err(wrong(&self.sources, message, "keep one of them"));
            }
        };
        let inset = Inset::file(&self.sources, file);
        let root = documents(&self.sources, &inset, Dialect::Settings)?.into_iter().next();
        let root = root.unwrap_or_else(|| Node::map(Origin::at(self.sources.whole(file))));
        Settings::read(&mut self.sources, root, file, file_name)
    }

    fn openapi(&mut self, spot: &Spot, settings: &Settings) -> Result<(), RenderError> {
        let Some(path) = &settings.openapi else { return Ok(()) };
        let file = spot.root.text(&mut self.sources, path)?;
        if self.schema.is_none() {
            let inset = Inset::file(&self.sources, file);
            let document = documents(&self.sources, &inset, Dialect::Settings)?.into_iter().next();
            self.schema = document.map(Arc::new);
        }
        Ok(())
    }

    /// Builds a kustomization on top of what was made before it, which is nothing unless it is a component.
    fn kustomization(
        &mut self,
        spot: &Spot,
        settings: &Settings,
        mut made: Made,
    ) -> Result<Made, RenderError> {
        self.resources(spot, settings, &settings.resources, &mut made)?;
        let config = self.configuration(spot, settings)?;
        made.config.merge(&config).map_err(|spec| {
            let message =
                format!("configurations: {} is once to be made where it is missing, and once not", spec.path);
            self.sources.error(self.sources.whole(settings.file), message, None)
        })?;
        self.generators(spot, settings, &mut made.set)?;
        for component in &settings.components {
            made = self.component(spot, settings, component, made)?;
        }
        let steps = self.transformers(spot, settings, &made.config)?;
        for (transformer, note) in steps {
            self.step(&transformer, note.as_deref(), &mut made.set)?;
        }
        self.validators(spot, settings, &made.set)?;
        let table = settings.table(&self.sources)?;
        let more = Var::read_all(&self.sources, &table)?;
        vars::add(&self.sources, &mut made.set, &mut made.vars, more)?;
        Ok(made)
    }

    /// Does one step, and writes it down where that is asked for.
    fn step(&self, transformer: &Transformer, note: Option<&str>, set: &mut Set) -> Result<(), RenderError> {
        transformer.run(&self.sources, set)?;
        if let Some(note) = note {
            let origin = Origin::made(transformer.because.place, &transformer.because);
            for resource in set.resources.iter_mut().filter(|resource| !resource.is_empty()) {
                if resource.annotation(ORIGIN).is_none() {
                    resource.set_annotation(ORIGIN, note, &origin);
                    continue;
                }
                let mut text = resource.annotation(TRANSFORMATIONS).unwrap_or_default().to_owned();
                for (at, line) in note.lines().enumerate() {
                    text.push_str(if at == 0 { "- " } else { "  " });
                    text.push_str(line);
                    text.push('\n');
                }
                resource.set_annotation(TRANSFORMATIONS, &text, &origin);
            }
        }
        set.drop_empties();
        Ok(())
    }

    /// Adds what entries of `resources` name.
    fn resources(
        &mut self,
        spot: &Spot,
        settings: &Settings,
        entries: &[Named],
        made: &mut Made,
    ) -> Result<(), RenderError> {
        for entry in entries {
            match spot.root.entry(&mut self.sources, entry)? {
                Entry::File(file) => {
                    let objects = self.objects(file)?;
                    let objects = objects.iter().map(|resource| {
                        let mut resource = resource.clone();
                        if let Some(origin) = &spot.origin {
                            let note = format!("path: {}\n", join(origin, &entry.text));
                            let because = Origin::at(entry.place);
                            resource.set_annotation(ORIGIN, &note, &because);
                        }
                        resource
                    });
                    made.set.append_all(&self.sources, objects)?;
                }
                Entry::Folder(root) => {
                    let base = self.folder(spot, settings, entry, root, Made::default(), false)?;
                    self.absorb(made, base)?;
                }
            }
        }
        Ok(())
    }

    fn absorb(&self, made: &mut Made, base: Made) -> Result<(), RenderError> {
        made.set.append_all(&self.sources, base.set.resources)?;
        made.config.merge(&base.config).map_err(|spec| {
            let message =
                format!("configurations: {} is once to be made where it is missing, and once not", spec.path);
            self.sources.error(self.sources.whole(0), message, None)
        })?;
        vars::merge(&self.sources, &mut made.vars, base.vars)
    }

    fn component(
        &mut self,
        spot: &Spot,
        settings: &Settings,
        entry: &Named,
        made: Made,
    ) -> Result<Made, RenderError> {
        let root = spot.root.folder(&self.sources, entry)?;
        self.folder(spot, settings, entry, root, made, true)
    }

    /// Builds a folder that a kustomization names.
    fn folder(
        &mut self,
        spot: &Spot,
        settings: &Settings,
        entry: &Named,
        root: Root,
        made: Made,
        component: bool,
    ) -> Result<Made, RenderError> {
        self.builds += 1;
        let limits = self.options.limits;
        if self.builds > limits.builds || root.above.len() > limits.depth {
            let message = if self.builds > limits.builds {
                format!("more than {} kustomizations are built within one", limits.builds)
            } else {
                format!("kustomizations name each other more than {} levels deep", limits.depth)
            };
            return Err(self.sources.error(entry.place, message, None));
        }
        let inner = self.settings(&root.folder, Some(entry))?;
        if inner.component != component {
            let (wanted, is) =
                if component { ("Component", "Kustomization") } else { ("Kustomization", "Component") };
            let message = format!("{} is a {is}, and a {wanted} is expected here", entry.text);
            let hint = if component { "name it in `resources`" } else { "name it in `components`" };
            return Err(self.sources.error(entry.place, message, Some(hint)));
        }
        let spot = Spot {
            origin: spot.origin.as_ref().map(|origin| join(origin, &entry.text)),
            chart_namespace: settings.namespace.clone().or_else(|| spot.chart_namespace.clone()),
            root,
        };
        self.openapi(&spot, &inner)?;
        self.kustomization(&spot, &inner, made)
    }

    /// The objects of a file, read once.
    fn objects(&mut self, file: u32) -> Result<Arc<Vec<Resource>>, RenderError> {
        if let Some(found) = self.parsed.get(&file) {
            return Ok(found.clone());
        }
        let found = Arc::new(objects(&self.sources, &Inset::file(&self.sources, file))?);
        self.parsed.insert(file, found.clone());
        Ok(found)
    }

    fn generators(&mut self, spot: &Spot, settings: &Settings, set: &mut Set) -> Result<(), RenderError> {
        let table = settings.table(&self.sources)?;
        let all = generate::GeneratorOptions::read(&table, "generatorOptions")?;
        let mut recipes = Vec::new();
        for (field, secret) in [("configMapGenerator", false), ("secretGenerator", true)] {
            let known =
                if secret { &generate::FIELDS[..] } else { &generate::FIELDS[..generate::FIELDS.len() - 1] };
            for table in table.tables(field, known)? {
                recipes.push((generate::Recipe::read(&table, secret, &all, None)?, secret));
            }
        }
        for (recipe, secret) in recipes {
            let mut resource = recipe.make(&mut self.sources, &spot.root)?;
            if let Some(note) =
                Self::note(spot, settings, if secret { "SecretGenerator" } else { "ConfigMapGenerator" })
            {
                resource.set_annotation(ORIGIN, &note, &Origin::at(recipe.place()));
            }
            set.absorb(&self.sources, resource, recipe.place())?;
        }
        self.charts(spot, settings, set)?;
        self.plugin_generators(spot, settings, set)
    }

    /// What is written down of a step that a kustomization file asks for.
    fn note(spot: &Spot, settings: &Settings, kind: &str) -> Option<String> {
        let origin = spot.origin.as_ref()?;
        let path = join(origin, settings.file_name);
        Some(format!("configuredIn: {path}\nconfiguredBy:\n  apiVersion: builtin\n  kind: {kind}\n"))
    }
}
