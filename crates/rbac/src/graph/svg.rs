//! The picture as SVG. It asks for nothing from outside; names are text and nothing else.

use std::fmt::Write as _;

use ironsides_core::Severity;
use ironsides_report::escape;
use ironsides_report::picture::BOX;

use super::layout::{Column, Picture, Placed, place};
use super::{Graph, Item};

const STYLE: &str = include_str!("style.css");
/// Names in a tooltip are not more than these.
const NAMES: usize = 40;

/// The picture in a file of its own.
pub(super) fn write(graph: &Graph) -> String {
    draw(graph, &format!("<style>{STYLE}</style>"), true)
}

/// The picture with what else belongs into it; `legend` says what was left out in the picture itself.
pub(super) fn draw(graph: &Graph, inside: &str, legend: bool) -> String {
    let picture = place(graph);
    let mut out = String::new();
    let lines: Vec<String> = if legend {
        graph.left_out.iter().flat_map(|line| wrap(&format!("Not shown: {line}."), 150)).collect()
    } else {
        Vec::new()
    };
    let extra = lines.len().min(50);
    let height = picture.height + f64::from(u32::try_from(extra).unwrap_or_default()) * 18.0;
    let Picture { width, height: bottom, ref bands } = picture;
    _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"rbac\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\" aria-label=\"Subjects, bindings and roles\">\n{inside}\n\
         <rect class=\"paper\" width=\"{width:.0}\" height=\"{height:.0}\"/>\n"
    );
    for (number, band) in bands.iter().enumerate() {
        draw_band(&mut out, number, band, width);
    }
    for (line, at) in lines.iter().take(extra).zip(0u32..) {
        let y = bottom + f64::from(at) * 18.0;
        _ = writeln!(out, "<text class=\"note\" x=\"32\" y=\"{y:.0}\">{}</text>", escape(line));
    }
    out.push_str("</svg>\n");
    out
}

fn draw_band(out: &mut String, number: usize, placed: &Placed<'_>, width: f64) {
    let (top, height) = (placed.top, placed.height);
    let title = escape(&ironsides_report::plain(&placed.band.title));
    _ = write!(
        out,
        "<g class=\"band\">\n<rect class=\"scope\" x=\"20\" y=\"{top:.0}\" width=\"{:.0}\" height=\"{height:.0}\" \
         rx=\"8\"/>\n<text class=\"title\" x=\"32\" y=\"{:.0}\">{title}</text>\n",
        width - 40.0,
        top + 22.0
    );
    let [subjects, bindings, roles] = &placed.columns;
    for (subject, binding) in &placed.band.holds {
        edge(out, (subjects, *subject, 's'), (bindings, *binding, 'b'), number);
    }
    for (binding, role) in &placed.band.grants {
        edge(out, (bindings, *binding, 'b'), (roles, *role, 'r'), number);
    }
    for (column, class, letter) in
        [(subjects, "subject", 's'), (bindings, "binding", 'b'), (roles, "role", 'r')]
    {
        for (at, item) in column.items.iter().enumerate() {
            draw_box(out, column, at, item, class, &format!("{letter}{number}-{at}"));
        }
    }
    out.push_str("</g>\n");
}

type End<'a, 'b> = (&'a Column<'b>, usize, char);

fn edge(out: &mut String, from: End<'_, '_>, to: End<'_, '_>, band: usize) {
    let (x, y) = (from.0.right(), from.0.middle(from.1));
    let (end, target) = (to.0.left, to.0.middle(to.1));
    let half = f64::midpoint(x, end);
    _ = writeln!(
        out,
        "<path class=\"edge\" data-from=\"{}{band}-{}\" data-to=\"{}{band}-{}\" \
         d=\"M{x:.0} {y:.1}C{half:.0} {y:.1} {half:.0} {target:.1} {end:.0} {target:.1}\"/>",
        from.2, from.1, to.2, to.1
    );
}

fn draw_box(out: &mut String, column: &Column<'_>, at: usize, item: &Item, class: &str, id: &str) {
    let top = column.tops.get(at).copied().unwrap_or_default();
    let (left, width) = (column.left, column.width);
    let severity = item.severity.filter(|severity| *severity != Severity::Info);
    let bad = severity.map(|severity| format!(" {severity}")).unwrap_or_default();
    let stack = if item.all.len() > 1 { " many" } else { "" };
    _ = writeln!(
        out,
        "<g class=\"box {class}{bad}{stack}\" id=\"{id}\"><title>{}</title>\
         <rect x=\"{left:.0}\" y=\"{top:.1}\" width=\"{width:.0}\" height=\"{BOX:.0}\" rx=\"5\"/>\
         <text class=\"name\" x=\"{:.0}\" y=\"{:.1}\">{}</text>\
         <text class=\"detail\" x=\"{:.0}\" y=\"{:.1}\">{}</text></g>",
        escape(&tooltip(item, severity)),
        left + 12.0,
        top + 17.0,
        escape(&column.label(&item.label)),
        left + 12.0,
        top + 32.0,
        escape(&column.detail(&told(item, severity))),
    );
}

/// The second line: how bad it is stands in words too, for those who see no colour.
fn told(item: &Item, severity: Option<Severity>) -> String {
    match severity {
        Some(severity) => format!("{severity} · {}", item.detail),
        None => item.detail.clone(),
    }
}

fn tooltip(item: &Item, severity: Option<Severity>) -> String {
    let mut text = item.all.iter().take(NAMES).cloned().collect::<Vec<_>>().join("\n");
    if item.all.len() > NAMES {
        _ = write!(text, "\nand {} more", item.all.len() - NAMES);
    }
    _ = write!(text, "\n{}", told(item, severity));
    text
}

/// Breaks a text into lines of at most so many characters.
fn wrap(text: &str, most: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let Some(line) = lines.last_mut() else { break };
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > most {
            lines.push(word.to_owned());
        } else {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}
