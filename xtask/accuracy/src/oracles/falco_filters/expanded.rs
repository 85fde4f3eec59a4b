//! Conditions of the shipped rule files as our own loader expands them.

use std::collections::HashMap;
use std::path::Path;

use anyhow::Result;
use ironsides_detect::filter::{Check, Dialect, Expr, parse};
use ironsides_detect::rules::{Options, RuleFile, RuleSet, load};

use crate::data;

/// The rules and macros of each file. The incubating rules stand on their own, as they were recorded.
pub(super) struct Expanded {
    files: HashMap<String, RuleSet>,
}

impl Expanded {
    pub(super) fn read(folder: &Path) -> Result<Self> {
        let mut files = HashMap::new();
        for entry in std::fs::read_dir(folder)?.filter_map(Result::ok) {
            let name = entry.file_name().to_string_lossy().into_owned();
            let text = data::text(&entry.path())?;
            if let Some(rules) = load(&[RuleFile { name: &name, text: &text }], &Options::default()).rules {
                files.insert(name, rules);
            }
        }
        Ok(Self { files })
    }

    /// A rule's or a macro's condition with macros spliced in and checks of some fields made `evt.num = 0`, as they
    /// were in the recording. `None` where there is no such rule, or no rule uses the macro.
    pub(super) fn condition(
        &self,
        file: &str,
        rule: Option<&str>,
        macro_: Option<&str>,
        replaced: &[String],
    ) -> Option<String> {
        let rules = self.files.get(file)?;
        let expr = match (rule, macro_) {
            (Some(name), _) => &rules.rule(name)?.condition,
            (None, Some(name)) => rules.macros.get(name)?,
            _ => return None,
        };
        Some(normal(&spliced(expr, rules, replaced)?).to_string())
    }
}

/// A recorded condition in the same form.
pub(super) fn recorded(filter: &str) -> Option<String> {
    parse(filter, Dialect::Libsinsp023).ok().map(|expr| normal(&expr).to_string())
}

fn spliced(expr: &Expr, rules: &RuleSet, replaced: &[String]) -> Option<Expr> {
    let all = |parts: &[Expr]| {
        parts.iter().map(|part| spliced(part, rules, replaced)).collect::<Option<Vec<Expr>>>()
    };
    Some(match expr {
        Expr::And(parts) => Expr::And(all(parts)?),
        Expr::Or(parts) => Expr::Or(all(parts)?),
        Expr::Not(part) => Expr::Not(Box::new(spliced(part, rules, replaced)?)),
        Expr::Macro(name) => spliced(rules.macros.get(&*name.text)?, rules, replaced)?,
        Expr::Check(check) if !is_about(check, replaced) => expr.clone(),
        Expr::Check(_) => parse("evt.num = 0", Dialect::Libsinsp023).ok()?,
    })
}

fn is_about(check: &Check, fields: &[String]) -> bool {
    let mut found = false;
    check.left.fields(&mut |field| found |= fields.iter().any(|name| *name == *field.name));
    found
}

/// Without parentheses that mean nothing.
fn normal(expr: &Expr) -> Expr {
    let flat = |parts: &[Expr], and: bool| {
        let mut all = Vec::new();
        for part in parts.iter().map(normal) {
            match (part, and) {
                (Expr::And(inner), true) | (Expr::Or(inner), false) => all.extend(inner),
                (other, _) => all.push(other),
            }
        }
        all
    };
    match expr {
        Expr::And(parts) => Expr::And(flat(parts, true)),
        Expr::Or(parts) => Expr::Or(flat(parts, false)),
        Expr::Not(part) => Expr::Not(Box::new(normal(part))),
        other => other.clone(),
    }
}
