//! The figures as a table and as JSON.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::time::Duration;

use anyhow::Result;
use serde::Serialize;

use crate::oracle::{Disagreement, Score, Tally, Unmapped};

/// How many disagreements of an oracle the table spells out.
const SHOWN: usize = 10;

/// The outcome of one oracle.
#[derive(Serialize)]
pub(crate) struct Row {
    oracle: &'static str,
    #[serde(flatten)]
    tally: Tally,
    seconds: f64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    groups: Vec<Group>,
    disagreements: Vec<Disagreement>,
    #[serde(rename = "unmappedRules", skip_serializing_if = "Vec::is_empty")]
    unmapped: Vec<Unmapped>,
    #[serde(skip)]
    sections: Vec<(&'static str, String)>,
}

#[derive(Serialize)]
struct Group {
    group: &'static str,
    #[serde(flatten)]
    tally: Tally,
}

impl Row {
    pub(crate) fn new(oracle: &'static str, score: Score, took: Duration) -> Self {
        let groups = score.groups.into_iter().map(|(group, tally)| Group { group, tally }).collect();
        let seconds = (took.as_secs_f64() * 1000.0).round() / 1000.0;
        let Score { tally, disagreements, unmapped, sections, .. } = score;
        Self { oracle, tally, seconds, groups, disagreements, unmapped, sections }
    }

    /// The oracle's name and the foreign rules that nothing corresponds to.
    pub(crate) fn unmapped(&self) -> (&'static str, &[Unmapped]) {
        (self.oracle, &self.unmapped)
    }

    /// Tables of the oracle's own for `docs/accuracy.md`, by the name of their markers.
    pub(crate) fn sections(&self) -> &[(&'static str, String)] {
        &self.sections
    }

    /// The figures of the oracle and of its parts, each under its name.
    pub(crate) fn figures(&self) -> impl Iterator<Item = (String, Tally)> {
        let parts = self.groups.iter().map(|part| (format!("{}: {}", self.oracle, part.group), part.tally));
        std::iter::once((self.oracle.to_owned(), self.tally)).chain(parts)
    }
}

/// The form that other programs read.
pub(crate) fn json(rows: &[Row]) -> Result<String> {
    #[derive(Serialize)]
    struct All<'a> {
        oracles: &'a [Row],
    }
    Ok(serde_json::to_string(&All { oracles: rows })? + "\n")
}

/// The form that people read.
pub(crate) fn text(rows: &[Row]) -> String {
    let mut out = String::new();
    if rows.is_empty() {
        return out;
    }
    _ = writeln!(
        out,
        "{:<34} {:>7} {:>7} {:>8} {:>9} {:>8}",
        "oracle", "cases", "agree", "skipped", "unmapped", "seconds"
    );
    for row in rows {
        for (at, (name, tally)) in row.figures().enumerate() {
            let name = if at == 0 { name } else { format!("  {name}") };
            _ = write!(out, "{name:<34} {:>7} {:>7}", tally.cases, tally.agree);
            _ = write!(out, " {:>8} {:>9}", tally.skipped, tally.unmapped);
            _ = if at == 0 { writeln!(out, " {:>8.3}", row.seconds) } else { writeln!(out) };
        }
    }
    for row in rows.iter().filter(|row| !row.disagreements.is_empty()) {
        _ = writeln!(out, "\n{} disagrees on", row.oracle);
        for case in row.disagreements.iter().take(SHOWN) {
            _ = writeln!(out, "- {}\n  expected {}\n  got      {}", case.case, case.expected, case.got);
        }
        if row.disagreements.len() > SHOWN {
            _ = writeln!(out, "- and {} more; --json lists all", row.disagreements.len() - SHOWN);
        }
    }
    for row in rows.iter().filter(|row| !row.unmapped.is_empty()) {
        _ = writeln!(out, "\n{} has rules that nothing corresponds to", row.oracle);
        for Unmapped { rule, reason } in &row.unmapped {
            _ = writeln!(out, "- {rule}: {reason}");
        }
    }
    out
}

/// Writes to the standard output. A reader who has seen enough is no error.
pub(crate) fn print(text: &str) {
    _ = io::stdout().lock().write_all(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_json_form_is_as_agreed() {
        let mut part = Score::default();
        part.compare(|| "a".into(), "x", Ok("y".into()));
        let mut score = Score::default();
        score.add_group("enforce", part);
        let row = Row::new("podsecurity", score, Duration::from_millis(400));
        let expected = concat!(
            r#"{"oracles":[{"oracle":"podsecurity","cases":1,"agree":0,"skipped":0,"unmapped":0,"seconds":0.4,"#,
            r#""groups":[{"group":"enforce","cases":1,"agree":0,"skipped":0,"unmapped":0}],"#,
            r#""disagreements":[{"case":"a","expected":"x","got":"y"}]}]}"#,
            "\n",
        );
        assert_eq!(json(&[row]).unwrap(), expected);
    }

    #[test]
    fn the_table_names_what_is_not_agreed_on() {
        let mut score = Score::default();
        for case in 0..12 {
            score.compare(|| format!("case {case}"), "x", Ok("y".into()));
        }
        let text = text(&[Row::new("podsecurity", score, Duration::ZERO)]);
        assert!(text.contains("case 9\n") && !text.contains("case 10"), "{text}");
        assert!(text.contains("and 2 more"), "{text}");
    }
}
