//! Every output format.
//!
//! A report is written as a stream: [`Writer::begin`], any number of [`Writer::batch`]es in the order of the sources,
//! then [`Writer::end`]. Most formats keep nothing but counts in between, so that a report may be larger than memory.
//! Those that cannot (a summary stands first, a limit leaves room for the worst alone) keep no more than they may show.

mod asff;
mod asked;
mod bench;
mod compliance;
mod csv;
mod fold;
mod gap;
mod github;
mod gitlab;
mod html;
mod input;
mod json;
mod jsonl;
mod junit;
mod kube_bench;
mod kube_bench_junit;
mod markdown;
mod name;
mod ocsf;
mod oscal;
pub mod picture;
mod place;
mod policy_report;
mod samples;
mod sarif;
mod snippet;
mod source;
mod table;
mod time;
mod worst;
mod wrap;
mod yaml;

use std::io::{self, Write};
use std::str::FromStr;

pub use csv::csv;
pub use html::escape;
pub use input::{Blocker, Cluster, Exceptions, Header, NamespaceLevel, Problem, Summary};
use ironsides_core::{Finding, Severity};
pub use junit::{TestOutcome, TestSuite, test_suites};
use policy_report::{Api, PolicyReport};
pub use samples::Samples;
pub use snippet::{Snippet, plain};
pub use source::{SourceText, Sources};
pub use wrap::wrap;

/// The JSON Schema (2020-12) of the `json` format.
pub const JSON_SCHEMA: &str = include_str!("../schema/report-1.json");

/// Writes one report.
pub trait Writer {
    /// Says what will be reported on.
    fn begin(&mut self, header: &Header) -> io::Result<()>;
    /// Reports findings about one source, sorted by place. `sources` finds the texts they point into: most often a
    /// [`SourceText`] does.
    fn batch(&mut self, sources: &dyn Sources, findings: &[Finding]) -> io::Result<()>;
    /// Reports the counts, and what could not be looked at.
    fn end(&mut self, summary: &Summary) -> io::Result<()>;
    /// What the format's limits made the writer leave out, in one sentence; known after [`Writer::end`].
    fn cut(&self) -> Option<String> {
        None
    }
}

/// How reports are written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Whether tables are coloured.
    pub colour: bool,
    /// How many columns tables may have; `None` where lines have no end (files, pipes).
    pub width: Option<usize>,
    /// The mildest severity of failures that are shown; `None` for all. What is milder is counted all the same.
    pub least: Option<Severity>,
    /// Whether waived findings are shown. They are counted either way, and `html` lists them in a part of their own.
    pub waived: bool,
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
    /// The same as [`Self::Json`], one value a line.
    JsonLines,
    /// The same as [`Self::Json`], as YAML.
    Yaml,
    /// One row a finding, for spreadsheets.
    Csv,
    /// One file for people, read in a browser.
    Html,
    /// GitHub's Markdown, for comments on pull requests.
    Markdown,
    /// `JUnit` XML, for build servers.
    JUnit,
    /// Annotations of GitHub Actions.
    GitHub,
    /// GitLab's Code Quality report.
    GitLab,
    /// `PolicyReport` resources of `wgpolicyk8s.io/v1alpha2`.
    PolicyReport,
    /// `Report` resources of `openreports.io/v1alpha1`.
    OpenReports,
    /// OCSF 1.5 Compliance Findings, one a line.
    Ocsf,
    /// OSCAL 1.1 assessment results.
    Oscal,
    /// The names of the objects that fail, for `kubectl`.
    Name,
    /// kube-bench's JSON; of the frameworks that were asked for.
    KubeBench,
    /// kube-bench's `JUnit` XML.
    KubeBenchJUnit,
    /// Findings for AWS Security Hub, as kube-bench makes them.
    Asff,
}

impl Format {
    /// All formats, by the names the command line takes.
    pub const ALL: [(&'static str, Self); 19] = [
        ("table", Self::Table),
        ("json", Self::Json),
        ("jsonl", Self::JsonLines),
        ("yaml", Self::Yaml),
        ("csv", Self::Csv),
        ("html", Self::Html),
        ("markdown", Self::Markdown),
        ("sarif", Self::Sarif),
        ("junit", Self::JUnit),
        ("github", Self::GitHub),
        ("gitlab", Self::GitLab),
        ("policyreport", Self::PolicyReport),
        ("openreports", Self::OpenReports),
        ("ocsf", Self::Ocsf),
        ("oscal", Self::Oscal),
        ("name", Self::Name),
        ("kube-bench", Self::KubeBench),
        ("kube-bench-junit", Self::KubeBenchJUnit),
        ("asff", Self::Asff),
    ];

    /// Whether it is of controls of frameworks alone, and says nothing where none was asked for.
    pub fn is_of_frameworks(self) -> bool {
        matches!(self, Self::KubeBench | Self::KubeBenchJUnit | Self::Asff)
    }

    /// The name the command line takes.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, format)| *format == self).map_or("", |(name, _)| name)
    }

    /// A writer of this format into `sink`.
    pub fn writer<'a>(self, sink: impl Write + 'a, options: Options) -> Box<dyn Writer + 'a> {
        let writer: Box<dyn Writer + 'a> = match self {
            Self::Table => Box::new(table::Table::new(sink, &options)),
            Self::Json => Box::new(json::Json::new(sink)),
            Self::Sarif => Box::new(sarif::Sarif::new(sink)),
            Self::JsonLines => Box::new(jsonl::JsonLines::new(sink)),
            Self::Yaml => Box::new(yaml::Yaml::new(sink)),
            Self::Html => Box::new(html::Html::new(sink)),
            Self::Markdown => Box::new(markdown::Markdown::new(sink)),
            Self::Csv => Box::new(csv::Csv::new(sink)),
            Self::JUnit => Box::new(junit::JUnit::new(sink)),
            Self::PolicyReport => Box::new(PolicyReport::new(sink, Api::PolicyReport)),
            Self::OpenReports => Box::new(PolicyReport::new(sink, Api::OpenReports)),
            Self::Ocsf => Box::new(ocsf::Ocsf::new(sink)),
            Self::Oscal => Box::new(oscal::Oscal::new(sink)),
            Self::GitHub => Box::new(github::GitHub::new(sink)),
            Self::GitLab => Box::new(gitlab::GitLab::new(sink)),
            Self::Name => Box::new(name::Name::new(sink)),
            Self::KubeBench => Box::new(kube_bench::KubeBench::new(sink)),
            Self::KubeBenchJUnit => Box::new(kube_bench_junit::KubeBenchJUnit::new(sink)),
            Self::Asff => Box::new(asff::Asff::new(sink)),
        };
        // The page lists waived findings in a part of their own.
        let waived = options.waived || self == Self::Html;
        match options.least.unwrap_or(Severity::Info) {
            Severity::Info if waived => writer,
            least => Box::new(asked::Asked::new(writer, waived, least)),
        }
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.iter().find(|(name, _)| *name == text).map(|(_, format)| *format);
        known.ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|(name, _)| *name).collect();
            let (last, others) = names.split_last().unwrap_or((&"", &[]));
            format!("{text:?} is no output format; use {} or {last}", others.join(", "))
        })
    }
}
