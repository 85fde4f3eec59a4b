//! A map as a table with commas.

use crate::map::Map;

impl Map {
    /// A line for each cell: sender, receiver, the most that goes through, how much that is, between how many pairs of how many
    /// something does, on what it depends, between how many pairs all of it does, and what does between every pair. The first line
    /// names the columns.
    pub fn csv(&self) -> String {
        let mut out = String::from("from,to,traffic,level,open_pairs,pairs,conditions,full_pairs,least\n");
        for cell in &self.cells {
            let name = |unit| self.unit(unit).map_or("", |unit| unit.name.as_str());
            let every = if cell.is_whole() { Some(&cell.most) } else { cell.least.as_ref() };
            let least = every.map_or_else(|| "nothing".to_owned(), ToString::to_string);
            let fields = [
                name(cell.from),
                name(cell.to),
                &cell.most.to_string(),
                cell.level.name(),
                &cell.open.to_string(),
                &cell.pairs.to_string(),
                &cell.most.conditions().join("; "),
                &cell.full.to_string(),
                &least,
            ];
            out.push_str(&fields.map(field).join(","));
            out.push('\n');
        }
        out
    }
}

/// A field of a table with commas: in quotes where it must be. (Source: RFC 4180.) What a spreadsheet would run is text.
fn field(text: &str) -> String {
    let plain = ironsides_report::plain(text);
    let formula = plain.starts_with(['=', '+', '-', '@']);
    let plain = if formula { format!("'{plain}") } else { plain.into_owned() };
    if plain.contains([',', '"', '\n', '\r']) { format!("\"{}\"", plain.replace('"', "\"\"")) } else { plain }
}
