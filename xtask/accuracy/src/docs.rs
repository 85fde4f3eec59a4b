//! The tables in `docs/accuracy.md`. What stands outside the markers is written by people.

use std::fmt::Write;
use std::fs;

use anyhow::{Context, Result};

use crate::data;
use crate::oracle::Unmapped;
use crate::report::Row;

const BEGIN: &str = "<!-- accuracy:begin -->";
const END: &str = "<!-- accuracy:end -->";

/// Puts these figures between the markers.
pub(crate) fn rewrite(rows: &[Row]) -> Result<()> {
    let path = data::workspace().join("docs/accuracy.md");
    let before = data::text(&path)?;
    let after =
        replaced(&before, &table(rows)).with_context(|| format!("{} has no markers", path.display()))?;
    if after != before {
        fs::write(&path, after).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

fn replaced(text: &str, table: &str) -> Option<String> {
    let (before, rest) = text.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n{table}{END}{after}"))
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
        let text = format!("a\n{BEGIN}\nold\n{END}\nb\n");
        assert_eq!(replaced(&text, "new\n"), Some(format!("a\n{BEGIN}\nnew\n{END}\nb\n")));
        assert_eq!(replaced("a", "new"), None);
    }
}
