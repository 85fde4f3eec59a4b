//! What is in a bundle, for people.

use std::fmt::Write;

use ironsides_core::{Date, Extent, Facts};
use ironsides_files::{Bundle, BundleOf};

/// A moment in milliseconds since 1970 as people write it: `2026-11-22 22:13:05Z`.
pub(crate) fn moment(milliseconds: u64) -> String {
    let seconds = milliseconds / 1000;
    let days = i64::try_from(seconds / 86_400).unwrap_or(i64::MAX);
    let (hours, minutes) = (seconds / 3600 % 24, seconds / 60 % 60);
    format!("{} {hours:02}:{minutes:02}:{:02}Z", Date::from_days(days), seconds % 60)
}

/// How many of something there are.
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// What is in facts, in one line: `412 objects in 38 lists of https://10.0.0.1:6443 (v1.36.3, context prod)`.
pub(crate) fn line(of: BundleOf, facts: &Facts) -> String {
    let objects = facts.listings.iter().map(|listing| listing.objects.len()).sum();
    let lists = count(facts.listings.len(), "list", "lists");
    let objects = count(objects, "object", "objects");
    match of {
        BundleOf::Files => format!("{objects} in {lists} of files"),
        BundleOf::Cluster => {
            let server = &facts.server;
            let version = if server.version.is_empty() { "version unknown" } else { &server.version };
            let context = match &*server.context {
                "" => String::new(),
                context => format!(", context {context}"),
            };
            format!("{objects} in {lists} of {} ({version}{context})", server.address)
        }
    }
}

/// What is in a bundle: where it is from, and a line for every listing.
pub(crate) fn show(bundle: &Bundle) -> String {
    let Bundle { of, ironsides, facts } = bundle;
    let mut text =
        format!("{}\ntaken {} by ironsides {ironsides}\n\n", line(*of, facts), moment(facts.taken));
    let rows: Vec<[String; 4]> = facts
        .listings
        .iter()
        .map(|listing| {
            let group = if listing.group.is_empty() { String::new() } else { format!(".{}", listing.group) };
            let from = match of {
                BundleOf::Files => listing.request.to_string(),
                BundleOf::Cluster => listing.namespace.as_deref().unwrap_or("*").to_owned(),
            };
            let extent = match &listing.extent {
                _ if *of == BundleOf::Files => String::new(),
                Extent::Complete => "complete".to_owned(),
                Extent::Partial { why } => format!("partial: {why}"),
                Extent::Absent { why } => format!("absent: {why}"),
            };
            [format!("{}{group}", listing.resource), listing.objects.len().to_string(), from, extent]
        })
        .collect();
    let heads = match of {
        BundleOf::Files => ["RESOURCE", "OBJECTS", "FILE", ""],
        BundleOf::Cluster => ["RESOURCE", "OBJECTS", "NAMESPACE", "COVERAGE"],
    };
    let width = |at: usize| {
        let cells = rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count());
        cells.chain([heads.get(at).map_or(0, |head| head.len())]).max().unwrap_or_default()
    };
    let (resource, objects, from) = (width(0), width(1), width(2));
    for [a, b, c, d] in std::iter::once(heads.map(str::to_owned)).chain(rows) {
        let row = format!("{a:<resource$}  {b:>objects$}  {c:<from$}  {d}");
        _ = writeln!(text, "{}", ironsides_report::plain(row.trim_end()));
    }
    for answer in &facts.server.anonymous {
        let status = if answer.status == 0 { "no answer".to_owned() } else { answer.status.to_string() };
        _ = writeln!(text, "without credentials: {}: {status}", ironsides_report::plain(&answer.request));
    }
    text
}
