//! `JUnit` XML as kube-bench writes it: a suite a file of the benchmark, a test a check; what fails is a failure, warnings
//! and what is skipped are skipped tests, and the check as JSON stands in `system-out`.
//!
//! kube-bench writes one document a file; here all are in one, below `testsuites`.

use std::io::{self, Write};

use ironsides_core::Finding;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use crate::Writer;
use crate::bench::{self, Check, Controls};
use crate::input::{Header, Summary};
use crate::junit::legal;
use crate::source::Sources;

pub(crate) struct KubeBenchJUnit<W: Write> {
    xml: quick_xml::Writer<W>,
}

impl<W: Write> KubeBenchJUnit<W> {
    pub(crate) fn new(sink: W) -> Self {
        Self { xml: quick_xml::Writer::new_with_indent(sink, b' ', 4) }
    }

    fn suite(&mut self, file: &Controls) -> io::Result<()> {
        let totals = file.totals;
        let tests = totals.pass + totals.fail + totals.warn + totals.info;
        let name =
            file.node.as_ref().map_or_else(|| file.text.clone(), |node| format!("{} ({node})", file.text));
        let mut suite = BytesStart::new("testsuite");
        suite.push_attribute(("name", &*legal(&name)));
        suite.push_attribute(("tests", &*tests.to_string()));
        suite.push_attribute(("failures", &*totals.fail.to_string()));
        suite.push_attribute(("errors", "0"));
        suite.push_attribute(("time", "0"));
        self.xml.write_event(Event::Start(suite))?;
        for group in &file.groups {
            group.checks.iter().try_for_each(|check| self.case(&group.text, check))?;
        }
        self.xml.write_event(Event::End(BytesEnd::new("testsuite")))
    }

    fn case(&mut self, class: &str, check: &Check) -> io::Result<()> {
        let mut start = BytesStart::new("testcase");
        start.push_attribute(("name", &*legal(&format!("{} {}", check.id, check.text))));
        start.push_attribute(("classname", &*legal(class)));
        start.push_attribute(("time", "0"));
        self.xml.write_event(Event::Start(start))?;
        match check.status {
            "PASS" => {}
            "FAIL" => {
                let mut failure = BytesStart::new("failure");
                failure.push_attribute(("type", ""));
                self.text(failure, &check.remediation)?;
            }
            _ => self.xml.write_event(Event::Empty(BytesStart::new("skipped")))?,
        }
        self.text(BytesStart::new("system-out"), &serde_json::to_string(check)?)?;
        self.xml.write_event(Event::End(BytesEnd::new("testcase")))
    }

    fn text(&mut self, start: BytesStart<'_>, text: &str) -> io::Result<()> {
        let end = start.to_end().into_owned();
        self.xml.write_event(Event::Start(start))?;
        self.xml.write_event(Event::Text(BytesText::new(&legal(text))))?;
        self.xml.write_event(Event::End(end))
    }
}

impl<W: Write> Writer for KubeBenchJUnit<W> {
    fn begin(&mut self, _: &Header) -> io::Result<()> {
        self.xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        self.xml.write_event(Event::Start(BytesStart::new("testsuites")))
    }

    fn batch(&mut self, _: &dyn Sources, _: &[Finding]) -> io::Result<()> {
        Ok(())
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        let version = summary.cluster.as_ref().map(|cluster| cluster.version.as_str()).unwrap_or_default();
        for file in bench::controls(&summary.compliance, version) {
            self.suite(&file)?;
        }
        self.xml.write_event(Event::End(BytesEnd::new("testsuites")))?;
        self.xml.get_mut().write_all(b"\n")?;
        self.xml.get_mut().flush()
    }
}
