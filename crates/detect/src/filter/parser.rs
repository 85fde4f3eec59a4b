//! Reads conditions exactly as libsinsp does, oddities and error positions included.
//!
//! `or` binds weakest, then `and`, then `not`. The lexer has no tokens of its own: what a word is depends on what may
//! stand at its place, so that `proc.name = and` compares with the word `and`.

use std::ops::Range;

use ironsides_tree::Span;

use super::expr::{Check, Expr, FieldRef, Name, Operand, Right, Transformer};
use super::operator::{Modifier, Operator, Wants};
use super::quote::unescape;
use super::syntax::{Dialect, FilterError};

/// How deep parentheses may nest. libsinsp has no limit, and dies of it.
const MAX_DEPTH: usize = 550;

/// Reads a condition.
///
/// The error's message is libsinsp's own, without its position; the position is the same byte.
pub fn parse(text: &str, dialect: Dialect) -> std::result::Result<Expr, FilterError> {
    if text.is_empty() {
        return Err(FilterError::at("filter input string is empty", 0));
    }
    let mut parser = Parser { text, at: 0, last: 0..0, depth: 0, dialect };
    let expr = parser.or().map_err(|error| *error)?;
    if parser.at < text.len() {
        return Err(*parser.unexpected());
    }
    Ok(expr)
}

/// What a text stands for that a condition could hold: without its quotes and escapes where it is one quoted text, as
/// it is where not.
pub(crate) fn unquoted(text: &str) -> Box<str> {
    let mut parser = Parser { text, at: 0, last: 0..0, depth: 0, dialect: Dialect::Newest };
    match parser.quoted() {
        Ok(Some(inner)) if parser.at == text.len() => inner,
        _ => text.into(),
    }
}

/// Faults are boxed, so that deep nesting needs little stack.
type Result<T> = std::result::Result<T, Box<FilterError>>;

struct Parser<'a> {
    text: &'a str,
    at: usize,
    /// The token before, for messages.
    last: Range<usize>,
    depth: usize,
    dialect: Dialect,
}

#[expect(clippy::unnecessary_box_returns, reason = "faults are boxed from where they are made")]
impl<'a> Parser<'a> {
    fn or(&mut self) -> Result<Expr> {
        let mut parts = vec![self.and()?];
        self.blank();
        while self.take("or") {
            let part = if self.blank() {
                self.and()?
            } else if self.take("(") {
                self.rest_of_parentheses()?
            } else {
                return Err(self.fault("expected blank or '(' after 'or'"));
            };
            parts.push(part);
            self.blank();
        }
        Ok(if parts.len() > 1 { Expr::Or(parts) } else { parts.remove(0) })
    }

    fn and(&mut self) -> Result<Expr> {
        let mut parts = vec![self.not()?];
        self.blank();
        while self.take("and") {
            let part = if self.blank() {
                self.not()?
            } else if self.take("(") {
                self.rest_of_parentheses()?
            } else {
                return Err(self.fault("expected blank or '(' after 'and'"));
            };
            parts.push(part);
            self.blank();
        }
        Ok(if parts.len() > 1 { Expr::And(parts) } else { parts.remove(0) })
    }

    fn not(&mut self) -> Result<Expr> {
        self.blank();
        let mut negated = false;
        while self.rest().strip_prefix("not").is_some_and(|rest| rest.starts_with(is_blank)) {
            self.take("not");
            self.blank();
            negated = !negated;
        }
        let part = if self.take("not(") {
            negated = !negated;
            self.rest_of_parentheses()?
        } else if self.take("(") {
            self.rest_of_parentheses()?
        } else {
            self.check()?
        };
        Ok(if negated { Expr::Not(Box::new(part)) } else { part })
    }

