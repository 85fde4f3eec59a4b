//! Files of expectations.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use ironsides_core::{Object, Origin};
use ironsides_network::expect::{Expectation, NetworkTest};
use ironsides_report::Problem;

use crate::gather::{Place, Wanted, gather};
use crate::places::{self, some_can_be_opened};
use crate::say::Say;

/// All documents of expectations.
pub(crate) struct Tests {
    read: Vec<(Object, NetworkTest)>,
    /// Whether something could not be read, so that some expectations are not held against anything.
    pub(crate) is_broken: bool,
    /// Where they were read from, for people.
    pub(crate) source: String,
}

/// Reads files of expectations; what is wrong with them is told.
pub(super) fn read(paths: &[PathBuf], say: &Say) -> Result<Tests> {
    some_can_be_opened(paths)?;
    let place = Place::Files(paths.to_vec());
    let gathered = gather(&place, Wanted::Kinds(&[("ironsides.dev", "NetworkTest")]), say)?;
    let mut tests =
        Tests { read: Vec::new(), is_broken: !gathered.problems.is_empty(), source: places::source(&place) };
    for (number, object) in (0..).zip(gathered.inventory.objects()) {
        let (test, problems) = NetworkTest::read(number, &object.root);
        for wrong in problems {
            let (path, at) = places::position(object, wrong.place.span).unwrap_or_default();
            say.problem(&Problem {
                path,
                line: at.map(|at| at.line),
                column: at.map(|at| at.column),
                message: format!("{}: {}", wrong.place.path, wrong.message),
                hint: None,
            });
            tests.is_broken = true;
        }
        tests.read.push((object.clone(), test));
    }
    // A file that is named is meant: one whose kind is misspelt must not switch its expectations off.
    for path in paths.iter().filter(|path| path.is_file()) {
        let named = path.display().to_string();
        if tests.read.is_empty() || (0..tests.read.len()).any(|test| *tests.file(test) == *named) {
            continue;
        }
        say.problem(&Problem {
            path: named,
            line: None,
            column: None,
            message: "it holds no document of the kind NetworkTest, so nothing of it was tested".to_owned(),
            hint: None,
        });
        tests.is_broken = true;
    }
    Ok(tests)
}

impl Tests {
    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.read.is_empty() && !self.is_broken
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
