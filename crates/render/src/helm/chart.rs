//! Charts as loaded.

use std::collections::BTreeMap;
use std::sync::Arc;

use ironsides_tree::{Node, parse_one};

use super::archive::{self, ChartFile};
use super::ignore::Rules;
use super::machine::Parsed;
pub(crate) use super::metadata::Dependency;
use super::metadata::Metadata;
use super::object::FileSet;
use super::options::{NamedText, Options};
use super::output::Output;
use super::template::{Flaw, parse};
use super::{render, values};
use crate::{Files, ReadError, RenderError, Rendered};

/// A chart with its templates parsed and the charts below it, to be rendered any number of times, by any thread.
#[derive(Clone, Debug)]
pub struct Chart {
    pub(crate) part: Arc<Part>,
}

/// A chart without what one rendering adds.
#[derive(Debug)]
pub(crate) struct Part {
    /// The path of its folder or archive, as a user would open it.
    pub(crate) path: Arc<str>,
    pub(crate) metadata: Metadata,
    pub(crate) values: Option<(NamedText, Vec<Node>)>,
    pub(crate) schema: Option<NamedText>,
    pub(crate) templates: Vec<Template>,
    /// The files of `crds/` by their names in the chart.
    pub(crate) crds: Vec<(Arc<str>, NamedText)>,
    pub(crate) files: FileSet,
    pub(crate) charts: Vec<Arc<Part>>,
}

/// A file of `templates/`.
#[derive(Debug)]
pub(crate) struct Template {
    /// Its name in the chart: `templates/web.yaml`.
    pub(crate) name: Arc<str>,
    pub(crate) file: NamedText,
    pub(crate) parsed: Result<Arc<Parsed>, Flaw>,
}

impl Template {
    /// Whether it only holds what others include.
    pub(crate) fn is_partial(&self) -> bool {
        self.name.rsplit('/').next().is_some_and(|name| name.starts_with('_'))
    }
}

/// How deep charts may stand in each other's `charts/`.
const MOST_CHARTS: usize = 32;

impl Chart {
    /// Loads the chart at `path`: a folder that holds a `Chart.yaml`, or an archive (`.tgz`). Charts below it are read
    /// from its `charts/`, folders and archives alike; nothing is fetched. `.helmignore` is heeded.
    pub fn load(files: &dyn Files, path: &str) -> Result<Self, RenderError> {
        let path = path.trim_end_matches('/');
        if is_archive(path) {
            return Self::from_archive(path, &files.read(path)?);
        }
        let folder = if path.is_empty() { "." } else { path };
        let rules = match files.read(&joined(folder, ".helmignore")) {
            Ok(bytes) => {
                Rules::parse(&String::from_utf8_lossy(&bytes)).map_err(|(line, why)| RenderError::At {
                    path: joined(folder, ".helmignore"),
                    line: Some(line),
                    column: None,
                    message: format!("cannot read the rule: {why}"),
                    hint: Some("use one star".to_owned()),
                })?
            }
            Err(ReadError::Missing { .. }) => Rules::none(),
            Err(error) => return Err(error.into()),
        };
        let mut found = Vec::new();
        let mut left = archive::MOST;
        walk(files, folder, "", &rules, &mut found, &mut left, 0)?;
        Self::of(folder, found)
    }

    /// The chart in an archive's bytes. Paths in messages begin with `path`.
    pub fn from_archive(path: &str, bytes: &[u8]) -> Result<Self, RenderError> {
        Self::of(path, archive::unpack(bytes).map_err(|why| bad_archive(path, &why))?)
    }

    fn of(path: &str, files: Vec<ChartFile>) -> Result<Self, RenderError> {
        Ok(Self { part: Arc::new(part(path, files, 0)?) })
    }

    /// The name that `Chart.yaml` gives.
    pub fn name(&self) -> &str {
        &self.part.metadata.name
    }

    /// The version that `Chart.yaml` gives.
    pub fn version(&self) -> &str {
        &self.part.metadata.version
    }

    /// Whether it is a library, which gives no documents itself and cannot be rendered alone.
    pub fn is_library(&self) -> bool {
        self.part.metadata.is_library()
    }

