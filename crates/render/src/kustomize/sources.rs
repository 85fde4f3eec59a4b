//! The files that a build reads: each once, and by number from then on.

use std::collections::BTreeSet;
use std::sync::Arc;

use ironsides_core::{Cause, SourceFile};
use ironsides_tree::{Lines, Span};
use rustc_hash::FxHashMap;

use super::origin::{Because, Place};
use super::{Limits, Warning};
use crate::error::RenderError;
use crate::files::{Files, ReadError};

/// Files that were read.
pub(super) struct Sources<'a> {
    files: &'a dyn Files,
    limits: Limits,
    read: Vec<Source>,
    numbers: FxHashMap<String, u32>,
    /// Files that were read for their bytes alone.
    bytes: FxHashMap<String, Arc<[u8]>>,
    missing: FxHashMap<String, ReadError>,
    used: BTreeSet<String>,
    total: usize,
    pub(super) warnings: Vec<Warning>,
}

struct Source {
    path: Arc<str>,
    text: Arc<str>,
    lines: Lines,
}

impl<'a> Sources<'a> {
    pub(super) fn new(files: &'a dyn Files, limits: Limits) -> Self {
        Self {
            files,
            limits,
            read: Vec::new(),
            numbers: FxHashMap::default(),
            bytes: FxHashMap::default(),
            missing: FxHashMap::default(),
            used: BTreeSet::new(),
            total: 0,
            warnings: Vec::new(),
        }
    }

    pub(super) fn files(&self) -> &'a dyn Files {
        self.files
    }

    /// The bytes of a file. The outer error ends the build, the inner one says that there is no such file to read.
    pub(super) fn bytes(&mut self, path: &str) -> Result<Result<Arc<[u8]>, ReadError>, RenderError> {
        if let Some(bytes) = self.bytes.get(path) {
            return Ok(Ok(bytes.clone()));
        }
        if let Some(error) = self.missing.get(path) {
            return Ok(Err(error.clone()));
        }
        let bytes = match self.files.read(path) {
            Ok(bytes) => bytes,
            Err(error) => {
                self.missing.insert(path.to_owned(), error.clone());
                return Ok(Err(error));
            }
        };
        self.total = self.total.saturating_add(bytes.len());
        let most = if bytes.len() > self.limits.file {
            Some((bytes.len(), self.limits.file, "one file"))
        } else if self.total > self.limits.total {
            Some((self.total, self.limits.total, "all files of a build together"))
        } else {
            None
        };
        if let Some((size, most, what)) = most {
            return Err(RenderError::At {
                path: path.to_owned(),
                line: None,
                column: None,
                message: format!("cannot build with {size} bytes: {most} bytes are the most for {what}"),
                hint: Some("take large data out of the kustomization".to_owned()),
            });
        }
        self.used.insert(path.to_owned());
        self.bytes.insert(path.to_owned(), bytes.clone());
        Ok(Ok(bytes))
    }

    /// The number of a file that holds text.
    pub(super) fn text(&mut self, path: &str) -> Result<Result<u32, ReadError>, RenderError> {
        if let Some(&number) = self.numbers.get(path) {
            return Ok(Ok(number));
        }
        let bytes = match self.bytes(path)? {
            Ok(bytes) => bytes,
            Err(error) => return Ok(Err(error)),
        };
        let text = std::str::from_utf8(&bytes).map_err(|error| RenderError::At {
            path: path.to_owned(),
            line: None,
            column: None,
            message: format!("cannot read it as YAML: byte {} is no UTF-8 text", error.valid_up_to()),
            hint: Some(
                "put binary data into a configMapGenerator or secretGenerator with `files`".to_owned(),
            ),
        })?;
        Ok(Ok(self.add(path, text.into())))
    }

    /// The number of a text that stands at `path`.
    pub(super) fn add(&mut self, path: &str, text: Arc<str>) -> u32 {
        let number = u32::try_from(self.read.len()).unwrap_or(u32::MAX);
        self.read.push(Source { path: path.into(), lines: Lines::new(&text), text });
        self.numbers.insert(path.to_owned(), number);
        number
    }

    /// The number of a text that something else read from `path`.
    pub(super) fn number_of(&mut self, path: &str, text: &Arc<str>) -> u32 {
        match self.numbers.get(path) {
            Some(&number) => number,
            None => self.add(path, text.clone()),
        }
    }

    /// A line of a file, by its number from 1.
    pub(super) fn line_at(&self, file: u32, line: u32) -> Place {
        let source = self.read.get(file as usize);
        let start = source.and_then(|source| source.lines.start(line));
        start.map_or(Place::NONE, |start| Place { file, span: Span { start, end: start } })
    }

    /// Notes files that something else read.
    pub(super) fn note(&mut self, paths: impl IntoIterator<Item = String>) {
        self.used.extend(paths);
    }

    /// The text of a file; empty where there is no such file.
    pub(super) fn text_of(&self, file: u32) -> Arc<str> {
        self.read.get(file as usize).map_or_else(|| "".into(), |source| source.text.clone())
    }

    pub(super) fn path_of(&self, file: u32) -> Arc<str> {
        self.read.get(file as usize).map_or_else(|| "".into(), |source| source.path.clone())
    }

    /// The bytes of a place as text; empty where there are none.
    pub(super) fn slice(&self, place: Place) -> &str {
        self.read
            .get(place.file as usize)
            .and_then(|source| place.span.slice(&source.text))
            .unwrap_or_default()
    }

    pub(super) fn line(&self, place: Place) -> Option<u32> {
        self.position(place).0
    }

    fn position(&self, place: Place) -> (Option<u32>, Option<u32>) {
        let source = self.read.get(place.file as usize).filter(|_| place.span.is_some());
        let position = source.map(|source| source.lines.position(&source.text, place.span.start));
        (position.map(|position| position.line), position.map(|position| position.column))
    }

    /// An error at a place.
    pub(super) fn error(&self, place: Place, message: impl Into<String>, hint: Option<&str>) -> RenderError {
        let (line, column) = self.position(place);
        RenderError::At {
            path: self.path_of(place.file).to_string(),
            line,
            column,
            message: message.into(),
            hint: hint.map(str::to_owned),
        }
    }

    pub(super) fn warn(&mut self, place: Place, message: impl Into<String>) {
        let (line, column) = self.position(place);
        let path = self.path_of(place.file).to_string();
        let warning = Warning { path, line, column, message: message.into() };
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    /// A reason in the form that leaves the crate.
    pub(super) fn cause(&self, because: &Because) -> Cause {
        let path = because.place.is_some().then(|| self.path_of(because.place.file));
        Cause { what: because.what.clone(), path, line: self.line(because.place) }
    }

    /// All files read as text, in the order of their numbers.
    pub(super) fn all(&self) -> Vec<SourceFile> {
        self.read
            .iter()
            .map(|source| SourceFile { path: source.path.clone(), text: source.text.clone() })
            .collect()
    }

    /// The paths of all files that took part.
    pub(super) fn used(&self) -> Vec<String> {
        self.used.iter().cloned().collect()
    }

    /// The whole of a file.
    pub(super) fn whole(&self, file: u32) -> Place {
        let span = self.read.get(file as usize).map_or(Span::NONE, |source| Span::new(0, source.text.len()));
        Place { file, span }
    }
}
