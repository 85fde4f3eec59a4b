//! kube-bench's JSON: `{"Controls": […], "Totals": {…}}`.

use std::io::{self, Write};

use ironsides_core::Finding;
use serde::Serialize;

use crate::Writer;
use crate::bench::{self, Controls, Totals};
use crate::input::{Header, Summary};
use crate::source::Sources;

pub(crate) struct KubeBench<W: Write> {
    sink: W,
}

/// The whole report.
#[derive(Serialize)]
struct Overall {
    #[serde(rename = "Controls")]
    controls: Vec<Controls>,
    #[serde(rename = "Totals")]
    totals: Totals,
}

impl<W: Write> KubeBench<W> {
    pub(crate) fn new(sink: W) -> Self {
        Self { sink }
    }
}

impl<W: Write> Writer for KubeBench<W> {
    fn begin(&mut self, _: &Header) -> io::Result<()> {
        Ok(())
    }

    fn batch(&mut self, _: &dyn Sources, _: &[Finding]) -> io::Result<()> {
        Ok(())
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        let version = summary.cluster.as_ref().map(|cluster| cluster.version.as_str()).unwrap_or_default();
        let controls = bench::controls(&summary.compliance, version);
        let mut totals = Totals::default();
        for file in &controls {
            totals.add(file.totals);
        }
        serde_json::to_writer(&mut self.sink, &Overall { controls, totals })?;
        self.sink.write_all(b"\n")?;
        self.sink.flush()
    }
}
