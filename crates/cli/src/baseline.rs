//! `ironsides baseline`: the findings of today, so that only new ones fail from now on.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::rc::Rc;

use anyhow::{Context, Result};
use ironsides_core::{Finding, Source, Verdict};
use ironsides_report::{Header, Sources, Summary, Writer};
use serde::Serialize;

use crate::args::{BaselineArgs, BaselineCommand, Global, ScanArgs};
use crate::exit::Exit;
use crate::say::Say;
use crate::scan;

/// The JSON Schema (2020-12) of the file.
pub(crate) const SCHEMA: &str = include_str!("../schema/baseline-1.json");

pub(crate) fn run(args: &BaselineArgs, global: &Global, say: &Say) -> Result<Exit> {
    let BaselineCommand::Write(args) = &args.command;
    let plain = ScanArgs::plain(args.paths.clone());
    let scanned = ScanArgs {
        output: Vec::new(),
        no_ignore: args.no_ignore,
        check: args.check.clone(),
        skip: args.skip.clone(),
        pod_template: args.pod_template.clone(),
        kubernetes_version: args.kubernetes_version.clone(),
        no_foreign_waivers: args.no_foreign_waivers,
        configuration: args.configuration.clone(),
        rendering: args.rendering.clone(),
        writes_baseline: true,
        given: vec!["output", "fail_on"],
        ..plain
    };
    let gathered = Rc::new(RefCell::new(Gathered::default()));
    let (_, summary) = scan::assess(&scanned, global, say, Some(Box::new(Gatherer(Rc::clone(&gathered)))))?;
    if summary.objects == 0 {
        let paths: Vec<String> = args.paths.iter().map(|path| path.display().to_string()).collect();
        say.ending(
            "error",
            &format!("no Kubernetes objects in {}, so no baseline is written", paths.join(", ")),
        );
        return Ok(Exit::Nothing);
    }
    let gathered = gathered.borrow();
    let text = gathered.text()?;
    let count: u64 = gathered.entries.values().sum();
    let noun = if count == 1 { "finding" } else { "findings" };
    if args.output.as_os_str() == "-" {
        io::stdout().write_all(text.as_bytes())?;
    } else {
        std::fs::write(&args.output, text)
            .with_context(|| format!("cannot write {}", args.output.display()))?;
        say.note(&format!("wrote {count} {noun} to {}", args.output.display()));
        say.hint(&format!(
            "from now on only new ones fail: ironsides scan --baseline {}",
            args.output.display()
        ));
    }
    Ok(if summary.is_complete() { Exit::Clean } else { Exit::Incomplete })
}

/// An entry of the file. The order of the fields is that of the entries.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Entry {
    /// The file.
    file: String,
    target: String,
    check: String,
    field: String,
    message: String,
    fingerprint: String,
}

/// An entry with how often it stands there.
#[derive(Serialize)]
struct Counted<'a> {
    #[serde(flatten)]
    entry: &'a Entry,
    #[serde(skip_serializing_if = "is_one")]
    count: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
fn is_one(count: &u64) -> bool {
    *count == 1
}

/// The failures of a run.
#[derive(Default)]
struct Gathered {
    version: &'static str,
    entries: BTreeMap<Entry, u64>,
}

impl Gathered {
    /// One finding a line, so that two baselines can be compared.
    fn text(&self) -> Result<String> {
        let lines = self
            .entries
            .iter()
            .map(|(entry, count)| serde_json::to_string(&Counted { entry, count: *count }));
        let lines = lines.collect::<Result<Vec<_>, _>>()?.join(",\n");
        let lines = if lines.is_empty() { lines } else { format!("\n{lines}\n") };
        let tool = serde_json::json!({ "name": "ironsides", "version": self.version });
        Ok(format!("{{\n\"schemaVersion\": \"1.0\",\n\"tool\": {tool},\n\"findings\": [{lines}]\n}}\n"))
    }
}

/// Gathers the failures that nobody answers for.
struct Gatherer(Rc<RefCell<Gathered>>);

impl Writer for Gatherer {
    fn begin(&mut self, header: &Header) -> io::Result<()> {
        self.0.borrow_mut().version = header.version;
        Ok(())
    }

    fn batch(&mut self, _: &dyn Sources, findings: &[Finding]) -> io::Result<()> {
        let known =
            findings.iter().filter(|finding| finding.verdict == Verdict::Fail && finding.waived.is_none());
        for finding in known {
            let file = match finding.evidence.first().map(|fact| &fact.source) {
                Some(Source::File { path, .. }) => path.to_string(),
                Some(Source::Api { request }) => request.to_string(),
                Some(Source::Host { node, .. }) => node.to_string(),
                None => String::new(),
            };
            let entry = Entry {
                file,
                target: finding.target.to_string(),
                check: finding.check.to_owned(),
                field: finding.path.to_string(),
                message: finding.message.clone(),
                fingerprint: finding.fingerprint.to_string(),
            };
            *self.0.borrow_mut().entries.entry(entry).or_default() += 1;
        }
        Ok(())
    }

    fn end(&mut self, _: &Summary) -> io::Result<()> {
        Ok(())
    }
}
