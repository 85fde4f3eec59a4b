//! What comes out if conditions hold, and if they do not: each case by itself.

use std::sync::Arc;

use super::allowed::Question;
use super::{Asked, Candidate, Decision, Outcomes, walk};
use crate::matcher::{ON_ANOTHER_NODE, ON_THIS_NODE, OVER_IPV4, OVER_IPV6};
use crate::rule::Rank;
use crate::verdict::Verdict;

/// With more conditions than this there are too many cases.
const MOST: usize = 6;

/// Goes through every case. Conditions in the same words are one; those that change nothing are not told. `None` where
/// there are no conditions, or too many.
pub(super) fn decide(asked: &[Asked<'_>], question: Question<'_>) -> Option<Decision> {
    let mut conditions: Vec<&Arc<str>> =
        asked.iter().filter_map(|asked| asked.candidate.condition.as_ref()).collect();
    conditions.sort();
    conditions.dedup();
    if conditions.is_empty() || conditions.len() > MOST {
        return None;
    }
    let bit = |condition: &Arc<str>| conditions.binary_search(&condition).map_or(0, |at| 1_usize << at);
    // Of each of these one holds: a connection goes over one family, and a pod is on one node.
    let either = [(OVER_IPV4, OVER_IPV6), (ON_THIS_NODE, ON_ANOTHER_NODE)]
        .map(|(one, other)| (bit(&one.into()), bit(&other.into())))
        .into_iter()
        .filter(|(one, other)| *one != 0 && *other != 0);
    let either: Vec<(usize, usize)> = either.collect();
    let possible = |case: usize| either.iter().all(|(one, other)| (case & one == 0) != (case & other == 0));
    let plain: Vec<(usize, Candidate)> = asked
        .iter()
        .map(|asked| {
            let needs = asked.candidate.condition.as_ref().map_or(0, bit);
            (needs, Candidate { rule: asked.candidate.rule, condition: None })
        })
        .collect();
    let cases: Vec<Option<Decision>> = (0..1_usize << conditions.len())
        .map(|case| {
            let holds = |needs: usize| case & needs == needs;
            let with = plain.iter().zip(asked).filter(|((needs, _), _)| holds(*needs));
            let with: Vec<Asked<'_>> =
                with.map(|((_, candidate), asked)| Asked { candidate, rule: asked.rule }).collect();
            let mut may = Outcomes::default();
            possible(case).then(|| {
                walk(&with, Rank(0), question, &mut may);
                may.settle()
            })
        })
        .collect();
    let first = cases.iter().flatten().next()?;
    if cases.iter().flatten().all(|decision| decision.verdict == first.verdict) {
        return Some(first.clone());
    }
    let verdict = |case: usize| cases.get(case).and_then(Option::as_ref).map(|decision| &decision.verdict);
    let matters = |bit: usize| {
        let pair = either.iter().map(|(one, other)| one | other).find(|pair| pair & bit != 0).unwrap_or(bit);
        (0..cases.len()).any(
            |case| matches!((verdict(case), verdict(case ^ pair)), (Some(one), Some(other)) if one != other),
        )
    };
    let told =
        conditions.iter().filter(|condition| matters(bit(condition))).map(|&condition| Arc::clone(condition));
    let mut rules: Vec<u32> =
        cases.iter().flatten().flat_map(|decision| decision.rules.iter().copied()).collect();
    rules.sort_unstable();
    rules.dedup();
    Some(Decision { verdict: Verdict::Depends(told.collect()), rules })
}

#[cfg(test)]
mod tests {
    use crate::decide::judge;
    use crate::matcher::Matcher;
    use crate::rule::{Action, Direction, Origin, Rule};
    use crate::{PortMatch, Protocol, Traffic};

    use super::*;

    fn verdict(rules: &[(u32, Action, Option<&str>)]) -> Verdict {
        let everybody = Arc::new(Matcher::everybody());
        let rule = |&(rank, action, _): &(u32, Action, Option<&str>)| Rule {
            origin: Origin::Plugin("test"),
            direction: Direction::Ingress,
            rank: Rank(rank),
            action,
            subject: Arc::clone(&everybody),
            peers: Arc::clone(&everybody),
            ports: Some(vec![PortMatch::all(Protocol::Tcp)].into()),
            proxy: None,
            authentication: None,
        };
        let candidate = |(rule, &(_, _, condition)): (u32, &(u32, Action, Option<&str>))| Candidate {
            rule,
            condition: condition.map(Arc::from),
        };
        let candidates: Vec<Candidate> = (0..).zip(rules).map(candidate).collect();
        let rules: Vec<Rule> = rules.iter().map(rule).collect();
        judge(&rules, &candidates, &[], Traffic::tcp(80)).verdict
    }

    fn depends(conditions: &[&str]) -> Verdict {
        Verdict::Depends(conditions.iter().copied().map(Arc::from).collect())
    }

    #[test]
    fn only_conditions_that_matter_are_told() {
        let (allow, deny) = (Action::Allow, Action::Deny);
        assert_eq!(verdict(&[(1, allow, Some("it rains")), (2, deny, None)]), depends(&["it rains"]));
        assert_eq!(verdict(&[(1, deny, Some("it rains")), (2, deny, None)]), Verdict::Deny);
        assert_eq!(
            verdict(&[(1, allow, Some("it rains")), (2, allow, Some("it snows")), (3, allow, None)]),
            Verdict::Allow
        );
        let one = [(1, allow, Some("it rains")), (2, deny, Some("it rains")), (3, allow, None)];
        assert_eq!(verdict(&one), Verdict::Allow, "the same words are the same condition");
        let pass = [
            (1, Action::Pass(Rank(3)), Some("it rains")),
            (2, deny, None),
            (3, allow, Some("it snows")),
            (4, deny, None),
        ];
        assert_eq!(verdict(&pass), depends(&["it rains", "it snows"]));
    }

    #[test]
    fn a_connection_goes_over_one_family() {
        let (allow, deny) = (Action::Allow, Action::Deny);
        let both = [(1, allow, Some(OVER_IPV4)), (1, allow, Some(OVER_IPV6)), (2, deny, None)];
        assert_eq!(verdict(&both), Verdict::Allow);
        assert_eq!(verdict(&[both[0], both[2]]), depends(&[OVER_IPV4]));
        assert_eq!(
            verdict(&[(1, deny, Some(OVER_IPV6)), both[0], both[2]]),
            depends(&[OVER_IPV4, OVER_IPV6])
        );
    }

    #[test]
    fn a_pod_is_on_one_node() {
        let (allow, deny) = (Action::Allow, Action::Deny);
        let both = [(1, allow, Some(ON_THIS_NODE)), (1, allow, Some(ON_ANOTHER_NODE)), (2, deny, None)];
        assert_eq!(verdict(&both), Verdict::Allow);
        let families = [(1, allow, Some(OVER_IPV4)), (1, allow, Some(ON_THIS_NODE)), (2, deny, None)];
        assert_eq!(verdict(&families), depends(&[OVER_IPV4, ON_THIS_NODE]));
    }

    #[test]
    fn too_many_cases_are_not_gone_through() {
        let names: Vec<String> = (0..8).map(|number| format!("{number}")).collect();
        let mut rules: Vec<_> = names.iter().map(|name| (1, Action::Allow, Some(name.as_str()))).collect();
        rules.push((2, Action::Deny, None));
        assert_eq!(verdict(&rules), depends(&["0", "1", "2", "3", "4", "5", "6", "7"]));
    }
}
