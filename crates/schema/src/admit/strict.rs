//! Repeated keys of YAML bodies, in the words of the server's parser.

use ironsides_tree::{Lines, Remark, RemarkKind, Span, Text, Value, scalar};

use super::decode::quoted;

/// One complaint for each key that stands in its map already, in the order in which the parser meets them.
pub(super) fn repeated_keys(text: &str, remarks: &[Remark]) -> Vec<String> {
    let lines = Lines::new(text);
    let mut found: Vec<(u32, String)> = Vec::new();
    for remark in remarks {
        let RemarkKind::DuplicateKey { key, .. } = &remark.kind else { continue };
        let at = value_offset(text, remark.span);
        let line = lines.position(text, at).line;
        found.push((at, format!("line {line}: key {} already set in map", printed(text, remark.span, key))));
    }
    found.sort_by_key(|(at, _)| *at);
    found.into_iter().map(|(_, text)| text).collect()
}

/// A key as Go prints it: quoted where YAML read a string.
fn printed(text: &str, span: Span, key: &Text) -> String {
    let written = span.slice(text).unwrap_or_default();
    match scalar::resolve(written) {
        Value::String(_) | Value::Null => quoted(key),
        _ => key.to_string(),
    }
}

/// Where the value of a key begins; for an absent value the end of the key.
fn value_offset(text: &str, key: Span) -> u32 {
    let (start, end) = (key.start as usize, key.end as usize);
    let column = start - text[..start].rfind('\n').map_or(0, |at| at + 1);
    let bytes = text.as_bytes();
    let mut at = end;
    while bytes.get(at).is_some_and(|byte| matches!(byte, b' ' | b'\t')) {
        at += 1;
    }
    if bytes.get(at) == Some(&b':') {
        at += 1;
    }
    let mut line_start = None;
    loop {
        match bytes.get(at) {
            Some(b' ' | b'\t' | b'\r') => at += 1,
            Some(b'\n') => {
                at += 1;
                line_start = Some(at);
            }
            Some(b'#') => at += text[at..].find('\n').unwrap_or(text.len() - at),
            _ => break,
        }
    }
    let empty = match (line_start, bytes.get(at)) {
        (_, None | Some(b',' | b'}')) => true,
        (Some(line), Some(b'-')) => at - line < column,
        (Some(line), _) => at - line <= column,
        (None, _) => false,
    };
    u32::try_from(if empty { end } else { at }).unwrap_or(u32::MAX)
}
