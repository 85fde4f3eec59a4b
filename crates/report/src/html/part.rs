//! Pieces of the report: a finding, a page.

use std::fmt::Write as _;

use ironsides_core::{Finding, Safety};
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::escape::text;
use crate::place::{self, Outcome, Place};
use crate::snippet::Snippet;
use crate::source::Sources;

/// How many facts of a finding are shown.
const FACTS: usize = 10;

/// What the script turns on: without it there is nothing to press.
pub(crate) const FILTER: &str = "<form id=\"filter\" hidden>\n\
    <fieldset><legend>Show</legend>\n\
    <label><input type=\"checkbox\" name=\"rank\" value=\"critical\" checked> critical</label>\n\
    <label><input type=\"checkbox\" name=\"rank\" value=\"high\" checked> high</label>\n\
    <label><input type=\"checkbox\" name=\"rank\" value=\"medium\" checked> medium</label>\n\
    <label><input type=\"checkbox\" name=\"rank\" value=\"low\" checked> low</label>\n\
    <label><input type=\"checkbox\" name=\"rank\" value=\"info\" checked> info</label>\n\
    <label><input type=\"checkbox\" name=\"rank\" value=\"other\" checked> unknown, manual, passed</label>\n\
    </fieldset>\n\
    <label class=\"search\">Containing <input type=\"search\" name=\"text\"></label>\n\
    <button type=\"button\" name=\"unfold\">Unfold all</button>\n\
    <button type=\"button\" name=\"fold\">Fold all</button>\n\
    <output name=\"count\"></output>\n</form>\n";

/// The word of a rank, which is also its class.
pub(crate) fn word(rank: usize) -> &'static str {
    ["critical", "high", "medium", "low", "info", "unknown", "manual", "waived", "n/a", "pass"]
        .get(rank)
        .copied()
        .unwrap_or("pass")
}

/// One finding with all that is known of it.
pub(crate) fn finding(finding: &Finding, sources: &dyn Sources) -> String {
    let rank = place::rank(finding);
    let outcome = Outcome::of(finding);
    let badge = if outcome == Outcome::Waived { finding.severity.as_str() } else { word(rank) };
    let mut out = begin(rank);
    _ = writeln!(
        out,
        "<h3><span class=\"badge {badge}\">{badge}</span> {} <a class=\"check\" href=\"#check-{id}\">{id}</a></h3>",
        text(&finding.message),
        id = text(finding.check),
    );
    if let Some(reason) = finding.verdict.reason() {
        _ = writeln!(out, "<p>{}</p>", text(reason));
    }
    snippet(finding, sources, &mut out);
    facts(finding, sources, &mut out);
    if let Some(waived) = &finding.waived {
        _ = write!(out, "<dl>\n<dt>Reason</dt><dd>{}</dd>\n", text(&waived.reason));
        let until = waived.expires.as_deref().unwrap_or("it never ends");
        _ = writeln!(out, "<dt>Until</dt><dd>{}</dd>", text(until));
        if let Some(owner) = &waived.owner {
            _ = writeln!(out, "<dt>Answered for by</dt><dd>{}</dd>", text(owner));
        }
        _ = write!(out, "<dt>Waived in</dt><dd>{}</dd>\n</dl>\n", text(&waived.place));
    }
    if let Some(fix) = &finding.fix {
        let word = match fix.safety {
            Safety::Safe => "safe",
            Safety::Unsafe => "may break the program",
        };
        _ = write!(out, "<p class=\"fix\"><strong>Fix</strong> ({word}): {}", text(&fix.summary));
        if let Some(test) = &fix.test {
            _ = write!(out, ". Before it is rolled out: {}", text(test));
        }
        out += "</p>\n";
    }
    out + "</article>\n"
}

