//! The report for people.

use ironsides_report::Format;
use sha2::{Digest, Sha256};

use crate::cases::{HOSTILE, all, every, hostile, many};

const VOID: [&str; 5] = ["meta", "br", "input", "rect", "hr"];
const ELEMENTS: [&str; 53] = [
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "a",
    "header",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "p",
    "time",
    "main",
    "section",
    "strong",
    "figure",
    "svg",
    "text",
    "rect",
    "figcaption",
    "div",
    "ul",
    "ol",
    "li",
    "code",
    "table",
    "caption",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "br",
    "form",
    "fieldset",
    "legend",
    "label",
    "input",
    "button",
    "output",
    "details",
    "summary",
    "span",
    "article",
    "pre",
    "mark",
    "dl",
    "dt",
    "dd",
    "script",
];
const ATTRIBUTES: [&str; 29] = [
    "lang",
    "charset",
    "http-equiv",
    "content",
    "name",
    "class",
    "href",
    "id",
    "hidden",
    "open",
    "data-rank",
    "data-label",
    "scope",
    "type",
    "value",
    "checked",
    "viewBox",
    "role",
    "aria-label",
    "x",
    "y",
    "width",
    "height",
    "rx",
    "datetime",
    "start",
    "colspan",
    "title",
    "for",
];

/// Walks through the tags: each is one that we write, with attributes that we write, and closed where it must be.
/// Returns the text between them.
fn check(html: &str) -> String {
    let mut rest = html.strip_prefix("<!doctype html>\n").unwrap();
    let mut open: Vec<String> = Vec::new();
    let mut texts = String::new();
    while let Some((before, after)) = rest.split_once('<') {
        texts += before;
        let (tag, after) = after.split_once('>').expect("a tag ends");
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "{open:?}");
            continue;
        }
        let (name, attributes) = tag.split_once([' ', '\n']).unwrap_or((tag, ""));
        let name = name.trim_end_matches('/');
        assert!(ELEMENTS.contains(&name), "<{tag}>");
        let mut attributes = attributes.trim_end_matches('/').trim();
        while !attributes.is_empty() {
            let end = attributes.find([' ', '=']).unwrap_or(attributes.len());
            let (key, value) = attributes.split_at(end);
            assert!(ATTRIBUTES.contains(&key), "<{tag}>");
            attributes = match value.strip_prefix("=\"") {
                Some(quoted) => {
                    let (value, after) = quoted.split_once('"').unwrap();
                    assert!(key != "href" || value.starts_with('#'), "<{tag}>");
                    after.trim_start()
                }
                None => value.trim_start(),
            };
        }
        if name == "script" || name == "style" {
            rest = rest.split_once(&format!("</{name}>")).unwrap().1;
        } else if !VOID.contains(&name) {
            open.push(name.to_owned());
        }
    }
    assert!(open.is_empty(), "{open:?}");
    texts
}

#[test]
fn tags_are_ours_and_closed() {
    for case in all() {
        let html = case.report(Format::Html);
        check(&html);
        assert!(!html.contains(['\u{1b}', '\0', '\u{202e}', '\u{2066}']));
        assert_eq!(html.matches("<script").count(), 1);
    }
}

#[test]
fn hostile_names_are_shown_as_text() {
    let texts = check(&hostile().report(Format::Html));
    assert!(texts.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert!(texts.contains("&lt;/details&gt;"));
    assert!(texts.contains(HOSTILE[13]));
}

#[test]
fn only_our_script_may_run() {
    let html = every().report(Format::Html);
    let script = html.split_once("<script>").unwrap().1.split_once("</script>").unwrap().0;
    let hash = base64(&Sha256::digest(script));
    assert!(html.contains(&format!("script-src 'sha256-{hash}'")), "the hash of the script is {hash}");
    assert!(html.contains("default-src 'none'"));
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for group in bytes.chunks(3) {
        let number =
            group.iter().fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for at in 0..4 {
            let digit = char::from(DIGITS[(number >> (18 - 6 * at) & 63) as usize]);
            out.push(if at <= group.len() { digit } else { '=' });
        }
    }
    out
}

#[test]
fn secrets_stay_out_of_sight() {
    let mut case = every();
    // A finding just below the secret shows the line with it.
    let body = case.texts["./deploy/pod.yaml"].text().clone();
    let from = body.find("password").unwrap();
    let span = ironsides_tree::Span::new(from, from + 8);
    case.findings[0].evidence[0].source =
        ironsides_core::Source::File { path: "./deploy/pod.yaml".into(), span };
    for (name, format) in Format::ALL {
        assert!(!case.report(format).contains("hunter2"), "{name}");
    }
    assert!(case.report(Format::Html).contains("*******"));
}

#[test]
fn waived_findings_stand_apart_even_unasked() {
    let (html, _) = every().with(Format::Html, ironsides_report::Options::default());
    let waived = html.split_once("id=\"waived\"").unwrap().1.split_once("</section>").unwrap().0;
    for word in ["needs the port", "2026-12-31", "team-shop", ".ironsides.yaml:12"] {
        assert!(waived.contains(word), "{word}");
    }
}

#[test]
fn a_big_report_keeps_the_worst_and_says_so() {
    let (html, cut) = many(20_000).told(Format::Html);
    assert_eq!(html.matches("<article").count(), 5_000);
    assert!(cut.unwrap().contains("15000"));
    assert!(html.contains("The 5000 worst are shown; 15000 more"));
    assert!(html.len() < 6 << 20, "{} bytes", html.len());
    // 4,000 of each severity: what is left out is not critical.
    assert_eq!(html.matches("data-rank=\"critical\"").count(), 4_000);
}

#[test]
fn html() {
    let html = every().report(Format::Html);
    let body = html.split_once("<body>").unwrap().1.split_once("<script>").unwrap().0;
    insta::assert_snapshot!(body);
}
