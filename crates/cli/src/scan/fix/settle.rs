//! Which of the fixes proposed for a file can be made, and the text with those.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use ironsides_checks::{Judge, mend};
use ironsides_core::Finding;
use ironsides_tree::edit::{self, Edit, EditError};

use super::survey::{Said, Surveyed, Wrong, compare, survey};

/// How often one document is edited at most to find out which of its fixes stand in the way of others.
const TRIES: usize = 400;

/// How many fixes of one document are tried without at most, to find those that others make needless.
const SPARED: usize = 100;

/// A fix of a finding about an object of a file.
#[derive(Clone)]
pub(crate) struct Proposal {
    /// The place of the object in its file.
    pub(crate) at: usize,
    /// Whether a check across objects found it.
    pub(crate) joint: bool,
    pub(crate) finding: Finding,
}

/// What becomes of a proposal.
#[derive(Clone, Debug)]
pub(crate) enum Fate {
    /// The text has it.
    Made,
    /// Others close its finding, so that there is nothing left to make.
    Closed,
    /// It cannot be made, because …
    Refused(String),
    /// Another one changes the same place first.
    Later,
}

/// What became of a file.
pub(crate) struct Settled {
    pub(crate) text: String,
    pub(crate) fates: Vec<(Proposal, Fate)>,
    /// What is found only now: less bad than what was closed.
    pub(crate) milder: BTreeSet<Said>,
}

impl Settled {
    /// What the text has.
    pub(crate) fn made(&self) -> impl Iterator<Item = &Proposal> {
        self.fates.iter().filter(|(_, fate)| matches!(fate, Fate::Made)).map(|(proposal, _)| proposal)
    }
}

/// Decides on all proposals for one file. The order of what is tried does not depend on the order they come in.
pub(crate) fn settle(judge: &Judge, file: &Surveyed, mut proposals: Vec<Proposal>) -> Settled {
    let chunks = match edit::chunks(&file.text) {
        Ok(chunks) => chunks,
        Err(error) => {
            let refused = |proposal| (proposal, Fate::Refused(error.to_string()));
            let fates = proposals.into_iter().map(refused).collect();
            return Settled { text: file.text.to_string(), fates, milder: BTreeSet::new() };
        }
    };
    proposals.sort_by(|a, b| rank(a).cmp(&rank(b)));
    let mut by_document: BTreeMap<u32, Vec<Proposal>> = BTreeMap::new();
    for proposal in proposals {
        let number = file.seen.get(proposal.at).map(|seen| seen.number).unwrap_or_default();
        by_document.entry(number).or_default().push(proposal);
    }
    let mut text = String::with_capacity(file.text.len() + 1024);
    let (mut decided, mut milder) = (Vec::new(), BTreeSet::new());
    for (number, range) in (0..).zip(chunks) {
        let begin = range.start;
        let chunk = file.text.get(range).unwrap_or_default();
        let Some(proposals) = by_document.remove(&number) else {
            text.push_str(chunk);
            continue;
        };
        let lines = file.text.get(..begin).unwrap_or_default().matches('\n').count();
        let lines = u32::try_from(lines).unwrap_or(u32::MAX);
        let mut sheet = Sheet {
            judge,
            file,
            chunk,
            lines,
            proposals: &proposals,
            tries: 0,
            made: Vec::new(),
            granted: BTreeSet::new(),
            text: None,
        };
        let mut fates: Vec<Fate> = vec![Fate::Later; proposals.len()];
        let chosen = sheet.unclashing();
        sheet.decide(&chosen, &mut fates);
        sheet.drop_needless(&mut fates);
        text.push_str(sheet.text.as_deref().unwrap_or(chunk));
        milder.append(&mut sheet.granted);
        decided.extend(proposals.iter().cloned().zip(fates));
    }
    let lost = by_document.into_values().flatten();
    decided.extend(lost.map(|proposal| (proposal, Fate::Refused("its document was not found again".into()))));
    Settled { text, fates: decided, milder }
}

/// The worst findings come first, and have their way where two fixes clash.
fn rank(proposal: &Proposal) -> impl Ord + '_ {
    let finding = &proposal.finding;
    (proposal.at, Reverse(finding.severity), finding.check, &finding.path, &finding.message)
}

/// One document and what is to be made of it.
struct Sheet<'a> {
    judge: &'a Judge,
    file: &'a Surveyed,
    /// Its text.
    chunk: &'a str,
    /// How many lines stand before it.
    lines: u32,
    proposals: &'a [Proposal],
    tries: usize,
    /// What was found to be possible so far, all at once.
    made: Vec<usize>,
    /// What may be found afterwards though it was not before: it is milder than what a fix closes.
    granted: BTreeSet<Said>,
    /// The text with that.
    text: Option<String>,
}

