//! `helmCharts`: charts that lie beside the kustomization, rendered into objects.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Builder, ORIGIN, Spot};
use crate::error::RenderError;
use crate::files::{Files, Item, ReadError};
use crate::helm::{self, NamedText};
use crate::kustomize::decode::{Named, Table};
use crate::kustomize::load::objects;
use crate::kustomize::node::{Kind, Node};
use crate::kustomize::origin::{Because, Origin, Place};
use crate::kustomize::path::{is_remote, join};
use crate::kustomize::read::Inset;
use crate::kustomize::resource::Resource;
use crate::kustomize::set::Set;
use crate::kustomize::settings::Settings;
use crate::kustomize::sources::Sources;
use ironsides_core::Rendered;
use ironsides_tree::Span;

const FIELDS: [&str; 17] = [
    "name",
    "version",
    "repo",
    "releaseName",
    "namespace",
    "additionalValuesFiles",
    "valuesFile",
    "valuesInline",
    "valuesMerge",
    "includeCRDs",
    "skipHooks",
    "apiVersions",
    "kubeVersion",
    "nameTemplate",
    "skipTests",
    "debug",
    "devel",
];

/// An entry.
struct Entry {
    name: Named,
    /// The folder that charts are in.
    home: String,
    release: String,
    namespace: String,
    values_file: Option<Named>,
    more_values: Vec<Named>,
    inline: Option<Place>,
    merge: String,
    include_crds: bool,
    skip_hooks: bool,
    skip_tests: bool,
    api_versions: Vec<String>,
    kube_version: Option<String>,
    remote: bool,
    because: Arc<Because>,
}

/// Notes which files are read.
struct Recorder<'a> {
    files: &'a dyn Files,
    read: RefCell<BTreeSet<String>>,
}

impl Files for Recorder<'_> {
    fn read(&self, path: &str) -> Result<Arc<[u8]>, ReadError> {
        let bytes = self.files.read(path)?;
        self.read.borrow_mut().insert(path.to_owned());
        Ok(bytes)
    }

    fn list(&self, folder: &str) -> Result<Vec<Item>, ReadError> {
        self.files.list(folder)
    }
}

impl Builder<'_> {
    /// Renders the charts of a kustomization. Nothing is fetched: they lie in its `chartHome`.
    pub(super) fn charts(
        &mut self,
        spot: &Spot,
        settings: &Settings,
        set: &mut Set,
    ) -> Result<(), RenderError> {
        for entry in self.chart_entries(spot, settings)? {
            let resources = self.chart(spot, settings, &entry)?;
            for mut resource in resources {
                if let Some(note) = Self::note(spot, settings, "HelmChartInflationGenerator") {
                    resource.set_annotation(ORIGIN, &note, &Origin::at(entry.because.place));
                }
                set.absorb(&self.sources, resource, entry.because.place)?;
            }
        }
        Ok(())
    }

    fn chart_entries(&self, spot: &Spot, settings: &Settings) -> Result<Vec<Entry>, RenderError> {
        let table = settings.table(&self.sources)?;
        if let Some(old) = table.list("helmChartInflationGenerator")?.first() {
            let message = "helmChartInflationGenerator is an old form, which is not read";
            return Err(self.sources.error(old.origin.place, message, Some("use helmCharts")));
        }
        let globals = table.table("helmGlobals", &["chartHome", "configHome"])?;
        let home = globals.map_or(Ok(String::new()), |globals| globals.string("chartHome"))?;
        let home = if home.is_empty() { "charts".to_owned() } else { home };
        let above = settings.namespace.as_ref().or(spot.chart_namespace.as_ref());
        let mut entries = Vec::new();
        for table in table.tables("helmCharts", &FIELDS)? {
            entries.push(read(&table, &home, above)?);
        }
        Ok(entries)
    }

    fn chart(
        &mut self,
        spot: &Spot,
        settings: &Settings,
        entry: &Entry,
    ) -> Result<Vec<Resource>, RenderError> {
        let folder = join(&join(&spot.root.folder, &entry.home), &entry.name.text);
        if self.sources.files().list(&folder).is_err() {
            let message = format!("there is no chart at {folder}");
            let hint = if entry.remote {
                "nothing is fetched: run `helm pull --untar` into it"
            } else {
                "correct its name, or set helmGlobals.chartHome"
            };
            return Err(self.sources.error(entry.name.place, message, Some(hint)));
        }
        let options = self.chart_options(spot, settings, entry, &folder)?;
        let recorder = Recorder { files: self.sources.files(), read: RefCell::default() };
        let rendered = helm::render(&recorder, &folder, &options)?;
        self.sources.note(recorder.read.into_inner());
        let mut resources = Vec::new();
        for output in rendered {
            let found = objects(&self.sources, &Inset::loose(&output.text)).map_err(|error| {
                let template = output.files.first().map_or("", |file| &*file.path);
                let message =
                    format!("{}: {template} renders what is no object: {error}", entry.because.what);
                self.sources.error(entry.because.place, message, None)
            })?;
            for mut resource in found {
                if entry.skip_hooks && resource.annotation("helm.sh/hook").is_some() {
                    continue;
                }
                place(&mut self.sources, &mut resource.node, &output, &entry.because);
                resource.from_chart = true;
                resources.push(resource);
            }
        }
        Ok(resources)
    }

    fn chart_options(
        &mut self,
        spot: &Spot,
        settings: &Settings,
        entry: &Entry,
        folder: &str,
    ) -> Result<helm::Options, RenderError> {
        let inline = entry.inline.map(|place| blanked(&self.sources, settings.file, place));
        let mut values = Vec::new();
        if let Some(path) = &entry.values_file {
            values.push(self.values(spot, path)?);
        } else if entry.merge == "merge" && inline.is_some() {
            // The values of the chart win over those that are written out.
            if let Ok(file) = self.sources.text(&join(folder, "values.yaml"))? {
                values.push(NamedText { path: self.sources.path_of(file), text: self.sources.text_of(file) });
            }
        }
        match (entry.merge.as_str(), inline) {
            ("merge", Some(inline)) => values.insert(0, inline),
            ("replace", Some(inline)) => values = vec![inline],
            (_, Some(inline)) => values.push(inline),
            (_, None) => {}
        }
        for path in &entry.more_values {
            values.push(self.values(spot, path)?);
        }
        Ok(helm::Options {
            release: entry.release.clone(),
            namespace: entry.namespace.clone(),
            values,
            kube_version: entry.kube_version.clone(),
            api_versions: entry.api_versions.clone(),
            include_crds: entry.include_crds,
            skip_tests: entry.skip_tests,
            ..helm::Options::default()
        })
    }

    fn values(&mut self, spot: &Spot, path: &Named) -> Result<NamedText, RenderError> {
        let file = spot.root.text(&mut self.sources, path)?;
        Ok(NamedText { path: self.sources.path_of(file), text: self.sources.text_of(file) })
    }
}

