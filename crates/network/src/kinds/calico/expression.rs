//! Calico's language of selectors: `app == 'web' && tier in {'a', 'b'} || !has(public)`.
//!
//! Grammar and precedence as in `libcalico-go/lib/selector`: `!` binds tightest, then `&&`, then `||`; a text that is empty
//! selects everything.

use ironsides_tree::Text;

/// An expression over labels.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Expression {
    /// `all()`, and the empty text.
    All,
    /// `global()`: what is in no namespace.
    Global,
    /// `has(label)`.
    Has(Text),
    /// `label == 'value'` and `label in {…}`.
    In(Text, Vec<Text>),
    /// `label != 'value'` and `label not in {…}`: also where the label is absent.
    NotIn(Text, Vec<Text>),
    /// `label contains 'value'`, `starts with`, `ends with`.
    Like(Text, Like, Text),
    /// `!…`.
    Not(Box<Self>),
    /// `… && …`.
    And(Vec<Self>),
    /// `… || …`.
    Or(Vec<Self>),
}

/// How a value is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Like {
    /// It stands somewhere in the label's value.
    Contains,
    /// The label's value starts with it.
    StartsWith,
    /// The label's value ends with it.
    EndsWith,
}

impl Like {
    /// Whether a label's value is like a text.
    pub fn holds(self, value: &str, text: &str) -> bool {
        match self {
            Self::Contains => value.contains(text),
            Self::StartsWith => value.starts_with(text),
            Self::EndsWith => value.ends_with(text),
        }
    }
}

/// How deep expressions may be nested.
const DEEPEST: usize = 64;

