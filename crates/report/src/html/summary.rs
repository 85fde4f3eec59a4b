//! The summary: what was looked at, what came of it, and what could not be looked at.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use ironsides_core::{CheckMeta, Compliance, ControlResult, Severity, Tally};

use super::escape::text;
use crate::input::{NamespaceLevel, Summary};
use crate::place::count_word;
use crate::{compliance, gap};

/// How many places that could not be read are named.
const NAMED: usize = 100;

pub(crate) fn html(
    summary: &Summary,
    checks: &[&'static CheckMeta],
    waived: &BTreeMap<&'static str, u64>,
    said: &BTreeMap<&'static str, u64>,
) -> String {
    let mut out = String::from("<section id=\"summary\">\n<h2>Summary</h2>\n");
    sentence(summary, &mut out);
    chart(summary, &mut out);
    gaps(summary, &mut out);
    families(summary, checks, waived, &mut out);
    namespaces(&summary.pod_security, &mut out);
    summary.compliance.iter().for_each(|framework| controls(framework, &mut out));
    out += "</section>\n";
    by_check(summary, checks, said, &mut out);
    out
}

fn sentence(summary: &Summary, out: &mut String) {
    let failures: u64 = summary.failures.iter().sum();
    let total = summary.total();
    let said = match failures {
        0 => "No findings".to_owned(),
        _ => format!("{failures} {}", count_word(failures, "finding", "findings")),
    };
    let looked = summary.looked_at();
    _ = writeln!(out, "<p class=\"verdict\"><strong>{said}</strong> in {}.</p>", text(&looked));
    let mut rest = format!("{} of {} decided checks passed", total.pass, total.decided());
    for (count, word) in [
        (total.unknown, "unknown"),
        (total.manual, "to be looked at by a person"),
        (total.not_applicable, "not applicable"),
        (summary.waived, "waived"),
    ] {
        if count > 0 {
            _ = write!(rest, ", {count} {word}");
        }
    }
    _ = writeln!(out, "<p>{rest}.</p>");
    for exceptions in &summary.exceptions {
        _ = writeln!(out, "<p>Exceptions for other tools: {}.</p>", text(&exceptions.told()));
    }
    if !summary.form_only.is_empty() {
        let kinds: Vec<String> =
            summary.form_only.iter().map(|(kind, count)| format!("{count} {}", text(kind))).collect();
        _ = writeln!(out, "<p>No check goes beyond the fields of: {}.</p>", kinds.join(", "));
    }
}

/// Bars by severity. The numbers stand beside them, so nothing depends on colour or on the picture.
fn chart(summary: &Summary, out: &mut String) {
    const WIDTH: u64 = 400;
    const ROW: u64 = 26;
    let most = summary.failures.iter().copied().max().unwrap_or_default().max(1);
    let told: Vec<String> = Severity::ALL
        .into_iter()
        .map(|severity| format!("{} {severity}", summary.failures_of(severity)))
        .collect();
    _ = writeln!(
        out,
        "<figure>\n<svg viewBox=\"0 0 {WIDTH} {}\" role=\"img\" aria-label=\"Findings by severity: {}\">",
        ROW * 5,
        told.join(", ")
    );
    for (row, severity) in (0..).zip(Severity::ALL) {
        let count = summary.failures_of(severity);
        let y = row * ROW;
        // Whatever is there has a bar that can be seen.
        let length = if count == 0 { 0 } else { (count * (WIDTH - 140) / most).max(2) };
        _ = writeln!(
            out,
            "<text x=\"0\" y=\"{}\">{severity}</text><rect class=\"bar {severity}\" x=\"70\" y=\"{}\" \
             width=\"{length}\" height=\"18\" rx=\"2\"/><text x=\"{}\" y=\"{}\">{count}</text>",
            y + 17,
            y + 4,
            78 + length,
            y + 17
        );
    }
    *out += "</svg>\n<figcaption>Findings by severity</figcaption>\n</figure>\n";
}

/// What could not be looked at or decided.
fn gaps(summary: &Summary, out: &mut String) {
    if summary.is_complete() {
        return;
    }
    *out += "<div class=\"incomplete\">\n<h3>What could not be looked at</h3>\n<p>This report is incomplete: what is \
             named here has neither passed nor failed.</p>\n<ul>\n";
    for problem in summary.problems.iter().take(NAMED) {
        let place = match (problem.line, problem.column) {
            (Some(line), Some(column)) => format!("{}:{line}:{column}", problem.path),
            _ => problem.path.clone(),
        };
        let hint = problem.hint.as_deref().map(|hint| format!("; {hint}")).unwrap_or_default();
        _ = writeln!(
            out,
            "<li><code>{}</code>: {}{}</li>",
            text(&place),
            text(&problem.message),
            text(&hint)
        );
    }
    if summary.problems.len() > NAMED {
        _ = writeln!(out, "<li>and {} more places</li>", summary.problems.len() - NAMED);
    }
    for sentence in gap::sentences(&summary.coverage) {
        _ = writeln!(out, "<li>{}</li>", text(&sentence));
    }
    let unknown = summary.total().unknown;
    if unknown > 0 {
        _ = writeln!(
            out,
            "<li>{unknown} {} could not be decided; see those marked \"unknown\" below</li>",
            count_word(unknown, "check", "checks")
        );
    }
    for row in summary.pod_security.iter().filter(|row| row.undecided > 0) {
        _ = writeln!(
            out,
            "<li>{} of namespace {} left its Pod Security level open</li>",
            row.undecided,
            text(row.namespace.as_deref().unwrap_or("(none)"))
        );
    }
    *out += "</ul>\n</div>\n";
}

/// Answers by family, each verdict apart.
fn families(
    summary: &Summary,
    checks: &[&'static CheckMeta],
    waived: &BTreeMap<&'static str, u64>,
    out: &mut String,
) {
    let mut rows: Vec<(&str, Tally)> = Vec::new();
    for check in checks {
        let tally = summary.tallies.get(check.id).copied().unwrap_or_default();
        match rows.iter_mut().find(|(family, _)| *family == check.family) {
            Some((_, sum)) => sum.add(tally),
            None => rows.push((check.family, tally)),
        }
    }
    rows.retain(|(_, tally)| *tally != Tally::default());
    if rows.is_empty() {
        return;
    }
    *out += "<div class=\"scroll\"><table>\n<caption>Answers by family of checks: one a check and object</caption>\n\
             <thead><tr><th scope=\"col\">Family</th><th scope=\"col\">Passed</th><th scope=\"col\">Failed</th>\
             <th scope=\"col\">Unknown</th><th scope=\"col\">Manual</th><th scope=\"col\">Not applicable</th>\
             <th scope=\"col\">Findings waived</th></tr></thead>\n<tbody>\n";
    for (family, tally) in rows {
        _ = write!(out, "<tr><th scope=\"row\">{}</th>", text(family));
        let waived = waived.get(family).copied().unwrap_or_default();
        for count in [tally.pass, tally.fail, tally.unknown, tally.manual, tally.not_applicable, waived] {
            _ = write!(out, "<td>{count}</td>");
        }
        *out += "</tr>\n";
    }
    *out += "</tbody>\n</table></div>\n";
}

fn namespaces(rows: &[NamespaceLevel], out: &mut String) {
    let Some(first) = rows.first() else { return };
    _ = write!(
        out,
        "<div class=\"scroll\"><table class=\"stack\">\n<caption>Pod Security {}: the level each namespace could enforce today</caption>\n\
         <thead><tr><th scope=\"col\">Namespace</th><th scope=\"col\">Could enforce</th><th scope=\"col\">Enforces</th>\
         <th scope=\"col\">Pods</th><th scope=\"col\">What stands in the way</th></tr></thead>\n<tbody>\n",
        text(&first.version)
    );
    for row in rows {
        let mut blockers: Vec<String> = row
            .blockers
            .iter()
            .map(|blocker| {
                format!("not {}: {}: {}", blocker.level, blocker.object, blocker.reasons.join(", "))
            })
            .collect();
        let named = row.blockers.len() as u64;
        if row.blocked_by > named {
            blockers.push(format!("and {} more", row.blocked_by - named));
        }
        blockers.extend(row.upgrade.iter().map(|blocker| {
            let reasons = blocker.reasons.join(", ");
            format!("newly refused by {}: {}: {reasons}", blocker.level, blocker.object)
        }));
        let blockers: Vec<String> = blockers.iter().map(|blocker| text(blocker)).collect();
        _ = writeln!(
            out,
            "<tr><th scope=\"row\">{}</th><td data-label=\"Could enforce\">{}</td>\
             <td data-label=\"Enforces\">{}</td><td data-label=\"Pods\">{}</td><td class=\"words\">{}</td></tr>",
            text(row.namespace.as_deref().unwrap_or("(no namespace)")),
            row.could_enforce.unwrap_or("unknown"),
            text(row.enforces.as_deref().unwrap_or("")),
            row.pods,
            blockers.join("<br>")
        );
    }
    *out += "</tbody>\n</table></div>\n";
}

/// How far a framework is met: the score, then its controls.
fn controls(framework: &Compliance, out: &mut String) {
    _ = write!(
        out,
        "<h3>{}</h3>\n<p>{}.</p>\n<details>\n<summary>Its {} controls</summary>\n<div class=\"scroll\"><table class=\"stack\">\n\
         <thead><tr><th scope=\"col\">Control</th><th scope=\"col\">What it asks for</th>\
         <th scope=\"col\">Level</th><th scope=\"col\">Standing</th><th scope=\"col\">Passed</th><th scope=\"col\">Failed</th>\
         <th scope=\"col\">What it rests on</th></tr></thead>\n<tbody>\n",
        text(&framework.title),
        text(&compliance::score(framework)),
        framework.controls.len()
    );
    for control in &framework.controls {
        _ = writeln!(
            out,
            "<tr><th scope=\"row\">{}</th><td class=\"words\">{}</td><td data-label=\"Level\">{}</td><td>{}</td>\
             <td data-label=\"Passed\">{}</td><td data-label=\"Failed\">{}</td><td class=\"words\">{}</td></tr>",
            text(&control.id),
            text(&control.title),
            text(control.level.as_deref().unwrap_or_default()),
            control.standing.as_str(),
            control.tally.pass,
            control.tally.fail,
            rests_on(control)
        );
    }
    *out += "</tbody>\n</table></div>\n</details>\n";
}

/// Why there is no answer, and what was seen.
fn rests_on(control: &ControlResult) -> String {
    let seen = control.evidence.iter().map(|evidence| text(&compliance::told(evidence, false)));
    control.why.iter().map(|why| text(why)).chain(seen).collect::<Vec<_>>().join("<br>")
}

/// How often each check failed, the worst first, with links to the pages.
fn by_check(
    summary: &Summary,
    checks: &[&'static CheckMeta],
    said: &BTreeMap<&'static str, u64>,
    out: &mut String,
) {
    let mut rows: Vec<_> = summary.failures_by_check.iter().collect();
    if rows.is_empty() {
        return;
    }
    rows.sort_by_key(|(id, (severity, count))| (Reverse(*severity), Reverse(*count), **id));
    *out += "<section id=\"checks\">\n<h2>Findings by check</h2>\n<div class=\"scroll\"><table class=\"stack\">\n<thead><tr>\
             <th scope=\"col\">Severity</th><th scope=\"col\">Check</th><th scope=\"col\">What is wrong</th>\
             <th scope=\"col\">Findings</th></tr></thead>\n<tbody>\n";
    for (id, (severity, count)) in rows {
        let title = checks.iter().find(|card| card.id == *id).map_or("", |card| card.title);
        let name = if said.contains_key(id) {
            format!("<a href=\"#check-{id}\">{id}</a>", id = text(id))
        } else {
            text(id)
        };
        _ = writeln!(
            out,
            "<tr><td><span class=\"badge {severity}\">{severity}</span></td><th scope=\"row\">{name}</th>\
             <td class=\"words\">{}</td><td data-label=\"Findings\">{count}</td></tr>",
            text(title)
        );
    }
    *out += "</tbody>\n</table></div>\n</section>\n";
}