fn read(table: &Table<'_>, home: &str, above: Option<&Named>) -> Result<Entry, RenderError> {
    let Some(name) = table.text("name")? else {
        return Err(table.error(format!("{} has no name", table.what()), Some("set `name`")));
    };
    let version = table.string("version")?;
    let repo = table.string("repo")?;
    let merge = table.string("valuesMerge")?;
    if !["", "merge", "override", "replace"].contains(&merge.as_str()) {
        let message =
            format!("valuesMerge of {} must be merge, override or replace, and is `{merge}`", table.what());
        return Err(table.error(message, None));
    }
    let remote = !repo.is_empty() || is_remote(&name.text);
    let home = if !version.is_empty() && !repo.is_empty() {
        format!("{home}/{}-{version}", name.text)
    } else {
        home.to_owned()
    };
    let or = |text: String, fallback: &str| if text.is_empty() { fallback.to_owned() } else { text };
    Ok(Entry {
        because: Because::new(format!("helmCharts[name={}]", name.text), table.place()),
        name,
        home,
        release: or(table.string("releaseName")?, "release-name"),
        namespace: or(table.string("namespace")?, above.map_or("default", |above| &above.text)),
        values_file: table.text("valuesFile")?,
        more_values: table.texts("additionalValuesFiles")?,
        inline: table.get("valuesInline").filter(|node| !node.is_empty()).map(|node| node.origin.place),
        merge,
        include_crds: table.bool("includeCRDs")?,
        skip_hooks: table.bool("skipHooks")?,
        skip_tests: table.bool("skipTests")?,
        api_versions: table.texts("apiVersions")?.into_iter().map(|version| version.text).collect(),
        kube_version: table.text("kubeVersion")?.map(|version| version.text),
        remote,
    })
}

/// The values that are written in a kustomization file, as a text in which they stand where they stand there.
fn blanked(sources: &Sources<'_>, file: u32, place: Place) -> NamedText {
    let text = sources.text_of(file);
    let (start, end) = (place.span.start as usize, place.span.end as usize);
    let blank =
        |part: &str| part.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect::<String>();
    let before = text.get(..start).map(blank).unwrap_or_default();
    let text = format!("{before}{}\n", text.get(start..end).unwrap_or_default());
    NamedText { path: sources.path_of(file), text: text.into() }
}

/// Puts in place of the spans of a rendered text the places that it was rendered from.
fn place(sources: &mut Sources<'_>, node: &mut Node, rendered: &Rendered, because: &Arc<Because>) {
    let (at, causes) = find(sources, rendered, node.origin.place.span);
    let mut origin = Origin::at(at);
    for cause in causes {
        origin = origin.and(&cause);
    }
    node.origin = origin.and(because);
    match &mut node.kind {
        Kind::Scalar(_) => {}
        Kind::List(items) => items.iter_mut().for_each(|item| place(sources, item, rendered, because)),
        Kind::Map(fields) => {
            for field in fields {
                field.place = find(sources, rendered, field.place.span).0;
                place(sources, &mut field.value, rendered, because);
            }
        }
    }
}

fn find(sources: &mut Sources<'_>, rendered: &Rendered, span: Span) -> (Place, Vec<Arc<Because>>) {
    let (file, span, causes) = rendered.place(span);
    let Some(file) = file else { return (Place::NONE, Vec::new()) };
    let number = sources.number_of(&file.path, &file.text);
    let because = causes
        .iter()
        .map(|cause| {
            let there = cause.path.as_ref().and_then(|path| {
                let number = sources.text(path).ok()?.ok()?;
                Some(sources.line_at(number, cause.line?))
            });
            Because::new(cause.what.clone(), there.unwrap_or(Place::NONE))
        })
        .collect();
    (Place { file: number, span }, because)
}
