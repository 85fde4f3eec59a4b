//! Texts that a program made of others: what a chart or a kustomization renders, and which place of which file each
//! part of it came from.

use std::sync::Arc;

use ironsides_tree::Span;
use serde::Serialize;

/// A text that was rendered.
#[derive(Clone, Debug, Default)]
pub struct Rendered {
    /// The text: one or more YAML documents.
    pub text: Arc<str>,
    /// The files it was made of, by the paths the user would open. The first is the one to name where no mark says
    /// more: the template, or the kustomization file.
    pub files: Vec<SourceFile>,
    /// Where its parts came from, sorted by the start of `output`, the wider before the narrower where they begin
    /// together. Marks lie apart or within each other: the narrowest around a place is the one that tells most.
    pub marks: Vec<Mark>,
}

/// A file that a text was rendered from.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// The path as a user would open it, from where the program runs.
    pub path: Arc<str>,
    /// Its text.
    pub text: Arc<str>,
}

/// Where a part of a rendered text came from.
#[derive(Clone, Debug)]
pub struct Mark {
    /// The bytes of the rendered text.
    pub output: Span,
    /// The file, by its place in [`Rendered::files`].
    pub file: u32,
    /// The bytes of that file.
    pub span: Span,
    /// What made it so besides: values, patches, transformers. Empty for text that stands as it was written.
    pub causes: Arc<[Cause]>,
}

/// What made a rendered value what it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cause {
    /// In the words of the tool: `.Values.image.tag`, `patches[0]`, `images[name=nginx]`.
    pub what: Arc<str>,
    /// The file where it is set; `None` where it was set on the command line or nowhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<Arc<str>>,
    /// The line there, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
}

impl Rendered {
    /// Where a place of the text came from: the file to point at, the bytes there, and the causes.
    ///
    /// Without a mark around it, the place is the first file as a whole ([`Span::NONE`]).
    pub fn place(&self, span: Span) -> (Option<&SourceFile>, Span, &[Cause]) {
        let around = |mark: &&Mark| mark.output.start <= span.start && span.end <= mark.output.end;
        let behind = self.marks.partition_point(|mark| mark.output.start <= span.start);
        let marks = self.marks.get(..behind).unwrap_or_default();
        match marks.iter().rev().filter(|_| span.is_some()).find(around) {
            Some(mark) => (self.files.get(mark.file as usize), mark.span, &mark.causes),
            None => (self.files.first(), Span::NONE, &[]),
        }
    }
}
