//! The picture as a Mermaid flow chart.

use std::fmt::Write as _;

use ironsides_core::Severity;
use ironsides_report::picture::mermaid as text;

use super::{Band, Graph, Item};

/// What Mermaid draws unless it is configured otherwise: so many characters (`maxTextSize`) and lines (`maxEdges`).
const CHARACTERS: usize = 50_000;
const EDGES: usize = 500;
/// How many boxes of one frame are drawn.
const BAND: usize = 150;
/// Kept for what is said of what was left out.
const ROOM: usize = 2_000;

pub(super) fn write(graph: &Graph) -> String {
    let mut out = String::from(
        "flowchart LR\n  classDef subject fill:#ddf4ff,stroke:#0969da,color:#1f2328\n  \
         classDef binding fill:#ffffff,stroke:#57606a,color:#1f2328,stroke-dasharray:4 3\n  \
         classDef role fill:#f6f0ff,stroke:#8250df,color:#1f2328\n  \
         classDef critical fill:#ffebe9,stroke:#cf222e,color:#1f2328,stroke-width:3px\n  \
         classDef high fill:#fff1e5,stroke:#bc4c00,color:#1f2328,stroke-width:2px\n",
    );
    let mut notes = graph.left_out.clone();
    let (mut edges, mut left, mut part) = (0, 0, 0);
    for (number, band) in graph.bands.iter().enumerate() {
        let mut band = band.clone();
        if band.size() > BAND {
            band.keep(BAND);
            part += 1;
        }
        let band = &band;
        let text = band_text(number, band);
        let more = band.holds.len() + band.grants.len();
        if edges + more > EDGES || out.len() + text.len() + ROOM > CHARACTERS {
            left += 1;
            continue;
        }
        edges += more;
        out.push_str(&text);
    }
    if left > 0 {
        let frames = if left == 1 { "1 frame".to_owned() } else { format!("{left} frames") };
        notes.push(format!(
            "{frames} of {}, because Mermaid draws {EDGES} lines and {CHARACTERS} characters and no more; draw a part, or \
             svg or html",
            graph.bands.len()
        ));
    }
    if part > 0 {
        notes.push(format!(
            "a part of {part} frames, because Mermaid draws no more; draw a part, or svg or html"
        ));
    }
    for (at, note) in notes.iter().enumerate() {
        _ = writeln!(out, "  note{at}[\"not shown: {}\"]", text(note, 400));
    }
    out
}

fn band_text(number: usize, band: &Band) -> String {
    let mut out = format!("  subgraph n{number}[\"{}\"]\n    direction LR\n", text(&band.title, 80));
    for (items, letter, class) in
        [(&band.subjects, 's', "subject"), (&band.bindings, 'b', "binding"), (&band.roles, 'r', "role")]
    {
        for (at, item) in items.iter().enumerate() {
            let class = match item.severity.map(Severity::as_str) {
                Some(word @ ("critical" | "high")) => word,
                _ => class,
            };
            _ = writeln!(out, "    {letter}{number}_{at}[\"{}\"]:::{class}", label(item));
        }
    }
    for (subject, binding) in &band.holds {
        _ = writeln!(out, "    s{number}_{subject} --> b{number}_{binding}");
    }
    for (binding, role) in &band.grants {
        _ = writeln!(out, "    b{number}_{binding} --> r{number}_{role}");
    }
    out + "  end\n"
}

fn label(item: &Item) -> String {
    let word = item.severity.map(|severity| format!("{severity} · ")).unwrap_or_default();
    format!("{}<br>{}", text(&item.label, 60), text(&format!("{word}{}", item.detail), 60))
}
