//! A map as a text for Graphviz.

use std::fmt::Write as _;

use ironsides_report::picture::dot as quote;

use crate::map::drawn::Drawn;
use crate::map::{Kind, Level, Map};

impl Map {
    /// As a text for Graphviz: a frame for each namespace.
    pub fn dot(&self) -> String {
        let mut out = String::from(
            "digraph network {\n  rankdir=LR;\n  graph [fontname=\"sans-serif\", ranksep=1.2, nodesep=0.2];\n  \
             node [shape=box, style=\"rounded,filled\", fillcolor=\"#ddf4ff\", fontname=\"sans-serif\", fontsize=11];\n  \
             edge [color=\"#8c959f\", arrowsize=0.6, fontname=\"sans-serif\", fontsize=9];\n",
        );
        let drawn = Drawn::new(self);
        let said: Vec<String> = drawn.said.iter().cloned().chain(self.short_legend()).collect();
        for note in self.notes.iter().chain(&said) {
            _ = writeln!(out, "  // {}", ironsides_report::plain(note));
        }
        if !said.is_empty() {
            _ = writeln!(out, "  label={};", quote(&said.join("\n")));
        }
        for (number, (namespace, units)) in self.frames().into_iter().enumerate() {
            let framed = !namespace.is_empty();
            if framed {
                let label = quote(&format!("namespace {namespace}"));
                _ = writeln!(
                    out,
                    "  subgraph cluster_{number} {{\n    label={label};\n    style=rounded;\n    color=\"#d0d7de\";"
                );
            }
            for at in units {
                let Some(unit) = self.unit(at) else { continue };
                let label = quote(&format!("{}\n{}", unit.name, unit.detail()));
                let fill = match unit.kind {
                    Kind::Outside => ", fillcolor=\"#fff1e5\"",
                    Kind::Nodes => ", fillcolor=\"#f6f0ff\"",
                    Kind::Namespace | Kind::Workload => "",
                };
                _ = writeln!(out, "    u{at} [label={label}{fill}];");
            }
            if framed {
                out.push_str("  }\n");
            }
        }
        for edge in &drawn.edges {
            let style = match edge.level {
                None => ", style=dashed, color=\"#cf222e\"",
                Some(Level::Depends) => ", style=dotted",
                Some(Level::Some) => "",
                Some(Level::Everything) => ", color=\"#0969da\", penwidth=1.6",
            };
            _ = writeln!(out, "  u{} -> u{} [label={}{style}];", edge.from, edge.to, quote(&edge.told));
        }
        out.push_str("}\n");
        out
    }
}
