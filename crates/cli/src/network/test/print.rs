//! Results as text, as XML for CI servers, and for programs.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::Result;
use ironsides_network::Direction;
use ironsides_network::expect::{Expectation, Outcome, Unexercised};
use ironsides_network::reach::{Case, Whom, requested, told};
use ironsides_report::{TestOutcome, TestSuite, plain, test_suites};
use serde_json::{Value, json};

use super::{Checked, Tested};
use crate::network::{json as shapes, words};
use crate::print::envelope;
use crate::say::counted;

/// Up to so many rules that nothing exercises are listed without being asked for.
const LISTED: usize = 5;

pub(super) fn table(tested: &Tested<'_>) -> String {
    let mut text = String::new();
    for checked in &tested.results {
        let Some(expectation) = tested.tests.expectation(checked.test, checked.expectation) else { continue };
        for outcome in checked.outcomes.iter().filter(|outcome| !outcome.holds()) {
            let at = tested.tests.at(checked.test, checked.expectation);
            let word = if outcome.result.is_ok() { "FAIL" } else { "UNKNOWN" };
            let why =
                if expectation.why.is_empty() { String::new() } else { format!(" ({})", expectation.why) };
            let head = format!(
                "{word} {at} {}, expected {}{why}",
                question(expectation, outcome),
                expectation.verdict.word()
            );
            _ = writeln!(text, "{}", plain(&head));
            for line in reasons(tested, checked, expectation, outcome) {
                _ = writeln!(text, "  {}", plain(&line));
            }
        }
    }
    let left = tested.coverage.unexercised();
    let most = if tested.all { left.len() } else { LISTED };
    if !left.is_empty() {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str("no expectation exercises:\n");
    }
    for part in left.iter().take(most) {
        _ = writeln!(text, "  {}", plain(&unexercised(tested, part)));
    }
    let more = left.len().saturating_sub(most);
    if more > 0 {
        _ = writeln!(text, "  and {more} more; --coverage lists them");
    }
    if !text.is_empty() {
        text.push('\n');
    }
    let (hold, wrong, undecided) = tested.counts();
    let (exercised, all) = tested.coverage.count();
    let profiles: Vec<&str> = tested.lowered.iter().map(|lowered| lowered.profile.name()).collect();
    _ = writeln!(
        text,
        "{}: {hold} hold, {wrong} do not, {undecided} undecided; {exercised} of {} of policies exercised (profile {})",
        counted(tested.results.len(), "expectation"),
        counted(all, "rule"),
        profiles.join(", "),
    );
    text
}

/// What was asked, with the request where there is one.
fn question(expectation: &Expectation, outcome: &Outcome) -> String {
    match &expectation.http {
        Some(request) => format!("{} {} {}", outcome.question, request.method, request.path),
        None => outcome.question.clone(),
    }
}

/// Why an outcome is not as expected.
fn reasons(
    tested: &Tested<'_>,
    checked: &Checked,
    expectation: &Expectation,
    outcome: &Outcome,
) -> Vec<String> {
    let error = outcome.result.as_ref().err().map(ToString::to_string);
    let cases = outcome.wrong_cases().flat_map(|case| of_case(tested, checked, expectation, case));
    error.into_iter().chain(cases).collect()
}

fn of_case(tested: &Tested<'_>, checked: &Checked, expectation: &Expectation, case: &Case) -> Vec<String> {
    let Some(lowered) = tested.lowered.get(checked.lowered) else { return Vec::new() };
    let cluster = &tested.world.state.cluster;
    let froms: Vec<Whom> = case.pairs.iter().map(|pair| pair.0).collect();
    let tos: Vec<Whom> = case.pairs.iter().map(|pair| pair.1).collect();
    let verdict = match &expectation.http {
        Some(request) => requested(lowered, &case.verdict, request),
        None => case.verdict.clone(),
    };
    let (from, to) = (words::ends(&froms, cluster), words::ends(&tos, cluster));
    let mut lines = vec![format!("{}: {from} -> {to}, {}", words::verdict(&verdict), told(&case.traffic))];
    lines.extend(words::terms(&verdict));
    for (direction, side, who, whom) in
        [(Direction::Egress, &case.egress, from, froms), (Direction::Ingress, &case.ingress, to, tos)]
    {
        let outside = whom.iter().all(|whom| matches!(whom, Whom::Outside(..)));
        let at = side.deciding.first().and_then(|&rule| lowered.rules.get(rule as usize));
        let at = at.map(|rule| words::at(tested.world, rule)).filter(|at| !at.is_empty());
        let at = at.map(|at| format!(" ({at})")).unwrap_or_default();
        let reason = words::reason(lowered, side, direction, outside);
        lines.push(format!("{} of {who} {}: {reason}{at}", direction.field(), words::verdict(&side.verdict)));
    }
    lines
}

