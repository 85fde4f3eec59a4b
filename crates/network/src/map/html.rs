//! A map as a page of its own.

use std::fmt::Write as _;

use ironsides_report::escape;

use crate::map::svg::STYLE;
use crate::map::{CONDITIONS, Map};

const PAGE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("script.js");
/// The SHA-256 of the script, in base 64: it alone may run, whatever a name smuggles in. A test compares it.
const SCRIPT_HASH: &str = "qCrLqLkYUGmcyjoQ91bzhMdhvmw+XSKKLjA4PFcSUpo=";
/// The table of a page has no more lines than these.
const LINES: usize = 2_000;

impl Map {
    /// As a page with the picture, a search, and everything by name. It asks for nothing from outside.
    pub fn html(&self, title: &str) -> String {
        let map = self.readable();
        let title = escape(title);
        let mut out = format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
             script-src 'sha256-{SCRIPT_HASH}'; base-uri 'none'; form-action 'none'\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"referrer\" content=\"no-referrer\">\n<title>{title}</title>\n\
             <style>\n{STYLE}{PAGE}</style>\n</head>\n<body>\n<header>\n<h1>{title}</h1>\n\
             <p>Who can send what to whom. Hold the pointer over a box or a cell for all that it stands for; click it to keep \
             that in sight.</p>\n\
             <p><input id=\"search\" type=\"search\" placeholder=\"search: a name or a port\" aria-label=\"search\" hidden> \
             <span id=\"count\" role=\"status\"></span></p>\n<p id=\"told\" role=\"status\"></p>\n"
        );
        let many = map.conditions.len() > CONDITIONS;
        let mut said = map.said();
        if many {
            said.retain(|line| !line.starts_with('['));
            said.push(format!("[1] to [{}] are conditions, which are listed below", map.conditions.len()));
        }
        for line in said {
            _ = writeln!(out, "<p class=\"left-out\">{}.</p>", escape(&ironsides_report::plain(&line)));
        }
        out.push_str("</header>\n<main>\n");
        out.push_str(&map.picture("", false));
        out.push_str("</main>\n");
        let folded: Vec<_> = map.units.iter().filter(|unit| unit.all.len() > 1).collect();
        if !folded.is_empty() {
            out.push_str("<section>\n<h2>What is told as one</h2>\n");
            for unit in folded {
                let names: Vec<String> =
                    unit.all.iter().map(|name| escape(&ironsides_report::plain(name))).collect();
                _ = writeln!(
                    out,
                    "<details><summary>{}</summary><p>{}</p></details>",
                    escape(&ironsides_report::plain(&unit.name)),
                    names.join("<br>")
                );
            }
            out.push_str("</section>\n");
        }
        if many {
            let legend = map.legend();
            let lines: Vec<String> =
                legend.iter().map(|line| escape(&ironsides_report::plain(line))).collect();
            _ = writeln!(
                out,
                "<section>\n<h2>What it depends on</h2>\n<details><summary>all conditions</summary>\n\
                 <p>{}</p></details>\n</section>",
                lines.join("<br>")
            );
        }
        out.push_str(
            "<section>\n<h2>Line by line</h2>\n<details><summary>all that goes through</summary>\n<table>\n",
        );
        out.push_str("<tr><th>from</th><th>to</th><th>traffic</th></tr>\n");
        for cell in map.cells.iter().take(LINES) {
            let name = |unit| {
                map.unit(unit).map(|unit| escape(&ironsides_report::plain(&unit.name))).unwrap_or_default()
            };
            _ = writeln!(
                out,
                "<tr><td>{}</td><td>{}</td><td>{}</td></tr>",
                name(cell.from),
                name(cell.to),
                escape(&map.told(cell))
            );
        }
        out.push_str("</table>\n");
        if map.cells.len() > LINES {
            _ = writeln!(out, "<p>and {} more: csv and json have them all</p>", map.cells.len() - LINES);
        }
        _ = write!(out, "</details>\n</section>\n<script>{SCRIPT}</script>\n</body>\n</html>\n");
        out
    }
}
