//! Pictures: texts that are cut to fit and never anything but text, and boxes that do not overlap.

use std::fmt::Write as _;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::plain;

/// The width of one character of a picture's type at 12 pixels: 0.6 of them, as in every common fixed-width type.
pub const CHARACTER: f64 = 7.25;
/// Of the smaller second line.
pub const SMALL: f64 = 6.25;

/// The height of a box with two lines.
pub const BOX: f64 = 40.0;
/// From the upper edge of one box to that of the next below.
pub const SLOT: f64 = 50.0;

/// How wide a text is whose characters are so many pixels wide.
pub fn width(text: &str, character: f64) -> f64 {
    u32::try_from(plain(text).width()).map_or(f64::MAX, f64::from) * character
}

/// A text cut so that it is no wider than so many pixels.
pub fn fit(text: &str, width: f64, character: f64) -> String {
    let wide = |columns: usize| u32::try_from(columns).map_or(f64::MAX, f64::from) * character;
    let text = plain(text);
    if wide(text.width()) <= width {
        return text.into_owned();
    }
    let mut out = String::new();
    let mut columns = 1;
    for c in text.chars() {
        columns += c.width().unwrap_or_default();
        if wide(columns) > width {
            break;
        }
        out.push(c);
    }
    out.trim_end().to_owned() + "…"
}

/// A string of Graphviz: nothing in it is an escape but the line break.
pub fn dot(text: &str) -> String {
    let lines = text.split('\n').map(|line| {
        let line = plain(line);
        let cut: String = line.chars().take(120).collect();
        let cut = if cut.len() < line.len() { cut + "…" } else { cut };
        cut.replace('\\', "\\\\").replace('"', "\\\"")
    });
    format!("\"{}\"", lines.collect::<Vec<_>>().join("\\n"))
}

/// A text of at most so many characters in which nothing is Mermaid's, Markdown's or HTML's: all but plain characters are written
/// by number.
pub fn mermaid(text: &str, most: usize) -> String {
    let plain = plain(text);
    let mut out = String::new();
    for (at, c) in plain.chars().enumerate() {
        if at == most {
            out.push('…');
            break;
        }
        match c {
            ' ' | '.' | ',' | ':' | '-' | '/' | '(' | ')' | '·' | '…' => out.push(c),
            c if c.is_alphanumeric() => out.push(c),
            c => _ = write!(out, "#{};", u32::from(c)),
        }
    }
    out
}

/// The upper edges of boxes: each near the middle of what it is connected with, given the edges of these, in slots of their own.
pub fn near<I: Iterator<Item = usize>>(
    count: usize,
    places: &[f64],
    partners: impl Fn(usize) -> I,
) -> Vec<f64> {
    let mut wanted: Vec<(f64, usize)> = (0..count)
        .map(|at| {
            let (sum, number) = partners(at)
                .filter_map(|partner| places.get(partner))
                .fold((0.0, 0.0), |(sum, number), place| (sum + place, number + 1.0));
            (if number > 0.0 { sum / number } else { 0.0 }, at)
        })
        .collect();
    wanted.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    // From the top each as high as it may, then from the bottom of each run back up by half of what it was pushed.
    let mut tops = vec![0.0; count];
    let mut free = 0.0;
    let mut run: Vec<(f64, usize)> = Vec::new();
    let mut floor = 0.0;
    let settle = |run: &mut Vec<(f64, usize)>, floor: &mut f64, tops: &mut Vec<f64>| {
        let pushed: f64 = run
            .iter()
            .zip(0u32..)
            .map(|((want, _), slot)| {
                let first = run.first().map_or(0.0, |(want, _)| *want).max(*floor);
                first + f64::from(slot) * SLOT - want
            })
            .sum();
        let number = u32::try_from(run.len()).map_or(1.0, f64::from).max(1.0);
        let first = (run.first().map_or(0.0, |(want, _)| *want).max(*floor) - pushed / number).max(*floor);
        for ((_, at), slot) in run.iter().zip(0u32..) {
            if let Some(top) = tops.get_mut(*at) {
                *top = first + f64::from(slot) * SLOT;
            }
            *floor = first + (f64::from(slot) + 1.0) * SLOT;
        }
        run.clear();
    };
    for (want, at) in wanted {
        if want >= free {
            settle(&mut run, &mut floor, &mut tops);
            free = want.max(floor);
        }
        run.push((want, at));
        free += SLOT;
    }
    settle(&mut run, &mut floor, &mut tops);
    tops
}
