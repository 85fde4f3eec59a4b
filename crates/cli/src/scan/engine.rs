//! Reads and judges sources on all cores, and reports in their order.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use indicatif::ProgressBar;
use ironsides_checks::{Counts, Judge};
use ironsides_core::{Finding, Inventory, Rendered, Safety, Source, Verdict};
use ironsides_report::{Problem, SourceText, Summary};
use ironsides_tree::{Documents, Limits};
use rayon::prelude::*;

use crate::say::Say;
use crate::scan::conceal;
use crate::scan::look::{Look, Looked, file_problem, sort};
use crate::scan::output::Outputs;
use crate::scan::pod_security::{Gathering, Versions};
use crate::scan::record;
use crate::scan::render::{self, Maker};
use crate::scan::waiving::{Beside, Ledger, Waiving};

/// Sources up to this size are read whole on one core each; larger ones are read by one and judged by all.
const LARGE: u64 = 1 << 20;
/// How many bytes of small files are in memory at once.
const CHUNK: u64 = 16 << 20;
/// Up to how many bytes of input findings wait for those across objects.
const HELD: u64 = 2 << 20;
/// How many documents of a large source are judged at a time.
const DOCUMENTS: usize = 512;
/// How many of those a core takes at once.
const AT_ONCE: usize = 8;
/// How many charts and kustomizations are rendered at a time.
const MAKERS: usize = 64;

/// What one chart or kustomization made, and what there is to say about each text.
type Made = Result<Vec<(Arc<Rendered>, (Look, Beside))>, Box<Problem>>;

/// A file and what there is to say about it.
type Seen = (SourceText, (Look, Beside));

struct Engine<'a> {
    judge: &'a Judge,
    waiving: &'a Waiving,
    ledger: Ledger,
    versions: Versions,
    /// Texts that stand for what the disk holds.
    texts_for: &'a Texts,
    gathering: Gathering,
    counts: Counts,
    outputs: &'a mut Outputs,
    summary: &'a mut Summary,
    say: &'a Say,
    progress: ProgressBar,
    inventory: Inventory,
    /// The texts of objects in the inventory.
    texts: BTreeMap<Arc<str>, Arc<SourceText>>,
    /// The files behind rendered texts.
    behind: BTreeMap<Arc<str>, Arc<SourceText>>,
    /// Findings that wait for those across objects, so that each source is reported once. `None` where there is too
    /// much to wait for: then findings across objects follow at the end.
    held: Option<Vec<(Arc<SourceText>, Vec<Finding>)>>,
    /// How many bytes the held sources have.
    held_bytes: u64,
}

/// What is read.
#[derive(Clone, Copy)]
pub(crate) struct Input<'a> {
    /// The files, sorted.
    pub(crate) files: &'a [PathBuf],
    /// Texts that stand for what the disk holds.
    pub(crate) texts: &'a Texts,
    /// What makes more.
    pub(crate) makers: &'a [Maker],
}

/// Reads and judges the files, then what the makers make, and writes what is found.
pub(crate) fn run(
    (judge, waiving): (&Judge, &Waiving),
    versions: Versions,
    input: Input<'_>,
    outputs: &mut Outputs,
    summary: &mut Summary,
    say: &Say,
) -> Result<()> {
    let Input { files, texts, makers } = input;
    let sized: Vec<(PathBuf, u64)> = files
        .iter()
        .map(|path| {
            // Pipes and standard input have no size; they are read as large.
            let size =
                path.metadata().ok().filter(std::fs::Metadata::is_file).map_or(LARGE, |meta| meta.len());
            (path.clone(), size)
        })
        .collect();
    let total: u64 = sized.iter().map(|(_, size)| size).sum();
    let progress = say.progress(total, outputs.on_stdout());
    let mut engine = Engine {
        judge,
        waiving,
        ledger: Ledger::default(),
        versions,
        texts_for: texts,
        gathering: Gathering::new(versions),
        counts: judge.counts(),
        outputs,
        summary,
        say,
        progress,
        inventory: Inventory::default(),
        texts: BTreeMap::new(),
        behind: BTreeMap::new(),
        held: Some(Vec::new()),
        held_bytes: 0,
    };
    engine.keep_texts(&waiving.texts);
    let mut rest = sized.as_slice();
    while let Some(((path, size), after)) = rest.split_first() {
        if *size >= LARGE {
            engine.large(path, *size)?;
            rest = after;
            continue;
        }
        let mut bytes = 0;
        let fits = rest.iter().take_while(|(_, size)| {
            bytes += size;
            *size < LARGE && bytes <= CHUNK
        });
        let count = fits.count().max(1);
        let (chunk, after) = rest.split_at(count);
        engine.chunk(chunk)?;
        rest = after;
    }
    engine.rendered(makers)?;
    engine.progress.finish_and_clear();
    engine.together()
}

