//! `scan --fix`: closes findings by editing the manifests they are about.
//!
//! Everything happens in memory first. A scan tells what there is to fix; then the edits are made, the new texts are
//! read and judged by all checks, and an edit after which its finding is still there, or one that was not, is left out.
//! Only what remains is written.

mod files;
mod gather;
mod settle;
mod survey;
mod tell;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Result, bail};
use ironsides_checks::{Judge, Options};
use ironsides_core::{Finding, Fingerprint, Safety, Severity};
use ironsides_report::Problem;
use rayon::prelude::*;

use self::files::Real;
use self::gather::{Key, Wish, key};
use self::settle::{Fate, Proposal, edits, said, settle};
use self::survey::{Surveyed, Wrong, compare, survey, together};
use self::tell::{Done, Left};
use crate::args::{FixMode, ScanArgs};
use crate::say::Say;
use crate::scan::engine::{Texts, open};
use crate::scan::pod_security::Versions;
use crate::scan::render::Maker;
use crate::scan::waiving::Waiving;

/// How often what was left for later is tried again.
const ROUNDS: usize = 8;

/// Up to how many fixes are left out one by one to find the one that brought up something new.
const SUSPECTS: usize = 64;

/// What a run with `--fix` leaves to the report.
#[derive(Default)]
pub(crate) struct Fixed {
    /// The texts to report on in place of what the disk holds.
    pub(crate) texts: Texts,
    /// What could not be read or written.
    pub(crate) problems: Vec<Problem>,
}

/// How the report comes about that is to become shorter.
pub(crate) struct Scan<'a> {
    pub(crate) judge: &'a Judge,
    pub(crate) options: Options,
    pub(crate) waiving: &'a Waiving,
    pub(crate) versions: Versions,
    pub(crate) makers: &'a [Maker],
}

/// Whether standard output belongs to fixed text or a diff, so that no report can go there.
pub(crate) fn takes_stdout(args: &ScanArgs) -> Result<bool> {
    let from_stdin = args.paths.iter().any(|path| path.as_os_str() == ironsides_files::STDIN);
    let takes = args.fix.is_some() && (args.diff || from_stdin);
    let what = if args.diff { "the diff" } else { "the fixed text of standard input" };
    let named = args
        .output
        .iter()
        .find(|output| output.file.is_none() && output.format != ironsides_report::Format::Table);
    if let Some(output) = named.filter(|_| takes) {
        let names = ironsides_report::Format::ALL.iter();
        let name = names.filter(|(_, format)| *format == output.format).map(|(name, _)| *name).next();
        let name = name.unwrap_or_default();
        bail!("{what} goes to standard output; give {name} a file: -o {name}=FILE");
    }
    Ok(takes)
}

/// Fixes what can be fixed in `files`, which loses what cannot be read.
pub(crate) fn run(
    args: &ScanArgs,
    mode: FixMode,
    scan: Scan<'_>,
    files: &mut Vec<PathBuf>,
    say: &Say,
) -> Result<Fixed> {
    let judge = scan.judge;
    let mut fixed = Fixed::default();
    take_stdin(files, &mut fixed);
    let mut wishes = gather::wishes(&scan, files, &fixed.texts)?;
    let real = Real::of(files, &args.paths);
    real.share_waivers(&mut wishes);
    let wanted =
        |severity, safety| severity >= args.least() && (safety == Safety::Safe || mode == FixMode::Unsafe);
    // Whatever the arguments choose, no check may find anything new.
    let all = Judge::new(Options { only: Vec::new(), skip: Vec::new(), fixes: true, ..scan.options });
    let texts: Vec<Named> = files
        .par_iter()
        .filter(|path| !real.is_again(path))
        .filter_map(|path| open(path, &fixed.texts).ok())
        .map(|source| (Arc::clone(source.path()), Arc::clone(source.text())))
        .collect();
    let mut files: Vec<Surveyed> = texts.par_iter().map(|(path, text)| survey(&all, path, text)).collect();
    let mut left = Left::default();
    left.gather(&wishes, &files, &real, mode, args);
    let mut work = Work {
        judge: &all,
        wishes: &wishes,
        real: &real,
        targets: files.iter().map(targets).collect(),
        chosen: judge.metas().map(|meta| meta.id).collect(),
        wanted: &wanted,
        milder: BTreeSet::new(),
        granted: BTreeSet::new(),
        refused: BTreeMap::new(),
        done: Vec::new(),
    };
    together(&all, &mut files);
    for _ in 0..ROUNDS {
        if !work.round(&mut files) {
            break;
        }
    }
    let Work { refused, done, .. } = work;
    left.refused = refused.into_values().collect();
    finish(args, (&texts, &files), &real, &mut fixed, done, left, say)?;
    Ok(fixed)
}

