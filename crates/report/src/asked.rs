//! Keeps findings out of a report that were not asked for: waived ones, and milder ones.

use std::io;

use ironsides_core::{Finding, Severity, Verdict};

use crate::Writer;
use crate::input::{Header, Summary};
use crate::source::Sources;

/// Hands on everything else.
pub(crate) struct Asked<'a> {
    inner: Box<dyn Writer + 'a>,
    waived: bool,
    least: Severity,
}

impl<'a> Asked<'a> {
    /// Hands on waived findings where `waived`, and failures from `least` on.
    pub(crate) fn new(inner: Box<dyn Writer + 'a>, waived: bool, least: Severity) -> Self {
        Self { inner, waived, least }
    }

    fn is_asked(&self, finding: &Finding) -> bool {
        (self.waived || finding.waived.is_none())
            && (finding.verdict != Verdict::Fail || finding.severity >= self.least)
    }
}

impl Writer for Asked<'_> {
    fn begin(&mut self, header: &Header) -> io::Result<()> {
        self.inner.begin(header)
    }

    fn batch(&mut self, sources: &dyn Sources, findings: &[Finding]) -> io::Result<()> {
        if findings.iter().all(|finding| self.is_asked(finding)) {
            return self.inner.batch(sources, findings);
        }
        let shown: Vec<Finding> = findings.iter().filter(|finding| self.is_asked(finding)).cloned().collect();
        if shown.is_empty() { Ok(()) } else { self.inner.batch(sources, &shown) }
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        self.inner.end(summary)
    }

    fn cut(&self) -> Option<String> {
        self.inner.cut()
    }
}
