//! Waivers in comments.

use std::sync::Arc;

use ironsides_core::{Date, Scope, WaivedBy, Waiver};
use ironsides_tree::{Comment, Span, Text, comments};

use super::{ForeignEntry, Noted, Place, WaiverFault, map};
use crate::foreign::Tool;

/// What our own begin with.
const OURS: &str = "ironsides:";
/// What other tools' begin with.
const TRIVY: &str = "trivy:ignore:";
const CHECKOV: [&str; 2] = ["checkov:skip=", "bridgecrew:skip="];

/// Reads the waivers in the comments of a text; with `foreign`, those of other tools too.
///
/// A comment behind something covers its line; a comment of its own line covers what begins below it: an entry with its
/// value, an item of a list, or, above the first key, a whole document.
pub fn of_text(place: &Place<'_>, text: &str, foreign: bool) -> Noted {
    let mut noted = Noted::default();
    let has_foreign = || text.contains(TRIVY) || CHECKOV.iter().any(|begin| text.contains(begin));
    if !(text.contains(OURS) || foreign && has_foreign()) {
        return noted;
    }
    for comment in comments(text) {
        let Some(written) = comment.span.slice(text) else { continue };
        // Behind a second hash something else may be said.
        for part in written.trim_start_matches('#').split(" #") {
            let part = part.trim_start_matches('#').trim();
            if let Some(rest) = part.strip_prefix(OURS) {
                ours(place, comment, rest.trim(), &mut noted);
            } else if foreign && part.starts_with(TRIVY) {
                part.split_whitespace().for_each(|word| trivy(place, comment, word, &mut noted));
            } else if foreign && let Some(rest) = CHECKOV.iter().find_map(|begin| part.strip_prefix(begin)) {
                checkov(place, comment, text, rest, &mut noted);
            }
        }
    }
    noted
}

fn waiver(place: &Place<'_>, comment: Comment, by: WaivedBy, checks: Vec<Text>, reason: &str) -> Waiver {
    Waiver {
        by,
        checks: Some(checks),
        scope: Scope::Text { path: Arc::clone(place.path), span: comment.covers },
        reason: reason.to_owned(),
        expires: None,
        owner: None,
        path: Arc::clone(place.path),
        field: Arc::from("comment"),
        span: comment.span,
        line: (place.line)(comment.span.start),
    }
}

fn ours(place: &Place<'_>, comment: Comment, rest: &str, noted: &mut Noted) {
    match allow(rest) {
        Ok(Allow { checks, expires, reason }) => {
            let waiver = waiver(place, comment, WaivedBy::Comment, checks, reason);
            noted.waivers.push(Waiver { expires, ..waiver });
        }
        Err(message) => noted.faults.push(WaiverFault {
            message,
            target: None,
            path: Arc::clone(place.path),
            field: Arc::from("comment"),
            span: comment.span,
        }),
    }
}

/// What stands behind `ironsides:`.
#[derive(Debug, PartialEq)]
struct Allow<'a> {
    checks: Vec<Text>,
    expires: Option<Date>,
    reason: &'a str,
}

