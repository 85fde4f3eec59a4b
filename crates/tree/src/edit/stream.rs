//! Edits of whole texts: finding the documents, making the edits, and checking what came of them.

use std::collections::BTreeMap;
use std::ops::Range;

use super::page::{Page, whole};
use super::path::Part;
use super::plan::next_change;
use super::{Edit, EditError, apply_to, shape};
use crate::document::{Document, Documents, Format, SyntaxError};
use crate::node::Node;
use crate::yaml::{EventKind, Parser};

/// A text with edits made on one of its documents, counted from 0.
pub fn apply(text: &str, document: u32, edits: &[Edit]) -> Result<String, EditError> {
    apply_all(text, [(document, edits)])
}

/// A text with edits made on several of its documents. Reading and checking the text is done once for all of them.
pub fn apply_all<'e>(
    text: &str,
    edits: impl IntoIterator<Item = (u32, &'e [Edit])>,
) -> Result<String, EditError> {
    let mut wanted: BTreeMap<u32, Vec<Edit>> = BTreeMap::new();
    for (document, edits) in edits {
        wanted.entry(document).or_default().extend_from_slice(edits);
    }
    if let Some(at) = memchr::memmem::find(text.as_bytes(), b"{{") {
        return Err(EditError::Template { line: line(text, at) });
    }
    let mut trees = read(text)?;
    if trees.is_empty() {
        // A text of comments alone can become a document.
        trees.push(Node::NULL);
    }
    let (format, ends) = ends(text, &trees);
    let mut out = String::with_capacity(text.len() + 256);
    let mut done = 0;
    let mut touched = None;
    for (document, edits) in &wanted {
        let number = *document as usize;
        let count = trees.len();
        let tree = trees.get_mut(number).ok_or(EditError::NoDocument { document: *document, count })?;
        let start = number.checked_sub(1).and_then(|before| ends.get(before).copied()).unwrap_or(0);
        let end = ends.get(number).copied().unwrap_or(text.len());
        let chunk = text.get(start..end).unwrap_or_default();
        let edited = edit(chunk, format, line(text, start) - 1, tree, edits)?;
        out.push_str(text.get(done..start).unwrap_or_default());
        out.push_str(&edited);
        done = end;
        *tree = apply_to(tree, edits)?;
        touched = touched.or_else(|| edits.first().map(|edit| (edit, line(text, start))));
    }
    out.push_str(text.get(done..).unwrap_or_default());
    if let Some((edit, line)) = touched
        && out != text
        && read(&out).ok().as_ref() != Some(&trees)
    {
        return Err(EditError::Unsafe { path: edit.path().to_string(), line });
    }
    Ok(out)
}

/// The bytes of each document of a text, in order; together they are the whole text. Edits of one part, as its only
/// document, are edits of the text.
pub fn chunks(text: &str) -> Result<Vec<Range<usize>>, EditError> {
    if let Some(at) = memchr::memmem::find(text.as_bytes(), b"{{") {
        return Err(EditError::Template { line: line(text, at) });
    }
    let trees = read(text)?;
    let (_, ends) = ends(text, &trees);
    let starts = std::iter::once(0).chain(ends.iter().copied());
    Ok(starts.zip(ends.iter().copied().chain([text.len()])).map(|(start, end)| start..end).collect())
}

/// The trees of a text.
fn read(text: &str) -> Result<Vec<Node>, EditError> {
    Documents::new(text, whole())
        .map(|read| read.map(|Document { root, .. }| root))
        .collect::<Result<_, _>>()
        .map_err(|error: SyntaxError| EditError::Unreadable {
            line: error.position(text).line,
            message: error.message,
        })
}

/// The number of the line with this byte.
fn line(text: &str, at: usize) -> u32 {
    let lines = memchr::memchr_iter(b'\n', text.as_bytes().get(..at).unwrap_or_default()).count() + 1;
    u32::try_from(lines).unwrap_or(u32::MAX)
}

/// The syntax of a text, and where the documents in it end; the last one ends with the text.
fn ends(text: &str, trees: &[Node]) -> (Format, Vec<usize>) {
    if Format::of(text) == Format::Json
        && Documents::with_format(text, Format::Json, whole()).take(trees.len() + 1).all(|read| read.is_ok())
        && !text.contains("\n---")
    {
        let ends = trees.iter().map(|root| root.span().end as usize);
        return (Format::Json, ends.take(trees.len().saturating_sub(1)).collect());
    }
    let mut ends = Vec::new();
    let mut parser = Parser::new(text, 0, whole().depth);
    while let Ok(event) = parser.next_event() {
        match event.kind {
            EventKind::StreamEnd => break,
            EventKind::DocumentStart => ends.push(event.start),
            _ => {}
        }
    }
    ends.drain(..ends.len().min(1));
    (Format::Yaml, ends)
}

