//! Results as text, as XML for CI servers, and for programs.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anyhow::Result;
use ironsides_network::expect::{Expectation, Outcome, Unexercised};
use ironsides_network::reach::{Case, Whom, requested, told, tried};
use ironsides_network::{Direction, Match, Party};
use ironsides_report::{TestOutcome, TestSuite, plain, test_suites};
use serde_json::{Value, json};

use super::files::Tests;
use super::{Checked, Tested};
use crate::network::{json as shapes, words};
use crate::print::envelope;
use crate::say::counted;

/// Up to so many rules that nothing exercises are listed without being asked for.
const LISTED: usize = 5;

pub(super) fn table(tested: &Tested<'_>) -> String {
    let mut text = failures(tested);
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
    let conditions = uncounted(tested);
    if !conditions.is_empty() {
        if !text.is_empty() {
            text.push('\n');
        }
        _ = writeln!(
            text,
            "not counted where no port is asked for: protocols without ports (ICMP and others), which depend on whether {}",
            plain(&conditions.join(", or whether "))
        );
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(&summary(tested));
    text
}

/// Every expectation that does not hold, with the reasons; once for all profiles under which they are the same.
fn failures(tested: &Tested<'_>) -> String {
    let mut found: Vec<(String, Vec<String>, Vec<&str>)> = Vec::new();
    let mut of = None;
    let mut text = String::new();
    let mut tell = |found: &mut Vec<(String, Vec<String>, Vec<&str>)>| {
        for (head, lines, profiles) in found.drain(..) {
            let under = if tested.lowered.len() > 1 {
                format!(" (profile {})", profiles.join(", "))
            } else {
                String::new()
            };
            _ = writeln!(text, "{}", plain(&format!("{head}{under}")));
            for line in lines {
                _ = writeln!(text, "  {}", plain(&line));
            }
        }
    };
    for checked in &tested.results {
        let (Some(expectation), Some(lowered)) = (
            tested.tests.expectation(checked.test, checked.expectation),
            tested.lowered.get(checked.lowered),
        ) else {
            continue;
        };
        if of != Some((checked.test, checked.expectation)) {
            tell(&mut found);
            of = Some((checked.test, checked.expectation));
        }
        for outcome in checked.outcomes.iter().filter(|outcome| !outcome.holds()) {
            let at = tested.tests.at(checked.test, checked.expectation);
            let word = if outcome.result.is_ok() { "FAIL" } else { "UNDECIDED" };
            let why =
                if expectation.why.is_empty() { String::new() } else { format!(" ({})", expectation.why) };
            let head = format!(
                "{word} {at} {}, expected {}{why}",
                question(expectation, outcome),
                expectation.verdict.word()
            );
            let lines = reasons(tested, checked, expectation, outcome);
            match found.iter_mut().find(|(known, reasons, _)| *known == head && *reasons == lines) {
                Some((.., profiles)) => profiles.push(lowered.profile.name()),
                None => found.push((head, lines, vec![lowered.profile.name()])),
            }
        }
    }
    tell(&mut found);
    text
}

/// On what it depends whether traffic that does not count goes through.
fn uncounted<'t>(tested: &'t Tested<'_>) -> Vec<&'t str> {
    let outcomes = tested.results.iter().flat_map(|checked| &checked.outcomes);
    let all: BTreeSet<&str> = outcomes.flat_map(|outcome| &outcome.uncounted).map(AsRef::as_ref).collect();
    all.into_iter().collect()
}

/// How many expectations hold, in a line; in one for each profile where there are several.
fn summary(tested: &Tested<'_>) -> String {
    let (exercised, all) = tested.coverage.count();
    let covered = format!("{exercised} of {} of policies exercised", counted(all, "rule"));
    let told = |profile: Option<usize>| {
        let (hold, wrong, undecided) = tested.counts(profile);
        let number = counted(hold + wrong + undecided, "expectation");
        let holds = if hold == 1 { "holds" } else { "hold" };
        let does = if wrong == 1 { "does" } else { "do" };
        format!("{number}: {hold} {holds}, {wrong} {does} not, {undecided} undecided")
    };
    if let [one] = tested.lowered.as_slice() {
        return format!("{}; {covered} (profile {})\n", told(None), one.profile);
    }
    let mut text = String::new();
    for (at, lowered) in tested.lowered.iter().enumerate() {
        _ = writeln!(text, "{}: {}", lowered.profile, told(Some(at)));
    }
    _ = writeln!(text, "{covered}");
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
    let ends = outcome.ends.as_ref();
    let cases = ends.into_iter().flat_map(|ends| {
        outcome.wrong_cases().flat_map(|case| of_case(tested, checked, expectation, ends, case))
    });
    error.into_iter().chain(cases).collect()
}

fn of_case(
    tested: &Tested<'_>,
    checked: &Checked,
    expectation: &Expectation,
    (sender, receiver): &(Party, Party),
    case: &Case,
) -> Vec<String> {
    let Some(lowered) = tested.lowered.get(checked.lowered) else { return Vec::new() };
    let cluster = &tested.world.state.cluster;
    let froms: Vec<Whom> = case.pairs.iter().map(|pair| pair.0).collect();
    let tos: Vec<Whom> = case.pairs.iter().map(|pair| pair.1).collect();
    let verdict = match &expectation.http {
        Some(request) => requested(lowered, &case.verdict, request),
        None => case.verdict.clone(),
    };
    let (from, to) = (words::ends(sender, &froms, cluster), words::ends(receiver, &tos, cluster));
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
    let http = expectation.http.iter();
    for one in http.flat_map(|request| tried(&tested.world.state, lowered, case, request)) {
        let taken = match &one.answer {
            Match::Yes => "takes it".to_owned(),
            Match::If(condition) => format!("depends on whether {condition}"),
            Match::No => one.misses.join(", "),
        };
        let at = tested.world.place(&one.place).text();
        lines.push(format!("HTTP rule {} {} ({}): {taken} ({at})", one.policy, one.place.path, one.asks));
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
            let under = match tested.lowered.get(checked.lowered) {
                Some(lowered) if tested.lowered.len() > 1 => format!(" (profile {})", lowered.profile),
                _ => String::new(),
            };
            let name = format!("{} {}{under}", question(expectation, outcome), expectation.verdict.word());
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
    written(suites, tested.tests, None)
}

/// Without results: why no expectation was held against anything, and what could not be read.
pub(super) fn junit_of_nothing(tests: &Tests, why: &str) -> Result<String> {
    written(BTreeMap::new(), tests, Some(why))
}

/// Suites, with an error for everything of the files that could not be read or used: a server counts what is there alone.
fn written(mut suites: BTreeMap<String, TestSuite>, tests: &Tests, why: Option<&str>) -> Result<String> {
    let of_files = tests.problems.iter().map(|problem| {
        let path = if problem.path.is_empty() { &tests.source } else { &problem.path };
        let name = match problem.line {
            Some(line) => format!("{path}:{line}"),
            None => path.clone(),
        };
        (path.clone(), name, problem.message.as_str())
    });
    let of_all = why.map(|why| (tests.source.clone(), tests.source.clone(), why));
    for (path, name, message) in of_files.chain(of_all) {
        let suite =
            suites.entry(path.clone()).or_insert_with(|| TestSuite { name: path.clone(), tests: Vec::new() });
        suite.tests.push((path, name, TestOutcome::Unknown(message.to_owned())));
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
                "notCounted": outcome.uncounted.iter().map(AsRef::as_ref).collect::<Vec<&str>>(),
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
