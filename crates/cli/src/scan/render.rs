//! What charts and kustomizations make: which of those that were met are rendered, and how.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use ironsides_core::{Pattern, Rendered};
use ironsides_files::{Disk, Found};
use ironsides_render::{Files, RenderError, helm, kustomize};
use ironsides_report::{Problem, Summary};
use rayon::prelude::*;

use crate::args::ScanArgs;
use crate::config::{Config, absolute};
use crate::say::Say;

/// Something that makes manifests.
pub(crate) enum Maker {
    /// A chart, rendered when its turn comes.
    Chart {
        /// Its folder or archive.
        path: String,
        /// How.
        options: Arc<helm::Options>,
    },
    /// A kustomization, built already.
    Kustomization {
        /// Its folder.
        path: String,
        /// What it makes.
        rendered: Arc<Rendered>,
    },
}

impl Maker {
    /// The path by which a user knows it.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Chart { path, .. } | Self::Kustomization { path, .. } => path,
        }
    }

    /// The texts it makes.
    pub(crate) fn render(&self) -> Result<Vec<Arc<Rendered>>, Box<Problem>> {
        match self {
            Self::Kustomization { rendered, .. } => Ok(vec![Arc::clone(rendered)]),
            Self::Chart { path, options } => match helm::render(&Disk, path, options) {
                Ok(outputs) => Ok(outputs.into_iter().map(Arc::new).collect()),
                Err(error) => Err(Box::new(problem(path, "chart", error))),
            },
        }
    }

    /// Counts it among what was looked at.
    pub(crate) fn count(&self, summary: &mut Summary) {
        match self {
            Self::Chart { .. } => summary.charts += 1,
            Self::Kustomization { .. } => summary.kustomizations += 1,
        }
    }
}

/// What is to be rendered, and what is not read on its own because it takes part in that.
#[derive(Default)]
pub(crate) struct Plan {
    pub(crate) makers: Vec<Maker>,
    pub(crate) problems: Vec<Problem>,
}

/// Decides what is rendered of what a walk found.
///
/// Of kustomizations that use each other only those are built that no other uses: a base is judged as its overlays make
/// it. The files that take part are not judged a second time as they stand.
pub(crate) fn plan(found: &mut Found, ways: &Ways, say: &Say) -> Plan {
    let mut plan = Plan::default();
    let folders: Vec<String> = found.kustomizations.iter().map(|path| text(path)).collect();
    let how = kustomize::Options::default();
    let built: Vec<_> = folders.par_iter().map(|folder| kustomize::build(&Disk, folder, &how)).collect();
    let mut used: BTreeSet<PathBuf> = BTreeSet::new();
    for (folder, built) in folders.iter().zip(&built) {
        let Ok(built) = built else { continue };
        let others = built.reads.iter().map(PathBuf::from);
        used.extend(others.filter(|path| path.parent() != Some(Path::new(folder)) || !is_entry(path)));
    }
    let is_used =
        |folder: &str| used.iter().any(|path| is_entry(path) && path.parent() == Some(Path::new(folder)));
    for (folder, built) in folders.iter().zip(built) {
        match built {
            _ if is_used(folder) => say.detail(&format!("{folder} is judged as other kustomizations use it")),
            Ok(built) => {
                for warning in &built.warnings {
                    say.warning(&format!("{}: {}", place(&warning.path, warning.line), warning.message));
                }
                let rendered = Arc::new(built.rendered);
                plan.makers.push(Maker::Kustomization { path: folder.clone(), rendered });
            }
            Err(error) => plan.problems.push(problem(folder, "kustomization", error)),
        }
    }
    // The kustomization files themselves are judged for their form like any other document.
    found.files.retain(|file| is_entry(file) || !used.contains(file));
    for chart in &found.charts {
        if !ways.names(chart) && helm::is_library(&Disk, &text(chart)) {
            say.detail(&format!(
                "{} is a library chart: it is judged as other charts use it",
                chart.display()
            ));
        } else if !used.contains(&chart.join("Chart.yaml")) {
            let charts = ways.of(chart).map(|options| Maker::Chart { path: text(chart), options });
            plan.makers.extend(charts);
        }
    }
    plan
}

