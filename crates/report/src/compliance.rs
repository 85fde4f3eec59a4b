//! How far a framework is met, as lines of text for people.

use std::fmt::Write as _;

use ironsides_core::{Compliance, ControlEvidence, ControlResult, ControlStanding};

use crate::snippet::plain;

/// The table of one framework: a line a control, then the score and what it leaves out. `wrap` breaks a text where lines with
/// an indent of so many columns end.
pub(crate) fn table(compliance: &Compliance, wrap: &dyn Fn(&str, usize) -> Vec<String>) -> String {
    let mut text = format!("{}: {}\n", compliance.framework, compliance.title);
    let width =
        compliance.controls.iter().map(|control| control.id.chars().count()).max().unwrap_or_default();
    let indent = 2 + 11 + 2 + width + 2;
    for control in &compliance.controls {
        let (word, id) = (control.standing.as_str(), &control.id);
        let title = plain(&format!("{}{}", control.title, detail(control))).into_owned();
        let mut lines = wrap(&title, indent).into_iter();
        _ = writeln!(text, "  {word:<11}  {id:<width$}  {}", lines.next().unwrap_or_default());
        let seen = control.evidence.first().map(|evidence| told(evidence, control.evidence.len() > 1));
        for line in lines.chain(seen.iter().flat_map(|seen| wrap(&plain(seen), indent))) {
            _ = writeln!(text, "{:indent$}{line}", "");
        }
    }
    for line in wrap(&score(compliance), 2) {
        _ = writeln!(text, "  {line}");
    }
    text
}

/// What the answer to a control rests on, in one line: why there is none, or else the first thing that was seen.
pub(crate) fn reason(control: &ControlResult) -> String {
    let seen = || control.evidence.first().map(|evidence| told(evidence, control.evidence.len() > 1));
    control.why.clone().or_else(seen).unwrap_or_default()
}

/// What a table of controls is called: its framework, and the host where it is about one alone.
pub(crate) fn name(compliance: &Compliance) -> String {
    match &compliance.node {
        Some(node) => format!("{}: {} ({node})", compliance.framework, compliance.title),
        None => format!("{}: {}", compliance.framework, compliance.title),
    }
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
        assert_eq!(table(&compliance, &|text, _| vec![text.to_owned()]), expected);
        let narrow = table(&compliance, &|text, indent| crate::wrap(text, 40 - indent, 40 - indent));
        let last = "  not covered  2     pods are calm\n                     (needs the node)\n";
        assert!(narrow.contains(last), "{narrow}");
        assert!(narrow.lines().all(|line| line.chars().count() <= 40), "{narrow}");
    }
}