/// One document with edits made on it, each checked before the next.
fn edit(
    text: &str,
    format: Format,
    lines_before: u32,
    tree: &Node,
    edits: &[Edit],
) -> Result<String, EditError> {
    let mut text = text.to_owned();
    let mut expected = tree.clone();
    let mut left: Vec<&Edit> = edits.iter().collect();
    let mut last: Option<(String, u32)> = None;
    // Those that are to be there; what an edit takes away takes its comments along.
    let mut comments: Option<BTreeMap<String, usize>> = None;
    let refused = |last: &Option<(String, u32)>, text: &str| {
        let (path, line) = last.clone().unwrap_or_default();
        if text.contains(['*', '&']) && format == Format::Yaml && has_aliases(text) {
            return EditError::Shared { path, line };
        }
        EditError::Unsafe { path, line }
    };
    loop {
        let page = match Page::read(&text, format, lines_before) {
            Ok(page) => page,
            Err(_) if last.is_some() => return Err(refused(&last, &text)),
            Err(error) => {
                let line = error.position(&text).line + lines_before;
                return Err(EditError::Unreadable { line, message: error.message });
            }
        };
        let counted = shape::count(page.text, &page.comments);
        let comments = comments.get_or_insert_with(|| own(&counted));
        if page.tree != expected || own(&counted) != *comments {
            return Err(refused(&last, &text));
        }
        if left.is_empty() {
            return Ok(text);
        }
        // Edits that cannot touch the same lines are made at once; the others wait for their turn.
        let mut taken: BTreeMap<usize, usize> = BTreeMap::new();
        let mut splices = Vec::new();
        let mut waiting = Vec::new();
        for edit in left {
            let (from, to) = page.reach(edit);
            let to = to.max(from + 1);
            let free = taken.range(..to).next_back().is_none_or(|(_, end)| *end <= from);
            if !free {
                let overlapping: Vec<usize> =
                    taken.range(..to).rev().take_while(|(_, end)| **end > from).map(|(at, _)| *at).collect();
                let (mut start, mut end) = (from, to);
                for at in overlapping {
                    start = start.min(at);
                    end = end.max(taken.remove(&at).unwrap_or(end));
                }
                taken.insert(start, end);
                waiting.push(edit);
                continue;
            }
            taken.insert(from, to);
            let Some(change) = next_change(&page, edit)? else { continue };
            let (change, pieces) = match page.pieces(&change) {
                // A part is written elsewhere, but the whole can be written anew.
                Err(EditError::Shared { .. }) if change.path() != edit.path() => {
                    (edit.clone(), page.pieces(edit)?)
                }
                pieces => (change, pieces?),
            };
            for comment in pieces.iter().flat_map(|piece| page.lost(piece)) {
                if let Some(count) = comments.get_mut(comment) {
                    *count -= 1;
                    if *count == 0 {
                        comments.remove(comment);
                    }
                }
            }
            splices.extend(pieces);
            expected = apply_to(&expected, std::slice::from_ref(&change))?;
            last = Some((edit.path().to_string(), page.line(from)));
            if !is_once(edit) {
                waiting.push(edit);
            }
        }
        left = waiting;
        if splices.is_empty() {
            continue;
        }
        let Some(spliced) = page.splice(splices) else { return Err(refused(&last, &text)) };
        text = spliced;
    }
}

/// Whether an edit is done with one change, and would do more if it were made again.
fn is_once(edit: &Edit) -> bool {
    match edit {
        Edit::Append { .. } => true,
        Edit::Remove { path } => matches!(path.parts().last(), Some(Part::Index(_))),
        Edit::Set { .. } | Edit::Unrepeat { .. } => false,
    }
}

/// Counted comments that own their text.
fn own(counts: &rustc_hash::FxHashMap<&str, usize>) -> BTreeMap<String, usize> {
    counts.iter().map(|(text, count)| ((*text).to_owned(), *count)).collect()
}

fn has_aliases(text: &str) -> bool {
    let mut parser = Parser::new(text, 0, whole().depth);
    while let Ok(event) = parser.next_event() {
        match event.kind {
            EventKind::StreamEnd => return false,
            EventKind::Alias(_) => return true,
            _ => {}
        }
    }
    // What cannot be read any more lost an anchor, most likely.
    true
}
