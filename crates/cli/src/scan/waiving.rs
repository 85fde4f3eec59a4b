//! Holds findings against waivers, and waivers against findings.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use anyhow::{Context, Result};
use ironsides_checks::waivers::{self, ForeignEntry, Noted, Place, WaiverCase, WaiverFault};
use ironsides_checks::{Counts, Judge, Run};
use ironsides_core::{
    Date, Finding, Inventory, Object, Origin, PodTemplates, Severity, Source, Tallies, Target, Verdict,
    Waiver, WaiverRules, Waivers,
};
use ironsides_report::{Exceptions, SourceText, Summary};
use ironsides_tree::{Lines, Span};

use crate::config::absolute;
use crate::say::Say;
use crate::scan::baseline::Baseline;
use crate::scan::look::Looked;

/// The variable that says which day it is: for tests, and for looking ahead.
const TODAY: &str = "IRONSIDES_TODAY";

/// What findings are held against, besides what stands in the texts themselves.
pub(crate) struct Waiving {
    rules: WaiverRules,
    /// Whether exceptions of other tools count.
    foreign: bool,
    /// Whether annotations count.
    annotations: bool,
    /// The severities of checks that the configuration changes.
    severities: BTreeMap<String, Severity>,
    /// Waivers of files.
    set: Waivers,
    /// What else was read of those files.
    faults: Vec<WaiverFault>,
    entries: Vec<ForeignEntry>,
    /// The texts of those files.
    pub(crate) texts: Vec<Arc<SourceText>>,
    /// The folders that are scanned as a whole, absolute.
    roots: Vec<PathBuf>,
    /// The files that are named, absolute.
    named: Vec<PathBuf>,
    /// The findings that are known.
    baseline: Option<Mutex<Baseline>>,
}

/// What a [`Waiving`] is made of.
#[derive(Default)]
pub(crate) struct Given {
    pub(crate) noted: Noted,
    pub(crate) texts: Vec<Arc<SourceText>>,
    pub(crate) severities: BTreeMap<String, Severity>,
    pub(crate) foreign: bool,
    /// Whether the annotations of objects are taken no notice of.
    pub(crate) no_annotations: bool,
    pub(crate) endless: bool,
    pub(crate) baseline: Option<Baseline>,
}

/// The comments of one text.
#[derive(Default)]
pub(crate) struct Beside {
    comments: Option<Waivers>,
    faults: Vec<WaiverFault>,
    entries: Vec<ForeignEntry>,
}

/// The annotations of one object.
pub(crate) struct OnObject {
    target: Arc<Target>,
    waivers: Waivers,
    faults: Vec<WaiverFault>,
    entries: Vec<ForeignEntry>,
}

impl Waiving {
    pub(crate) fn new(given: Given, paths: &[PathBuf]) -> Result<Self> {
        let here = here()?;
        let rules = WaiverRules {
            today: today()?,
            require_expiry: !given.endless,
            here: Arc::from(here.to_string_lossy().trim_end_matches('/')),
        };
        let (roots, named): (Vec<PathBuf>, Vec<PathBuf>) =
            paths.iter().filter_map(|path| path.canonicalize().ok()).partition(|path| path.is_dir());
        let Given {
            noted: Noted { waivers, faults, foreign: entries },
            texts,
            severities,
            foreign,
            no_annotations,
            baseline,
            ..
        } = given;
        let set = Waivers::new(waivers, &rules);
        let baseline = baseline.map(Mutex::new);
        Ok(Self {
            rules,
            foreign,
            annotations: !no_annotations,
            severities,
            set,
            faults,
            entries,
            texts,
            roots,
            named,
            baseline,
        })
    }