    /// What follows an opening parenthesis, and the closing one.
    fn rest_of_parentheses(&mut self) -> Result<Expr> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let message = format!("parentheses are nested more than {MAX_DEPTH} deep");
            return Err(Box::new(self.fault(message).hint("split the condition into macros")));
        }
        self.blank();
        let expr = self.or()?;
        self.blank();
        if !self.take(")") {
            return Err(self.fault("expected a ')' token"));
        }
        self.depth -= 1;
        Ok(expr)
    }

    fn check(&mut self) -> Result<Expr> {
        let start = self.at;
        if let Some(transformer) = self.transformer() {
            let left = self.rest_of_transformer(transformer, start)?;
            return self.comparison(left, start);
        }
        if let Some(field) = self.field()? {
            return self.comparison(Operand::Field(field), start);
        }
        match self.identifier() {
            Some(name) => Ok(Expr::Macro(name)),
            None => Err(self.fault("expected a '(' token, a field check, or an identifier")),
        }
    }

    /// A transformer's name and its parenthesis.
    fn transformer(&mut self) -> Option<Transformer> {
        let newest = self.dialect == Dialect::Newest;
        let known = Transformer::ALL.into_iter().filter(|transformer| newest || !transformer.is_new());
        for transformer in known {
            let name = transformer.name();
            if self.rest().strip_prefix(name).is_some_and(|rest| rest.starts_with('(')) {
                self.skip(name.len() + 1);
                return Some(transformer);
            }
        }
        None
    }

    /// A field where one stands.
    fn field(&mut self) -> Result<Option<FieldRef>> {
        let start = self.at;
        let length = field_name(self.rest());
        if length == 0 {
            return Ok(None);
        }
        let name = self.skip(length).into();
        let mut argument = None;
        if self.take("[") {
            argument = if let Some(text) = self.quoted()? {
                Some(text)
            } else {
                let bare = |c: char| !is_blank(c) && !"[]\"'".contains(c);
                self.run(bare).map(Into::into)
            };
            if argument.is_none() {
                return Err(self.fault("expected a valid field argument: a quoted string or a bare string"));
            }
            if !self.take("]") {
                return Err(self.fault("expected a ']' token"));
            }
        }
        Ok(Some(FieldRef { name, argument, span: Span::new(start, self.at) }))
    }

    /// What follows a transformer's opening parenthesis, and the closing one.
    fn rest_of_transformer(&mut self, transformer: Transformer, start: usize) -> Result<Operand> {
        let mut text = None;
        let operands = match transformer {
            Transformer::Join => {
                self.blank();
                text = self.quoted()?;
                if text.is_none() {
                    return Err(self.fault("expected a quoted separator within 'join' transformer"));
                }
                self.separator(transformer)?;
                if self.take("(") {
                    let operands = self.operands()?;
                    self.blank();
                    if !self.take(")") {
                        return Err(self.fault("expected a ')' token closing the list of fields"));
                    }
                    operands
                } else {
                    self.operands()?
                }
            }
            Transformer::Concat => self.operands()?,
            Transformer::Getopt => {
                let operand = self.operand()?;
                self.separator(transformer)?;
                text = self.quoted()?;
                if text.is_none() {
                    return Err(self.fault("expected a quoted option within 'getopt' transformer"));
                }
                vec![operand]
            }
            _ => vec![self.operand()?],
        };
        self.blank();
        if !self.take(")") {
            return Err(self.fault("expected a ')' token closing the transformer"));
        }
        Ok(Operand::Apply { transformer, operands, text, span: Span::new(start, self.at) })
    }

    fn separator(&mut self, transformer: Transformer) -> Result<()> {
        self.blank();
        if !self.take(",") {
            return Err(
                self.fault(format!("expected a ',' token within '{}' transformer", transformer.name()))
            );
        }
        self.blank();
        Ok(())
    }

    fn operands(&mut self) -> Result<Vec<Operand>> {
        let mut operands = vec![self.operand()?];
        self.blank();
        while self.take(",") {
            operands.push(self.operand()?);
            self.blank();
        }
        Ok(operands)
    }

    /// A field or a nested transformer.
    fn operand(&mut self) -> Result<Operand> {
        self.blank();
        let start = self.at;
        if let Some(transformer) = self.transformer() {
            self.depth += 1;
            if self.depth > MAX_DEPTH {
                return Err(self.fault(format!("transformers are nested more than {MAX_DEPTH} deep")));
            }
            let operand = self.rest_of_transformer(transformer, start)?;
            self.depth -= 1;
            return Ok(operand);
        }
        if let Some(field) = self.field()? {
            Ok(Operand::Field(field))
        } else {
            let names = self.transformers();
            Err(self.fault(format!("expected a field or a nested valid transformer: {names}")))
        }
    }

    /// The operator behind a field, and what stands to its right.
    fn comparison(&mut self, left: Operand, start: usize) -> Result<Expr> {
        self.blank();
        let found = Operator::SPELLINGS.into_iter().find(|(spelling, _)| self.rest().starts_with(spelling));
        let Some((spelling, operator)) = found else {
            return Err(self.no_operator());
        };
        self.take(spelling);
        let mut modifier = None;
        let right = match operator.wants() {
            Wants::Nothing => Right::Nothing,
            Wants::Number => self.number()?,
            Wants::List => self.list()?,
            Wants::Text => {
                let word = spelling.starts_with(|c: char| c.is_ascii_alphabetic());
                if !self.blank() && word {
                    return Err(self.no_operator());
                }
                modifier = self.modifier();
                if modifier.is_some() { self.list()? } else { self.string()? }
            }
        };
        let span = Span::new(start, self.at);
        Ok(Expr::Check(Box::new(Check { left, operator, modifier, right, span })))
    }

    /// A modifier and the blanks behind it, if what follows is a list.
    fn modifier(&mut self) -> Option<Modifier> {
        if self.dialect != Dialect::Newest {
            return None;
        }
        let is_list = |rest: &str| {
            let behind = rest.trim_start_matches(is_blank);
            behind.starts_with('(') || (behind.len() < rest.len() && identifier(behind) > 0)
        };
        let modifier = Modifier::ALL.into_iter().find(|modifier| {
            let rest = self.rest().strip_prefix(modifier.name());
            // A keyword behind the word makes it a plain text: `proc.name = oneof and …`.
            rest.is_some_and(|rest| is_list(rest) && !keyword(rest.trim_start_matches(is_blank)))
        })?;
        self.take(modifier.name());
        Some(modifier)
    }

    fn number(&mut self) -> Result<Right> {
        self.blank();
        if let Some(operand) = self.right_operand()? {
            return Ok(Right::Operand(operand));
        }
        match number(self.rest()) {
            0 => {
                let names = self.transformers();
                Err(self
                    .fault(format!("expected a number value or a field with a valid transformer: {names}")))
            }
            length => Ok(Right::Text(self.skip(length).into())),
        }
    }

    fn string(&mut self) -> Result<Right> {
        self.blank();
        if let Some(operand) = self.right_operand()? {
            return Ok(Right::Operand(operand));
        }
        if let Some(text) = self.text()? {
            Ok(Right::Text(text))
        } else {
            let names = self.transformers();
            Err(self.fault(format!("expected a string value or a field with a valid transformer: {names}")))
        }
    }

    fn list(&mut self) -> Result<Right> {
        self.blank();
        if self.take("(") {
            self.blank();
            let mut items: Vec<Box<str>> = Vec::new();
            // Whatever is wrong with the first item, it is the parenthesis that is missed.
            if let Ok(Some(first)) = self.text() {
                items.push(first);
                self.blank();
                while self.take(",") {
                    self.blank();
                    match self.text()? {
                        Some(item) => items.push(item),
                        None => return Err(self.fault("expected a string value")),
                    }
                    self.blank();
                }
            }
            if !self.take(")") {
                return Err(self.fault("expected a ')' token"));
            }
            return Ok(Right::List(items.into()));
        }
        if let Some(operand) = self.right_operand()? {
            return Ok(Right::Operand(operand));
        }
        if let Some(name) = self.identifier() {
            Ok(Right::Word(name))
        } else {
            let names = self.transformers();
            let message =
                format!("expected a list, an identifier, or a field with a valid transformer: {names}");
            Err(self.fault(message))
        }
    }

    /// A field on the right side.
    fn right_operand(&mut self) -> Result<Option<Operand>> {
        let start = self.at;
        if self.take("val(") {
            self.blank();
            let Some(field) = self.field()? else {
                return Err(self.fault("expected a field within 'val' transformer"));
            };
            self.blank();
            if !self.take(")") {
                return Err(self.fault("expected a ')' token closing the transformer"));
            }
            return Ok(Some(Operand::Field(field)));
        }
        match self.transformer() {
            Some(transformer) => self.rest_of_transformer(transformer, start).map(Some),
            None => Ok(None),
        }
    }

    /// A quoted or bare text.
    fn text(&mut self) -> Result<Option<Box<str>>> {
        if let Some(text) = self.quoted()? {
            return Ok(Some(text));
        }
        Ok(self.run(|c| !is_blank(c) && !"(),=\"'".contains(c)).map(Into::into))
    }

    /// A quoted text. A quote behind a backslash ends none, whatever stands before the backslash.
    fn quoted(&mut self) -> Result<Option<Box<str>>> {
        let rest = self.rest();
        let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
            return Ok(None);
        };
        let mut before = quote;
        for (at, c) in rest.char_indices().skip(1) {
            if c == quote && before != '\\' {
                let inner = rest.get(1..at).unwrap_or_default();
                let text = unescape(inner, quote);
                self.skip(at + 1);
                return text.map(|text| Some(text.into())).map_err(|message| self.fault(message));
            }
            before = c;
        }
        Ok(None)
    }

    fn identifier(&mut self) -> Option<Name> {
        let start = self.at;
        match identifier(self.rest()) {
            0 => None,
            length => {
                let text = self.skip(length).into();
                Some(Name { text, span: Span::new(start, self.at) })
            }
        }
    }

    /// Characters as long as they are such.
    fn run(&mut self, is: impl Fn(char) -> bool) -> Option<&'a str> {
        let rest = self.rest();
        let length = rest.find(|c| !is(c)).unwrap_or(rest.len());
        (length > 0).then(|| self.skip(length))
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Goes on by a token and returns it.
    fn skip(&mut self, length: usize) -> &'a str {
        self.last = self.at..self.at + length;
        self.at += length;
        self.text.get(self.last.clone()).unwrap_or_default()
    }

    fn take(&mut self, token: &str) -> bool {
        let there = self.rest().starts_with(token);
        if there {
            self.skip(token.len());
        }
        there
    }

    /// Goes on over blanks; whether there were any.
    fn blank(&mut self) -> bool {
        let rest = self.rest();
        let length = rest.len() - rest.trim_start_matches(is_blank).len();
        self.at += length;
        length > 0
    }

    fn transformers(&self) -> String {
        let newest = self.dialect == Dialect::Newest;
        let known = Transformer::ALL.into_iter().filter(|transformer| newest || !transformer.is_new());
        let names: Vec<String> = known.map(|transformer| format!(", '{}'", transformer.name())).collect();
        format!("'val'{}", names.concat())
    }

    fn no_operator(&self) -> Box<FilterError> {
        let mut names: Vec<&str> = Operator::SPELLINGS.into_iter().map(|(name, _)| name).collect();
        names.dedup();
        let error = self.fault(format!("expected a valid check operator: one of '{}'", names.join("', '")));
        let word: String = self.rest().chars().take_while(|c| !is_blank(*c) && *c != '(').collect();
        let near = names.iter().filter(|name| name.len() > 2).find(|name| {
            word.eq_ignore_ascii_case(name)
                || (word.len() > 3 && strsim::damerau_levenshtein(&word, name) <= 2)
        });
        match near {
            Some(name) => Box::new(error.hint(format!("did you mean {name:?}?"))),
            None => error,
        }
    }

    fn unexpected(&self) -> Box<FilterError> {
        let last = self.text.get(self.last.clone()).unwrap_or_default();
        let last = match last.chars().next() {
            Some(quote @ ('"' | '\'')) if last.len() > 1 => {
                let inner = last.get(1..last.len() - 1).unwrap_or_default();
                unescape(inner, quote).map_or_else(|_| last.to_owned(), std::borrow::Cow::into_owned)
            }
            _ => last.to_owned(),
        };
        let error = self.fault(format!("unexpected token after '{last}', expecting 'or', 'and'"));
        let rest = self.rest();
        let hint = if rest.starts_with("&&") || rest.starts_with("AND") {
            "write \"and\" for both, \"or\" for either"
        } else if rest.starts_with("||") || rest.starts_with("OR") {
            "write \"or\" for either, \"and\" for both"
        } else {
            return error;
        };
        Box::new(error.hint(hint))
    }

    fn fault(&self, message: impl Into<String>) -> Box<FilterError> {
        Box::new(FilterError::at(message, self.at))
    }
}

