//! The comments of a YAML text, and what each of them stands beside or above.

use crate::span::Span;
use crate::yaml::{EventKind, Parser};

/// A comment of a YAML text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Its bytes, from the `#` to the end of the line.
    pub span: Span,
    /// What it is about. Behind something, its own line. On a line of its own, whatever begins on the next line that
    /// holds more than comments: an entry of a map with its value, an item of a list, a document.
    /// [`Span::NONE`] where nothing of the same document follows.
    pub covers: Span,
}

/// How deep the values of a text may nest before its comments are given up.
const DEPTH: usize = 500;

/// The comments of a text in their order. What looks like one inside a string is none. Of a document that is no YAML
/// those before the mistake are found.
pub fn comments(text: &str) -> Vec<Comment> {
    if u32::try_from(text.len()).is_err() || !text.contains('#') {
        return Vec::new();
    }
    let (things, spans) = read(text);
    let first_root = things.first().map_or(usize::MAX, |thing| thing.start as usize);
    // A line that begins so ends a document wherever it stands, but for quotes, where it is a mistake.
    let mut markers: Vec<usize> = memchr::memmem::find_iter(text.as_bytes(), b"\n---").collect();
    markers.extend(memchr::memmem::find_iter(text.as_bytes(), b"\n..."));
    markers.sort_unstable();
    let bytes = text.as_bytes();
    let line_start =
        |at: usize| memchr::memrchr(b'\n', &bytes[..at.min(bytes.len())]).map_or(0, |found| found + 1);
    let line_end = |at: usize| {
        memchr::memchr(b'\n', bytes.get(at..).unwrap_or_default()).map_or(bytes.len(), |found| at + found)
    };
    let covers = |span: Span| {
        let (start, end) = (span.start as usize, span.end as usize);
        let own = line_start(start);
        if !text.get(own..start).unwrap_or_default().trim_start_matches('\u{feff}').trim().is_empty() {
            return Span::new(own, line_end(end));
        }
        // What begins first after the comment; of several that begin on its line, the first is the widest.
        let next = things.partition_point(|thing| (thing.start as usize) < end);
        let Some(first) = things.get(next) else { return Span::NONE };
        // A comment below a document's last line says nothing about the next document; one before the first does.
        let below_one = first_root < start;
        let markers_before = |at: usize| markers.partition_point(|&marker| marker < at);
        let apart = below_one && markers_before(start) != markers_before(first.start as usize);
        if apart { Span::NONE } else { *first }
    };
    spans.iter().map(|&span| Comment { span, covers: covers(span) }).collect()
}

/// Everything that begins somewhere, by its start and the wider first; and the comments.
fn read(text: &str) -> (Vec<Span>, Vec<Span>) {
    let mut parser = Parser::new(text, 0, DEPTH);
    parser.keep_comments();
    let mut things: Vec<Span> = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    loop {
        let Ok(event) = parser.next_event() else {
            open.clear();
            if parser.skip_document() {
                continue;
            }
            break;
        };
        let (mut start, mut end) = (event.start, event.span.end as usize);
        let in_item = open.last().is_some_and(|open| !open.map);
        // An item begins at its dash.
        if in_item && event.after > 0 && text.as_bytes().get(event.after - 1) == Some(&b'-') {
            start = event.after - 1;
        }
        match event.kind {
            EventKind::StreamEnd => break,
            EventKind::DocumentStart | EventKind::DocumentEnd => continue,
            EventKind::ListStart { .. } | EventKind::MapStart { .. } => {
                let map = matches!(event.kind, EventKind::MapStart { .. });
                open.push(Open { map, start, end: start, key: None });
                continue;
            }
            EventKind::Alias(_) | EventKind::Scalar(..) => {}
            EventKind::End => {
                let Some(closed) = open.pop() else { continue };
                start = closed.start;
                // A block ends with the last thing in it, and not where the next one begins.
                end = if matches!(text.as_bytes().get(end.wrapping_sub(1)), Some(b'}' | b']'))
                    && end > closed.end
                {
                    end
                } else {
                    closed.end
                };
            }
        }
        match open.last_mut() {
            None => things.push(Span::new(start, end)),
            Some(above) => {
                above.end = above.end.max(end);
                match (above.map, above.key.take()) {
                    (false, _) => things.push(Span::new(start, end)),
                    (true, None) => above.key = Some(start),
                    (true, Some(key)) => things.push(Span::new(key, end.max(key))),
                }
            }
        }
    }
    things.sort_unstable_by(|a, b| a.start.cmp(&b.start).then(b.end.cmp(&a.end)));
    (things, parser.comments().to_vec())
}