    /// Renders the chart; see [`super::render`].
    pub fn render(&self, options: &Options) -> Result<Vec<Rendered>, RenderError> {
        Ok(self.outputs(options)?.into_iter().map(|output| output.rendered).collect())
    }

    /// Renders the chart, with the names that Helm knows the outputs by.
    pub fn outputs(&self, options: &Options) -> Result<Vec<Output>, RenderError> {
        render::outputs(&self.part, options)
    }
}

/// Whether the name ends in one of these, as Helm compares: by case.
fn has_ending(name: &str, endings: &[&str]) -> bool {
    name.rsplit_once('.').is_some_and(|(_, ending)| endings.contains(&ending))
}

/// Whether a path is that of a packed chart.
pub(crate) fn is_archive(path: &str) -> bool {
    has_ending(path, &["tgz"]) || path.strip_suffix(".gz").is_some_and(|path| has_ending(path, &["tar"]))
}

pub(super) fn joined(folder: &str, name: &str) -> String {
    if folder == "." { name.to_owned() } else { format!("{folder}/{name}") }
}

fn bad_archive(path: &str, why: &str) -> RenderError {
    at(path, format!("cannot unpack the chart: {why}"), "pack it anew with helm package")
}

fn at(path: &str, message: String, hint: &str) -> RenderError {
    RenderError::At { path: path.to_owned(), line: None, column: None, message, hint: Some(hint.to_owned()) }
}

fn walk(
    files: &dyn Files,
    root: &str,
    folder: &str,
    rules: &Rules,
    found: &mut Vec<ChartFile>,
    left: &mut u64,
    depth: usize,
) -> Result<(), RenderError> {
    if depth > 64 {
        return Err(at(
            root,
            "the chart's folders nest deeper than 64 levels".to_owned(),
            "look for a loop of links",
        ));
    }
    let place = if folder.is_empty() { root.to_owned() } else { joined(root, folder) };
    for item in files.list(&place)? {
        let name = if folder.is_empty() { item.name.clone() } else { format!("{folder}/{}", item.name) };
        if rules.ignores(&name, item.is_folder) {
            continue;
        }
        if item.is_folder {
            walk(files, root, &name, rules, found, left, depth + 1)?;
            continue;
        }
        let bytes = files.read(&joined(root, &name))?;
        *left = left.checked_sub(bytes.len() as u64).ok_or_else(|| {
            let most = archive::MOST >> 20;
            at(
                root,
                format!("the chart holds more than {most} MiB"),
                "list what is no part of it in .helmignore",
            )
        })?;
        let bytes = match bytes.strip_prefix("\u{feff}".as_bytes()) {
            Some(rest) => Arc::from(rest),
            None => bytes,
        };
        found.push((name.into(), bytes));
    }
    Ok(())
}

/// The text of a file that has to be one.
fn text(path: &str, bytes: &[u8]) -> Result<Arc<str>, RenderError> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.into()),
        Err(error) => {
            let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let line = memchr::memchr_iter(b'\n', before).count() + 1;
            Err(RenderError::At {
                path: path.to_owned(),
                line: u32::try_from(line).ok(),
                column: None,
                message: "the file is not UTF-8".to_owned(),
                hint: Some("save it as UTF-8".to_owned()),
            })
        }
    }
}

fn is_template(name: &str) -> bool {
    name.starts_with("templates/")
}

