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
    /// Where the text stands in the file as it does here, the bytes are exactly those; otherwise they are those of
    /// what made it. A place that no mark holds whole is known by where it begins, and without a mark there it is
    /// the first file as a whole ([`Span::NONE`]).
    pub fn place(&self, span: Span) -> (Option<&SourceFile>, Span, &[Cause]) {
        let start = Span { start: span.start, end: span.start };
        match self.mark(span).or_else(|| self.mark(start)) {
            Some(mark) => {
                let file = self.files.get(mark.file as usize);
                (file, file.map_or(mark.span, |file| self.narrowed(mark, file, span)), &mark.causes)
            }
            None => (self.files.first(), Span::NONE, &[]),
        }
    }

    /// The places of all the parts that a place of the text is made of. One that stands in a file after `KEY=` is
    /// narrowed to that.
    pub fn parts(&self, span: Span) -> Vec<(&SourceFile, Span)> {
        if !span.is_some() {
            return Vec::new();
        }
        let start = Span { start: span.start, end: span.start };
        let whole = self.mark(span);
        let inner = || {
            let from = self.marks.partition_point(|mark| mark.output.start <= span.start);
            let to = self.marks.partition_point(|mark| mark.output.start < span.end);
            self.marks.get(from..to).unwrap_or_default().iter()
        };
        let marks = match whole {
            Some(mark) => vec![mark],
            None => self.mark(start).into_iter().chain(inner()).collect(),
        };
        let place = |mark: &Mark| {
            let file = self.files.get(mark.file as usize)?;
            let part = Span { start: span.start.max(mark.output.start), end: span.end.min(mark.output.end) };
            let place = self.narrowed(mark, file, part);
            Some((file, self.after_key(part, file, place).unwrap_or(place)))
        };
        marks.into_iter().filter_map(place).filter(|(_, place)| place.is_some()).collect()
    }

    /// The value in a source `KEY=value` that gave a part of the text.
    fn after_key(&self, part: Span, file: &SourceFile, place: Span) -> Option<Span> {
        const QUOTES: [char; 2] = ['"', '\''];
        let value = part.slice(&self.text)?.trim_matches(QUOTES);
        let written = place.slice(&file.text)?.trim_end_matches(QUOTES);
        let key = written.strip_suffix(value).filter(|key| !value.is_empty() && key.ends_with('='))?;
        let start = place.start.checked_add(u32::try_from(key.len()).ok()?)?;
        Some(Span { start, end: place.end })
    }

    /// The narrowest mark around a span.
    fn mark(&self, span: Span) -> Option<&Mark> {
        if !span.is_some() {
            return None;
        }
        let behind = self.marks.partition_point(|mark| mark.output.start <= span.start);
        let before = self.marks.get(..behind).unwrap_or_default();
        before.iter().rev().find(|mark| {
            span.end <= mark.output.end && (span.start < mark.output.end || span.start == mark.output.start)
        })
    }

    /// The part of a mark's source that a span is, where the text was taken over as it stood.
    fn narrowed(&self, mark: &Mark, file: &SourceFile, span: Span) -> Span {
        let same = mark.output.end - mark.output.start == mark.span.end.wrapping_sub(mark.span.start)
            && mark.span.slice(&file.text) == mark.output.slice(&self.text);
        if !same {
            return mark.span;
        }
        let shift = |at: u32| mark.span.start + (at.min(mark.output.end) - mark.output.start);
        Span { start: shift(span.start), end: shift(span.end) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_literal_only_the_value_is_a_part() {
        for (literal, value, expected) in [
            ("PASSWORD=abc", "abc", "abc"),
            ("'PASSWORD=a=b'", "\"a=b\"", "a=b'"),
            ("PASSWORD=abc", "YWJj", "PASSWORD=abc"),
            ("PASSWORD=", "\"\"", "PASSWORD="),
        ] {
            let rendered = Rendered {
                text: Arc::from(value),
                files: vec![SourceFile { path: Arc::from("k"), text: Arc::from(literal) }],
                marks: vec![Mark {
                    output: Span::new(0, value.len()),
                    file: 0,
                    span: Span::new(0, literal.len()),
                    causes: Arc::from([]),
                }],
            };
            let parts = rendered.parts(Span::new(0, value.len()));
            let shown: Vec<_> = parts.iter().filter_map(|(_, span)| span.slice(literal)).collect();
            assert_eq!(shown, [expected], "{literal}");
        }
    }

    fn rendered() -> Rendered {
        let file = |path: &str, text: &str| SourceFile { path: Arc::from(path), text: Arc::from(text) };
        let mark = |output: (usize, usize), file, span: (usize, usize), what: &[&str]| Mark {
            output: Span::new(output.0, output.1),
            file,
            span: Span::new(span.0, span.1),
            causes: what
                .iter()
                .map(|what| Cause { what: Arc::from(*what), path: None, line: None })
                .collect(),
        };
        Rendered {
            text: Arc::from("kind: Pod\nname: cart\n"),
            files: vec![file("a.yaml", "# x\nkind: Pod\nname: {{ .Values.name }}\n"), file("_b.tpl", "cart")],
            marks: vec![
                mark((0, 16), 0, (4, 20), &[]),
                mark((16, 20), 0, (20, 38), &[".Values.name"]),
                mark((17, 20), 1, (1, 4), &["tail"]),
            ],
        }
    }

    #[test]
    fn a_place_is_that_of_the_narrowest_mark() {
        let rendered = rendered();
        let place = |from, to| {
            let (file, span, causes) = rendered.place(Span::new(from, to));
            let causes: Vec<&str> = causes.iter().map(|cause| &*cause.what).collect();
            (file.map(|file| file.path.to_string()).unwrap_or_default(), span, causes.join(","))
        };
        // Text that was taken over is known to the byte.
        assert_eq!(place(6, 9), ("a.yaml".into(), Span::new(10, 13), String::new()));
        assert_eq!(place(16, 20), ("a.yaml".into(), Span::new(20, 38), ".Values.name".into()));
        assert_eq!(place(18, 20), ("_b.tpl".into(), Span::new(2, 4), "tail".into()));
        // A place across marks is known by its beginning.
        assert_eq!(place(10, 20), ("a.yaml".into(), Span::new(14, 20), String::new()));
        assert_eq!(place(20, 21), ("a.yaml".into(), Span::NONE, String::new()));
        // Its parts are all told.
        let parts = |from, to| -> Vec<(String, Span)> {
            let parts = rendered.parts(Span::new(from, to)).into_iter();
            parts.map(|(file, span)| (file.path.to_string(), span)).collect()
        };
        assert_eq!(
            parts(10, 20),
            [
                ("a.yaml".into(), Span::new(14, 20)),
                ("a.yaml".into(), Span::new(20, 38)),
                ("_b.tpl".into(), Span::new(1, 4))
            ]
        );
        assert_eq!(parts(6, 9), [("a.yaml".into(), Span::new(10, 13))]);
        assert!(parts(20, 21).is_empty());
        let (file, span, _) = rendered.place(Span::NONE);
        assert_eq!((file.map(|file| &*file.path), span), (Some("a.yaml"), Span::NONE));
    }
}
