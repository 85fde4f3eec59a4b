//! The tables in `docs/accuracy.md`. What stands outside the markers is written by people.

use std::fmt::Write;
use std::fs;

use anyhow::{Context, Result};

use crate::data;
use crate::oracle::Unmapped;
use crate::report::Row;

/// The name of the markers of the table of all oracles.
const ALL: &str = "accuracy";

/// Puts these figures between the markers: the tables of single oracles, and that of all where all were asked.
pub(crate) fn rewrite(rows: &[Row], all: bool) -> Result<()> {
    let path = data::workspace().join("docs/accuracy.md");
    let before = data::text(&path)?;
    let mut after = before.clone();
    let whole = all.then(|| (ALL, table(rows)));
    let own = rows.iter().flat_map(Row::sections).map(|(name, table)| (*name, table.clone()));
    for (name, table) in whole.into_iter().chain(own) {
        after = replaced(&after, name, &table)
            .with_context(|| format!("{} has no markers for {name}", path.display()))?;
    }
    if after != before {
        fs::write(&path, after).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

fn replaced(text: &str, name: &str, table: &str) -> Option<String> {
    let (begin, end) = (format!("<!-- {name}:begin -->"), format!("<!-- {name}:end -->"));
    let (before, rest) = text.split_once(&begin)?;
    let (_, after) = rest.split_once(&end)?;
    Some(format!("{before}{begin}\n{table}{end}{after}"))
}

/// Without the times, which differ from run to run.
fn table(rows: &[Row]) -> String {
    let mut out =
        String::from("| oracle | cases | agree | skipped | unmapped |\n|---|---:|---:|---:|---:|\n");
    for (name, tally) in rows.iter().flat_map(Row::figures) {
        let figures = [tally.cases, tally.agree, tally.skipped, tally.unmapped];
        let figures = figures.map(|figure| figure.to_string()).join(" | ");
        _ = writeln!(out, "| {name} | {figures} |");
    }
    for (oracle, unmapped) in rows.iter().map(Row::unmapped).filter(|(_, unmapped)| !unmapped.is_empty()) {
        _ = writeln!(out, "\nRules of `{oracle}` that nothing corresponds to:\n");
        for Unmapped { rule, reason } in unmapped {
            _ = writeln!(out, "* `{rule}`: {reason}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_between_the_markers_changes() {
        let text = "a\n<!-- x:begin -->\nold\n<!-- x:end -->\nb\n";
        let expected = "a\n<!-- x:begin -->\nnew\n<!-- x:end -->\nb\n";
        assert_eq!(replaced(text, "x", "new\n").as_deref(), Some(expected));
        assert_eq!(replaced(text, "y", "new"), None);
        assert_eq!(replaced("a", "x", "new"), None);
    }
}