/// How charts are rendered, as the arguments and the configuration say.
pub(crate) struct Ways {
    /// By the arguments alone.
    plain: Arc<helm::Options>,
    /// Those of the configuration, by the chart's path from its folder.
    releases: Vec<(Pattern, Arc<helm::Options>)>,
    /// The folder of the configuration.
    folder: PathBuf,
    /// What the command line names, once links are followed.
    named: BTreeSet<String>,
}

impl Ways {
    /// Reads the files that the arguments and the configuration name.
    pub(crate) fn new(args: &ScanArgs, config: &Config) -> Result<Self> {
        let plain = options(args)?;
        let mut releases = Vec::new();
        for release in &config.helm {
            // What stands on the command line comes later, so that it wins.
            let mut own = plain.clone();
            let values = release.values.iter().map(|path| named(path)).collect::<Result<Vec<_>>>()?;
            own.values.splice(0..0, values);
            own.set.splice(0..0, release.set.iter().cloned());
            if let Some(name) = release.name.as_ref().filter(|_| !args.is_given("release_name")) {
                own.release.clone_from(name);
            }
            if let Some(namespace) =
                release.namespace.as_ref().filter(|_| !args.is_given("release_namespace"))
            {
                own.namespace.clone_from(namespace);
            }
            releases.push((release.chart.clone(), Arc::new(own)));
        }
        let named = args.paths.iter().map(|path| Disk.real(&text(path))).collect();
        Ok(Self { plain: Arc::new(plain), releases, folder: config.folder.clone(), named })
    }

    /// Whether the command line names this chart itself.
    fn names(&self, chart: &Path) -> bool {
        self.named.contains(&Disk.real(&text(chart)))
    }

    /// The ways to render a chart: every one that the configuration names, or the one of the arguments.
    fn of(&self, chart: &Path) -> impl Iterator<Item = Arc<helm::Options>> {
        let path = absolute(chart).unwrap_or_default();
        let path = path.strip_prefix(&self.folder).map(text).unwrap_or_default();
        let own: Vec<_> = self.releases.iter().filter(|(pattern, _)| pattern.matches(&path)).collect();
        let plain = own.is_empty().then(|| Arc::clone(&self.plain));
        own.into_iter().map(|(_, options)| Arc::clone(options)).chain(plain).collect::<Vec<_>>().into_iter()
    }
}

/// A file that is named, and its text.
fn named(path: &Path) -> Result<helm::NamedText> {
    let content = ironsides_files::read(path)?;
    Ok(helm::NamedText { path: Arc::from(text(path)), text: Arc::from(content) })
}

/// How charts are rendered, as the arguments say. Files that they name are read here.
fn options(args: &ScanArgs) -> Result<helm::Options> {
    let args_of_charts = &args.rendering;
    let values = args_of_charts.values.iter().map(|path| named(path)).collect::<Result<_>>()?;
    let paths = args_of_charts.set_file.iter().flat_map(|text| text.split(','));
    let paths = paths.filter_map(|pair| pair.split_once('=').map(|(_, path)| path));
    let set_file_texts = paths.map(|path| named(Path::new(path))).collect::<Result<_>>()?;
    Ok(helm::Options {
        release: args_of_charts.release_name.clone(),
        namespace: args_of_charts.release_namespace.clone(),
        values,
        set: args_of_charts.set.clone(),
        set_string: args_of_charts.set_string.clone(),
        set_json: args_of_charts.set_json.clone(),
        set_file: args_of_charts.set_file.clone(),
        set_file_texts,
        set_literal: args_of_charts.set_literal.clone(),
        kube_version: args.kubernetes_version.clone(),
        api_versions: args_of_charts.api_versions.clone(),
        include_crds: true,
        ..helm::Options::default()
    })
}

/// Whether a file is that of a kustomization.
pub(crate) fn is_entry(path: &Path) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_some_and(kustomize::is_kustomization)
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn place(path: &str, line: Option<u32>) -> String {
    line.map_or_else(|| path.to_owned(), |line| format!("{path}:{line}"))
}

/// A chart or kustomization that could not be rendered.
fn problem(folder: &str, what: &str, error: RenderError) -> Problem {
    let folder = if folder.is_empty() { "." } else { folder };
    let message = |why: &dyn std::fmt::Display| format!("cannot render the {what} {folder}: {why}");
    match error {
        RenderError::At { path, line, column, message: why, hint } => {
            Problem { path, line, column, message: message(&why), hint }
        }
        other => {
            Problem { path: folder.into(), line: None, column: None, message: message(&other), hint: None }
        }
    }
}
