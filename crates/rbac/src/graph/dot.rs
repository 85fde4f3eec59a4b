//! The picture as a text for Graphviz.

use std::fmt::Write as _;

use ironsides_core::Severity;
use ironsides_report::picture::dot as quote;

use super::{Graph, Item};

pub(super) fn write(graph: &Graph) -> String {
    let mut out = String::from(
        "digraph rbac {\n  rankdir=LR;\n  graph [fontname=\"sans-serif\", ranksep=1.2, nodesep=0.15];\n  \
         node [shape=box, style=\"rounded,filled\", fillcolor=white, fontname=\"sans-serif\", fontsize=11];\n  \
         edge [color=\"#8c959f\", arrowsize=0.6];\n",
    );
    for line in &graph.left_out {
        _ = writeln!(out, "  // not shown: {}", ironsides_report::plain(line));
    }
    for (number, band) in graph.bands.iter().enumerate() {
        _ = writeln!(
            out,
            "  subgraph cluster_{number} {{\n    label={};\n    style=rounded;\n    color=\"#d0d7de\";",
            quote(&band.title)
        );
        for (items, letter, colour) in [
            (&band.subjects, 's', "#ddf4ff"),
            (&band.bindings, 'b', "#ffffff"),
            (&band.roles, 'r', "#f6f0ff"),
        ] {
            for (at, item) in items.iter().enumerate() {
                node(&mut out, &format!("{letter}{number}_{at}"), item, colour);
            }
        }
        for (subject, binding) in &band.holds {
            _ = writeln!(out, "    s{number}_{subject} -> b{number}_{binding};");
        }
        for (binding, role) in &band.grants {
            _ = writeln!(out, "    b{number}_{binding} -> r{number}_{role};");
        }
        out.push_str("  }\n");
    }
    out.push_str("}\n");
    out
}

fn node(out: &mut String, id: &str, item: &Item, colour: &str) {
    let (colour, word) = match item.severity {
        Some(severity @ Severity::Critical) => ("#ffebe9", format!("{severity} · ")),
        Some(severity @ Severity::High) => ("#fff1e5", format!("{severity} · ")),
        Some(severity @ Severity::Medium) => ("#fff8c5", format!("{severity} · ")),
        _ => (colour, String::new()),
    };
    let label = format!("{}\n{word}{}", item.label, item.detail);
    _ = writeln!(out, "    {id} [label={}, fillcolor=\"{colour}\"];", quote(&label));
}
