//! Every output format.
//!
//! A report is written as a stream: [`Writer::begin`], any number of [`Writer::batch`]es in the order of the sources,
//! then [`Writer::end`]. Nothing but counts is kept in between, so that a report may be larger than memory.

mod input;
mod json;
mod sarif;
mod snippet;
mod table;

use std::io::{self, Write};
use std::str::FromStr;

pub use input::{Blocker, Header, NamespaceLevel, Problem, SourceText, Summary};
use ironsides_core::Finding;
pub use snippet::plain;

/// The JSON Schema (2020-12) of the `json` format.
pub const JSON_SCHEMA: &str = include_str!("../schema/report-1.json");

/// Writes one report.
pub trait Writer {
    /// Says what will be reported on.
    fn begin(&mut self, header: &Header) -> io::Result<()>;
    /// Reports findings about one source, sorted by place.
    fn batch(&mut self, source: &SourceText, findings: &[Finding]) -> io::Result<()>;
    /// Reports the counts, and what could not be looked at.
    fn end(&mut self, summary: &Summary) -> io::Result<()>;
}

/// The output formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people: the source, the marked line, the findings below it.
    Table,
    /// One JSON document, described by [`JSON_SCHEMA`].
    Json,
    /// SARIF 2.1.0, for code scanning services and editors.
    Sarif,
}

impl Format {
    /// All formats, by the names the command line takes.
    pub const ALL: [(&'static str, Self); 3] =
        [("table", Self::Table), ("json", Self::Json), ("sarif", Self::Sarif)];

    /// A writer of this format into `sink`. `colour` matters for tables only.
    pub fn writer<'a>(self, sink: impl Write + 'a, colour: bool) -> Box<dyn Writer + 'a> {
        match self {
            Self::Table => Box::new(table::Table::new(sink, colour)),
            Self::Json => Box::new(json::Json::new(sink)),
            Self::Sarif => Box::new(sarif::Sarif::new(sink)),
        }
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.iter().find(|(name, _)| *name == text).map(|(_, format)| *format);
        known.ok_or_else(|| format!("{text:?} is no output format; use table, json or sarif"))
    }
}