impl Expression {
    /// Reads an expression. The error says what is wrong and at which character, counted from 1.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parser = Parser { text, at: 0, depth: 0 };
        parser.blank();
        if parser.rest().is_empty() {
            return Ok(Self::All);
        }
        let expression = parser.or()?;
        if parser.rest().is_empty() { Ok(expression) } else { parser.fail("&& or || is wanted here") }
    }

    /// Both must hold.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::All, other) | (other, Self::All) => other,
            (first, second) => Self::And(vec![first, second]),
        }
    }

    /// A label has a value.
    pub fn is(label: &str, value: &str) -> Self {
        Self::In(Text::new(label), vec![Text::new(value)])
    }

    /// The same over other names of labels.
    #[must_use]
    pub fn with_keys(&self, rename: &impl Fn(&str) -> Text) -> Self {
        let all = |parts: &[Self]| parts.iter().map(|part| part.with_keys(rename)).collect();
        match self {
            Self::All => Self::All,
            Self::Global => Self::Global,
            Self::Has(key) => Self::Has(rename(key)),
            Self::In(key, values) => Self::In(rename(key), values.clone()),
            Self::NotIn(key, values) => Self::NotIn(rename(key), values.clone()),
            Self::Like(key, like, text) => Self::Like(rename(key), *like, text.clone()),
            Self::Not(inner) => Self::Not(Box::new(inner.with_keys(rename))),
            Self::And(parts) => Self::And(all(parts)),
            Self::Or(parts) => Self::Or(all(parts)),
        }
    }

    /// Whether it holds for labels that are looked up; what has no namespace is global.
    pub fn holds<'a>(&self, label: &impl Fn(&str) -> Option<&'a str>, global: bool) -> bool {
        match self {
            Self::All => true,
            Self::Global => global,
            Self::Has(key) => label(key).is_some(),
            Self::In(key, values) => label(key).is_some_and(|value| values.iter().any(|one| one == value)),
            Self::NotIn(key, values) => label(key).is_none_or(|value| values.iter().all(|one| one != value)),
            Self::Like(key, like, text) => label(key).is_some_and(|value| like.holds(value, text)),
            Self::Not(inner) => !inner.holds(label, global),
            Self::And(parts) => parts.iter().all(|part| part.holds(label, global)),
            Self::Or(parts) => parts.iter().any(|part| part.holds(label, global)),
        }
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn fail<T>(&self, what: &str) -> Result<T, String> {
        let place = self.text.get(..self.at).unwrap_or_default().chars().count() + 1;
        Err(format!("{what}, at character {place}"))
    }

    fn blank(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start_matches([' ', '\t']).len();
    }

    /// Takes a word and the blanks after it, if it stands here.
    fn take(&mut self, word: &str) -> bool {
        let is_here = self.rest().starts_with(word);
        if is_here {
            self.at += word.len();
            self.blank();
        }
        is_here
    }

    fn or(&mut self) -> Result<Expression, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return self.fail("too many brackets");
        }
        let mut parts = vec![self.and()?];
        while self.take("||") {
            parts.push(self.and()?);
        }
        self.depth -= 1;
        Ok(if parts.len() > 1 { Expression::Or(parts) } else { parts.remove(0) })
    }

    fn and(&mut self) -> Result<Expression, String> {
        let mut parts = vec![self.operation()?];
        while self.take("&&") {
            parts.push(self.operation()?);
        }
        Ok(if parts.len() > 1 { Expression::And(parts) } else { parts.remove(0) })
    }

    fn operation(&mut self) -> Result<Expression, String> {
        let mut negated = false;
        while !self.rest().starts_with("!=") && self.take("!") {
            negated = !negated;
        }
        let inner = self.operand()?;
        Ok(if negated { Expression::Not(Box::new(inner)) } else { inner })
    }

    fn operand(&mut self) -> Result<Expression, String> {
        if self.take("(") {
            let inner = self.or()?;
            return if self.take(")") { Ok(inner) } else { self.fail("a closing bracket is wanted here") };
        }
        for (word, meaning) in [("all(", Expression::All), ("global(", Expression::Global)] {
            if self.take(word) {
                return if self.take(")") {
                    Ok(meaning)
                } else {
                    self.fail("a closing bracket is wanted here")
                };
            }
        }
        if self.take("has(") {
            let label = self.label()?;
            return if self.take(")") {
                Ok(Expression::Has(label))
            } else {
                self.fail("a closing bracket is wanted here")
            };
        }
        let label = self.label()?;
        self.comparison(label)
    }

    fn comparison(&mut self, label: Text) -> Result<Expression, String> {
        if self.take("==") {
            return Ok(Expression::In(label, vec![self.string()?]));
        }
        if self.take("!=") {
            return Ok(Expression::NotIn(label, vec![self.string()?]));
        }
        if self.take("contains") {
            return Ok(Expression::Like(label, Like::Contains, self.string()?));
        }
        if self.take("not") {
            return if self.take("in") {
                Ok(Expression::NotIn(label, self.set()?))
            } else {
                self.fail("in is wanted here")
            };
        }
        if self.take("in") {
            return Ok(Expression::In(label, self.set()?));
        }
        for (word, like) in [("starts", Like::StartsWith), ("ends", Like::EndsWith)] {
            if self.take(word) {
                return if self.take("with") {
                    Ok(Expression::Like(label, like, self.string()?))
                } else {
                    self.fail("with is wanted here")
                };
            }
        }
        self.fail("==, !=, in, not in, contains, starts with or ends with is wanted here")
    }

    fn label(&mut self) -> Result<Text, String> {
        let is_part = |letter: char| letter.is_ascii_alphanumeric() || "_./-".contains(letter);
        let rest = self.rest();
        let label = rest.split(|letter| !is_part(letter)).next().unwrap_or_default();
        if label.is_empty() || label.len() > 512 {
            return self.fail("a label is wanted here");
        }
        self.at += label.len();
        self.blank();
        Ok(Text::new(label))
    }

    fn string(&mut self) -> Result<Text, String> {
        let rest = self.rest();
        let Some(quote) = rest.chars().next().filter(|quote| ['\'', '"'].contains(quote)) else {
            return self.fail("a value in quotes is wanted here");
        };
        let Some(value) = rest.get(1..).and_then(|rest| rest.split_once(quote)).map(|(value, _)| value)
        else {
            return self.fail("the value has no closing quote");
        };
        self.at += value.len() + 2;
        self.blank();
        Ok(Text::new(value))
    }

    fn set(&mut self) -> Result<Vec<Text>, String> {
        if !self.take("{") {
            return self.fail("a set in braces is wanted here");
        }
        let mut values = Vec::new();
        while self.rest().starts_with(['\'', '"']) {
            values.push(self.string()?);
            if !self.take(",") {
                break;
            }
        }
        if self.take("}") { Ok(values) } else { self.fail("a closing brace is wanted here") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(text: &str, labels: &[(&str, &str)]) -> bool {
        let label = |key: &str| labels.iter().find(|(known, _)| *known == key).map(|(_, value)| *value);
        Expression::parse(text).unwrap().holds(&label, false)
    }

    #[test]
    fn expressions_hold_as_calico_reads_them() {
        let web = [("app", "web"), ("tier", "front-end")];
        for (text, expected) in [
            ("", true),
            (" \t", true),
            ("all()", true),
            ("global()", false),
            ("app == 'web'", true),
            ("app==\"web\"", true),
            ("app != 'web'", false),
            ("nosuch != 'x'", true),
            ("nosuch == ''", false),
            ("app in {'a', 'web'}", true),
            ("app in {}", false),
            ("app in {'web',}", true),
            ("app not in {'web'}", false),
            ("nosuch not in {'web'}", true),
            ("has(app)", true),
            ("!has( app )", false),
            ("!!has(app)", true),
            ("tier contains 't-e'", true),
            ("tier starts with 'front'", true),
            ("tier starts   with 'end'", false),
            ("tier ends with 'end'", true),
            ("nosuch contains ''", false),
            ("has(nosuch) && has(app) || app == 'web'", true),
            ("has(nosuch) && (has(app) || app == 'web')", false),
            ("app == 'web' && !(tier == 'x' || has(y))", true),
        ] {
            assert_eq!(holds(text, &web), expected, "{text}");
        }
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        for (text, expected) in [
            (
                "app = 'web'",
                "==, !=, in, not in, contains, starts with or ends with is wanted here, at character 5",
            ),
            ("app == web", "a value in quotes is wanted here, at character 8"),
            ("app == 'web", "the value has no closing quote, at character 8"),
            ("(has(a)", "a closing bracket is wanted here, at character 8"),
            ("has()", "a label is wanted here, at character 5"),
            ("a in 'b'", "a set in braces is wanted here, at character 6"),
            ("has(a) has(b)", "&& or || is wanted here, at character 8"),
            ("&& has(b)", "a label is wanted here, at character 1"),
        ] {
            assert_eq!(Expression::parse(text), Err(expected.to_owned()), "{text}");
        }
        assert!(Expression::parse(&"(".repeat(10_000)).is_err());
    }
}
