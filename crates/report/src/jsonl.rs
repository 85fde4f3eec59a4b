//! JSON lines: one value a line, for log shippers and `jq`. Each says what it is in `type`.

use std::io::{self, Write};

use ironsides_core::Finding;
use serde::Serialize;
use serde_json::{Value, json};

use crate::Writer;
use crate::input::{Header, Summary};
use crate::json::{SCHEMA_VERSION, Shape, sections};
use crate::source::Sources;

/// The lines, in this order: one `tool`, any number of `finding`, one `check` a check, then `podSecurity`,
/// `framework`, `coverage` and `problem` as there are any, one `summary`. Their fields are those of the `json` report.
pub(crate) struct JsonLines<W> {
    sink: W,
    header: Option<Header>,
}

#[derive(Serialize)]
struct Line<'a> {
    r#type: &'static str,
    #[serde(flatten)]
    finding: Shape<'a>,
}

impl<W: Write> JsonLines<W> {
    pub(crate) fn new(sink: W) -> Self {
        Self { sink, header: None }
    }

    fn line(&mut self, kind: &'static str, value: Value) -> io::Result<()> {
        let mut line = serde_json::Map::from_iter([("type".to_owned(), Value::from(kind))]);
        if let Value::Object(fields) = value {
            line.extend(fields);
        }
        writeln!(self.sink, "{}", Value::Object(line))
    }
}

impl<W: Write> Writer for JsonLines<W> {
    fn begin(&mut self, header: &Header) -> io::Result<()> {
        self.header = Some(header.clone());
        let tool = json!({ "schemaVersion": SCHEMA_VERSION, "name": "ironsides", "version": header.version });
        self.line("tool", tool)
    }

    fn batch(&mut self, sources: &dyn Sources, findings: &[Finding]) -> io::Result<()> {
        for finding in findings {
            let line = Line { r#type: "finding", finding: Shape::new(finding, sources) };
            serde_json::to_writer(&mut self.sink, &line)?;
            self.sink.write_all(b"\n")?;
        }
        Ok(())
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        let cards = self.header.take().map(|header| header.checks).unwrap_or_default();
        for (key, value) in sections(&cards, summary) {
            // The type names one of what the section holds.
            let kind = match key {
                "checks" => "check",
                "compliance" => "framework",
                "problems" => "problem",
                one => one,
            };
            match value {
                Value::Array(values) => values.into_iter().try_for_each(|value| self.line(kind, value))?,
                value => self.line(kind, value)?,
            }
        }
        self.sink.flush()
    }
}
