//! What is found in texts, object by object, so that it can be told what edits change.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use ironsides_checks::Judge;
use ironsides_core::{Finding, Fingerprint, Inventory, Object, Origin, Source, Verdict};
use ironsides_tree::{Documents, Limits, Node};

/// An object of a file and what is found about it.
#[derive(Clone)]
pub(crate) struct Seen {
    /// The document it is in.
    pub(crate) number: u32,
    /// Its place in a list.
    pub(crate) item: Option<u32>,
    pub(crate) object: Object,
    /// What checks of single objects find.
    pub(crate) single: Vec<Finding>,
    /// What checks across objects find.
    pub(crate) joint: Vec<Finding>,
}

/// A file and its objects.
#[derive(Clone)]
pub(crate) struct Surveyed {
    pub(crate) path: Arc<str>,
    pub(crate) text: Arc<str>,
    pub(crate) seen: Vec<Seen>,
}

/// What an edit did that it must not do.
pub(crate) enum Wrong {
    /// A finding that it was to close is still there.
    Open,
    /// There is a finding that was not there before, or was milder.
    New(Box<Finding>),
}

/// Judges the objects of a text one by one.
pub(crate) fn survey(judge: &Judge, path: &Arc<str>, text: &Arc<str>) -> Surveyed {
    let mut counts = judge.counts();
    let mut seen = Vec::new();
    for document in Documents::new(text, Limits::default()).filter_map(Result::ok) {
        if document.envelope || !is_object(&document.root) {
            continue;
        }
        let origin = Origin::File { path: Arc::clone(path), text: Arc::clone(text) };
        let object = Object::new(document.root, origin, document.remarks);
        let mut single = Vec::new();
        judge.object(&object, &mut single, &mut counts);
        single.retain(matters);
        seen.push(Seen { number: document.number, item: document.item, object, single, joint: Vec::new() });
    }
    Surveyed { path: Arc::clone(path), text: Arc::clone(text), seen }
}

/// Judges the objects of all files together.
pub(crate) fn together(judge: &Judge, files: &mut [Surveyed]) {
    let mut inventory = Inventory::default();
    let mut places = HashMap::new();
    for (file, surveyed) in files.iter_mut().enumerate() {
        for (at, seen) in surveyed.seen.iter_mut().enumerate() {
            seen.joint.clear();
            if judge.keeps(&seen.object) {
                places.insert(Arc::as_ptr(&seen.object.target), (file, at));
                inventory.push(seen.object.clone());
            }
        }
    }
    let (mut findings, mut counts) = (Vec::new(), judge.counts());
    judge.together(&inventory, &mut findings, &mut counts);
    for finding in findings.into_iter().filter(matters) {
        let place = places.get(&Arc::as_ptr(&finding.target));
        let seen = place.and_then(|(file, at)| files.get_mut(*file)?.seen.get_mut(*at));
        if let Some(seen) = seen {
            seen.joint.push(finding);
        }
    }
}

impl Surveyed {
    /// The objects that hold the evidence of a finding, by their places.
    pub(crate) fn holders<'s>(&'s self, finding: &'s Finding) -> impl Iterator<Item = usize> + 's {
        let spans = finding.evidence.iter().filter_map(|fact| match &fact.source {
            Source::File { path, span } if *path == self.path => Some(*span),
            _ => None,
        });
        let spans: Vec<_> = spans.collect();
        self.seen.iter().enumerate().filter_map(move |(at, seen)| {
            let whole = seen.object.root.span();
            let inside = spans.iter().any(|span| whole.start <= span.start && span.end <= whole.end);
            inside.then_some(at)
        })
    }
}

/// What a check says of an object, wherever in it: items of lists move when others go, and take their paths along.
pub(crate) type Said = (&'static str, String);

/// What is wrong with edits that were to close some of the findings of an object, by what is found afterwards. Nothing new
/// may be, but for what is `granted`.
pub(crate) fn compare(
    before: &[Finding],
    after: &[Finding],
    closed: &[&Finding],
    granted: &BTreeSet<Said>,
) -> Option<Wrong> {
    let count = |findings: &mut dyn Iterator<Item = &Finding>| -> BTreeMap<Fingerprint, usize> {
        let mut counts = BTreeMap::new();
        findings.for_each(|finding| *counts.entry(finding.fingerprint).or_default() += 1);
        counts
    };
    let (was, is) = (count(&mut before.iter()), count(&mut after.iter()));
    for (fingerprint, wanted) in count(&mut closed.iter().copied()) {
        let left = is.get(&fingerprint).copied().unwrap_or_default();
        if left + wanted > was.get(&fingerprint).copied().unwrap_or_default() {
            return Some(Wrong::Open);
        }
    }
    // What an object is called is part of the fingerprint; where an edit changed it, checks and messages must do.
    let renamed = match (before.first(), after.first()) {
        (Some(was), Some(is)) => was.target != is.target,
        _ => false,
    };
    let said = |findings: &[Finding], like: &Finding| {
        findings.iter().filter(|other| other.check == like.check && other.message == like.message).count()
    };
    if renamed
        && closed.iter().any(|finding| {
            let alike = |other: &&&Finding| other.check == finding.check && other.message == finding.message;
            let wanted = closed.iter().filter(alike).count();
            said(after, finding) + wanted > said(before, finding)
                && !granted.contains(&(finding.check, finding.message.clone()))
        })
    {
        return Some(Wrong::Open);
    }
    let is_granted = |finding: &Finding| granted.contains(&(finding.check, finding.message.clone()));
    let new = after.iter().filter(|finding| !is_granted(finding)).find(|finding| {
        match before.iter().find(|other| other.fingerprint == finding.fingerprint) {
            Some(other) => finding.severity > other.severity,
            None => said(after, finding) > said(before, finding),
        }
    });
    new.map(|finding| Wrong::New(Box::new(finding.clone())))
}

fn matters(finding: &Finding) -> bool {
    !matches!(finding.verdict, Verdict::Pass | Verdict::NotApplicable { .. })
}

fn is_object(root: &Node) -> bool {
    let has = |key| root.get(key).and_then(Node::as_str).is_some_and(|text| !text.is_empty());
    has("apiVersion") && has("kind")
}