    /// Reads the comments of a text.
    pub(crate) fn beside(&self, text: &Looked<'_>) -> Beside {
        let none = Arc::from("");
        let place = text.path().unwrap_or(&none);
        let line = |at| match text {
            Looked::Written(source) => source.lines().position(source.text(), at).line,
            Looked::Rendered(_) => 0,
        };
        let mut noted = waivers::of_text(&Place { path: place, line: &line }, text.text(), self.foreign);
        if noted.is_empty() {
            return Beside::default();
        }
        // What stands in a rendered text is told where it was written; what it covers stays in that text.
        if let Looked::Rendered(rendered) = text {
            let written = |span: Span| {
                let (file, span, _) = rendered.place(span);
                let file = file.filter(|_| span.is_some())?;
                Some((
                    Arc::clone(&file.path),
                    span,
                    Lines::new(&file.text).position(&file.text, span.start).line,
                ))
            };
            for waiver in &mut noted.waivers {
                if let Some((path, span, line)) = written(waiver.span) {
                    (waiver.path, waiver.span, waiver.line) = (path, span, line);
                }
            }
            for fault in &mut noted.faults {
                if let Some((path, span, _)) = written(fault.span) {
                    (fault.path, fault.span) = (path, span);
                }
            }
        }
        let comments = Some(Waivers::new(noted.waivers, &self.rules));
        Beside { comments, faults: noted.faults, entries: noted.foreign }
    }

    /// Holds what was found about one object against all waivers that there are, and says what its annotations hold.
    pub(crate) fn object(
        &self,
        text: &Looked<'_>,
        beside: &Beside,
        object: &Object,
        templates: &PodTemplates,
        findings: &mut [Finding],
    ) -> Option<OnObject> {
        let on = self.annotations(text, object, templates);
        if let Some(comments) = &beside.comments {
            comments.reach(object.root.span());
        }
        for finding in findings {
            self.one(finding, Some(object), beside.comments.as_ref(), on.as_ref());
        }
        on
    }

    /// The same for an object of a cluster. Its annotations are its tenants', and count only where they are trusted.
    pub(crate) fn live(
        &self,
        object: &Object,
        templates: &PodTemplates,
        findings: &mut [Finding],
    ) -> Option<OnObject> {
        let Origin::Api { request } = &object.origin else { return None };
        let place = Place { path: request, line: &|_| 0 };
        let noted = if self.annotations {
            waivers::of_object(&place, object, templates, self.foreign)
        } else {
            Noted::default()
        };
        let on = (!noted.is_empty()).then(|| OnObject {
            target: Arc::clone(&object.target),
            waivers: Waivers::new(noted.waivers, &self.rules),
            faults: noted.faults,
            entries: noted.foreign,
        });
        for finding in findings {
            self.one(finding, Some(object), None, on.as_ref());
        }
        on
    }

    /// The texts of the files that hold waivers, by their paths.
    pub(crate) fn sources(&self) -> BTreeMap<Arc<str>, Arc<SourceText>> {
        self.texts.iter().map(|text| (Arc::clone(text.path()), Arc::clone(text))).collect()
    }

    fn one(
        &self,
        finding: &mut Finding,
        object: Option<&Object>,
        comments: Option<&Waivers>,
        on: Option<&OnObject>,
    ) {
        if finding.verdict == Verdict::Fail
            && let Some(severity) = self.severities.get(finding.check)
        {
            finding.severity = *severity;
        }
        let sets = [comments, on.map(|on| &on.waivers), Some(&self.set)];
        sets.into_iter().flatten().for_each(|set| set.apply(finding, object));
    }

    fn annotations(&self, text: &Looked<'_>, object: &Object, templates: &PodTemplates) -> Option<OnObject> {
        if !self.annotations {
            return None;
        }
        let path = text.path()?;
        let line = |at| match text {
            Looked::Written(source) => source.lines().position(source.text(), at).line,
            Looked::Rendered(_) => 0,
        };
        let mut noted = waivers::of_object(&Place { path, line: &line }, object, templates, self.foreign);
        if noted.is_empty() {
            return None;
        }
        if let Looked::Rendered(rendered) = text {
            let written = |at: Span| match object.source(at) {
                Source::File { path, span } => Some((path, span)),
                Source::Api { .. } | Source::Host { .. } => None,
            };
            for waiver in &mut noted.waivers {
                if let Some((path, span)) = written(waiver.span) {
                    let file =
                        rendered.files.iter().find(|file| file.path == path).filter(|_| span.is_some());
                    let line = file.map(|file| Lines::new(&file.text).position(&file.text, span.start).line);
                    (waiver.path, waiver.span, waiver.line) = (path, span, line.unwrap_or_default());
                }
            }
            for fault in &mut noted.faults {
                if let Some((path, span)) = written(fault.span) {
                    (fault.path, fault.span) = (path, span);
                }
            }
        }
        Some(OnObject {
            target: Arc::clone(&object.target),
            waivers: Waivers::new(noted.waivers, &self.rules),
            faults: noted.faults,
            entries: noted.foreign,
        })
    }
}

