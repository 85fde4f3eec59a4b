//! A map as SVG. It asks for nothing from outside; names are text and nothing else.

use std::fmt::Write as _;

use ironsides_report::escape;

use crate::map::drawn::Drawn;
use crate::map::{Kind, Map, Scale, Unit, columns, matrix};

pub(super) const STYLE: &str = include_str!("style.css");
/// Names in a tooltip are not more than these.
const NAMES: usize = 40;
/// A picture with lines has no more of them than these, and no more units.
const LINES: usize = 150;
const UNITS: usize = 40;

/// A drawing without its frame.
pub(super) struct Drawing {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) body: String,
}

impl Map {
    /// As a picture that stands for itself: boxes with lines where there are few, a matrix of senders and receivers where there are
    /// many. What nobody could read is folded, and the picture says so.
    pub fn svg(&self) -> String {
        let map = self.readable();
        map.picture(&format!("<style>{STYLE}</style>"), true)
    }

    /// The picture with what else belongs into it; `legend` says what was left out in the picture itself. The map is readable.
    pub(super) fn picture(&self, inside: &str, legend: bool) -> String {
        let drawn = Drawn::new(self);
        let drawing = if self.has_lines(&drawn) { columns::draw(self, &drawn) } else { matrix::draw(self) };
        let Drawing { width, height: bottom, body } = drawing;
        let mut notes: Vec<String> = Vec::new();
        if legend {
            notes.extend(self.said().iter().map(|line| format!("{line}.")));
        }
        let room = (width - 60.0).max(200.0);
        let notes: Vec<String> = notes.iter().flat_map(|note| broken(note, room)).collect();
        let height = bottom + f64::from(u32::try_from(notes.len()).unwrap_or_default()) * 18.0 + 12.0;
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"network\" width=\"{width:.0}\" height=\"{height:.0}\" \
             viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\" aria-label=\"Who can send what to whom\">\n{inside}\n\
             <rect class=\"paper\" width=\"{width:.0}\" height=\"{height:.0}\"/>\n{body}"
        );
        for (line, at) in notes.iter().zip(1u32..) {
            let y = bottom + f64::from(at) * 18.0 - 4.0;
            _ = writeln!(out, "<text class=\"note\" x=\"20\" y=\"{y:.0}\">{}</text>", escape(line));
        }
        out.push_str("</svg>\n");
        out
    }

    /// Whether the picture has boxes with lines, and no matrix.
    fn has_lines(&self, drawn: &Drawn) -> bool {
        let few = self.units.len() <= UNITS && drawn.edges.len() <= LINES && self.scale == Scale::Workloads;
        self.focus.is_some() || few
    }

    /// What a picture says beside itself.
    pub(super) fn said(&self) -> Vec<String> {
        let mut said = vec![format!("Under the profile {}", self.profile)];
        let drawn = Drawn::new(self);
        if self.has_lines(&drawn) {
            said.extend(drawn.said.iter().map(|line| capital(line)));
        }
        said.extend(self.undrawn());
        said.extend(self.short_legend());
        said.extend(self.notes.iter().map(|note| format!("Not shown: {note}")));
        said
    }
}

impl Map {
    /// How many connections of a map with a focus do not lead from one of its columns to the next, which have no line.
    fn undrawn(&self) -> Option<String> {
        let layers = self.focus.as_ref()?;
        let count = self.cells.iter().filter(|cell| !layers.step(cell)).count();
        let (word, have) = if count == 1 { ("connection", "has") } else { ("connections", "have") };
        (count > 0).then(|| {
            format!("{count} {word} between boxes that are as far from the focus {have} no line: table, csv and json tell them")
        })
    }
}

fn capital(line: &str) -> String {
    let mut chars = line.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// A text in lines that are no wider than so many pixels.
fn broken(text: &str, width: f64) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in ironsides_report::plain(text).split(' ') {
        let Some(line) = lines.last_mut() else { break };
        let longer = format!("{line} {word}");
        if !line.is_empty()
            && ironsides_report::picture::width(&longer, ironsides_report::picture::CHARACTER) > width
        {
            lines.push(word.to_owned());
        } else {
            longer.trim_start().clone_into(line);
        }
    }
    lines
}

impl Unit {
    /// The word for its class in a picture.
    pub(super) fn class(&self) -> &'static str {
        match self.kind {
            Kind::Namespace | Kind::Workload => "unit",
            Kind::Nodes => "nodes",
            Kind::Outside => "outside",
        }
    }

    /// All that it stands for, for a tooltip.
    pub(super) fn tooltip(&self) -> String {
        if self.all.is_empty() {
            return format!("{}\n{}", self.name, self.detail());
        }
        let mut text = self.all.iter().take(NAMES).cloned().collect::<Vec<_>>().join("\n");
        if self.all.len() > NAMES {
            _ = write!(text, "\nand {} more", self.all.len() - NAMES);
        }
        format!("{text}\n{}", self.detail())
    }
}
