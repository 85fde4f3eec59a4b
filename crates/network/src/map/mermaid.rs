//! A map as a Mermaid flow chart.

use std::borrow::Cow;
use std::fmt::Write as _;

use ironsides_report::picture::mermaid as text;

use crate::map::drawn::{Drawn, Edge};
use crate::map::{Kind, Level, Map, Scale};

/// What Mermaid draws unless it is configured otherwise: so many characters (`maxTextSize`). Of its 500 lines (`maxEdges`) some are
/// left for those who add to the chart.
const CHARACTERS: usize = 50_000;
const EDGES: usize = 450;
/// Kept for what is said of what was left out.
const ROOM: usize = 1_500;

impl Map {
    /// As a Mermaid flow chart, within the size that Mermaid draws by default: what is too much for it is told by namespace, and what
    /// is still too much is left out, and the chart says so.
    pub fn mermaid(&self) -> String {
        let mut notes = self.notes.clone();
        let mut map = Cow::Borrowed(self);
        let mut drawn = Drawn::new(&map);
        if (drawn.edges.len() > EDGES || self.boxes().len() + ROOM > CHARACTERS / 2)
            && self.scale == Scale::Workloads
        {
            notes.push(format!(
                "workloads one by one, because Mermaid draws {EDGES} lines and {CHARACTERS} characters and no more: these are \
                 namespaces; put a workload into the focus, or take svg or html"
            ));
            map = Cow::Owned(self.by_namespace());
            drawn = Drawn::new(&map);
        }
        if map.scale == Scale::Namespaces && drawn.edges.len() > EDGES {
            map = Cow::Owned(map.into_owned().alike());
            drawn = Drawn::new(&map);
        }
        let mut out = String::from(
            "flowchart LR\n  classDef unit fill:#ddf4ff,stroke:#0969da,color:#1f2328\n  \
             classDef outside fill:#fff1e5,stroke:#bc4c00,color:#1f2328\n  \
             classDef nodes fill:#f6f0ff,stroke:#8250df,color:#1f2328\n",
        );
        out.push_str(&map.boxes());
        let all = drawn.edges.len();
        let mut lines = 0;
        for edge in &drawn.edges {
            let line = line(edge);
            if lines == EDGES || out.len() + line.len() + ROOM > CHARACTERS {
                break;
            }
            out.push_str(&line);
            lines += 1;
        }
        if lines < all {
            notes.push(format!(
                "{} of {all} lines, because Mermaid draws no more; take svg or html",
                all - lines
            ));
        }
        for (at, said) in drawn.said.iter().cloned().chain(map.short_legend()).enumerate() {
            _ = writeln!(out, "  said{at}[\"{}\"]", text(&said, 400));
        }
        for (at, note) in notes.iter().enumerate() {
            _ = writeln!(out, "  note{at}[\"not shown: {}\"]", text(note, 400));
        }
        out
    }

    /// All boxes in their frames, as many as there is room for.
    fn boxes(&self) -> String {
        let mut out = String::new();
        for (number, (namespace, units)) in self.frames().into_iter().enumerate() {
            if out.len() > CHARACTERS / 2 {
                break;
            }
            if !namespace.is_empty() {
                _ = writeln!(out, "  subgraph n{number}[\"namespace {}\"]", text(namespace, 80));
            }
            for at in units {
                let Some(unit) = self.unit(at) else { continue };
                let class = match unit.kind {
                    Kind::Outside => "outside",
                    Kind::Nodes => "nodes",
                    Kind::Namespace | Kind::Workload => "unit",
                };
                let label = format!("{}<br>{}", text(&unit.name, 60), text(&unit.detail(), 60));
                _ = writeln!(out, "    u{at}[\"{label}\"]:::{class}");
            }
            if !namespace.is_empty() {
                out.push_str("  end\n");
            }
        }
        out
    }
}

fn line(edge: &Edge) -> String {
    let arrow = match edge.level {
        None => "--x",
        Some(Level::Depends) => "-.->",
        Some(Level::Some) => "-->",
        Some(Level::Everything) => "==>",
    };
    format!("  u{} {arrow}|\"{}\"| u{}\n", edge.from, text(&edge.told, 60), edge.to)
}
