//! Answers as text and for programs.

use std::fmt::Write as _;

use anyhow::Result;
use ironsides_network::reach::{Case, Side, Whom, told, tried};
use ironsides_network::{Direction, Match, Origin, Rule, Verdict};
use ironsides_report::plain;
use serde_json::{Value, json};

use super::{Answered, Asked, change};
use crate::columns::Columns;
use crate::network::{json as shapes, words};
use crate::print::envelope;

/// One answer for people.
pub(super) fn table(asked: &Asked<'_>, answer: &Answered) -> String {
    let mut text = String::new();
    let overall = overall(asked, answer);
    _ = writeln!(text, "{}: {overall} (profile {})", plain(&asked.question()), answer.profile);
    for (at, case) in answer.reach.cases.iter().enumerate() {
        text.push('\n');
        text.push_str(&one(asked, answer, case));
        if let Some(flips) = answer.flips.get(at) {
            text.push_str(&change::text(asked, &asked.verdict(answer, case), flips));
        }
    }
    text
}

/// What happens to all that was asked, in few words. Where nobody asked for a port, protocols without ports may be as nobody
/// knows without making the rest so.
fn overall(asked: &Asked<'_>, answer: &Answered) -> String {
    let of = |cases: &mut dyn Iterator<Item = &Case>| {
        let mut words: Vec<&str> = Vec::new();
        for word in cases.map(|case| words::verdict(&asked.verdict(answer, case))) {
            if !words.contains(&word) {
                words.push(word);
            }
        }
        words
    };
    let cases = &answer.reach.cases;
    let open = |case: &&Case| {
        asked.to.port.is_none() && case.is_without_ports() && matches!(case.verdict, Verdict::Depends(_))
    };
    match (of(&mut cases.iter()).as_slice(), of(&mut cases.iter().filter(|case| !open(case))).as_slice()) {
        ([], _) => "nobody is there".to_owned(),
        ([one], _) => (*one).to_owned(),
        (_, [one]) => format!("{one}; protocols without ports depend"),
        (all, _) => format!("mixed: {}", all.join(", ")),
    }
}

/// One case for people.
fn one(asked: &Asked<'_>, answer: &Answered, case: &Case) -> String {
    let cluster = &asked.world.state.cluster;
    let froms: Vec<Whom> = case.pairs.iter().map(|pair| pair.0).collect();
    let tos: Vec<Whom> = case.pairs.iter().map(|pair| pair.1).collect();
    let from = words::ends(&asked.from, &froms, cluster);
    let to = words::ends(&asked.to.party, &tos, cluster);
    let through = case.through.as_ref().map(|through| format!(" through {through}")).unwrap_or_default();
    let mut text = String::new();
    let verdict = asked.verdict(answer, case);
    let head = format!("{}: {from} -> {to}, {}{through}", words::verdict(&verdict), told(&case.traffic));
    _ = writeln!(text, "{}", plain(&head));
    for term in words::terms(&verdict) {
        _ = writeln!(text, "  {}", plain(&term));
    }
    let mut columns = Columns::bare();
    for (direction, side, who, whom) in
        [(Direction::Egress, &case.egress, from, froms), (Direction::Ingress, &case.ingress, to, tos)]
    {
        let outside = whom.iter().all(|whom| matches!(whom, Whom::Outside(..)));
        rows(&mut columns, asked, answer, (direction, side), &who, outside);
    }
    for line in columns.text().lines() {
        _ = writeln!(text, "  {line}");
    }
    text.push_str(&requests(asked, answer, case));
    text
}

