//! Texts inside pictures: cut to fit, and never anything but text.

use std::fmt::Write as _;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::plain;

/// The width of one character of a picture's type at 12 pixels: 0.6 of them, as in every common fixed-width type.
pub const CHARACTER: f64 = 7.25;
/// Of the smaller second line.
pub const SMALL: f64 = 6.25;

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