/// A list or map that is being read.
struct Open {
    map: bool,
    start: usize,
    /// The end of what was read of it.
    end: usize,
    /// Where the key begins that waits for its value.
    key: Option<usize>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covered(text: &str) -> Vec<(&str, Option<&str>)> {
        comments(text)
            .into_iter()
            .map(|comment| {
                let covers = comment.covers.is_some().then(|| comment.covers.slice(text).unwrap());
                (comment.span.slice(text).unwrap(), covers)
            })
            .collect()
    }

    #[test]
    fn comments_cover_their_line_or_what_begins_below() {
        let text = "# all\n\nkind: Pod # one\nspec:\n  # both\n  # more\n  containers:\n  # first\n  - name: a\n    # image\n    image: x\n  - # odd\n    name: b\n  # nothing\n---\n# next\nkind: X\n";
        assert_eq!(
            covered(text),
            [
                (
                    "# all",
                    Some(
                        "kind: Pod # one\nspec:\n  # both\n  # more\n  containers:\n  # first\n  - name: a\n    # image\n    image: x\n  - # odd\n    name: b"
                    )
                ),
                ("# one", Some("kind: Pod # one")),
                (
                    "# both",
                    Some(
                        "containers:\n  # first\n  - name: a\n    # image\n    image: x\n  - # odd\n    name: b"
                    )
                ),
                (
                    "# more",
                    Some(
                        "containers:\n  # first\n  - name: a\n    # image\n    image: x\n  - # odd\n    name: b"
                    )
                ),
                ("# first", Some("- name: a\n    # image\n    image: x")),
                ("# image", Some("image: x")),
                ("# odd", Some("  - # odd")),
                ("# nothing", None),
                ("# next", Some("kind: X")),
            ]
        );
    }

    #[test]
    fn what_is_in_a_string_is_no_comment() {
        let text =
            "a: \"# no\"\nb: '# no'\nc: |\n  # no\nd: x#no\ne: >- # yes\n  # no\nf: [1, # flow\n  2]\n";
        let found: Vec<_> = covered(text).into_iter().map(|(comment, _)| comment).collect();
        assert_eq!(found, ["# yes", "# flow"]);
        assert!(covered("{\"a\": \"# no\"}").is_empty());
    }

    #[test]
    fn a_head_comment_reaches_over_the_first_marker_only() {
        let text = "# head\n---\na: 1\n# tail\n---\nb: 2\n# end\n";
        assert_eq!(covered(text), [("# head", Some("a: 1")), ("# tail", None), ("# end", None)]);
    }

    #[test]
    fn flow_maps_have_entries_too() {
        let text = "a: {\n  # in\n  b: {c: 1},\n  d: 2\n}\n";
        assert_eq!(covered(text), [("# in", Some("b: {c: 1}"))]);
        assert_eq!(covered("# above\na: [1, 2]\n"), [("# above", Some("a: [1, 2]"))]);
    }

    #[test]
    fn a_broken_document_leaves_the_others_their_comments() {
        let text = "a: [1 # x\n---\n# y\nb: 2\n";
        assert!(covered(text).contains(&("# y", Some("b: 2"))), "{:?}", covered(text));
        let mut deep = "[".repeat(3000);
        deep.push_str(" # deep");
        assert!(comments(&deep).len() <= 1);
    }

    #[test]
    fn any_text_is_taken() {
        // Pieces that mean something, in every order of four: brackets and quotes that never close among them.
        let pieces = [
            "a: ", "- ", "# c", "\n", "  ", "{", "]", "\"", "|\n", "---\n", "é", "\t", "? ", "&x ", "*x",
            "\u{feff}",
        ];
        for number in 0..pieces.len().pow(4) {
            let pick = |at: u32| pieces[number / pieces.len().pow(at) % pieces.len()];
            let text = [pick(0), pick(1), pick(2), "# c\n", pick(3), "b: 1\n"].concat();
            for comment in comments(&text) {
                assert!(
                    comment.span.slice(&text).is_some_and(|comment| comment.starts_with('#')),
                    "{text:?}"
                );
                assert!(
                    !comment.covers.is_some() || comment.covers.slice(&text).is_some(),
                    "{text:?} {comment:?}"
                );
            }
        }
    }
}
