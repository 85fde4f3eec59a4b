//! What several findings of one place say alike, told once.

use std::collections::{BTreeMap, BTreeSet};

use ironsides_core::{Finding, Source, Verdict};

use crate::place;

/// From so many places on that the same checks can say nothing about, they are told as one.
const ALIKE: usize = 3;

/// What is told at once.
pub(crate) enum Row<'a> {
    /// A finding.
    One(&'a Finding),
    /// Several checks that nothing can be said about, for one reason.
    Reason(Vec<&'a Finding>),
    /// Checks that nothing can be said about at several places of a node, and why at each.
    Places(Vec<&'a str>, Vec<&'a str>),
}

/// The findings of one place: where an object cannot be judged every check says the same, and where a node could not be looked
/// at, so do many.
pub(crate) fn rows(group: &[Finding]) -> Vec<Row<'_>> {
    if !group.iter().any(is_on_node) {
        let same = group.chunk_by(place::is_same_unknown);
        return same.map(|same| row(same.iter().collect(), Row::Reason)).collect();
    }
    let mut by_reason: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in group {
        if let Some(reason) = reason(finding) {
            by_reason.entry(reason).or_default().push(finding);
        }
    }
    let mut by_checks: BTreeMap<BTreeSet<&str>, Vec<&str>> = BTreeMap::new();
    for (reason, all) in &by_reason {
        by_checks.entry(checks(all)).or_default().push(reason);
    }
    // Each stands where its first one stood.
    let mut rows = Vec::new();
    for finding in group {
        let Some(reason) = reason(finding) else {
            rows.push(Row::One(finding));
            continue;
        };
        let Some(all) = by_reason.remove(reason) else { continue };
        let checks = checks(&all);
        match by_checks.get(&checks) {
            Some(reasons) if reasons.len() < ALIKE => rows.push(row(all, Row::Reason)),
            Some(_) => {
                let reasons = by_checks.remove(&checks).unwrap_or_default();
                rows.push(Row::Places(checks.into_iter().collect(), reasons));
            }
            None => {}
        }
    }
    rows
}

fn checks<'a>(all: &[&'a Finding]) -> BTreeSet<&'a str> {
    all.iter().map(|finding| finding.check).collect()
}

fn row<'a>(mut all: Vec<&'a Finding>, many: fn(Vec<&'a Finding>) -> Row<'a>) -> Row<'a> {
    match (all.len(), all.pop()) {
        (1, Some(one)) => Row::One(one),
        (_, last) => {
            all.extend(last);
            many(all)
        }
    }
}

fn is_on_node(finding: &Finding) -> bool {
    finding.evidence.first().is_some_and(|fact| matches!(fact.source, Source::Host { .. }))
}

/// Why nothing can be said.
fn reason(finding: &Finding) -> Option<&str> {
    match &finding.verdict {
        Verdict::Unknown { missing } => Some(missing),
        _ => None,
    }
}
