//! One HTML file for people: a summary that a manager can read, then everything that an engineer needs.
//!
//! The file asks for nothing from outside and reads without its script, which only filters. The summary stands first,
//! so findings wait for the end: the worst [`FINDINGS`], as finished pieces of HTML. Everything that comes from a
//! document goes through [`escape::text`].

mod escape;
mod part;
mod summary;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;

use ironsides_core::{CheckMeta, Finding, Target};

pub use self::escape::text as escape;
use self::escape::text;
use crate::Writer;
use crate::input::{Header, Summary};
use crate::place::{self, Outcome, count_word};
use crate::source::Sources;
use crate::time::rfc3339;
use crate::worst::Worst;

/// How many findings are written out; a browser still scrolls through so many. The rest is counted.
const FINDINGS: usize = 5_000;
/// Up to so many findings, objects are shown unfolded.
const UNFOLDED: usize = 40;

const STYLE: &str = include_str!("html/style.css");
const SCRIPT: &str = include_str!("html/script.js");
/// The SHA-256 of the script, in base 64: it alone may run, whatever a document smuggles in. A test compares it.
pub(crate) const SCRIPT_HASH: &str = "FTtsZIw2/nIt+9cdLjc5BYOtQQ5fn9q9AZhmVV38si0=";

/// A finding as HTML, and what it is sorted by.
struct Piece {
    target: Arc<Target>,
    rank: usize,
    html: String,
}

pub(crate) struct Html<W> {
    sink: W,
    version: &'static str,
    started: u64,
    checks: Vec<&'static CheckMeta>,
    pieces: Worst<Piece>,
    waived: Worst<Piece>,
    /// What was said of each check that has anything to explain, with how many findings.
    said: BTreeMap<&'static str, u64>,
    waived_by_family: BTreeMap<&'static str, u64>,
}

impl<W: Write> Html<W> {
    pub(crate) fn new(sink: W) -> Self {
        Self {
            sink,
            version: "",
            started: 0,
            checks: Vec::new(),
            pieces: Worst::new(FINDINGS),
            waived: Worst::new(FINDINGS),
            said: BTreeMap::new(),
            waived_by_family: BTreeMap::new(),
        }
    }

    fn family_of(&self, check: &str) -> &'static str {
        self.checks.iter().find(|card| card.id == check).map_or("", |card| card.family)
    }

    fn head(&mut self) -> io::Result<()> {
        write!(
            self.sink,
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
             style-src 'unsafe-inline'; script-src 'sha256-{SCRIPT_HASH}'; base-uri 'none'; form-action 'none'\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <meta name=\"referrer\" content=\"no-referrer\">\n\
             <title>Ironsides report</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
             <a class=\"skip\" href=\"#findings\">Skip to the findings</a>\n"
        )
    }

    /// The findings, object by object, those with the worst first.
    fn findings(&mut self) -> io::Result<()> {
        let left_out = self.pieces.left_out();
        let objects = by_target(self.pieces.in_order());
        let count: usize = objects.iter().map(|(_, pieces)| pieces.len()).sum();
        writeln!(self.sink, "<section id=\"findings\">\n<h2>Findings by object</h2>")?;
        if count == 0 {
            writeln!(self.sink, "<p>There is nothing to show.</p>")?;
        } else {
            self.sink.write_all(part::FILTER.as_bytes())?;
        }
        if left_out > 0 {
            writeln!(
                self.sink,
                "<p class=\"note\">The {count} worst are shown; {left_out} more of lesser severity are counted above \
                 and left out here. <code>-o json</code> and <code>-o csv</code> have all.</p>"
            )?;
        }
        for (target, pieces) in objects {
            let failures = pieces.iter().filter(|piece| piece.rank < 5).count();
            let open = if count <= UNFOLDED { " open" } else { "" };
            let others = pieces.len() - failures;
            let mut counts = Vec::new();
            if failures > 0 {
                counts.push(format!("{failures} {}", count_word(failures as u64, "finding", "findings")));
            }
            if others > 0 {
                counts.push(format!("{others} {}", count_word(others as u64, "remark", "remarks")));
            }
            let worst = pieces.iter().map(|piece| piece.rank).min().unwrap_or_default();
            writeln!(
                self.sink,
                "<details class=\"object\"{open}>\n<summary><span class=\"badge {word}\">{word}</span> \
                 <span class=\"name\">{}</span> <span class=\"dim\">{}</span></summary>",
                text(&target.to_string()),
                counts.join(", "),
                word = part::word(worst),
            )?;
            for piece in pieces {
                self.sink.write_all(piece.html.as_bytes())?;
            }
            writeln!(self.sink, "</details>")?;
        }
        writeln!(self.sink, "</section>")
    }

    fn waived_findings(&mut self) -> io::Result<()> {
        let left_out = self.waived.left_out();
        let pieces: Vec<Piece> = self.waived.in_order().collect();
        if pieces.is_empty() {
            return Ok(());
        }
        let count = pieces.len() as u64 + left_out;
        writeln!(
            self.sink,
            "<section id=\"waived\">\n<h2>Waived</h2>\n<p>{count} {} by somebody who answers for {}: no failure of \
             this run, and no pass.</p>",
            count_word(count, "finding is waived", "findings are waived"),
            count_word(count, "it", "them"),
        )?;
        if left_out > 0 {
            writeln!(self.sink, "<p class=\"note\">{left_out} of them are left out here.</p>")?;
        }
        for piece in pieces {
            writeln!(
                self.sink,
                "<details class=\"object\">\n<summary><span class=\"badge waived\">waived</span> \
                 <span class=\"name\">{}</span></summary>\n{}</details>",
                text(&piece.target.to_string()),
                piece.html
            )?;
        }
        writeln!(self.sink, "</section>")
    }

    /// The page of every check that was mentioned, once.
    fn pages(&mut self) -> io::Result<()> {
        let cards: Vec<&CheckMeta> =
            self.checks.iter().copied().filter(|card| self.said.contains_key(card.id)).collect();
        if cards.is_empty() {
            return Ok(());
        }
        writeln!(self.sink, "<section id=\"pages\">\n<h2>Why, and how to fix it</h2>")?;
        for card in cards {
            writeln!(
                self.sink,
                "<details class=\"page\" id=\"check-{id}\">\n<summary><span class=\"name\">{id}</span> \
                 <span class=\"dim\">{}</span></summary>\n{}</details>",
                text(card.title),
                part::page(card.page),
                id = text(card.id),
            )?;
        }
        writeln!(self.sink, "</section>")
    }
}

