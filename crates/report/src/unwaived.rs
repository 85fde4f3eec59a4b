//! Keeps waived findings out of a report.

use std::io;

use ironsides_core::Finding;

use crate::Writer;
use crate::input::{Header, Summary};
use crate::source::Sources;

/// Hands on everything but waived findings.
pub(crate) struct Unwaived<'a> {
    inner: Box<dyn Writer + 'a>,
}

impl<'a> Unwaived<'a> {
    pub(crate) fn new(inner: Box<dyn Writer + 'a>) -> Self {
        Self { inner }
    }
}

impl Writer for Unwaived<'_> {
    fn begin(&mut self, header: &Header) -> io::Result<()> {
        self.inner.begin(header)
    }

    fn batch(&mut self, sources: &dyn Sources, findings: &[Finding]) -> io::Result<()> {
        if findings.iter().all(|finding| finding.waived.is_none()) {
            return self.inner.batch(sources, findings);
        }
        let shown: Vec<Finding> =
            findings.iter().filter(|finding| finding.waived.is_none()).cloned().collect();
        if shown.is_empty() { Ok(()) } else { self.inner.batch(sources, &shown) }
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        self.inner.end(summary)
    }

    fn cut(&self) -> Option<String> {
        self.inner.cut()
    }
}
