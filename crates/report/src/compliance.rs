//! How far a framework is met, as lines of text for people.

use std::fmt::Write as _;

use ironsides_core::{Compliance, ControlEvidence, ControlResult, ControlStanding};

/// The table of one framework: a line a control, then the score and what it leaves out.
pub(crate) fn table(compliance: &Compliance) -> String {
    let mut text = format!("{}: {}\n", compliance.framework, compliance.title);
    let width =
        compliance.controls.iter().map(|control| control.id.chars().count()).max().unwrap_or_default();
    let indent = 2 + 11 + 2 + width + 2;
    for control in &compliance.controls {
        let (word, id) = (control.standing.as_str(), &control.id);
        _ = writeln!(text, "  {word:<11}  {id:<width$}  {}{}", control.title, detail(control));
        if let Some(evidence) = control.evidence.first() {
            _ = writeln!(text, "{:indent$}{}", "", told(evidence, control.evidence.len() > 1));
        }
    }
    _ = writeln!(text, "  {}", score(compliance));
    text
}

/// What an answer rests on, in one line.
pub(crate) fn told(evidence: &ControlEvidence, is_one_of_many: bool) -> String {
    let more = if is_one_of_many { ", …" } else { "" };
    match evidence.target.as_str() {
        "" => format!("{}{more}", evidence.seen),
        target => format!("{target}: {}{more}", evidence.seen),
    }
}

/// What there is to say beside a control: how many targets failed, or why there is no answer.
fn detail(control: &ControlResult) -> String {
    let tally = &control.tally;
    if control.audit.is_some() {
        return control.why.as_deref().map(|why| format!(" ({why})")).unwrap_or_default();
    }
    match control.standing {
        ControlStanding::Fail => format!(" ({} of {} failed)", tally.fail, tally.decided()),
        ControlStanding::Waived => format!(" ({} of {} waived)", tally.fail, tally.decided()),
        ControlStanding::Unknown => format!(" ({} undecided)", tally.unknown),
        _ => control.why.as_deref().map(|why| format!(" ({why})")).unwrap_or_default(),
    }
}

/// The score in words, with what it leaves out.
pub(crate) fn score(compliance: &Compliance) -> String {
    let (passed, decided) = (compliance.count(ControlStanding::Pass), compliance.decided());
    let mut text = match compliance.score() {
        Some(score) => format!("{passed} of {decided} decided controls pass ({score:.1} %)"),
        None => "no control could be decided".to_owned(),
    };
    for standing in [
        ControlStanding::Waived,
        ControlStanding::Unknown,
        ControlStanding::Manual,
        ControlStanding::NotApplicable,
        ControlStanding::NotCovered,
    ] {
        let count = compliance.count(standing);
        if count > 0 {
            _ = write!(text, ", {count} {}", standing.as_str());
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use ironsides_core::Tally;

    use super::*;

    #[test]
    fn a_framework_reads_from_top_to_bottom() {
        let control = |id: &str, standing, why: Option<&str>, tally| ControlResult {
            id: id.into(),
            title: "pods are calm".into(),
            level: None,
            standing,
            why: why.map(Into::into),
            checks: Vec::new(),
            tally,
            evidence: Vec::new(),
            audit: None,
        };
        let fail = Tally { fail: 1, pass: 2, ..Tally::default() };
        let compliance = Compliance {
            framework: "x-1".into(),
            title: "X 1".into(),
            node: None,
            controls: vec![
                control("1.1", ControlStanding::Fail, None, fail),
                control("1.10", ControlStanding::Pass, None, Tally { pass: 1, ..Tally::default() }),
                control("2", ControlStanding::NotCovered, Some("needs the node"), Tally::default()),
            ],
        };
        let expected = "\
x-1: X 1
  fail         1.1   pods are calm (1 of 3 failed)
  pass         1.10  pods are calm
  not covered  2     pods are calm (needs the node)
  1 of 2 decided controls pass (50.0 %), 1 not covered
";
        assert_eq!(table(&compliance), expected);
    }
}
