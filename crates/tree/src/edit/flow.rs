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
            None => Splice::new(last.end..last.end, format!("{}{}", page.comma(), render(None))),
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

/// Removes an element. Comments that stood with it keep a line each.
pub(super) fn remove(page: &Page<'_>, shape: &Shape, elements: &[Element], at: usize) -> Vec<Splice> {
    let Some(element) = elements.get(at) else { return Vec::new() };
    let range = if elements.len() == 1 {
        shape.value + 1..shape.end.saturating_sub(1)
    } else if let Some(next) = elements.get(at + 1) {
        element.start..next.start
    } else {
        elements.get(at.wrapping_sub(1)).map_or(element.start, |before| before.end)..element.end
    };
    let column = page.column(element.start);
    let comments = page.comment_lines(&range, column);
    if comments.is_empty() {
        return vec![Splice::new(range, "")];
    }
    let mut text = if page.is_first(range.start) { String::new() } else { page.newline.to_owned() };
    text.push_str(if text.is_empty() { comments.trim_start() } else { &comments });
    let ended = page.text.get(range.end..).is_some_and(|rest| rest.starts_with(['\n', '\r']));
    if ended {
        text.truncate(text.len() - page.newline.len());
    } else {
        crate::print::yaml::pad(column, &mut text);
    }
    vec![Splice::new(range, text)]
}
