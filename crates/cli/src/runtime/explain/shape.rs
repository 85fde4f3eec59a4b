//! A condition as an indented tree, macros put in.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use ironsides_detect::filter::Expr;
use ironsides_detect::rules::{Rule, RuleSet};
use ironsides_report::plain;

/// How many lines are shown of a condition; the largest of Falco's has some 300.
const LINES: usize = 3000;

/// A comparison is cut behind so many characters.
const LENGTH: usize = 160;

/// The tree of a rule. A macro that comes up again is named and not shown again.
pub(super) fn text(rules: &RuleSet, rule: &Rule, places: &BTreeMap<&str, String>) -> String {
    let mut tree = Tree { rules, places, seen: BTreeSet::new(), out: String::new(), lines: 0 };
    tree.part(&rule.condition, 1);
    if tree.lines > LINES {
        _ = writeln!(tree.out, "  … {} lines more", tree.lines - LINES);
    }
    tree.out
}

struct Tree<'a> {
    rules: &'a RuleSet,
    places: &'a BTreeMap<&'a str, String>,
    seen: BTreeSet<String>,
    out: String,
    lines: usize,
}

impl Tree<'_> {
    fn line(&mut self, depth: usize, text: &str) {
        self.lines += 1;
        if self.lines <= LINES {
            // Deeper than anybody reads there is nothing to gain from more blanks.
            _ = writeln!(self.out, "{:width$}{}", "", plain(text), width = 2 * depth.min(40));
        }
    }

    fn part(&mut self, expr: &Expr, depth: usize) {
        match expr {
            Expr::And(parts) | Expr::Or(parts) => {
                self.line(depth, if matches!(expr, Expr::And(_)) { "all of" } else { "any of" });
                for part in parts {
                    self.part(part, depth + 1);
                }
            }
            Expr::Not(part) => match &**part {
                Expr::Check(check) => self.line(depth, &format!("not {}", cut(&check.to_string()))),
                part => {
                    self.line(depth, "not");
                    self.part(part, depth + 1);
                }
            },
            Expr::Check(check) => self.line(depth, &cut(&check.to_string())),
            Expr::Macro(name) => {
                let at = self.places.get(&*name.text).cloned().unwrap_or_default();
                if !self.seen.insert(name.text.to_string()) {
                    return self.line(depth, &format!("{} (as above)", name.text));
                }
                self.line(depth, &format!("{} ({at})", name.text));
                if let Some(expr) = self.rules.macros.get(&*name.text) {
                    self.part(expr, depth + 1);
                }
            }
        }
    }
}

/// A comparison with a long list cut short.
pub(super) fn cut(check: &str) -> String {
    match check.char_indices().nth(LENGTH) {
        Some((at, _)) => format!("{}…", check.get(..at).unwrap_or(check)),
        None => check.to_owned(),
    }
}
