//! Configuration without its secrets.
//!
//! Every text passes through here before anything else keeps it. What stands under the name of a secret is replaced by
//! eight stars whatever it looks like, and what looks like a secret wherever it stands; comments are taken out, because
//! people leave old values in them. A text that cannot be read as what it should be is not kept at all.

mod flags;
mod toml;
mod unit;
mod words;
mod yaml;

use std::ops::Range;

use crate::kind::Format;

pub(crate) use flags::arguments;
pub(crate) use words::{is_secret_name, value};

/// What stands where a secret stood.
pub(crate) const STARS: &str = "********";

/// A text without its secrets; or why nothing of it is kept.
pub(crate) fn text(format: Format, text: &str) -> Result<String, String> {
    match format {
        Format::Yaml => yaml::text(text),
        Format::Toml => toml::text(text),
        Format::Environment => Ok(unit::environment(text)),
        Format::Unit => Ok(unit::unit(text)),
        Format::Flags => Ok(flags::lines(text)),
    }
}

/// Replaces parts of a text. Of parts that overlap the one that begins first counts, and of those the longest.
fn replace(text: &str, mut edits: Vec<(Range<usize>, String)>) -> String {
    edits.sort_by(|(a, _), (b, _)| a.start.cmp(&b.start).then(b.end.cmp(&a.end)));
    let mut new = String::with_capacity(text.len());
    let mut at = 0;
    for (range, with) in edits {
        if range.start < at {
            // Within what was replaced; what reaches further is taken out as well.
            at = at.max(range.end);
            continue;
        }
        new.push_str(text.get(at..range.start).unwrap_or_default());
        new.push_str(&with);
        at = range.end;
    }
    new.push_str(text.get(at..).unwrap_or_default());
    new
}
