//! Edits inside brackets, which YAML and JSON share.

use std::ops::Range;

use super::page::{Page, Splice};
use super::shape::{Pair, Shape};
use crate::document::Format;

/// An element of a list or map in brackets, as far as its place goes.
pub(super) type Element = Range<usize>;

/// The elements of a map.
pub(super) fn pairs(page: &Page<'_>, pairs: &[Pair]) -> Vec<Element> {
    pairs.iter().map(|pair| start_of_key(page, &pair.key)..pair.value.end.max(pair.key.end)).collect()
}

/// The elements of a list.
pub(super) fn items(items: &[Shape]) -> Vec<Element> {
    items.iter().map(|item| item.start..item.end).collect()
}

/// Where a key begins, with the `?` that may announce it.
pub(super) fn start_of_key(page: &Page<'_>, key: &Shape) -> usize {
    let mark = key.after.saturating_sub(1);
    let announced = page.format == Format::Yaml
        && page.text.as_bytes().get(mark) == Some(&b'?')
        && page.text.get(key.after..key.start).is_some_and(|between| !between.contains('\n'));
    if announced { mark } else { key.start }
}

/// Adds an element behind the others. `render` is told the column if every element has a line of its own.
pub(super) fn add(
    page: &Page<'_>,
    shape: &Shape,
    elements: &[Element],
    render: impl Fn(Option<usize>) -> String,
) -> Vec<Splice> {
    let close = shape.end.saturating_sub(1);
    let (Some(first), Some(last)) = (elements.first(), elements.last()) else {
        let inner = shape.value + 1..close;
        let free = page.comment_lines(&inner, 0).is_empty();
        return vec![Splice::new(if free { inner } else { close..close }, render(None))];
    };
    let comma = trailing_comma(page, last.end, close);
    let apart = page.is_broken(shape.value..first.start) && page.is_first(first.start);
    if !apart {
        return vec![match comma {
            Some(comma) => Splice::new(comma + 1..comma + 1, format!(" {}", render(None))),
            None => Splice::new(last.end..last.end, format!("{}{}", page.comma(shape.value), render(None))),
        }];
    }
    let column = page.column(first.start);
    let mut line = page.newline.to_owned();
    crate::print::yaml::pad(column, &mut line);
    line.push_str(&render(Some(column)));
    if comma.is_some() {
        line.push(',');
    }
    let end = comma.map_or(last.end, |comma| comma + 1);
    let mut splices = Vec::new();
    if comma.is_none() {
        splices.push(Splice::new(end..end, ","));
    }
    let at = page.line_end(end);
    let at = if at < close { at } else { end };
    splices.push(Splice::new(at..at, line));
    splices
}

/// The comma behind the last element, where there is one.
fn trailing_comma(page: &Page<'_>, end: usize, close: usize) -> Option<usize> {
    let mut at = end;
    while at < close {
        match page.text.as_bytes().get(at)? {
            b',' => return Some(at),
            b'#' => at = page.line_end(at),
            _ => at += 1,
        }
    }
    None
}

/// Removes an element. Comments on its lines are about it and go too; others keep a line each.
pub(super) fn remove(page: &Page<'_>, shape: &Shape, elements: &[Element], at: usize) -> Vec<Splice> {
    let Some(element) = elements.get(at) else { return Vec::new() };
    let close = shape.end.saturating_sub(1);
    if let Some(splices) = remove_lines(page, elements, at, close) {
        return splices;
    }
    let range = if elements.len() == 1 {
        shape.value + 1..close
    } else if let Some(next) = elements.get(at + 1) {
        element.start..next.start
    } else {
        elements.get(at.wrapping_sub(1)).map_or(element.start, |before| before.end)..element.end
    };
    let column = page.column(element.start);
    // What stands behind it on its line is about it, unless something else follows there.
    let own = element.start..page.line_end(element.end).min(range.end);
    let mut comments = page.comment_lines(&(range.start..own.start), column);
    comments.push_str(&page.comment_lines(&(own.end..range.end), column));
    if comments.is_empty() {
        return vec![Splice::away(range)];
    }
    let mut text = if page.is_first(range.start) { String::new() } else { page.newline.to_owned() };
    text.push_str(if text.is_empty() { comments.trim_start() } else { &comments });
    let ended = page.text.get(range.end..).is_some_and(|rest| rest.starts_with(['\n', '\r']));
    if ended {
        text.truncate(text.len() - page.newline.len());
    } else {
        let closes = range.end == close && page.is_first(close);
        crate::print::yaml::pad(if closes { page.column(close) } else { column }, &mut text);
    }
    let (before, after) = (range.start..own.start, own.end..range.end);
    vec![Splice::new(before, ""), Splice::away(own), Splice::new(after, text)]
}

/// Removes an element that has its lines to itself, with them; `None` where it shares them or is the only one.
fn remove_lines(page: &Page<'_>, elements: &[Element], at: usize, close: usize) -> Option<Vec<Splice>> {
    let element = elements.get(at).filter(|element| page.is_first(element.start))?;
    let next = elements.get(at + 1).map_or(close, |next| next.start);
    let comma = trailing_comma(page, element.end, next);
    let end = comma.map_or(element.end, |comma| comma + 1);
    let lines = page.line_start(element.start)..page.next_line(end);
    let before = at.checked_sub(1).and_then(|before| elements.get(before));
    let alone = !page.is_broken(element.end..end)
        && lines.end <= next
        && before.is_none_or(|it| it.end <= lines.start);
    if !alone || elements.len() == 1 {
        return None;
    }
    let mut splices = vec![Splice::away(lines)];
    // The one before becomes the last: it has a comma only where this one had.
    if let (Some(before), None, None) = (before, comma, elements.get(at + 1))
        && let Some(comma) = trailing_comma(page, before.end, element.start)
    {
        splices.push(Splice::new(comma..comma + 1, ""));
    }
    Some(splices)
}