/// A rule that nothing exercises, with its place.
fn unexercised(tested: &Tested<'_>, part: &Unexercised) -> String {
    match (&part.rule, part.default) {
        (Some(rule), _) => {
            format!("{} {} {}", tested.world.place(rule).text(), part.policy, rule.path)
        }
        (None, direction) => {
            let at = tested.world.policy_place(&part.policy).map(|place| place.text()).unwrap_or_default();
            let direction = direction.map(Direction::field).unwrap_or_default();
            format!("{at} {} what no rule of its {direction} names", part.policy)
        }
    }
}

pub(super) fn junit(tested: &Tested<'_>) -> Result<String> {
    let mut suites: BTreeMap<String, TestSuite> = BTreeMap::new();
    for checked in &tested.results {
        let Some(expectation) = tested.tests.expectation(checked.test, checked.expectation) else { continue };
        let file = tested.tests.file(checked.test).to_string();
        let suite =
            suites.entry(file.clone()).or_insert_with(|| TestSuite { name: file.clone(), tests: Vec::new() });
        for outcome in &checked.outcomes {
            let name = format!("{} {}", question(expectation, outcome), expectation.verdict.word());
            let lines = reasons(tested, checked, expectation, outcome).join("\n");
            let came = match &outcome.result {
                Ok(_) if outcome.holds() => TestOutcome::Passed,
                Ok(_) => {
                    let why = if expectation.why.is_empty() {
                        format!("expected {}", expectation.verdict.word())
                    } else {
                        format!("expected {}: {}", expectation.verdict.word(), expectation.why)
                    };
                    let at = tested.tests.at(checked.test, checked.expectation);
                    TestOutcome::Failed(why, format!("{at}\n{lines}"))
                }
                Err(error) => TestOutcome::Unknown(error.to_string()),
            };
            suite.tests.push((file.clone(), name, came));
        }
    }
    let suites: Vec<TestSuite> = suites.into_values().collect();
    Ok(test_suites(&suites)?)
}

pub(super) fn json_text(tested: &Tested<'_>) -> Result<String> {
    let results: Vec<Value> = tested.results.iter().filter_map(|checked| result(tested, checked)).collect();
    let (exercised, all) = tested.coverage.count();
    let left: Vec<Value> = tested
        .coverage
        .unexercised()
        .iter()
        .map(|part| {
            let at = match &part.rule {
                Some(rule) => Some(tested.world.place(rule)),
                None => tested.world.policy_place(&part.policy),
            };
            json!({
                "policy": part.policy.to_string(),
                "path": part.rule.as_ref().map(|rule| &*rule.path),
                "default": part.default.map(Direction::field),
                "at": at.map(|at| at.json()),
            })
        })
        .collect();
    let answer = json!({
        "profiles": tested.lowered.iter().map(|lowered| lowered.profile.name()).collect::<Vec<_>>(),
        "results": results,
        "coverage": { "exercised": exercised, "rules": all, "unexercised": left },
    });
    let gaps: Vec<&String> = tested.world.gaps.iter().collect();
    Ok(serde_json::to_string_pretty(&envelope("network-test", &gaps, answer))? + "\n")
}

fn result(tested: &Tested<'_>, checked: &Checked) -> Option<Value> {
    let expectation = tested.tests.expectation(checked.test, checked.expectation)?;
    let lowered = tested.lowered.get(checked.lowered)?;
    let outcomes: Vec<Value> = checked
        .outcomes
        .iter()
        .map(|outcome| {
            let wrong: Vec<Value> = outcome
                .wrong_cases()
                .map(|case| {
                    let mut all = shapes::verdict(tested.world, lowered, &case.verdict);
                    all["egress"] = shapes::side(tested.world, lowered, &case.egress);
                    all["ingress"] = shapes::side(tested.world, lowered, &case.ingress);
                    all["traffic"] = case.traffic.iter().copied().map(shapes::stretch).collect();
                    all
                })
                .collect();
            json!({
                "question": question(expectation, outcome),
                "result": if outcome.holds() { "holds" } else if outcome.result.is_ok() { "fails" } else { "undecided" },
                "error": outcome.result.as_ref().err().map(ToString::to_string),
                "wrong": wrong,
            })
        })
        .collect();
    Some(json!({
        "at": tested.tests.at(checked.test, checked.expectation),
        "expected": expectation.verdict.word(),
        "why": &*expectation.why,
        "profile": lowered.profile.name(),
        "outcomes": outcomes,
    }))
}