impl<W: Write> Writer for Html<W> {
    fn begin(&mut self, header: &Header) -> io::Result<()> {
        (self.version, self.started) = (header.version, header.started);
        self.checks.clone_from(&header.checks);
        Ok(())
    }

    fn batch(&mut self, sources: &dyn Sources, findings: &[Finding]) -> io::Result<()> {
        for same in findings.chunk_by(place::is_same_unknown) {
            let Some(finding) = same.first() else { continue };
            let outcome = Outcome::of(finding);
            if !matches!(outcome, Outcome::Pass | Outcome::NotApplicable) && same.len() == 1 {
                *self.said.entry(finding.check).or_default() += 1;
            }
            let rank = place::rank(finding);
            let kept = if outcome == Outcome::Waived {
                let family = self.family_of(finding.check);
                *self.waived_by_family.entry(family).or_default() += 1;
                &mut self.waived
            } else {
                &mut self.pieces
            };
            if kept.wants(rank) {
                let html = if same.len() > 1 {
                    part::undecided(same, sources)
                } else {
                    part::finding(finding, sources)
                };
                kept.push(rank, Piece { target: Arc::clone(&finding.target), rank, html });
            }
        }
        Ok(())
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        self.head()?;
        let about = format!(
            "<header>\n<h1>Ironsides report</h1>\n<p class=\"dim\">Ironsides {}, <time>{}</time></p>\n</header>\n<main>\n",
            text(self.version),
            rfc3339(self.started)
        );
        self.sink.write_all(about.as_bytes())?;
        let html = summary::html(summary, &self.checks, &self.waived_by_family, &self.said);
        self.sink.write_all(html.as_bytes())?;
        self.findings()?;
        self.waived_findings()?;
        self.pages()?;
        write!(self.sink, "</main>\n<script>{SCRIPT}</script>\n</body>\n</html>\n")?;
        self.sink.flush()
    }

    fn cut(&self) -> Option<String> {
        let count = self.pieces.left_out() + self.waived.left_out();
        (count > 0)
            .then(|| format!("the {FINDINGS} worst findings are written out, {count} are only counted"))
    }
}

/// Pieces by target: those with the worst findings first, then those with more, then as they came.
fn by_target(pieces: impl Iterator<Item = Piece>) -> Vec<(Arc<Target>, Vec<Piece>)> {
    let mut places: BTreeMap<Arc<Target>, usize> = BTreeMap::new();
    let mut objects: Vec<(Arc<Target>, Vec<Piece>)> = Vec::new();
    for piece in pieces {
        let at = *places.entry(Arc::clone(&piece.target)).or_insert(objects.len());
        match objects.get_mut(at) {
            Some((_, found)) => found.push(piece),
            None => objects.push((Arc::clone(&piece.target), vec![piece])),
        }
    }
    for (_, pieces) in &mut objects {
        pieces.sort_by_key(|piece| piece.rank);
    }
    objects.sort_by_cached_key(|(_, pieces)| {
        let mut counts = [0_usize; 10];
        for piece in pieces {
            if let Some(count) = counts.get_mut(piece.rank) {
                *count += 1;
            }
        }
        counts.map(std::cmp::Reverse)
    });
    objects
}