/// What separates words: not the vertical tab, the form feed or anything beyond ASCII.
fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\u{8}' | '\r' | '\n')
}

fn keyword(text: &str) -> bool {
    ["and", "or"].iter().any(|word| {
        text.strip_prefix(word).is_some_and(|rest| rest.starts_with([' ', '(', '\t', '\n', '\r']))
    })
}

/// The length of the identifier that a text begins with.
fn identifier(text: &str) -> usize {
    if !text.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return 0;
    }
    text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len())
}

/// The length of the field name that a text begins with: two identifiers or more with dots between them.
fn field_name(text: &str) -> usize {
    let mut length = identifier(text);
    let mut dots = 0;
    while length > 0 {
        let Some(rest) = text.get(length..).and_then(|rest| rest.strip_prefix('.')) else { break };
        match identifier(rest) {
            0 => break,
            more => length += 1 + more,
        }
        dots += 1;
    }
    if dots > 0 { length } else { 0 }
}

/// The length of the number that a text begins with: hexadecimal, or decimal with a fraction and a signed exponent.
fn number(text: &str) -> usize {
    let digits = |text: &str| text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let tail = |at: usize| text.get(at..).unwrap_or_default();
    if text.starts_with("0x") || text.starts_with("0X") {
        let rest = tail(2);
        let length = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        if length > 0 {
            return 2 + length;
        }
    }
    let mut length = usize::from(text.starts_with(['+', '-']));
    let whole = digits(tail(length));
    if whole == 0 {
        return 0;
    }
    length += whole;
    if tail(length).starts_with('.') {
        length += 1 + digits(tail(length + 1));
    }
    if tail(length).starts_with(['e', 'E']) && tail(length + 1).starts_with(['+', '-']) {
        let exponent = digits(tail(length + 2));
        if exponent > 0 {
            length += 2 + exponent;
        }
    }
    length
}