impl Engine<'_> {
    /// Small files, a core each.
    fn chunk(&mut self, files: &[(PathBuf, u64)]) -> Result<()> {
        let (judge, versions, waiving) = (self.judge, self.versions, self.waiving);
        let texts = self.texts_for;
        let looks: Vec<Result<Seen, Problem>> = files
            .par_iter()
            .map(|(path, _)| {
                let source = open(path, texts)?;
                if render::is_entry(path) {
                    conceal::kustomization(&source);
                }
                let look = Look::at(&Looked::Written(&source), judge, &versions, waiving);
                Ok((source, look))
            })
            .collect();
        for (read, (path, size)) in looks.into_iter().zip(files) {
            self.progress.inc(*size);
            match read {
                Ok((source, (look, beside))) => {
                    self.opened(path);
                    let source = Arc::new(source);
                    if render::is_entry(path) {
                        // What is rendered of it knows of more secrets in it.
                        self.behind.insert(Arc::clone(source.path()), Arc::clone(&source));
                    }
                    self.beside(std::slice::from_ref(&source), source.text(), beside);
                    self.report(&[source], look)?;
                }
                Err(problem) => record(self.summary, self.say, problem),
            }
        }
        Ok(())
    }

    /// A large file: its documents come from one core and are judged on all.
    fn large(&mut self, path: &Path, size: u64) -> Result<()> {
        let source = match open(path, self.texts_for) {
            Ok(source) => Arc::new(source),
            Err(problem) => {
                record(self.summary, self.say, problem);
                return Ok(());
            }
        };
        self.opened(path);
        let (judge, versions, waiving) = (self.judge, self.versions, self.waiving);
        let beside = waiving.beside(&Looked::Written(&source));
        let mut documents = Documents::new(source.text(), Limits::default());
        let (mut told, total) = (0, source.text().len() as u64);
        loop {
            let batch: Vec<_> = documents.by_ref().take(DOCUMENTS).collect();
            if batch.is_empty() {
                break;
            }
            let last = batch
                .iter()
                .rev()
                .find_map(|read| read.as_ref().ok())
                .map(|document| document.root.span().end);
            let looks: Vec<Look> = batch
                .into_par_iter()
                .chunks(AT_ONCE)
                .map(|reads| {
                    let mut look = Look::new(judge);
                    for read in reads {
                        look.take(read, &Looked::Written(&source), judge, &versions, (waiving, &beside));
                    }
                    look
                })
                .collect();
            for look in looks {
                self.report(std::slice::from_ref(&source), look)?;
            }
            if let Some(end) = last {
                let now = (u64::from(end) * size).checked_div(total).unwrap_or_default().min(size);
                self.progress.inc(now.saturating_sub(told));
                told = told.max(now);
            }
        }
        self.beside(std::slice::from_ref(&source), source.text(), beside);
        self.progress.inc(size.saturating_sub(told));
        Ok(())
    }

    fn opened(&mut self, path: &Path) {
        self.summary.files += 1;
        self.say.detail(&format!("read {}", path.display()));
    }

    /// What charts and kustomizations make, rendered and judged on all cores.
    fn rendered(&mut self, makers: &[Maker]) -> Result<()> {
        let (judge, versions, waiving) = (self.judge, self.versions, self.waiving);
        for some in makers.chunks(MAKERS) {
            let made: Vec<Made> = some
                .par_iter()
                .map(|maker| {
                    let outputs = maker.render()?;
                    let look = |rendered: Arc<Rendered>| {
                        let look = Look::at(&Looked::Rendered(&rendered), judge, &versions, waiving);
                        (rendered, look)
                    };
                    Ok(outputs.into_iter().map(look).collect())
                })
                .collect();
            for (maker, made) in some.iter().zip(made) {
                match made {
                    Ok(looks) => {
                        maker.count(self.summary);
                        self.say.detail(&format!("rendered {}", maker.name()));
                        for (rendered, (look, beside)) in looks {
                            let sources = self.sources(&rendered, maker);
                            self.beside(&sources, &rendered.text, beside);
                            self.report(&sources, look)?;
                        }
                    }
                    Err(problem) => record(self.summary, self.say, *problem),
                }
            }
        }
        Ok(())
    }

    /// The files behind a rendered text, each read into lines but once however many texts it is part of.
    fn sources(&mut self, rendered: &Rendered, maker: &Maker) -> Vec<Arc<SourceText>> {
        // Templates are no YAML, but a kustomization is made of it.
        let is_written = matches!(maker, Maker::Kustomization { .. });
        let templates = self.judge.templates();
        let files = rendered.files.iter().map(|file| {
            let source = self.behind.entry(Arc::clone(&file.path)).or_insert_with(|| {
                let source = SourceText::new(Arc::clone(&file.path), Arc::clone(&file.text));
                if is_written {
                    conceal::written(&source, templates);
                }
                Arc::new(source)
            });
            Arc::clone(source)
        });
        files.collect()
    }

    /// Adds a look to the summary and writes its findings. The sources are the files it looked at: one, or all those
    /// behind a rendered text.
    fn report(&mut self, sources: &[Arc<SourceText>], look: Look) -> Result<()> {
        let Look {
            mut findings,
            counts,
            kept,
            documents,
            objects,
            nodes,
            problems,
            secrets,
            sights,
            form_only,
            foreign,
            annotated,
        } = look;
        let Some(main) = sources.first() else { return Ok(()) };
        if foreign > 0 {
            self.say.detail(&format!("{}: {foreign} documents are no Kubernetes objects", main.path()));
        }
        for kind in form_only {
            *self.summary.form_only.entry(kind.to_string()).or_default() += 1;
        }
        for secret in secrets {
            if let Source::File { path, span } = secret
                && let Some(source) = sources.iter().find(|source| *source.path() == path)
            {
                source.conceal(span);
            }
        }
        for sight in sights {
            self.gathering.take(sight);
        }
        self.summary.documents += documents;
        self.summary.objects += objects;
        self.summary.nodes += nodes;
        self.counts.add(&counts);
        self.waiving.known(&mut findings);
        self.count(&findings);
        if !kept.is_empty() || !annotated.is_empty() {
            for object in kept {
                self.inventory.push(object);
            }
            self.ledger.objects(annotated);
            self.keep_texts(sources);
        }
        if sources.len() == 1 {
            self.hold(main, findings)?;
        } else {
            let mut by_source = by_source(findings);
            for source in sources {
                if let Some(findings) = by_source.remove(source.path()) {
                    self.hold(source, findings)?;
                }
            }
        }
        for problem in problems {
            record(self.summary, self.say, problem);
        }
        Ok(())
    }

    /// Keeps the comments beside what was looked at.
    fn beside(&mut self, sources: &[Arc<SourceText>], text: &Arc<str>, beside: Beside) {
        if self.ledger.text(text, beside) {
            self.keep_texts(sources);
        }
    }

    /// Keeps texts that findings at the end will point into.
    fn keep_texts(&mut self, sources: &[Arc<SourceText>]) {
        for source in sources {
            self.texts.entry(Arc::clone(source.path())).or_insert_with(|| Arc::clone(source));
        }
    }

    /// Keeps findings about a source for the end, or writes them where there is too much to keep.
    fn hold(&mut self, source: &Arc<SourceText>, findings: Vec<Finding>) -> Result<()> {
        self.stop_holding(source)?;
        match &mut self.held {
            Some(held) => match held.last_mut() {
                Some((last, found)) if Arc::ptr_eq(last, source) => found.extend(findings),
                _ => held.push((Arc::clone(source), findings)),
            },
            None if findings.is_empty() => {}
            None => self.outputs.batch(&(source, &self.behind), &findings)?,
        }
        Ok(())
    }

    /// Lets go of what is held once a new source makes it too much. Only what was read tells: a pipe has no size.
    fn stop_holding(&mut self, source: &Arc<SourceText>) -> Result<()> {
        let Some(held) = &self.held else { return Ok(()) };
        if held.last().is_none_or(|(last, _)| !Arc::ptr_eq(last, source)) {
            self.held_bytes += source.text().len() as u64;
        }
        if self.held_bytes > HELD {
            for (source, findings) in
                self.held.take().into_iter().flatten().filter(|(_, found)| !found.is_empty())
            {
                self.outputs.batch(&(&source, &self.behind), &findings)?;
            }
        }
        Ok(())
    }

    fn count(&mut self, findings: &[Finding]) {
        for finding in findings {
            self.summary.count(finding);
            // What is rendered stands in no file that could be edited.
            let written = || match finding.evidence.first().map(|fact| &fact.source) {
                Some(Source::File { path, .. }) => !self.behind.contains_key(path),
                _ => false,
            };
            if let (Verdict::Fail, None, Some(fix)) = (&finding.verdict, &finding.waived, &finding.fix)
                && written()
            {
                let [safe, risky] = &mut self.summary.fixable;
                *(if fix.safety == Safety::Safe { safe } else { risky }) += 1;
            }
        }
    }

    /// Runs the checks across objects and writes their findings by source.
    fn together(mut self) -> Result<()> {
        let mut findings = Vec::new();
        self.judge.together(&self.inventory, &mut findings, &mut self.counts);
        self.ledger.together(self.waiving, &self.inventory, &mut findings);
        self.ledger.audit(self.waiving, self.judge, self.summary, &mut self.counts, &mut findings);
        self.summary.tallies = self.judge.tallies(&self.counts);
        sort(&mut findings);
        self.waiving.known(&mut findings);
        self.count(&findings);
        let mut by_source = by_source(findings);
        for (source, mut findings) in merged(self.held.take().unwrap_or_default()) {
            if let Some(more) = by_source.remove(source.path()) {
                findings.extend(more);
                sort(&mut findings);
            }
            // Findings across objects have evidence in other files.
            self.outputs.batch(&(source, (&self.texts, &self.behind)), &findings)?;
        }
        for mut findings in by_source.into_values() {
            sort(&mut findings);
            self.outputs.batch(&(&self.texts, &self.behind), &findings)?;
        }
        self.summary.pod_security_tallies.clone_from(self.gathering.tallies());
        self.summary.pod_security = self.gathering.finish();
        Ok(())
    }
}