/// The HTTP rules that were asked about a request, and why each takes it or does not.
fn requests(asked: &Asked<'_>, answer: &Answered, case: &Case) -> String {
    let Some(request) = &asked.request else { return String::new() };
    let all = tried(&asked.world.state, &answer.lowered, case, request);
    if all.is_empty() {
        return String::new();
    }
    let mut text = String::from("  HTTP rules that were asked:\n");
    let mut columns = Columns::bare();
    for one in &all {
        let name = format!("{} {}", one.policy, one.place.path);
        let taken = match &one.answer {
            Match::Yes => "takes it".to_owned(),
            Match::If(condition) => format!("depends on whether {condition}"),
            Match::No => format!("no: {}", one.misses.join(", ")),
        };
        columns.row(&[
            one.direction.field(),
            &name,
            &asked.world.place(&one.place).text(),
            &one.asks,
            &taken,
        ]);
    }
    for line in columns.text().lines() {
        _ = writeln!(text, "    {line}");
    }
    text
}

/// What one end says, and the rules behind it.
fn rows(
    columns: &mut Columns,
    asked: &Asked<'_>,
    answer: &Answered,
    (direction, side): (Direction, &Side),
    who: &str,
    outside: bool,
) {
    let lowered = &answer.lowered;
    let end = format!("{} of {who}", direction.field());
    let written = |rules: &[u32]| -> Vec<&Rule> {
        let rules = rules.iter().filter_map(|&rule| lowered.rules.get(rule as usize));
        rules.filter(|rule| !matches!(rule.origin, Origin::Default(_))).collect()
    };
    let deciding = written(&side.deciding);
    let reason = words::reason(lowered, side, direction, outside);
    let isolating = words::isolating(lowered, side);
    let at = match deciding.first() {
        Some(rule) => words::at(asked.world, rule),
        None => isolating
            .first()
            .and_then(|&policy| lowered.policies.get(policy as usize))
            .and_then(|name| asked.world.policy_place(name))
            .map(|place| place.text())
            .unwrap_or_default(),
    };
    columns.row(&[&end, words::verdict(&side.verdict), &reason, &at]);
    for rule in deciding.iter().skip(1) {
        columns.row(&["", "", &format!("and {}", words::rule(lowered, rule)), &words::at(asked.world, rule)]);
    }
    // What the plug-in does by itself where a policy decides tells nobody anything.
    for rule in written(&side.also).into_iter().filter(|rule| matches!(rule.origin, Origin::Policy(..))) {
        let text = format!("overruled: {} {}", words::rule(lowered, rule), words::action(rule));
        columns.row(&["", "", &text, &words::at(asked.world, rule)]);
    }
}

/// Where profiles agree and where they do not.
pub(super) fn compared(asked: &Asked<'_>) -> String {
    let mut text = String::new();
    let word = |answer: &Answered| overall(asked, answer);
    let first = asked.answers.first().map(word).unwrap_or_default();
    let agree = asked.answers.iter().all(|answer| word(answer) == first);
    let how = if agree { first.as_str() } else { "the profiles differ" };
    _ = writeln!(text, "{}: {how}\n", plain(&asked.question()));
    // Profiles that say the same are told once.
    let mut groups: Vec<(Vec<&str>, Vec<[String; 6]>)> = Vec::new();
    for answer in &asked.answers {
        let rows: Vec<[String; 6]> = answer.reach.cases.iter().map(|case| row(asked, answer, case)).collect();
        match groups.iter_mut().find(|(_, known)| *known == rows) {
            Some((names, _)) => names.push(answer.profile.name()),
            None => groups.push((vec![answer.profile.name()], rows)),
        }
    }
    let mut ends = groups.iter().flat_map(|(_, rows)| rows).map(|[_, from, to, ..]| (from, to));
    let first = ends.next();
    let has_ends = ends.any(|other| Some(other) != first);
    let heading = ["PROFILE", "VERDICT", "FROM", "TO", "TRAFFIC", "EGRESS", "INGRESS"];
    let shown = |at: &usize| has_ends || !(2..4).contains(at);
    let pick = |cells: &[&str]| -> Vec<String> {
        let cells = cells.iter().enumerate().filter(|(at, _)| shown(at));
        cells.map(|(_, cell)| (*cell).to_owned()).collect()
    };
    let heading = pick(&heading);
    let mut columns = Columns::new(&heading.iter().map(String::as_str).collect::<Vec<_>>());
    for (names, rows) in &groups {
        let mut profiles = names.join(", ");
        for cells in rows {
            let cells: Vec<&str> =
                [profiles.as_str()].into_iter().chain(cells.iter().map(String::as_str)).collect();
            let cells = pick(&cells);
            columns.row(&cells.iter().map(String::as_str).collect::<Vec<_>>());
            profiles.clear();
        }
    }
    text.push_str(&columns.text());
    text
}