impl Sheet<'_> {
    /// The proposals that can be made in any order: of two that touch the same place the first.
    fn unclashing(&self) -> Vec<usize> {
        let mut chosen: Vec<usize> = Vec::new();
        let mut begin = 0;
        for (at, proposal) in self.proposals.iter().enumerate() {
            // Proposals for one object stand together.
            if chosen
                .last()
                .and_then(|last| self.proposals.get(*last))
                .is_some_and(|last| last.at != proposal.at)
            {
                begin = chosen.len();
            }
            let before = chosen.get(begin..).unwrap_or_default();
            let clashes = before
                .iter()
                .filter_map(|other| self.proposals.get(*other))
                .any(|other| edits(other).iter().any(|a| edits(proposal).iter().any(|b| mend::clash(a, b))));
            if !clashes {
                chosen.push(at);
            }
        }
        chosen
    }

    /// Makes all of a group that can be made besides what is made already, halving it where not all can.
    fn decide(&mut self, group: &[usize], fates: &mut [Fate]) {
        if group.is_empty() {
            return;
        }
        let together: Vec<usize> = self.made.iter().chain(group).copied().collect();
        match self.attempt(&together, None) {
            Ok(text) => {
                self.made = together;
                self.text = Some(text);
                for at in group {
                    if let Some(fate) = fates.get_mut(*at) {
                        *fate = Fate::Made;
                    }
                }
            }
            Err(why) => {
                if let [only] = group {
                    // What is milder than what it closes, a single fix may bring: the next thing to do about the same.
                    let severity = self.proposals.get(*only).map(|proposal| proposal.finding.severity);
                    if let No::Wrong(Wrong::New(new)) = &why
                        && severity.is_some_and(|severity| new.severity < severity)
                        && self.granted.insert((new.check, new.message.clone()))
                    {
                        return self.decide(group, fates);
                    }
                    if let Some(fate) = fates.get_mut(*only) {
                        *fate = Fate::Refused(why.to_string());
                    }
                    return;
                }
                let (first, second) = group.split_at(group.len() / 2);
                self.decide(first, fates);
                self.decide(second, fates);
            }
        }
    }

    /// Drops what the other edits make needless, the mildest first: an edit whose finding is closed without it would
    /// only leave something behind, perhaps what contradicts the one that closed it.
    fn drop_needless(&mut self, fates: &mut [Fate]) {
        let mut candidates = self.made.clone();
        // They are in order of severity within each object.
        candidates.sort_unstable_by(|a, b| b.cmp(a));
        for at in candidates.into_iter().take(SPARED) {
            let Some(proposal) = self.proposals.get(at).filter(|proposal| !proposal.joint) else { continue };
            let others = || {
                let others = self.made.iter().filter(|other| **other != at);
                others.filter_map(|other| self.proposals.get(*other)).filter(|other| other.at == proposal.at)
            };
            let is_shared = |edit: &Edit| others().any(|other| edits(other).contains(edit));
            if others().next().is_none() || edits(proposal).iter().all(is_shared) {
                continue;
            }
            let rest: Vec<usize> = self.made.iter().copied().filter(|other| *other != at).collect();
            if let Ok(text) = self.attempt(&rest, Some(at)) {
                self.made = rest;
                self.text = Some(text);
                if let Some(fate) = fates.get_mut(at) {
                    *fate = Fate::Closed;
                }
            }
        }
    }

    /// The text with these proposals, read and judged again; or why not.
    /// Besides their findings, that of `idle` must be closed too.
    fn attempt(&mut self, group: &[usize], idle: Option<usize>) -> Result<String, No> {
        self.tries += 1;
        if self.tries > TRIES {
            return Err(No::Other("too much of its document cannot be edited"));
        }
        let mut by_object: BTreeMap<usize, Vec<&Proposal>> = BTreeMap::new();
        for proposal in group.iter().filter_map(|at| self.proposals.get(*at)) {
            by_object.entry(proposal.at).or_default().push(proposal);
        }
        let mut all: Vec<Edit> = Vec::new();
        for (at, proposals) in &by_object {
            let Some(seen) = self.file.seen.get(*at) else { continue };
            let combined = mend::combine(&seen.object.root, proposals.iter().flat_map(|one| edits(one)));
            all.extend(combined.into_iter().map(|edit| edit.of_item(seen.item)));
        }
        let text = edit::apply(self.chunk, 0, &all).map_err(|error| No::Edit(error.after(self.lines)))?;
        let after = survey(self.judge, &self.file.path, &Arc::from(text.as_str()));
        for (at, proposals) in by_object {
            let Some(was) = self.file.seen.get(at) else { continue };
            let Some(is) = after.seen.iter().find(|seen| seen.item == was.item) else {
                return Err(No::Other("the edited text does not hold the object any more"));
            };
            let idle = idle.and_then(|idle| self.proposals.get(idle)).filter(|one| one.at == at);
            let wanted = proposals.iter().copied().chain(idle);
            let closed: Vec<&Finding> = wanted.filter(|one| !one.joint).map(|one| &one.finding).collect();
            if let Some(wrong) = compare(&was.single, &is.single, &closed, &self.granted) {
                return Err(No::Wrong(wrong));
            }
        }
        Ok(text)
    }
}

/// Why edits are not made.
enum No {
    Edit(EditError),
    Wrong(Wrong),
    Other(&'static str),
}

impl fmt::Display for No {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Edit(error) => error.fmt(f),
            Self::Wrong(wrong) => f.write_str(&said(wrong)),
            Self::Other(why) => f.write_str(why),
        }
    }
}

/// What is wrong, in words.
pub(crate) fn said(wrong: &Wrong) -> String {
    match wrong {
        Wrong::Open => "the edit does not close it".into(),
        Wrong::New(finding) => format!("then {} would say: {}", finding.check, finding.message),
    }
}

/// The edits of a proposal.
pub(crate) fn edits(proposal: &Proposal) -> &[Edit] {
    proposal.finding.fix.as_ref().map(|fix| fix.edits.as_slice()).unwrap_or_default()
}
