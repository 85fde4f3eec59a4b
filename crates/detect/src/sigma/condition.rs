//! Conditions over selections: `selection and not 1 of filter*`.

use ironsides_tree::Span;

use super::Remarks;
use crate::filter::Expr;
use crate::rules::Code;

/// How deep parentheses may nest.
const MAX_DEPTH: usize = 100;

/// A selection with its name; `None` where it cannot be used, which was said.
pub(super) type Selection = (String, Option<Expr>);

/// Reads a condition over selections. Names are those of the selections that were used, in `used`.
pub(super) fn read(
    text: &str,
    span: Span,
    selections: &[Selection],
    used: &mut Vec<String>,
    remarks: &mut Remarks,
) -> Option<Expr> {
    let tokens = tokens(text);
    let mut parser = Parser { tokens: &tokens, at: 0, span, selections, used, remarks };
    let expr = parser.or(0)?;
    match parser.peek() {
        None => Some(expr),
        Some("|") => {
            let message = "aggregations behind '|' are Sigma's old form, which later versions do without";
            parser.remarks.say(Code::LoadErrCompileCondition, span, message);
            parser
                .remarks
                .hint("write a correlation: type: event_count, rules, group-by, timespan, condition");
            None
        }
        Some(other) => {
            let other = other.to_owned();
            parser.refuse(&format!("unexpected {other:?} in the condition {text:?}"))
        }
    }
}

fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '(' | ')' | '|' => 1,
            _ => rest.find(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '|')).unwrap_or(rest.len()),
        };
        let (token, behind) = rest.split_at_checked(length).unwrap_or((rest, ""));
        tokens.push(token);
        rest = behind.trim_start();
    }
    tokens
}

struct Parser<'a> {
    tokens: &'a [&'a str],
    at: usize,
    span: Span,
    selections: &'a [Selection],
    used: &'a mut Vec<String>,
    remarks: &'a mut Remarks,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a str> {
        self.tokens.get(self.at).copied()
    }

    fn take(&mut self, word: &str) -> bool {
        let there = self.peek().is_some_and(|token| token.eq_ignore_ascii_case(word));
        self.at += usize::from(there);
        there
    }

    fn refuse<T>(&mut self, text: &str) -> Option<T> {
        self.remarks.refuse(self.span, text)
    }

    fn or(&mut self, depth: usize) -> Option<Expr> {
        let mut parts = vec![self.and(depth)?];
        while self.take("or") {
            parts.push(self.and(depth)?);
        }
        Some(several(parts, Expr::Or))
    }

    fn and(&mut self, depth: usize) -> Option<Expr> {
        let mut parts = vec![self.not(depth)?];
        while self.take("and") {
            parts.push(self.not(depth)?);
        }
        Some(several(parts, Expr::And))
    }

    fn not(&mut self, depth: usize) -> Option<Expr> {
        if depth > MAX_DEPTH {
            return self.refuse(&format!("the condition nests more than {MAX_DEPTH} deep"));
        }
        if self.take("not") {
            return Some(Expr::Not(Box::new(self.not(depth + 1)?)));
        }
        if self.take("(") {
            let expr = self.or(depth + 1)?;
            if !self.take(")") {
                return self.refuse("a parenthesis in the condition is not closed");
            }
            return Some(expr);
        }
        let Some(word) = self.peek() else { return self.refuse("the condition ends too early") };
        if matches!(word, ")" | "|") {
            return self.refuse(&format!("unexpected {word:?} in the condition"));
        }
        self.at += 1;
        let of = self.peek().is_some_and(|token| token.eq_ignore_ascii_case("of"));
        if of && matches!(word.to_ascii_lowercase().as_str(), "1" | "any" | "all") {
            self.at += 1;
            let Some(pattern) = self.peek() else { return self.refuse("a name is missing behind 'of'") };
            self.at += 1;
            return self.quantified(word.eq_ignore_ascii_case("all"), pattern);
        }
        if of {
            return self
                .refuse(&format!("'{word} of' is not understood: it is '1 of', 'any of' or 'all of'"));
        }
        self.selection(word)
    }

    fn quantified(&mut self, all: bool, pattern: &str) -> Option<Expr> {
        let them = pattern.eq_ignore_ascii_case("them");
        let glob = crate::pattern::Glob::new(pattern.as_bytes(), false);
        let names = self.selections.iter().map(|(name, _)| name.clone());
        let wanted =
            names.filter(|name| if them { !name.starts_with('_') } else { glob.matches(name.as_bytes()) });
        let wanted: Vec<String> = wanted.collect();
        if wanted.is_empty() {
            return self.refuse(&format!("no selection is called {pattern}"));
        }
        let parts: Option<Vec<Expr>> = wanted.iter().map(|name| self.selection(name)).collect();
        Some(several(parts?, if all { Expr::And } else { Expr::Or }))
    }

    fn selection(&mut self, name: &str) -> Option<Expr> {
        if let Some((_, expr)) = self.selections.iter().find(|(known, _)| known == name) {
            self.used.push(name.to_owned());
            return expr.clone();
        }
        let names: Vec<&str> = self.selections.iter().map(|(name, _)| name.as_str()).collect();
        let near = crate::rules::near(name, &names).map(|near| format!("did you mean {near:?}?"));
        let none: Option<Expr> = self.refuse(&format!("no selection is called {name:?}"));
        if let Some(near) = near {
            self.remarks.hint(near);
        }
        none
    }
}

/// Parts joined; one alone is itself.
pub(super) fn several(mut parts: Vec<Expr>, join: fn(Vec<Expr>) -> Expr) -> Expr {
    if parts.len() == 1 { parts.remove(0) } else { join(parts) }
}