/// Findings by the path that their first evidence stands in.
fn by_source(findings: Vec<Finding>) -> BTreeMap<Arc<str>, Vec<Finding>> {
    let mut by_source: BTreeMap<Arc<str>, Vec<Finding>> = BTreeMap::new();
    for finding in findings {
        let path = match finding.evidence.first().map(|fact| &fact.source) {
            Some(Source::File { path, .. }) => Arc::clone(path),
            Some(Source::Api { request }) => Arc::clone(request),
            Some(Source::Host { node, .. }) => Arc::clone(node),
            None => Arc::from(""),
        };
        by_source.entry(path).or_default().push(finding);
    }
    by_source
}

/// What is held about the same source in several places (a helper that many templates include, a base of two overlays) in
/// one, at the first of them.
fn merged(held: Vec<(Arc<SourceText>, Vec<Finding>)>) -> Vec<(Arc<SourceText>, Vec<Finding>)> {
    let mut places: BTreeMap<Arc<str>, usize> = BTreeMap::new();
    let mut merged: Vec<(Arc<SourceText>, Vec<Finding>)> = Vec::with_capacity(held.len());
    for (source, findings) in held {
        let at = *places.entry(Arc::clone(source.path())).or_insert(merged.len());
        match merged.get_mut(at) {
            Some((_, before)) => {
                before.extend(findings);
                sort(before);
            }
            None => merged.push((source, findings)),
        }
    }
    merged
}

/// Texts that stand for what the disk holds, by their paths.
pub(crate) type Texts = BTreeMap<PathBuf, Arc<str>>;

/// A file's text, or the one that stands for it.
pub(crate) fn open(path: &Path, texts: &Texts) -> Result<SourceText, Problem> {
    let text = match texts.get(path) {
        Some(text) => Arc::clone(text),
        None => Arc::from(ironsides_files::read(path).map_err(|error| file_problem(&error))?),
    };
    Ok(SourceText::new(Arc::from(path.to_string_lossy()), text))
}