/// What was read beside the objects of a run, in the order of the sources.
#[derive(Default)]
pub(crate) struct Ledger {
    texts: Vec<Beside>,
    /// By where a text lies in memory.
    by_text: BTreeMap<usize, usize>,
    /// Keeps those texts where they are.
    kept: Vec<Arc<str>>,
    objects: Vec<OnObject>,
    by_object: BTreeMap<usize, usize>,
}

impl Ledger {
    /// Keeps the comments of a text, for findings across objects and to tell what became of them. Says whether there
    /// are any.
    pub(crate) fn text(&mut self, text: &Arc<str>, beside: Beside) -> bool {
        let any = beside.comments.is_some();
        if any {
            self.by_text.insert(address(text), self.texts.len());
            self.kept.push(Arc::clone(text));
            self.texts.push(beside);
        }
        any
    }

    /// Keeps the annotations of objects.
    pub(crate) fn objects(&mut self, objects: Vec<OnObject>) {
        for on in objects {
            self.by_object.insert(address(&on.target), self.objects.len());
            self.objects.push(on);
        }
    }

    /// Holds findings across objects against all waivers.
    pub(crate) fn together(&self, waiving: &Waiving, inventory: &Inventory, findings: &mut [Finding]) {
        let objects: BTreeMap<usize, &Object> =
            inventory.objects().iter().map(|object| (address(&object.target), object)).collect();
        for finding in findings {
            let place = address(&finding.target);
            let object = objects.get(&place).copied();
            let text = match object.map(|object| &object.origin) {
                Some(Origin::File { text, .. }) => Some(address(text)),
                Some(Origin::Rendered(rendered)) => Some(address(&rendered.text)),
                _ => None,
            };
            let comments = text.and_then(|text| self.by_text.get(&text)).and_then(|at| self.texts.get(*at));
            let comments = comments.and_then(|beside| beside.comments.as_ref());
            let on = self.by_object.get(&place).and_then(|at| self.objects.get(*at));
            waiving.one(finding, object, comments, on);
        }
    }

    /// Judges the waivers themselves, and tells what other tools' exceptions came to.
    pub(crate) fn audit(
        &self,
        waiving: &Waiving,
        judge: &Judge,
        summary: &mut Summary,
        counts: &mut Counts,
        findings: &mut Vec<Finding>,
    ) {
        let tallies = judge.tallies(counts);
        let is_scanned = |waiver: &Waiver, check: &str| {
            waiving.is_scanned(waiver, summary) && has_run(judge, &tallies, check)
        };
        let texts = self.texts.iter().flat_map(|beside| beside.comments.iter().flat_map(Waivers::entries));
        let objects = self.objects.iter().flat_map(|on| on.waivers.entries());
        let entries = waiving.set.entries().iter().chain(texts).chain(objects);
        let own = entries.filter(|entry| entry.waiver().by != ironsides_core::WaivedBy::Foreign);
        let faults = waiving
            .faults
            .iter()
            .chain(self.texts.iter().flat_map(|beside| &beside.faults))
            .chain(self.objects.iter().flat_map(|on| &on.faults));
        let cases: Vec<WaiverCase<'_>> = own
            .map(Ok)
            .chain(faults.map(Err))
            .map(|read| WaiverCase { read, is_scanned: &is_scanned })
            .collect();
        judge.waivers(&cases, findings, counts);
        drop(cases);
        summary.exceptions = self.exceptions(waiving);
    }

