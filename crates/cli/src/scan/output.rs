//! Where the report goes: any number of formats, each to standard output or a file.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use ironsides_core::{Compliance, Finding, Verdict};
use ironsides_report::{Format, Header, Options, Samples, Sources, Summary, Writer};

use crate::args::{Global, ScanArgs, Show};
use crate::say::{self, Say};

/// All outputs of a run.
pub(crate) struct Outputs {
    writers: Vec<(Format, Box<dyn Writer>)>,
    on_stdout: bool,
    /// What controls rest on, where a framework was asked for.
    samples: Option<Samples>,
    /// Whether passes are told of, and not only kept for the controls.
    passes: bool,
}

impl Outputs {
    /// Opens every output and writes its beginning, so that a file that cannot be written is told before the work.
    ///
    /// With `silent`, standard output is for something else. A file that is among the `inputs`, or is named twice, is
    /// refused: it would be emptied before it is read.
    pub(crate) fn open(
        args: &ScanArgs,
        global: &Global,
        header: &Header,
        inputs: &[PathBuf],
        silent: bool,
    ) -> Result<Self> {
        if args.output.iter().filter(|output| output.file.is_none()).count() > 1 {
            bail!("two outputs go to standard output; give all but one a file: -o sarif=findings.sarif");
        }
        let waived = args.shows(Show::Waived);
        // Tables leave advice out unless asked; what other programs show is whole unless a severity was chosen. The records
        // of a run are always whole: baselines are made of them.
        let chosen = args.chooses_severity().then(|| args.least());
        let least = |format: Format| match format {
            Format::Table => Some(args.least()),
            Format::Json | Format::JsonLines | Format::Yaml => None,
            _ => chosen,
        };
        let mut taken: Vec<PathBuf> = inputs.iter().filter_map(|path| path.canonicalize().ok()).collect();
        let mut writers: Vec<(Format, Box<dyn Writer>)> = Vec::new();
        let outputs = args.output.iter().filter(|output| !silent || output.file.is_some());
        for output in outputs.clone() {
            let mut writer = match &output.file {
                None => {
                    let colour = say::colours_stdout(global.color);
                    let width = say::stdout_width();
                    output.format.writer(
                        sink(io::stdout()),
                        Options { colour, width, waived, least: least(output.format) },
                    )
                }
                Some(path) => {
                    if path.canonicalize().is_ok_and(|path| path.is_file() && taken.contains(&path)) {
                        bail!(
                            "{} is read or written already; name another file for the output",
                            path.display()
                        );
                    }
                    let file =
                        File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
                    taken.extend(path.canonicalize());
                    output.format.writer(
                        sink(file),
                        Options { waived, least: least(output.format), ..Options::default() },
                    )
                }
            };
            writer.begin(header)?;
            writers.push((output.format, writer));
        }
        let on_stdout = outputs.clone().any(|output| output.file.is_none());
        let samples = (!args.framework.is_empty()).then(Samples::default);
        Ok(Self { writers, on_stdout, samples, passes: args.shows(Show::Passes) })
    }

    /// Everything goes to one writer.
    pub(crate) fn to(writer: Box<dyn Writer>) -> Self {
        Self { writers: vec![(Format::Json, writer)], on_stdout: false, samples: None, passes: true }
    }

    /// Reports findings about one source.
    pub(crate) fn batch(&mut self, sources: &dyn Sources, findings: &[Finding]) -> Result<()> {
        let mut findings = Cow::Borrowed(findings);
        if let Some(samples) = &mut self.samples {
            samples.add(sources, &findings);
            if !self.passes {
                findings.to_mut().retain(|finding| {
                    !matches!(finding.verdict, Verdict::Pass | Verdict::NotApplicable { .. })
                });
            }
        }
        for (_, writer) in &mut self.writers {
            writer.batch(sources, &findings)?;
        }
        Ok(())
    }

    /// Adds a report that goes elsewhere.
    pub(crate) fn add(&mut self, mut writer: Box<dyn Writer>, header: &Header) -> Result<()> {
        writer.begin(header)?;
        self.writers.push((Format::Json, writer));
        Ok(())
    }

    /// Whether a table goes to standard output.
    pub(crate) fn has_table(&self) -> bool {
        self.on_stdout && self.writers.iter().any(|(format, _)| *format == Format::Table)
    }

    /// Whether anything goes to standard output.
    pub(crate) fn on_stdout(&self) -> bool {
        self.on_stdout
    }

    /// Gives the controls of a framework what they rest on.
    pub(crate) fn fill(&self, compliance: &mut Compliance) {
        if let Some(samples) = &self.samples {
            samples.fill(compliance);
        }
    }

    /// Reports the end, and says what the limits of a format left out.
    pub(crate) fn end(&mut self, summary: &Summary, say: &Say) -> Result<()> {
        for (format, writer) in &mut self.writers {
            writer.end(summary).context("cannot write the report")?;
            if let Some(cut) = writer.cut() {
                say.warning(&format!("{}: {cut}", format.name()));
            }
        }
        Ok(())
    }
}

fn sink(inner: impl Write + 'static) -> impl Write + 'static {
    BufWriter::with_capacity(1 << 16, inner)
}