/// `allow[ID, ID] until DATE REASON`. The end may also stand last, `allow[ID] REASON until DATE`, or be left out.
fn allow(text: &str) -> Result<Allow<'_>, String> {
    const FORM: &str = "write it as `# ironsides: allow[CHECK] until 2027-01-31 REASON`";
    let Some(rest) = text.strip_prefix("allow") else {
        return Err(format!("a comment begins with \"ironsides:\" and allows nothing; {FORM}"));
    };
    let inside = rest.trim_start().strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let Some((ids, rest)) = inside else {
        return Err(format!("a comment names no check in brackets behind \"allow\"; {FORM}"));
    };
    let checks = super::annotation::ids(ids);
    if checks.is_empty() {
        return Err(format!("the brackets behind \"allow\" are empty; {FORM}"));
    }
    let trim = |text: &'static [char]| move |part| str::trim_matches(part, text);
    let bare = |part| trim(&[' ', '\t', ':', '-', '–', '—', ','])(part);
    let rest = bare(rest);
    // Only a number makes it a date: "until the migration is over" is a reason.
    let dated = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
    if let Some(after) = rest.strip_prefix("until ").map(str::trim_start)
        && dated(after)
    {
        let (word, reason) = after.split_once(char::is_whitespace).unwrap_or((after, ""));
        let date = word.trim_end_matches([':', ',', '.', ';']).parse()?;
        return Ok(Allow { checks, expires: Some(date), reason: bare(reason) });
    }
    if let Some((reason, word)) = rest.rsplit_once("until ").map(|(reason, word)| (reason, word.trim()))
        && reason.ends_with([' ', '('])
        && dated(word)
        && !word.contains(char::is_whitespace)
    {
        let date = word.trim_end_matches(['.', ')']).parse()?;
        return Ok(Allow { checks, expires: Some(date), reason: bare(reason.trim_end_matches(['(', ' '])) });
    }
    Ok(Allow { checks, expires: None, reason: rest })
}

/// `trivy:ignore:ID`, with `:exp:DATE` and other settings behind it.
fn trivy(place: &Place<'_>, comment: Comment, word: &str, noted: &mut Noted) {
    let Some(rest) = word.strip_prefix(TRIVY) else { return };
    let mut parts = rest.split(':');
    let id = parts.next().unwrap_or_default().split('[').next().unwrap_or_default();
    let mut expires = Ok(None);
    while let Some(key) = parts.next() {
        let value = parts.next().unwrap_or_default();
        if key == "exp" {
            // On the day itself it does not hold any more.
            expires = value.parse().map(|date: Date| Some(date.before()));
        }
    }
    let checks = map(Tool::Trivy, id);
    let why_not = match (&checks, &expires) {
        (Err(why), _) | (_, Err(why)) => Some(why.clone()),
        _ => None,
    };
    noted.foreign.push(entry(Tool::Trivy, place, comment, id, why_not));
    if let (Ok(checks), Ok(expires)) = (checks, expires) {
        let waiver = waiver(place, comment, WaivedBy::Foreign, checks, "");
        noted.waivers.push(Waiver { expires, ..waiver });
    }
}

/// `checkov:skip=ID:REASON`, about the whole object around it.
fn checkov(place: &Place<'_>, comment: Comment, text: &str, rest: &str, noted: &mut Noted) {
    let (id, reason) = rest.split_once(':').unwrap_or((rest, ""));
    let id = id.trim();
    let checks = map(Tool::Checkov, id);
    noted.foreign.push(entry(Tool::Checkov, place, comment, id, checks.as_ref().err().cloned()));
    if let Ok(checks) = checks {
        let mut waiver = waiver(place, comment, WaivedBy::Foreign, checks, reason.trim().trim_matches('"'));
        waiver.scope = Scope::Text { path: Arc::clone(place.path), span: document(text, comment.span) };
        noted.waivers.push(waiver);
    }
}

fn entry(tool: Tool, place: &Place<'_>, comment: Comment, id: &str, why_not: Option<String>) -> ForeignEntry {
    let line = (place.line)(comment.span.start);
    ForeignEntry { tool, source: Arc::from("comments"), line, id: id.to_owned(), why_not }
}