    fn exceptions(&self, waiving: &Waiving) -> Vec<Exceptions> {
        let entries = waiving
            .entries
            .iter()
            .chain(self.texts.iter().flat_map(|beside| &beside.entries))
            .chain(self.objects.iter().flat_map(|on| &on.entries));
        let mut by_source: BTreeMap<String, Exceptions> = BTreeMap::new();
        for entry in entries {
            let source = match &*entry.source {
                beside @ ("comments" | "annotations") => format!("{} {beside}", entry.tool.name()),
                file => file.to_owned(),
            };
            let told = by_source
                .entry(source.clone())
                .or_insert_with(|| Exceptions { source, ..Exceptions::default() });
            told.entries += 1;
            match &entry.why_not {
                None => told.applied += 1,
                Some(why) => _ = told.ignored.insert(entry.id.clone(), why.clone()),
            }
        }
        by_source.into_values().collect()
    }
}

impl Waiving {
    /// Holds findings against the baseline. They come in the order of the report: of several that are equal, the first
    /// are known.
    pub(crate) fn known(&self, findings: &mut [Finding]) {
        let Some(baseline) = &self.baseline else { return };
        let mut baseline = baseline.lock().unwrap_or_else(PoisonError::into_inner);
        for finding in findings {
            baseline.apply(finding);
        }
    }

    /// Says what became of the baseline, and, where no table does, of the exceptions of other tools.
    pub(crate) fn tell(&self, judge: &Judge, summary: &Summary, table: bool, say: &Say) {
        if !table {
            for exceptions in &summary.exceptions {
                say.note(&format!("read {}", exceptions.told()));
            }
        }
        let Some(baseline) = &self.baseline else { return };
        let baseline = baseline.lock().unwrap_or_else(PoisonError::into_inner);
        let is_scanned = |path: &str| {
            let whole = absolute(Path::new(path)).is_ok_and(|path| {
                self.roots.iter().any(|root| path.starts_with(root)) || self.named.contains(&path)
            });
            whole && summary.problems.iter().all(|problem| problem.path != path)
        };
        let gone = baseline.gone(|check, path| is_scanned(path) && has_run(judge, &summary.tallies, check));
        if gone > 0 {
            let (noun, verb) = if gone == 1 { ("finding", "is") } else { ("findings", "are") };
            say.note(&format!("{gone} {noun} of the baseline {verb} fixed"));
            say.hint(&"write the baseline anew, so that they stay so: ironsides baseline write");
        }
    }

    /// Whether everything was read that a waiver can be about.
    fn is_scanned(&self, waiver: &Waiver, summary: &Summary) -> bool {
        match waiver.scope {
            // It stands in the file that it is about.
            ironsides_core::Scope::Text { .. } | ironsides_core::Scope::Object(_) => {
                summary.problems.iter().all(|problem| problem.path != *waiver.path)
            }
            ironsides_core::Scope::Matching(_) => {
                let folder = Path::new(&*waiver.path).parent().map(|folder| match folder.as_os_str() {
                    empty if empty.is_empty() => Path::new("."),
                    _ => folder,
                });
                let folder = folder.and_then(|folder| folder.canonicalize().ok());
                summary.problems.is_empty()
                    && folder.is_some_and(|folder| self.roots.iter().any(|root| folder.starts_with(root)))
            }
        }
    }
}

/// Whether a check was asked: one across objects only where it decided anything.
fn has_run(judge: &Judge, tallies: &Tallies, check: &str) -> bool {
    let Some(found) = ironsides_checks::find(check) else { return false };
    judge.metas().any(|meta| meta.id == check)
        && (!matches!(found.run, Run::Together { .. })
            || tallies.get(check).is_some_and(|tally| tally.decided() > 0))
}

fn address<T: ?Sized>(shared: &Arc<T>) -> usize {
    Arc::as_ptr(shared).cast::<()>() as usize
}

/// The folder the program runs in.
pub(crate) fn here() -> Result<PathBuf> {
    std::env::current_dir().context("cannot tell the folder this runs in")
}

/// The day it is, by the clock in UTC or by `IRONSIDES_TODAY`.
pub(crate) fn today() -> Result<Date> {
    match std::env::var(TODAY) {
        Ok(text) if !text.is_empty() => {
            text.parse().map_err(anyhow::Error::msg).with_context(|| format!("the variable {TODAY}"))
        }
        _ => {
            let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
            Ok(Date::from_days(i64::try_from(since.as_secs() / 86_400).unwrap_or_default()))
        }
    }
}
