//! Files of expectations.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use ironsides_core::{Object, Origin};
use ironsides_network::expect::{API_VERSION, Expectation, KIND, NetworkTest};
use ironsides_report::Problem;
use ironsides_tree::{Node, Span};

use crate::gather::{Place, Wanted, gather};
use crate::network::world::can_be_opened;
use crate::places;
use crate::say::{Say, counted};

/// The API group of documents of expectations.
const GROUP: &str = "ironsides.dev";
/// A kind that differs from that of expectations by so many letters is meant to be it.
const NEAR: usize = 3;

/// All documents of expectations.
pub(crate) struct Tests {
    read: Vec<(Object, NetworkTest)>,
    /// Whether something could not be read, so that some expectations are not held against anything.
    pub(crate) is_broken: bool,
    /// Whether a file that was named, or a list, holds no expectation.
    pub(crate) is_hollow: bool,
    /// What could not be read or used of them, each told.
    pub(crate) problems: Vec<Problem>,
    /// Where they were read from, for people.
    pub(crate) source: String,
}

/// Reads files of expectations; what is wrong with them is told.
pub(super) fn read(paths: &[PathBuf], say: &Say) -> Result<Tests> {
    can_be_opened(paths)?;
    let place = Place::Files(paths.to_vec());
    let gathered = gather(&place, Wanted::All(&[]), say)?;
    let mut tests = Tests {
        read: Vec::new(),
        is_broken: !gathered.problems.is_empty(),
        is_hollow: false,
        problems: gathered.problems,
        source: places::source(&place),
    };
    for (number, object) in (0..).zip(gathered.inventory.objects()) {
        let kind = &object.reference().kind;
        if object.reference().group() != GROUP {
            continue;
        }
        if kind != KIND {
            // One whose kind is misspelt must not switch its expectations off.
            if strsim::damerau_levenshtein(&kind.to_lowercase(), &KIND.to_lowercase()) <= NEAR
                || object.root.get("expect").is_some()
            {
                let message = format!("{kind} is no kind of {API_VERSION}; did you mean kind: {KIND}?");
                tests.trouble(problem(object, object.root.get("kind").map(Node::span), message), say);
                tests.is_hollow = true;
            }
            continue;
        }
        let (test, problems) = NetworkTest::read(number, &object.root);
        for wrong in problems {
            let message = format!("{}: {}", wrong.place.path, wrong.message);
            tests.trouble(problem(object, Some(wrong.place.span), message), say);
            tests.is_broken = true;
        }
        tests.read.push((object.clone(), test));
    }
    // A file that is named is meant: one whose kind is misspelt must not switch its expectations off.
    for path in paths.iter().filter(|path| path.is_file()) {
        let named = path.display().to_string();
        if (0..tests.read.len()).any(|test| *tests.file(test) == *named) {
            continue;
        }
        // What cannot be parsed, or is misspelt, was told already.
        if tests.problems.iter().any(|problem| problem.path == named) {
            continue;
        }
        let message = format!("{named}: no document of the kind NetworkTest{}", held(path)?);
        tests.trouble(Problem { message, path: named, line: None, column: None, hint: None }, say);
        tests.is_hollow = true;
    }
    let mut empty = Vec::new();
    for (object, test) in &tests.read {
        let expect = object.root.get("expect");
        let Some(list) = expect.filter(|list| test.expectations.is_empty() && list.items().is_empty()) else {
            continue;
        };
        if list.as_list().is_none() {
            continue;
        }
        empty.push(problem(object, Some(list.span()), "the list of expectations is empty".to_owned()));
    }
    for problem in empty {
        tests.trouble(problem, say);
        tests.is_hollow = true;
    }
    Ok(tests)
}

/// Something wrong with a part of a document.
fn problem(object: &Object, span: Option<Span>, message: String) -> Problem {
    let (path, at) = span.and_then(|span| places::position(object, span)).unwrap_or_default();
    Problem { path, line: at.map(|at| at.line), column: at.map(|at| at.column), message, hint: None }
}

/// What a file without expectations holds instead: `; it holds 2 Pods and 1 Service`, with the kind that was meant where one is
/// near.
fn held(path: &Path) -> Result<String> {
    let place = Place::Files(vec![path.to_owned()]);
    let gathered = gather(&place, Wanted::All(&[]), &Say::mute())?;
    let kind = |object: &Object| object.reference().kind.to_string();
    let kinds: BTreeSet<String> = gathered.inventory.objects().iter().map(kind).collect();
    if kinds.is_empty() {
        return Ok("; it holds no document at all".to_owned());
    }
    let near = kinds.iter().any(|kind| kind.eq_ignore_ascii_case(KIND) || kind.trim_end_matches('s') == KIND);
    let near = if near {
        format!("; did you mean kind: {KIND} with apiVersion: {API_VERSION}?")
    } else {
        String::new()
    };
    let told: Vec<&str> = kinds.iter().take(3).map(String::as_str).collect();
    let more = kinds.len().saturating_sub(told.len());
    let more = if more > 0 { format!(" and {}", counted(more, "other kind")) } else { String::new() };
    Ok(format!("; it holds {}{more}{near}", told.join(", ")))
}

impl Tests {
    /// Tells a problem and keeps it.
    fn trouble(&mut self, problem: Problem, say: &Say) {
        say.problem(&problem);
        self.problems.push(problem);
    }

    /// Whether there is no expectation.
    pub(crate) fn is_empty(&self) -> bool {
        self.read.iter().all(|(_, test)| test.expectations.is_empty())
    }

    /// The documents.
    pub(crate) fn all(&self) -> impl Iterator<Item = &NetworkTest> {
        self.read.iter().map(|(_, test)| test)
    }

    /// An expectation of a document.
    pub(crate) fn expectation(&self, test: usize, number: usize) -> Option<&Expectation> {
        self.read.get(test)?.1.expectations.get(number)
    }

    /// The file of a document.
    pub(crate) fn file(&self, test: usize) -> Arc<str> {
        match self.read.get(test).map(|(object, _)| &object.origin) {
            Some(Origin::File { path, .. }) => Arc::clone(path),
            _ => Arc::from(""),
        }
    }

    /// Where an expectation stands: `network-test.yaml:12`.
    pub(crate) fn at(&self, test: usize, number: usize) -> String {
        let place = self.read.get(test).and_then(|(object, test)| {
            let expectation = test.expectations.get(number)?;
            places::position(object, expectation.place.span)
        });
        match place {
            Some((path, Some(at))) => format!("{}:{}", name(&path), at.line),
            Some((path, None)) => name(&path).to_owned(),
            None => String::new(),
        }
    }
}

fn name(path: &str) -> &str {
    if path == "-" { "(standard input)" } else { path }
}
