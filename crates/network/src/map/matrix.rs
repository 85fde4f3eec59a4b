//! A map as a matrix: a row for each sender, a column for each receiver.

use std::fmt::Write as _;

use ironsides_report::escape;
use ironsides_report::picture::{CHARACTER, fit, width};

use crate::map::svg::Drawing;
use crate::map::{Kind, Level, Map};

/// The edge of a cell.
const CELL: f64 = 20.0;
const MARGIN: f64 = 20.0;
/// No label is wider than this.
const LABEL: f64 = 300.0;
/// The legend above all.
const LEGEND: f64 = 64.0;

pub(super) fn draw(map: &Map) -> Drawing {
    let count = f64::from(u32::try_from(map.units.len()).unwrap_or_default());
    let widest = map.units.iter().map(|unit| width(&unit.name, CHARACTER)).fold(60.0, f64::max);
    let label = widest.min(LABEL);
    let (left, top) = (MARGIN + label + 8.0, MARGIN + LEGEND + label + 8.0);
    let (right, bottom) = (left + count * CELL, top + count * CELL);
    let mut body = String::new();
    legend(&mut body);
    _ = writeln!(
        body,
        "<text class=\"title\" x=\"{MARGIN:.0}\" y=\"{:.0}\">from</text>\
         <text class=\"title\" x=\"{:.1}\" y=\"{:.0}\">to</text>",
        top - 10.0,
        left - 24.0,
        top - 10.0
    );
    let mut before = None;
    for (at, unit) in (0u32..).zip(&map.units) {
        let middle = (f64::from(at) + 0.5) * CELL;
        let name = escape(&fit(&unit.name, label, CHARACTER));
        let tooltip = escape(&unit.tooltip());
        let (x, y) = (left + middle, top + middle);
        // A line where another namespace begins.
        let frame = (unit.kind, if unit.kind == Kind::Namespace { "" } else { unit.namespace.as_str() });
        let class = if before.is_some_and(|before| before != frame) { "rule" } else { "line" };
        before = Some(frame);
        let (row, column) = (y - CELL / 2.0, x - CELL / 2.0);
        _ = write!(
            body,
            "<path class=\"{class}\" d=\"M{MARGIN:.0} {row:.1}H{right:.1}M{column:.1} {:.1}V{bottom:.1}\"/>\n\
             <text class=\"label\" text-anchor=\"end\" x=\"{:.1}\" y=\"{:.1}\">{name}<title>{tooltip}</title></text>\n\
             <text class=\"label\" transform=\"translate({:.1} {:.1}) rotate(-90)\">{name}<title>{tooltip}</title></text>\n",
            top - label - 8.0,
            left - 6.0,
            y + 4.0,
            x + 4.0,
            top - 6.0,
        );
    }
    for cell in &map.cells {
        let (Some(from), Some(to)) = (map.unit(cell.from), map.unit(cell.to)) else { continue };
        let (x, y) = (left + f64::from(cell.to) * CELL, top + f64::from(cell.from) * CELL);
        let title = format!("{} to {}: {}", from.name, to.name, map.told(cell));
        sign(&mut body, cell.level, (x, y), &title);
    }
    Drawing { width: (right + MARGIN).max(MARGIN + 640.0), height: bottom + MARGIN, body }
}

/// A cell: a colour, and a sign for those who see none.
fn sign(body: &mut String, level: Level, (x, y): (f64, f64), title: &str) {
    let sign = match level {
        Level::Depends => "?",
        Level::Some => "◐",
        Level::Everything => "●",
    };
    _ = writeln!(
        body,
        "<g class=\"cell {}\"><title>{}</title><rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{CELL:.0}\" height=\"{CELL:.0}\"/>\
         <text x=\"{:.1}\" y=\"{:.1}\">{sign}</text></g>",
        level.name(),
        escape(title),
        x + CELL / 2.0,
        y + CELL / 2.0 + 3.5,
    );
}

fn legend(body: &mut String) {
    let all = [
        (Level::Everything, "everything"),
        (Level::Some, "some traffic, or between some pairs"),
        (Level::Depends, "depends"),
    ];
    let mut x = MARGIN;
    for (level, text) in all {
        sign(body, level, (x, MARGIN), text);
        _ = writeln!(
            body,
            "<text class=\"note\" x=\"{:.1}\" y=\"{:.1}\">{text}</text>",
            x + 28.0,
            MARGIN + 14.0
        );
        x += 28.0 + width(text, CHARACTER) + 24.0;
    }
    _ = writeln!(body, "<text class=\"note\" x=\"{x:.1}\" y=\"{:.1}\">empty: nothing</text>", MARGIN + 14.0);
    _ = writeln!(
        body,
        "<text class=\"note\" x=\"{MARGIN:.1}\" y=\"{:.1}\">A row is a sender, a column a receiver.</text>",
        MARGIN + 38.0
    );
}
