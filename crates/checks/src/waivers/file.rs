//! What the files of other tools have in common.

use std::sync::Arc;

use ironsides_core::{Date, Matcher, Pattern, Scope, WaivedBy, Waiver};
use ironsides_tree::{Cursor, Documents, Limits, Node, Span, SyntaxError, Text};

use super::{ForeignEntry, Noted, Place, map};
use crate::foreign::Tool;

/// A file in which another tool is told what to leave alone.
pub struct IgnoreFile<'a> {
    /// The file.
    pub place: Place<'a>,
    /// Its text.
    pub text: &'a str,
    /// The folders that paths in it may begin at, absolute and without a slash at the end.
    pub bases: &'a [Arc<str>],
    /// The day: what has ended applies to nothing.
    pub today: Date,
}

/// Gathers what is read of one file.
pub(super) struct Reading<'a> {
    pub(super) file: &'a IgnoreFile<'a>,
    pub(super) tool: Tool,
    pub(super) noted: Noted,
}

/// The end and the reason of an exception.
#[derive(Clone, Default)]
pub(super) struct Terms {
    pub(super) expires: Option<Date>,
    pub(super) reason: String,
}

impl<'a> Reading<'a> {
    pub(super) fn new(file: &'a IgnoreFile<'a>, tool: Tool) -> Self {
        Self { file, tool, noted: Noted::default() }
    }

    /// The one document of the file.
    pub(super) fn root(&self) -> Result<Node, SyntaxError> {
        let limits = Limits { split_lists: false, ..Limits::default() };
        let read = Documents::new(self.file.text, limits).next().transpose()?;
        Ok(read.map_or(Node::NULL, |document| document.root))
    }

    /// Tells of an id, and whether it applies.
    pub(super) fn tell(&mut self, span: Span, id: &str, why_not: Option<String>) {
        self.noted.foreign.push(ForeignEntry {
            tool: self.tool,
            source: Arc::clone(self.file.place.path),
            line: self.line(span),
            id: id.to_owned(),
            why_not,
        });
    }

    /// One id, excepted on the targets that match.
    pub(super) fn id(&mut self, span: Span, id: &str, terms: &Terms, matchers: &[Matcher]) {
        let checks = match terms.expires {
            Some(last) if last < self.file.today => Err(format!("it ended on {last}")),
            _ => map(self.tool, id),
        };
        self.tell(span, id, checks.as_ref().err().cloned());
        if let Ok(checks) = checks {
            self.checks(span, &checks, terms, matchers);
        }
    }

    /// All of the tool's rules that are known here.
    pub(super) fn every(&self) -> Vec<Text> {
        let ids = crate::foreign::ids(self.tool);
        let mut checks: Vec<Text> =
            ids.into_iter().filter_map(|id| map(self.tool, id).ok()).flatten().collect();
        checks.sort_unstable();
        checks.dedup();
        checks
    }

    /// Waivers of checks.
    pub(super) fn checks(&mut self, span: Span, checks: &[Text], terms: &Terms, matchers: &[Matcher]) {
        for matcher in matchers {
            let waiver = Waiver {
                by: WaivedBy::Foreign,
                checks: Some(checks.to_vec()),
                scope: Scope::Matching(Box::new(matcher.clone())),
                reason: terms.reason.clone(),
                expires: terms.expires,
                owner: None,
                path: Arc::clone(self.file.place.path),
                field: Arc::from(self.tool.name()),
                span,
                line: self.line(span),
            };
            self.noted.waivers.push(waiver);
        }
    }

    fn line(&self, span: Span) -> u32 {
        if span.is_some() { (self.file.place.line)(span.start) } else { 0 }
    }

    /// Matchers of everything below the bases whose path matches.
    pub(super) fn at_paths(&self, patterns: &[Pattern]) -> Vec<Matcher> {
        let at = |base: &Arc<str>, pattern: &Pattern| Matcher {
            path: Some((Arc::clone(base), pattern.clone())),
            ..Matcher::default()
        };
        patterns
            .iter()
            .flat_map(|pattern| self.file.bases.iter().map(move |base| at(base, pattern)))
            .collect()
    }
}

/// Strings in a list, or one string with commas, each with its place.
pub(super) fn strings<'a>(at: &Cursor<'a>) -> Vec<(&'a str, Span)> {
    let split = |text: &'a str, span| {
        text.split(',').map(str::trim).filter(|text| !text.is_empty()).map(move |text| (text, span))
    };
    match at.str() {
        Some(text) => split(text, at.mark()).collect(),
        None => at
            .items()
            .filter_map(|item| Some((item.str()?, item.mark())))
            .flat_map(|(text, span)| split(text, span))
            .collect(),
    }
}
