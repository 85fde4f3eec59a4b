//! The findings of a run and the fixes that they offer, as the report would have them.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use ironsides_core::{Cause, Finding, Safety, Severity, Source, Verdict};
use ironsides_report::{Header, Sources, Summary, Writer};

use super::Scan;
use crate::say::Say;
use crate::scan::engine::{self, Texts};
use crate::scan::output::Outputs;

/// By what a finding is known in another look at the same texts: file, check, target and message.
pub(crate) type Key = (Arc<str>, &'static str, String, String);

/// A finding that is to be closed, if it can be.
#[derive(Clone)]
pub(crate) struct Wish {
    pub(crate) severity: Severity,
    /// The safety of its fix and what that does, where it has one. It may get one when others are fixed.
    pub(crate) fix: Option<(Safety, String)>,
    /// Whether somebody answers for it.
    pub(crate) waived: bool,
    /// `file:line:column`
    pub(crate) place: String,
    /// What made it so where it was rendered.
    pub(crate) causes: Vec<Cause>,
}

/// What is known of a finding.
pub(crate) fn key(finding: &Finding) -> Key {
    let path = match finding.evidence.first().map(|fact| &fact.source) {
        Some(Source::File { path, .. }) => Arc::clone(path),
        _ => Arc::from(""),
    };
    (path, finding.check, finding.target.to_string(), finding.message.clone())
}

/// Runs a scan whose report is what could be fixed.
pub(crate) fn wishes(scan: &Scan<'_>, files: &[PathBuf], texts: &Texts) -> Result<BTreeMap<Key, Wish>> {
    let gathered = Arc::new(Mutex::new(BTreeMap::new()));
    let mut outputs = Outputs::to(Box::new(Gather(Arc::clone(&gathered))));
    let mut summary = Summary::default();
    let input = engine::Input { files, texts, makers: scan.makers };
    let judges = (scan.judge, scan.waiving);
    engine::run(judges, scan.versions, input, &mut outputs, &mut summary, &Say::mute())?;
    let mut gathered = gathered.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(std::mem::take(&mut *gathered))
}

struct Gather(Arc<Mutex<BTreeMap<Key, Wish>>>);

impl Writer for Gather {
    fn begin(&mut self, _: &Header) -> io::Result<()> {
        Ok(())
    }

    fn batch(&mut self, sources: &dyn Sources, findings: &[Finding]) -> io::Result<()> {
        let mut gathered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for finding in findings.iter().filter(|finding| finding.verdict == Verdict::Fail) {
            let waived = finding.waived.is_some();
            let wish = gathered.entry(key(finding)).or_insert_with(|| Wish {
                severity: finding.severity,
                fix: finding.fix.as_ref().map(|fix| (fix.safety, fix.summary.to_string())),
                waived,
                place: place(finding, sources),
                causes: finding.evidence.first().map(|fact| fact.causes.clone()).unwrap_or_default(),
            });
            wish.waived |= waived;
        }
        Ok(())
    }

    fn end(&mut self, _: &Summary) -> io::Result<()> {
        Ok(())
    }
}

fn place(finding: &Finding, sources: &dyn Sources) -> String {
    let Some(Source::File { path, span }) = finding.evidence.first().map(|fact| &fact.source) else {
        return String::new();
    };
    let shown = if &**path == ironsides_files::STDIN { "(standard input)" } else { path };
    match sources.source(path).and_then(|source| source.range(*span)) {
        Some((start, _)) => format!("{shown}:{start}"),
        None => shown.to_owned(),
    }
}
