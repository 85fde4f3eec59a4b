//! Where things stand: `rbac/shop.yaml:12`, or in the cluster; and what places are called.

use std::cell::RefCell;
use std::fs::{File, read_dir};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use ironsides_core::{Inventory, Object, Origin};
use ironsides_report::Problem;
use ironsides_tree::{Lines, Position, Span};
use rustc_hash::FxHashMap;
use serde_json::{Value, json};

use crate::gather::Place as Gathered;

/// Finds places; the lines of each text are counted once.
#[derive(Default)]
pub(crate) struct Places {
    lines: RefCell<FxHashMap<Arc<str>, Lines>>,
}

/// A place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In a file, at a line where one is known.
    File(String, Option<u32>),
    /// An object of the cluster.
    Cluster,
    /// Kubernetes brings it; nobody wrote it.
    BuiltIn,
}

impl Place {
    /// For people.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::File(path, Some(line)) => format!("{path}:{line}"),
            Self::File(path, None) => path.clone(),
            Self::Cluster => "object in the cluster".to_owned(),
            Self::BuiltIn => "built into Kubernetes".to_owned(),
        }
    }

    /// For programs: `{"file", "line"}`, `{"cluster": true}`, or `{"builtIn": true}`.
    pub(crate) fn json(&self) -> Value {
        match self {
            Self::File(path, line) => json!({ "file": path, "line": line }),
            Self::Cluster => json!({ "cluster": true }),
            Self::BuiltIn => json!({ "builtIn": true }),
        }
    }
}

impl Places {
    /// The place of a span of an object.
    pub(crate) fn at(&self, inventory: &Inventory, object: &Object, span: Span) -> Place {
        match &object.origin {
            Origin::File { path, text } => self.line(path, text, span),
            Origin::Rendered(rendered) => match rendered.place(span) {
                (Some(file), span, _) => self.line(&file.path, &file.text, span),
                (None, ..) => Place::File("(rendered)".into(), None),
            },
            Origin::Api { .. } if inventory.server().is_some() => Place::Cluster,
            // Beside files only the built-in roles come from elsewhere.
            Origin::Api { .. } => Place::BuiltIn,
        }
    }

    fn line(&self, path: &Arc<str>, text: &str, span: Span) -> Place {
        let name = if &**path == "-" { "(standard input)" } else { path };
        if !span.is_some() {
            return Place::File(name.to_owned(), None);
        }
        let mut all = self.lines.borrow_mut();
        let lines = all.entry(Arc::clone(path)).or_insert_with(|| Lines::new(text));
        Place::File(name.to_owned(), Some(lines.position(text, span.start).line))
    }
}

/// The file and the position of a span of an object, where it stands in one.
pub(crate) fn position(object: &Object, span: Span) -> Option<(String, Option<Position>)> {
    match &object.origin {
        Origin::File { path, text } => {
            Some((path.to_string(), span.is_some().then(|| Lines::new(text).position(text, span.start))))
        }
        Origin::Rendered(rendered) => {
            let (file, span, _) = rendered.place(span);
            file.map(|file| {
                let at = span.is_some().then(|| Lines::new(&file.text).position(&file.text, span.start));
                (file.path.to_string(), at)
            })
        }
        Origin::Api { .. } => None,
    }
}

/// Refuses to answer where nothing that was named can be opened: an answer from nothing looks like one from no roles.
pub(crate) fn some_can_be_opened(paths: &[PathBuf]) -> Result<()> {
    let open = |path: &Path| match path.is_dir() {
        _ if path == Path::new("-") => Ok(()),
        true => read_dir(path).map(drop),
        false => File::open(path).map(drop),
    };
    let mut first = None;
    for path in paths {
        match open(path) {
            Ok(()) => return Ok(()),
            Err(error) if first.is_none() => first = Some((path, error)),
            Err(_) => {}
        }
    }
    match first {
        Some((path, error)) => Err(error).with_context(|| format!("cannot read {}", path.display())),
        None => Ok(()),
    }
}

/// Where something is read from, for people.
pub(crate) fn source(place: &Gathered) -> String {
    match place {
        Gathered::Files(paths) => {
            let is_stdin = |path: &PathBuf| path.as_os_str() == ironsides_files::STDIN;
            let name = |path: &PathBuf| {
                if is_stdin(path) { "standard input".to_owned() } else { path.display().to_string() }
            };
            paths.iter().map(name).collect::<Vec<_>>().join(", ")
        }
        Gathered::Facts(path) => path.display().to_string(),
        Gathered::Cluster(_) => "the cluster".to_owned(),
    }
}

/// A problem in one line.
pub(crate) fn told(problem: &Problem) -> String {
    match problem.line {
        Some(line) => format!("{}:{line}: {}", problem.path, problem.message),
        None => problem.message.clone(),
    }
}
