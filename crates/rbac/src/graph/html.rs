//! The picture as a page of its own.

use std::fmt::Write as _;

use ironsides_report::escape;

use super::{Graph, svg};

const STYLE: &str = include_str!("style.css");
const PAGE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("script.js");
/// The SHA-256 of the script, in base 64: it alone may run, whatever a name smuggles in. A test compares it.
pub(super) const SCRIPT_HASH: &str = "NzmpYOnbDFYY7EC5+n2LF6DZjdzEotLKzET6AbulhYI=";

pub(super) fn write(graph: &Graph, title: &str) -> String {
    let title = escape(title);
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
         script-src 'sha256-{SCRIPT_HASH}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n<title>{title}</title>\n\
         <style>\n{STYLE}{PAGE}</style>\n</head>\n<body>\n<header>\n<h1>{title}</h1>\n\
         <p>Subjects, the bindings that name them, and the roles that these hand out; one frame for each namespace. Hold \
         the pointer over a box for its full name; click it to see what it is connected with.</p>\n\
         <p><input id=\"search\" type=\"search\" placeholder=\"search: a name or a verb\" aria-label=\"search\" hidden> \
         <span id=\"count\" role=\"status\"></span></p>\n"
    );
    for line in &graph.left_out {
        _ = writeln!(out, "<p class=\"left-out\">Not shown: {}.</p>", escape(line));
    }
    out.push_str("</header>\n<main>\n");
    if graph.bands.is_empty() {
        out.push_str("<p>There is no such binding.</p>\n");
    }
    out.push_str(&svg::draw(graph, "", false));
    out.push_str("</main>\n");
    let folded = graph
        .bands
        .iter()
        .any(|band| [&band.subjects, &band.bindings].into_iter().flatten().any(|item| item.all.len() > 1));
    if folded {
        out.push_str("<section>\n<h2>What stands in the folded boxes</h2>\n");
        for band in &graph.bands {
            for item in band.subjects.iter().chain(&band.bindings).filter(|item| item.all.len() > 1) {
                _ = write!(
                    out,
                    "<details><summary>{}: {}, {}</summary><p>",
                    escape(&band.title),
                    escape(&item.label),
                    escape(&item.detail)
                );
                let names: Vec<String> = item.all.iter().map(|name| escape(name)).collect();
                out.push_str(&names.join("<br>"));
                out.push_str("</p></details>\n");
            }
        }
        out.push_str("</section>\n");
    }
    _ = write!(out, "<script>{SCRIPT}</script>\n</body>\n</html>\n");
    out
}