/// Reads standard input, which can be read but once.
fn take_stdin(files: &mut Vec<PathBuf>, fixed: &mut Fixed) {
    files.retain(|path| {
        if path.as_os_str() != ironsides_files::STDIN {
            return true;
        }
        match open(path, &Texts::new()) {
            Ok(source) => {
                fixed.texts.insert(path.clone(), Arc::clone(source.text()));
                true
            }
            Err(problem) => {
                fixed.problems.push(problem);
                false
            }
        }
    });
}

/// The path of a file and its text.
type Named = (Arc<str>, Arc<str>);

/// Writes or prints what became of the texts, and says so.
fn finish(
    args: &ScanArgs,
    (texts, files): (&[Named], &[Surveyed]),
    real: &Real,
    fixed: &mut Fixed,
    mut done: Vec<Done>,
    mut left: Left,
    say: &Say,
) -> Result<()> {
    let mut out = String::new();
    for ((path, old), file) in texts.iter().zip(files) {
        let is_stdin = **path == *ironsides_files::STDIN;
        if is_stdin && !args.diff {
            out.push_str(&file.text);
        }
        if *old == file.text {
            continue;
        }
        if args.diff {
            out.push_str(&write::diff(path, old, &file.text));
        } else if !is_stdin && let Err(message) = write::replace(path.as_ref().as_ref(), old, &file.text) {
            done.retain(|done| done.path != *path);
            let path = path.to_string();
            fixed.problems.push(Problem { path, line: None, column: None, message, hint: None });
            continue;
        }
        let shown = if is_stdin { "(standard input)" } else { path };
        let lost = tell::lost_comments(old, &file.text).into_iter();
        left.comments.extend(lost.map(|(line, comment)| (shown.to_owned(), line, comment)));
        for path in real.names(path) {
            fixed.texts.insert(path, Arc::clone(&file.text));
        }
    }
    if !out.is_empty() {
        use std::io::Write as _;
        let mut stdout = std::io::stdout().lock();
        stdout.write_all(out.as_bytes())?;
        stdout.flush()?;
        if args.diff {
            say.news("note", &"the diff shows the lines around a change as they are, secrets included");
        }
    }
    tell::tell(say, args.diff, &done, &left);
    Ok(())
}

/// What is to be fixed and what came of it so far.
struct Work<'a> {
    judge: &'a Judge,
    wishes: &'a BTreeMap<Key, Wish>,
    real: &'a Real,
    /// What the objects of each file were called before anything was edited: the wishes know them so.
    targets: Vec<Vec<String>>,
    /// The checks that the arguments choose.
    chosen: BTreeSet<&'static str>,
    /// Whether findings of a severity are to be closed by such fixes.
    wanted: &'a (dyn Fn(Severity, Safety) -> bool + Sync),
    /// What is found only since something worse was fixed, by file.
    milder: BTreeSet<(Arc<str>, &'static str, String)>,
    /// What checks across objects may find though they did not before.
    granted: BTreeSet<survey::Said>,
    /// Why findings of objects of files are not fixed.
    refused: BTreeMap<(usize, usize, Fingerprint), Done>,
    done: Vec<Done>,
}

/// Files as they may become, and what becomes of the proposals for each.
type Settled = BTreeMap<usize, (Surveyed, settle::Settled)>;

