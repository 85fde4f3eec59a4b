//! The report of the `json` format, as YAML that Kubernetes' and other readers take.

use std::io::{self, Write};

use ironsides_core::{CheckMeta, Finding};
use ironsides_tree::{parse_one, print};
use serde::Serialize;
use serde_json::json;

use crate::Writer;
use crate::input::{Header, Summary};
use crate::json::{SCHEMA_VERSION, Shape, sections};
use crate::source::Sources;

/// Findings are written as they come.
pub(crate) struct Yaml<W> {
    sink: W,
    checks: Vec<&'static CheckMeta>,
    first: bool,
}

impl<W: Write> Yaml<W> {
    pub(crate) fn new(sink: W) -> Self {
        Self { sink, checks: Vec::new(), first: true }
    }

    /// A key and its value. No string of the printer has more than one line, so the text can be indented as it is.
    fn entry(&mut self, key: &str, value: &impl Serialize) -> io::Result<()> {
        let text = yaml(value);
        if text.starts_with(['[', '{']) {
            return write!(self.sink, "{key}: {text}");
        }
        writeln!(self.sink, "{key}:")?;
        text.lines().try_for_each(|line| writeln!(self.sink, "  {line}"))
    }
}

impl<W: Write> Writer for Yaml<W> {
    fn begin(&mut self, header: &Header) -> io::Result<()> {
        self.checks.clone_from(&header.checks);
        writeln!(self.sink, "schemaVersion: \"{SCHEMA_VERSION}\"")?;
        self.entry("tool", &json!({ "name": "ironsides", "version": header.version }))
    }

    fn batch(&mut self, sources: &dyn Sources, findings: &[Finding]) -> io::Result<()> {
        for finding in findings {
            if std::mem::take(&mut self.first) {
                writeln!(self.sink, "findings:")?;
            }
            let text = yaml(&Shape::new(finding, sources));
            for (at, line) in text.lines().enumerate() {
                writeln!(self.sink, "{} {line}", if at == 0 { "-" } else { " " })?;
            }
        }
        Ok(())
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        if self.first {
            writeln!(self.sink, "findings: []")?;
        }
        for (key, value) in sections(&self.checks, summary) {
            self.entry(key, &value)?;
        }
        self.sink.flush()
    }
}

/// A value as block-style YAML. JSON that cannot be read as a tree (nested too deep) stays JSON, which is YAML too.
pub(crate) fn yaml(value: &impl Serialize) -> String {
    let json = serde_json::to_string(value).unwrap_or_default();
    match parse_one(&json) {
        Ok(node) => print::yaml(&node),
        Err(_) => json + "\n",
    }
}