/// The document around a comment, between the lines `---`.
fn document(text: &str, span: Span) -> Span {
    let (before, after) = text.split_at_checked(span.end as usize).unwrap_or((text, ""));
    let start = before.rfind("\n---").map_or(0, |at| at + 1);
    let end = after.find("\n---").map_or(text.len(), |at| before.len() + at);
    Span::new(start, end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_one_form() {
        let date = |text: &str| text.parse().ok();
        let cases: [(&str, &[&str], Option<Date>, &str); 10] = [
            ("allow[host-pid] it must", &["host-pid"], None, "it must"),
            ("allow[a, b,c]: it must", &["a", "b", "c"], None, "it must"),
            ("allow[a] until 2027-01-31 it must", &["a"], date("2027-01-31"), "it must"),
            ("allow[a] until 2027-01-31: it must", &["a"], date("2027-01-31"), "it must"),
            ("allow[a] it must until 2027-01-31", &["a"], date("2027-01-31"), "it must"),
            ("allow[a] it must (until 2027-01-31)", &["a"], date("2027-01-31"), "it must"),
            ("allow[a] until the migration is over", &["a"], None, "until the migration is over"),
            ("allow[a] works until noon - until 2027-01-31", &["a"], date("2027-01-31"), "works until noon"),
            ("allow[a]", &["a"], None, ""),
            ("allow[a] until 2027-01-31", &["a"], date("2027-01-31"), ""),
        ];
        for (text, checks, expires, reason) in cases {
            let checks = checks.iter().map(Text::new).collect();
            assert_eq!(allow(text), Ok(Allow { checks, expires, reason }), "{text}");
        }
        for text in [
            "",
            "alow[a] x",
            "allow a x",
            "allow[] x",
            "allow[ , ] x",
            "allow[a x",
            "allow[a] until 2027-02-30 x",
            "allow[a] x until 31",
        ] {
            assert!(allow(text).is_err(), "{text}");
        }
    }

    #[test]
    fn only_comments_count() {
        let path = Arc::from("a.yaml");
        let line = |_| 7;
        let place = Place { path: &path, line: &line };
        let text = "# ironsides: allow[a] x\na: \"# ironsides: allow[b] x\"\nb: |\n  # ironsides: allow[c] x\nc: 1 # first # ironsides: allow[d] x # more\n#ironsides:allow[e] x\nd: 1\n# ironsides-like\n";
        let noted = of_text(&place, text, false);
        let found: Vec<_> = noted
            .waivers
            .iter()
            .map(|waiver| (waiver.checks.as_ref().unwrap()[0].as_str(), waiver.reason.as_str(), waiver.line))
            .collect();
        assert_eq!(found, [("a", "x", 7), ("d", "x", 7), ("e", "x", 7)]);
        assert!(noted.faults.is_empty(), "{:?}", noted.faults);
    }

    #[test]
    fn others_are_read_where_asked_for() {
        let path = Arc::from("a.yaml");
        let line = |_| 1;
        let place = Place { path: &path, line: &line };
        let text = "# trivy:ignore:AVD-KSV-0010:exp:2026-03-10 trivy:ignore:KSV009\n#trivy:ignore:AVD-DS-0001\na: 1\n---\nb: 1\n# checkov:skip=CKV_K8S_19:it is the ingress\nc: 1\n---\nd: 1\n";
        assert!(of_text(&place, text, false).is_empty());
        let noted = of_text(&place, text, true);
        let found: Vec<_> = noted
            .waivers
            .iter()
            .map(|waiver| {
                let Scope::Text { span, .. } = &waiver.scope else { panic!("{waiver:?}") };
                let expires = waiver.expires.map(|date| date.to_string()).unwrap_or_default();
                (
                    waiver.checks.as_ref().unwrap()[0].as_str(),
                    expires,
                    waiver.reason.as_str(),
                    span.slice(text).unwrap(),
                )
            })
            .collect();
        let document = "---\nb: 1\n# checkov:skip=CKV_K8S_19:it is the ingress\nc: 1";
        assert_eq!(
            found,
            [
                ("host-pid", "2026-03-09".to_owned(), "", "a: 1"),
                ("host-network", String::new(), "", "a: 1"),
                ("host-network", String::new(), "it is the ingress", document),
            ]
        );
        let applies: Vec<_> =
            noted.foreign.iter().map(|entry| (entry.id.as_str(), entry.why_not.is_none())).collect();
        assert_eq!(
            applies,
            [("AVD-KSV-0010", true), ("KSV009", true), ("AVD-DS-0001", false), ("CKV_K8S_19", true)]
        );
    }
}