impl Work<'_> {
    /// Makes what can be made at once. Says whether anything was.
    fn round(&mut self, files: &mut Vec<Surveyed>) -> bool {
        loop {
            let settled = self.settle(files);
            let mut next: Vec<Surveyed> = files
                .iter()
                .enumerate()
                .map(|(at, file)| settled.get(&at).map_or(file, |(after, _)| after).clone())
                .collect();
            together(self.judge, &mut next);
            if self.blame(files, &next, &settled) {
                // Something was refused: all is made again without it.
                continue;
            }
            let mut made = false;
            for (file, (after, settled)) in settled {
                let edited: BTreeSet<usize> = settled.made().map(|proposal| proposal.at).collect();
                made |= !edited.is_empty();
                for (proposal, fate) in &settled.fates {
                    match fate {
                        Fate::Made | Fate::Closed => self.done.push(self.describe(file, proposal, None)),
                        // What was in its way may be other edits of this round; then the next one tells.
                        Fate::Refused(why) if !edited.contains(&proposal.at) => {
                            self.refuse(file, proposal, why);
                        }
                        Fate::Refused(_) | Fate::Later => {}
                    }
                }
                let milder = settled.milder.into_iter();
                self.milder.extend(milder.map(|(check, said)| (Arc::clone(&after.path), check, said)));
            }
            *files = next;
            return made;
        }
    }

    /// Decides about every file by itself.
    fn settle(&self, files: &[Surveyed]) -> Settled {
        let settled = files.par_iter().enumerate().filter_map(|(at, file)| {
            let proposals = self.proposals(at, file);
            if proposals.is_empty() {
                return None;
            }
            let settled = settle(self.judge, file, proposals);
            let after = survey(self.judge, &file.path, &Arc::from(settled.text.as_str()));
            Some((at, (after, settled)))
        });
        settled.collect()
    }

    /// The fixes that are wanted for one file.
    fn proposals(&self, at: usize, file: &Surveyed) -> Vec<Proposal> {
        let mut proposals = Vec::new();
        if self.real.is_outside(&file.path) {
            return proposals;
        }
        for (place, seen) in file.seen.iter().enumerate() {
            let findings =
                seen.single.iter().map(|one| (one, false)).chain(seen.joint.iter().map(|one| (one, true)));
            for (finding, joint) in findings {
                if finding.fix.is_none() || self.refused.contains_key(&(at, place, finding.fingerprint)) {
                    continue;
                }
                if self.is_wanted(at, place, finding) {
                    proposals.push(Proposal { at: place, joint, finding: finding.clone() });
                }
            }
        }
        self.spare_waived(at, file, &mut proposals);
        proposals
    }

    /// By what the wishes know a finding about an object of a file. Edits may have changed what the object is called.
    fn key(&self, file: usize, place: usize, finding: &Finding) -> Key {
        let (path, check, target, message) = key(finding);
        let first = self.targets.get(file).and_then(|targets| targets.get(place)).cloned();
        (path, check, first.unwrap_or(target), message)
    }

    /// Whether a finding is to be fixed: the report has it, or would have it since another one was.
    fn is_wanted(&self, file: usize, place: usize, finding: &Finding) -> bool {
        let key = self.key(file, place, finding);
        let Some(safety) = finding.fix.as_ref().map(|fix| fix.safety) else { return false };
        if let Some(wish) = self.wishes.get(&key) {
            return (self.wanted)(wish.severity, safety) && !wish.waived;
        }
        let (path, check, _, message) = key;
        self.chosen.contains(check)
            && (self.wanted)(finding.severity, safety)
            && self.milder.contains(&(path, check, message))
    }

    /// Leaves out edits that would change what is waived: several findings may share one.
    fn spare_waived(&self, at: usize, file: &Surveyed, proposals: &mut Vec<Proposal>) {
        let is_waived = |place: usize, finding: &Finding| {
            self.wishes.get(&self.key(at, place, finding)).is_some_and(|wish| wish.waived)
        };
        proposals.retain(|proposal| {
            let seen = file.seen.get(proposal.at);
            let mut others = seen.into_iter().flat_map(|seen| seen.single.iter().chain(&seen.joint));
            !others.any(|other| {
                is_waived(proposal.at, other)
                    && other.fix.iter().flat_map(|fix| &fix.edits).any(|edit| edits(proposal).contains(edit))
            })
        });
    }

    /// Looks for what checks across objects say of new texts, and refuses what is to blame. Says whether anything is.
    fn blame(&mut self, before: &[Surveyed], after: &[Surveyed], settled: &Settled) -> bool {
        let mut blamed: Vec<(usize, Proposal, String)> = Vec::new();
        for (file, (was, is)) in before.iter().zip(after).enumerate() {
            let path = &was.path;
            let made: Vec<&Proposal> =
                settled.get(&file).into_iter().flat_map(|(_, settled)| settled.made()).collect();
            if was.seen.len() != is.seen.len() {
                let why = "the edited text holds other objects";
                blamed.extend(made.into_iter().map(|one| (file, one.clone(), why.to_owned())));
                continue;
            }
            for (at, (was, is)) in was.seen.iter().zip(&is.seen).enumerate() {
                let own = || made.iter().copied().filter(move |one| one.at == at);
                let closed: Vec<&Finding> = own().filter(|one| one.joint).map(|one| &one.finding).collect();
                let mut wrong = compare(&was.joint, &is.joint, &closed, &self.granted);
                // What is milder than what was closed is the next thing to do about the same.
                while let Some(Wrong::New(new)) = &wrong
                    && own().any(|one| one.finding.severity > new.severity)
                    && guilty(new, (file, at), after, settled) == BTreeSet::from([(file, at)])
                    && self.granted.insert((new.check, new.message.clone()))
                {
                    self.milder.insert((Arc::clone(path), new.check, new.message.clone()));
                    wrong = compare(&was.joint, &is.joint, &closed, &self.granted);
                }
                match wrong {
                    None => {}
                    Some(wrong @ Wrong::Open) => {
                        let open = own().filter(|one| one.joint);
                        blamed.extend(open.map(|one| (file, one.clone(), said(&wrong))));
                    }
                    Some(Wrong::New(new)) => {
                        let culprits = self.culprits(before, after, settled, (file, at), &new);
                        let why = said(&Wrong::New(new));
                        blamed.extend(culprits.into_iter().map(|(file, one)| (file, one, why.clone())));
                    }
                }
            }
        }
        for (file, proposal, why) in &blamed {
            self.refuse(*file, proposal, why);
        }
        !blamed.is_empty()
    }

    /// The fixes that brought up a new finding about an object: those without which it is gone, or all that may have.
    fn culprits(
        &self,
        before: &[Surveyed],
        after: &[Surveyed],
        settled: &Settled,
        own: (usize, usize),
        new: &Finding,
    ) -> Vec<(usize, Proposal)> {
        let places = guilty(new, own, after, settled);
        let suspects: Vec<(usize, &Proposal)> = settled
            .iter()
            .flat_map(|(file, (_, settled))| settled.made().map(move |one| (*file, one)))
            .filter(|(file, one)| places.contains(&(*file, one.at)))
            .collect();
        let says_so = |files: &[Surveyed]| {
            let seen = files.get(own.0).and_then(|file| file.seen.get(own.1));
            let mut findings = seen.into_iter().flat_map(|seen| &seen.joint);
            findings.any(|finding| finding.check == new.check && finding.message == new.message)
        };
        let is_culprit = |(file, suspect): &(usize, &Proposal)| {
            let Some(was) = before.get(*file) else { return false };
            let proposals = self
                .proposals(*file, was)
                .into_iter()
                .filter(|one| (one.at, one.finding.fingerprint) != (suspect.at, suspect.finding.fingerprint));
            let without = settle(self.judge, was, proposals.collect());
            let mut files = after.to_vec();
            if let Some(slot) = files.get_mut(*file) {
                *slot = survey(self.judge, &was.path, &Arc::from(without.text.as_str()));
            }
            together(self.judge, &mut files);
            !says_so(&files)
        };
        let few = suspects.len() <= SUSPECTS;
        let found: Vec<_> = suspects.iter().filter(|suspect| few && is_culprit(suspect)).collect();
        let culprits = if found.is_empty() { suspects.iter().collect() } else { found };
        culprits.into_iter().map(|(file, one)| (*file, (*one).clone())).collect()
    }

    fn refuse(&mut self, file: usize, proposal: &Proposal, why: &str) {
        let description = self.describe(file, proposal, Some(why));
        self.refused.insert((file, proposal.at, proposal.finding.fingerprint), description);
    }

    fn describe(&self, file: usize, proposal: &Proposal, why: Option<&str>) -> Done {
        let key = self.key(file, proposal.at, &proposal.finding);
        let place = self.wishes.get(&key).map(|wish| wish.place.clone()).unwrap_or_default();
        let (path, check, target, _) = key;
        let fix = proposal.finding.fix.as_deref();
        let summary = fix.map(|fix| fix.summary.to_string()).unwrap_or_default();
        Done { path, check, target, place, summary, why: why.map(str::to_owned) }
    }
}

/// What the objects of a file are called.
fn targets(file: &Surveyed) -> Vec<String> {
    file.seen.iter().map(|seen| seen.object.target.to_string()).collect()
}

/// The objects that were edited and hold the evidence of a new finding: others than the one it is about, if any.
fn guilty(
    finding: &Finding,
    own: (usize, usize),
    files: &[Surveyed],
    settled: &Settled,
) -> BTreeSet<(usize, usize)> {
    let edited: BTreeSet<(usize, usize)> = settled
        .iter()
        .flat_map(|(file, (_, settled))| settled.fates.iter().map(move |(one, fate)| (*file, one.at, fate)))
        .filter(|(.., fate)| matches!(fate, Fate::Made))
        .map(|(file, at, _)| (file, at))
        .collect();
    let holders = files
        .iter()
        .enumerate()
        .flat_map(|(file, surveyed)| surveyed.holders(finding).map(move |at| (file, at)));
    let others: BTreeSet<_> = holders.filter(|place| *place != own && edited.contains(place)).collect();
    match others.is_empty() {
        false => others,
        true if edited.contains(&own) => BTreeSet::from([own]),
        true => edited,
    }
}