fn part(path: &str, files: Vec<ChartFile>, depth: usize) -> Result<Part, RenderError> {
    if depth > MOST_CHARTS {
        return Err(at(
            path,
            format!("charts stand in each other deeper than {MOST_CHARTS} levels"),
            "look for a loop",
        ));
    }
    let find = |name: &str| files.iter().find(|(own, _)| &**own == name);
    let Some((_, bytes)) = find("Chart.yaml") else {
        return Err(at(
            path,
            "there is no chart here: Chart.yaml is missing".to_owned(),
            "name the chart's folder",
        ));
    };
    let chart_path = joined(path, "Chart.yaml");
    let requirements = find("requirements.yaml").map(|(_, bytes)| (joined(path, "requirements.yaml"), bytes));
    let requirements = match requirements {
        Some((path, bytes)) => Some(values::named(path.clone(), text(&path, bytes)?)),
        None => None,
    };
    let metadata =
        Metadata::read(&values::named(chart_path.clone(), text(&chart_path, bytes)?), requirements.as_ref())?;
    let mut part = Part {
        path: path.into(),
        metadata,
        values: None,
        schema: None,
        templates: Vec::new(),
        crds: Vec::new(),
        files: FileSet::new(),
        charts: Vec::new(),
    };
    let mut below: BTreeMap<String, Vec<ChartFile>> = BTreeMap::new();
    for (name, bytes) in files {
        let full = joined(path, &name);
        match &*name {
            "Chart.yaml" | "Chart.lock" => {}
            "values.yaml" => {
                let text = text(&full, &bytes)?;
                let documents =
                    values::read(&text).map_err(|error| syntax(&full, &text, "values", &error))?;
                part.values = Some((values::named(full, text), documents));
            }
            "values.schema.json" => part.schema = Some(values::named(full.clone(), text(&full, &bytes)?)),
            "requirements.yaml" | "requirements.lock" if part.metadata.api_version != "v1" => {}
            template if is_template(template) => {
                let (file, parsed) = if let Ok(text) = std::str::from_utf8(&bytes) {
                    let text: Arc<str> = text.into();
                    let bodies = parse::parse("", &text);
                    let parsed = bodies.map(|bodies| Arc::new(Parsed { text: text.clone(), bodies }));
                    (values::named(full, text), parsed)
                } else {
                    let flaw = Flaw::new(0, "the file is not text in UTF-8, so it is no template");
                    (values::named(full, ""), Err(flaw))
                };
                part.templates.push(Template { name, file, parsed });
            }
            inner if inner.starts_with("charts/") && !has_ending(inner, &["prov"]) => {
                let rest: Arc<str> = inner.trim_start_matches("charts/").into();
                let folder = rest.split('/').next().unwrap_or_default().to_owned();
                below.entry(folder).or_default().push((rest, bytes));
            }
            crd if crd.starts_with("crds/") && has_ending(crd, &["yaml", "yml", "json"]) => {
                let text: Arc<str> = String::from_utf8_lossy(&bytes).into();
                part.crds.push((name.clone(), values::named(full, text)));
                part.files.insert(name, bytes);
            }
            _ => {
                part.files.insert(name, bytes);
            }
        }
    }
    part.templates.sort_by(|a, b| a.name.cmp(&b.name));
    part.crds.sort_by(|a, b| a.0.cmp(&b.0));
    for (name, files) in below {
        let path = format!("{}/{name}", joined(path, "charts"));
        if name.starts_with(['_', '.']) {
            continue;
        }
        let inner = if has_ending(&name, &["tgz"]) {
            let Some((_, bytes)) = files.first() else { continue };
            archive::unpack(bytes).map_err(|why| bad_archive(&path, &why))?
        } else {
            let cut = |(own, bytes): ChartFile| Some((own.split_once('/')?.1.into(), bytes));
            let inner: Vec<ChartFile> = files.into_iter().filter_map(cut).collect();
            if inner.is_empty() {
                // A file in charts/ that is no chart; Helm says that its Chart.yaml is missing.
                let hint = "move it elsewhere or list it in .helmignore";
                return Err(at(&path, "it stands in charts/ and is no chart".to_owned(), hint));
            }
            inner
        };
        part.charts.push(Arc::new(self::part(&path, inner, depth + 1)?));
    }
    Ok(part)
}

/// A mistake in YAML as an error.
pub(crate) fn syntax(path: &str, text: &str, what: &str, error: &ironsides_tree::SyntaxError) -> RenderError {
    let at = error.position(text);
    RenderError::At {
        path: path.to_owned(),
        line: Some(at.line),
        column: Some(at.column),
        message: format!("cannot read the {what}: {}", error.message),
        hint: error.hint.map(str::to_owned),
    }
}

/// The one document of a YAML file that has to be a map.
pub(crate) fn map_of(file: &NamedText, what: &str) -> Result<Node, RenderError> {
    let root = parse_one(&file.text).map_err(|error| syntax(&file.path, &file.text, what, &error))?;
    if root.as_map().is_none() {
        return Err(at(
            &file.path,
            format!("{what} is a map, and this is a {}", root.shape()),
            "write key: value",
        ));
    }
    Ok(root)
}