/// Several checks of one object that cannot be decided for one reason.
pub(crate) fn undecided(findings: &[Finding], sources: &dyn Sources) -> String {
    let Some(first) = findings.first() else { return String::new() };
    let mut out = begin(place::rank(first));
    let ids: Vec<&str> = findings.iter().map(|finding| finding.check).collect();
    _ = writeln!(
        out,
        "<h3><span class=\"badge unknown\">unknown</span> {} checks cannot be decided</h3>\n<p>{}</p>",
        findings.len(),
        text(first.verdict.reason().unwrap_or_default()),
    );
    snippet(first, sources, &mut out);
    _ = writeln!(out, "<p class=\"dim\">{}</p>", text(&ids.join(", ")));
    out + "</article>\n"
}

fn begin(rank: usize) -> String {
    let shown_by = if rank < 5 { word(rank) } else { "other" };
    format!("<article class=\"finding\" data-rank=\"{shown_by}\">\n")
}

fn snippet(finding: &Finding, sources: &dyn Sources, out: &mut String) {
    let place = Place::of_finding(finding, sources);
    _ = writeln!(out, "<p class=\"place\">{}</p>", text(&place.told()));
    let Some(snippet) = place.text.and_then(|found| Snippet::new(found, place.span)) else { return };
    *out += "<pre><code>";
    if let Some(before) = &snippet.before {
        _ = writeln!(out, "<span class=\"dim\">{:>5}</span>  {}", snippet.number - 1, text(before));
    }
    let part = |from: usize, to: usize| {
        text(&snippet.line.chars().skip(from).take(to.saturating_sub(from)).collect::<String>())
    };
    _ = write!(
        out,
        "<span class=\"dim\">{:>5}</span>  {}<mark>{}</mark>{}",
        snippet.number,
        part(0, snippet.mark.start),
        part(snippet.mark.start, snippet.mark.end),
        part(snippet.mark.end, usize::MAX),
    );
    *out += "</code></pre>\n";
}

fn facts(finding: &Finding, sources: &dyn Sources, out: &mut String) {
    *out += "<dl>\n";
    for (at, fact) in finding.evidence.iter().take(FACTS).enumerate() {
        let what = if fact.looked_at.is_empty() { "the object" } else { &*fact.looked_at };
        let raw = fact.raw.as_deref().unwrap_or("not set");
        _ = write!(out, "<dt><code>{}</code></dt><dd><code>{}</code>", text(what), text(raw));
        if let Some(effective) = &fact.effective {
            _ = write!(out, "<br>in force: <code>{}</code>", text(effective));
            if let Some(rule) = &fact.rule {
                _ = write!(out, " ({})", text(rule));
            }
        }
        for cause in &fact.causes {
            _ = write!(out, "<br>{}", text(&place::cause(cause)));
        }
        if at > 0 {
            _ = write!(out, "<br><span class=\"dim\">{}</span>", text(&Place::of(fact, sources).told()));
        }
        *out += "</dd>\n";
    }
    *out += "</dl>\n";
    if finding.evidence.len() > FACTS {
        _ = writeln!(out, "<p class=\"dim\">and {} more facts</p>", finding.evidence.len() - FACTS);
    }
}

/// The page of a check. Its headings come below those of the report, and HTML in it is text.
pub(crate) fn page(markdown: &str) -> String {
    let lower = |level: HeadingLevel| match level {
        HeadingLevel::H1 | HeadingLevel::H2 => HeadingLevel::H3,
        HeadingLevel::H3 => HeadingLevel::H4,
        _ => HeadingLevel::H5,
    };
    let events = Parser::new_ext(markdown, Options::ENABLE_TABLES).map(|event| match event {
        Event::Html(html) | Event::InlineHtml(html) => Event::Text(html),
        Event::Start(Tag::Heading { level, .. }) => Event::Start(Tag::Heading {
            level: lower(level),
            id: None,
            classes: Vec::new(),
            attrs: Vec::new(),
        }),
        Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(lower(level))),
        event => event,
    });
    let mut out = String::new();
    pulldown_cmark::html::push_html(&mut out, events);
    out
}
