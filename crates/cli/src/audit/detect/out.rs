//! Where alerts go.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use ironsides_streams::alert::{AlertOptions, AlertSpec, Alerts, Delivery};
use serde_json::Value;

use super::alert::Alert;
use crate::args::To;
use crate::args::detect::DetectFormat;
use crate::print;

/// All places where alerts go, each in its format.
pub(super) struct Outs {
    all: Vec<Out>,
    /// Outputs that are reached otherwise than by a format.
    elsewhere: Alerts,
    has_elsewhere: bool,
    /// How many alerts each of them has lost, as far as it was told.
    failed: Vec<u64>,
    /// What alerts call this machine: what `FALCO_HOSTNAME` says, as with Falco, or its name.
    hostname: String,
    colour: bool,
}

struct Out {
    format: DetectFormat,
    /// Standard output where it is `None`.
    file: Option<PathBuf>,
    sink: Box<dyn Write>,
    /// Whether there was an alert.
    begun: bool,
}

impl Outs {
    /// Opens all files; with `goes_on` lines are put behind those that earlier runs wrote.
    pub(super) fn new(
        outputs: &[To<DetectFormat>],
        alerts: &[AlertSpec],
        colour: bool,
        goes_on: bool,
    ) -> Result<Self> {
        if outputs.iter().filter(|output| output.file.is_none()).count() > 1 {
            bail!("two outputs go to standard output; give all but one a file: -o jsonl=alerts.jsonl");
        }
        let open = |to: &To<DetectFormat>| -> Result<Out> {
            let sink: Box<dyn Write> = match &to.file {
                Some(path) => opened(path, goes_on && to.format != DetectFormat::Json)?,
                None => Box::new(BufWriter::new(std::io::stdout())),
            };
            Ok(Out { format: to.format, file: to.file.clone(), sink, begun: false })
        };
        let hostname = std::env::var("FALCO_HOSTNAME").ok().filter(|name| !name.is_empty());
        Ok(Self {
            all: outputs.iter().map(open).collect::<Result<_>>()?,
            elsewhere: Alerts::open(alerts, AlertOptions::default())?,
            hostname: hostname.unwrap_or_else(ironsides_streams::alert::hostname),
            has_elsewhere: !alerts.is_empty(),
            failed: vec![0; alerts.len()],
            colour,
        })
    }

    /// Writes an alert everywhere.
    pub(super) fn alert(&mut self, alert: &Alert<'_>) -> Result<()> {
        let mut json: Option<String> = None;
        for out in &mut self.all {
            let line = match out.format {
                DetectFormat::Table => &alert.line(self.colour && out.file.is_none()),
                DetectFormat::Wide => &alert.wide_line(self.colour && out.file.is_none()),
                DetectFormat::Jsonl | DetectFormat::Json => {
                    &*json.get_or_insert_with(|| alert.json(&self.hostname).to_string())
                }
            };
            out.line(line)?;
        }
        if self.has_elsewhere {
            self.elsewhere.send(&alert.sent(&self.hostname))?;
        }
        Ok(())
    }

    /// Ends documents, and hands everything over. What is said of the whole run stands in documents alone. Gives the
    /// outputs that lost alerts since that was told, and whether any did at all.
    pub(super) fn finish(mut self, summary: &Value, gaps: &[&String]) -> Result<(Vec<Delivery>, bool)> {
        for out in &mut self.all {
            out.finish(summary, gaps)?;
        }
        self.flush()?;
        let mut deliveries = self.elsewhere.finish();
        let is_lossy = deliveries.iter().any(|delivery| delivery.failed + delivery.dropped > 0);
        untold(&mut deliveries, &mut self.failed);
        Ok((deliveries, is_lossy))
    }

    /// Waits until every alert is where it belongs or was given up, and gives those outputs that lost some since.
    pub(super) fn settle(&mut self) -> Result<Vec<Delivery>> {
        self.flush()?;
        self.elsewhere.settle();
        let mut deliveries = self.elsewhere.deliveries();
        untold(&mut deliveries, &mut self.failed);
        Ok(deliveries)
    }

    /// Opens files anew, after they were renamed.
    pub(super) fn reopen(&mut self) -> Result<()> {
        self.flush()?;
        self.elsewhere.reopen();
        for out in &mut self.all {
            if let Some(path) = &out.file {
                out.sink = opened(path, true)?;
            }
        }
        Ok(())
    }

    /// Hands over what was written so far.
    pub(super) fn flush(&mut self) -> Result<()> {
        self.all.iter_mut().try_for_each(|out| {
            let flushed = out.sink.flush();
            out.told(flushed)
        })
    }
}

/// Leaves what was lost since it was told.
fn untold(deliveries: &mut Vec<Delivery>, told: &mut [u64]) {
    for (delivery, told) in deliveries.iter_mut().zip(told) {
        let before = std::mem::replace(told, delivery.failed);
        delivery.failed = delivery.failed.saturating_sub(before);
    }
    deliveries.retain(|delivery| delivery.failed + delivery.dropped > 0);
}

/// A file that is written.
fn opened(path: &Path, goes_on: bool) -> Result<Box<dyn Write>> {
    let file =
        if goes_on { OpenOptions::new().append(true).create(true).open(path) } else { File::create(path) };
    let file = file.with_context(|| format!("cannot write {}", path.display()))?;
    Ok(Box::new(BufWriter::new(file)))
}

impl Out {
    fn told(&self, written: std::io::Result<()>) -> Result<()> {
        match &self.file {
            Some(path) => written.with_context(|| format!("cannot write {}", path.display())),
            None => Ok(written?),
        }
    }

    fn line(&mut self, line: &str) -> Result<()> {
        let before = match (self.format, self.begun) {
            (DetectFormat::Json, false) => "{\"alerts\":[\n",
            (DetectFormat::Json, true) => ",\n",
            _ => "",
        };
        let after = if self.format == DetectFormat::Json { "" } else { "\n" };
        self.begun = true;
        let written = write!(self.sink, "{before}{line}{after}");
        self.told(written)
    }

    fn finish(&mut self, summary: &Value, gaps: &[&String]) -> Result<()> {
        if self.format != DetectFormat::Json {
            return Ok(());
        }
        // The alerts were written as they came; what is said of all answers stands behind them.
        let rest = print::envelope("audit-detect", gaps, summary.clone()).to_string();
        let rest = rest.strip_prefix('{').unwrap_or(&rest);
        let begin = if self.begun { "\n],\n" } else { "{\"alerts\":[],\n" };
        let written = writeln!(self.sink, "{begin}{rest}");
        self.told(written)
    }
}