/// A case in a row: its verdict, who sends, who receives, what, and why at either end.
fn row(asked: &Asked<'_>, answer: &Answered, case: &Case) -> [String; 6] {
    let cluster = &asked.world.state.cluster;
    let froms: Vec<Whom> = case.pairs.iter().map(|pair| pair.0).collect();
    let tos: Vec<Whom> = case.pairs.iter().map(|pair| pair.1).collect();
    let outside = |ends: &[Whom]| ends.iter().all(|end| matches!(end, Whom::Outside(..)));
    [
        words::verdict(&asked.verdict(answer, case)).to_owned(),
        words::ends(&asked.from, &froms, cluster),
        words::ends(&asked.to.party, &tos, cluster),
        told(&case.traffic),
        words::reason(&answer.lowered, &case.egress, Direction::Egress, outside(&froms)),
        words::reason(&answer.lowered, &case.ingress, Direction::Ingress, outside(&tos)),
    ]
}

/// All answers for programs.
pub(super) fn json_text(asked: &Asked<'_>) -> Result<String> {
    let answers: Vec<Value> = asked.answers.iter().map(|answer| answer_json(asked, answer)).collect();
    let answer = json!({
        "from": asked.from.name,
        "to": asked.to.party.name,
        "port": asked.to.port.as_ref().map(ToString::to_string),
        "request": asked.request.as_ref().map(|request| json!({
            "method": request.method, "path": request.path, "host": request.host,
        })),
        "answers": answers,
    });
    let gaps: Vec<&String> = asked.world.gaps.iter().collect();
    Ok(serde_json::to_string_pretty(&envelope("network-reach", &gaps, answer))? + "\n")
}

fn answer_json(asked: &Asked<'_>, answer: &Answered) -> Value {
    let cases: Vec<Value> = answer
        .reach
        .cases
        .iter()
        .enumerate()
        .map(|(at, case)| {
            let mut all = case_json(asked, answer, case);
            if let Some(flips) = answer.flips.get(at) {
                all["changes"] = json!(change::json(asked, flips));
            }
            all
        })
        .collect();
    json!({
        "profile": answer.profile.name(),
        "verdict": asked.overall(answer).as_ref().map_or("mixed", words::word),
        "cases": cases,
    })
}

fn case_json(asked: &Asked<'_>, answer: &Answered, case: &Case) -> Value {
    let (world, lowered) = (asked.world, &answer.lowered);
    let cluster = &world.state.cluster;
    let pairs: Vec<Value> = case
        .pairs
        .iter()
        .map(|pair| json!({ "from": shapes::whom(pair.0, cluster), "to": shapes::whom(pair.1, cluster) }))
        .collect();
    let mut all = shapes::verdict(world, lowered, &asked.verdict(answer, case));
    all["pairs"] = json!(pairs);
    all["traffic"] = case.traffic.iter().copied().map(shapes::stretch).collect();
    if let Some(request) = &asked.request {
        let tried = tried(&world.state, lowered, case, request);
        all["http"] = tried.iter().map(|one| shapes::tried(world, one)).collect();
    }
    all["through"] = json!(case.through.as_deref());
    all["egress"] = shapes::side(world, lowered, &case.egress);
    all["ingress"] = shapes::side(world, lowered, &case.ingress);
    all
}
