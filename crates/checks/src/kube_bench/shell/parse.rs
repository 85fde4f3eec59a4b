//! Shell text to its tree.

use super::Unsure;
use super::syntax::{AndOr, Command, Join, Kind, List, Part, Pipeline, Redirection, Word};

/// How deep commands may nest.
const DEPTH: usize = 24;

/// Reads a script.
///
/// # Errors
///
/// What is no shell text, and what is not read: `while`, `case`, functions, arithmetic, files that are written.
pub(super) fn parse(script: &str) -> Result<List, Unsure> {
    Parser { rest: script, depth: 0 }.script()
}

struct Parser<'a> {
    rest: &'a str,
    depth: usize,
}

const RESERVED: [&str; 8] = ["then", "elif", "else", "fi", "do", "done", "}", "esac"];

const UNREAD: [&str; 6] = ["while", "until", "case", "function", "[[", "select"];

fn unread(what: &str) -> Unsure {
    Unsure::new(format!("{what} is not read here"))
}

impl<'a> Parser<'a> {
    fn script(mut self) -> Result<List, Unsure> {
        let list = self.list()?;
        if self.rest.is_empty() { Ok(list) } else { Err(self.unexpected()) }
    }

    fn unexpected(&self) -> Unsure {
        let near: String = self.rest.chars().take(20).collect();
        Unsure::new(format!("near {near:?} it is no shell text"))
    }

    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.rest = self.rest.get(c.len_utf8()..).unwrap_or_default();
        Some(c)
    }

    fn eat(&mut self, text: &str) -> bool {
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Blanks, continued lines and comments.
    fn blanks(&mut self) {
        loop {
            if self.eat("\\\n") || self.eat(" ") || self.eat("\t") {
                continue;
            }
            if self.peek() == Some('#') {
                self.rest = self.rest.find('\n').and_then(|end| self.rest.get(end..)).unwrap_or_default();
                continue;
            }
            return;
        }
    }

    /// Blanks and line ends.
    fn lines(&mut self) {
        loop {
            self.blanks();
            if !self.eat("\n") && !self.eat("\r\n") {
                return;
            }
        }
    }

    /// The plain word that begins here.
    fn plain(&self) -> &'a str {
        let end = self.rest.find(|c: char| c.is_whitespace() || ";|&()<>'\"`$\\".contains(c));
        self.rest.get(..end.unwrap_or(self.rest.len())).unwrap_or_default()
    }

    /// Eats a reserved word.
    fn keyword(&mut self, word: &str) -> bool {
        self.plain() == word && self.eat(word)
    }

    fn expect(&mut self, word: &str) -> Result<(), Unsure> {
        self.lines();
        if self.keyword(word) { Ok(()) } else { Err(Unsure::new(format!("`{word}` is missing"))) }
    }

    /// Commands up to the end, a closing parenthesis or a reserved word.
    fn list(&mut self) -> Result<List, Unsure> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(Unsure::new("its commands nest too deeply"));
        }
        let mut list = Vec::new();
        loop {
            self.lines();
            if self.rest.is_empty() || self.peek() == Some(')') || RESERVED.contains(&self.plain()) {
                break;
            }
            list.push(self.and_or()?);
            self.blanks();
            if self.rest.starts_with(";;") {
                return Err(self.unexpected());
            }
            if self.eat(";") || self.eat("\n") || self.eat("\r\n") {
                continue;
            }
            if self.peek() == Some('&') {
                return Err(unread("a command in the background"));
            }
            if !self.rest.is_empty() && self.peek() != Some(')') {
                return Err(self.unexpected());
            }
        }
        self.depth -= 1;
        Ok(list)
    }

    fn and_or(&mut self) -> Result<AndOr, Unsure> {
        let first = self.pipeline()?;
        let mut rest = Vec::new();
        loop {
            self.blanks();
            let join = if self.eat("&&") {
                Join::And
            } else if self.eat("||") {
                Join::Or
            } else {
                return Ok(AndOr { first, rest });
            };
            self.lines();
            rest.push((join, self.pipeline()?));
        }
    }

    fn pipeline(&mut self) -> Result<Pipeline, Unsure> {
        let mut negated = false;
        while self.keyword("!") {
            negated = !negated;
            self.blanks();
        }
        let mut commands = vec![self.command()?];
        loop {
            self.blanks();
            if self.rest.starts_with("||") || !self.eat("|") {
                return Ok(Pipeline { negated, commands });
            }
            if self.peek() == Some('&') {
                return Err(unread("|&"));
            }
            self.lines();
            commands.push(self.command()?);
        }
    }

    fn command(&mut self) -> Result<Command, Unsure> {
        if let Some(word) = UNREAD.iter().find(|word| self.plain() == **word) {
            return Err(unread(&format!("`{word}`")));
        }
        let kind = if self.keyword("if") {
            self.conditional()?
        } else if self.keyword("for") {
            self.for_each()?
        } else if self.keyword("{") {
            let list = self.list()?;
            self.expect("}")?;
            Kind::Group(list)
        } else if self.eat("(") {
            let list = self.list()?;
            if !self.eat(")") {
                return Err(self.unexpected());
            }
            Kind::Subshell(list)
        } else {
            return self.simple();
        };
        let mut redirections = Vec::new();
        loop {
            self.blanks();
            match self.redirection()? {
                Some(found) => redirections.extend(found),
                None => return Ok(Command { kind, redirections }),
            }
        }
    }

    fn conditional(&mut self) -> Result<Kind, Unsure> {
        let mut arms = Vec::new();
        loop {
            let condition = self.list()?;
            self.expect("then")?;
            arms.push((condition, self.list()?));
            self.lines();
            if self.keyword("elif") {
                continue;
            }
            let otherwise = if self.keyword("else") { Some(self.list()?) } else { None };
            self.expect("fi")?;
            return Ok(Kind::If { arms, otherwise });
        }
    }

    fn for_each(&mut self) -> Result<Kind, Unsure> {
        self.blanks();
        let variable = self.plain().to_owned();
        if !is_name(&variable) {
            return Err(self.unexpected());
        }
        self.eat(&variable);
        self.expect("in")?;
        let mut words = Vec::new();
        loop {
            self.blanks();
            if self.rest.is_empty() || self.eat(";") || self.eat("\n") {
                break;
            }
            words.push(self.word()?);
        }
        self.expect("do")?;
        let body = self.list()?;
        self.expect("done")?;
        Ok(Kind::For { variable, words, body })
    }

    fn simple(&mut self) -> Result<Command, Unsure> {
        let (mut assignments, mut words, mut redirections) = (Vec::new(), Vec::new(), Vec::new());
        loop {
            self.blanks();
            if self.peek().is_none_or(|c| "\n\r|;&)".contains(c)) && !self.rest.starts_with("&>") {
                break;
            }
            if let Some(found) = self.redirection()? {
                redirections.extend(found);
                continue;
            }
            if self.peek() == Some('(') {
                return Err(unread("a function"));
            }
            if words.is_empty()
                && let Some((name, rest)) = self.rest.split_once('=')
                && is_name(name)
            {
                self.rest = rest;
                let ended = self.peek().is_none_or(|c| c.is_whitespace() || ";|&)".contains(c));
                let value = if ended { Vec::new() } else { self.word()? };
                assignments.push((name.to_owned(), value));
                continue;
            }
            words.push(self.word()?);
        }
        if assignments.is_empty() && words.is_empty() && redirections.is_empty() {
            return Err(self.unexpected());
        }
        Ok(Command { kind: Kind::Simple { assignments, words }, redirections })
    }

    /// A redirection, where one stands here.
    fn redirection(&mut self) -> Result<Option<Vec<Redirection>>, Unsure> {
        let known = [
            ("2>&1", vec![Redirection::ErrorsToOutput]),
            ("1>&2", vec![Redirection::OutputToErrors]),
            (">&2", vec![Redirection::OutputToErrors]),
        ];
        for (text, found) in known {
            if self.eat(text) {
                return Ok(Some(found));
            }
        }
        let discard = [("2>>", 2), ("2>", 2), ("1>", 1), ("&>", 0), (">>", 1), (">", 1)];
        for (text, stream) in discard {
            if self.eat(text) {
                self.blanks();
                if self.keyword("/dev/null") {
                    let both = vec![Redirection::Discard(1), Redirection::Discard(2)];
                    return Ok(Some(if stream == 0 { both } else { vec![Redirection::Discard(stream)] }));
                }
                return Err(unread("a command that writes a file"));
            }
        }
        if self.rest.starts_with("<<") || self.rest.starts_with("<(") {
            return Err(unread("`<<`"));
        }
        if self.eat("<") {
            self.blanks();
            return Ok(Some(vec![Redirection::Input(self.word()?)]));
        }
        Ok(None)
    }

    fn word(&mut self) -> Result<Word, Unsure> {
        let mut word = Vec::new();
        while let Some(c) = self.peek() {
            match c {
                _ if c.is_whitespace() || ";|&()<>".contains(c) => break,
                '\'' => {
                    self.bump();
                    let Some((text, rest)) = self.rest.split_once('\'') else {
                        return Err(Unsure::new("a quote is not closed"));
                    };
                    word.push(Part::Text { text: text.into(), quoted: true });
                    self.rest = rest;
                }
                '"' => {
                    self.bump();
                    self.double(&mut word)?;
                }
                '\\' => {
                    self.bump();
                    match self.bump() {
                        Some('\n') => {}
                        Some(c) => word.push(Part::Text { text: c.into(), quoted: true }),
                        None => word.push(Part::Text { text: "\\".into(), quoted: true }),
                    }
                }
                '$' | '`' => self.expansion(false, &mut word)?,
                _ => {
                    self.bump();
                    push_text(&mut word, c, false);
                }
            }
        }
        if word.is_empty() { Err(self.unexpected()) } else { Ok(word) }
    }

    /// The rest of a text in double quotes.
    fn double(&mut self, word: &mut Word) -> Result<(), Unsure> {
        // (The empty text is a word too.)
        word.push(Part::Text { text: String::new(), quoted: true });
        loop {
            match self.peek() {
                None => return Err(Unsure::new("a quote is not closed")),
                Some('"') => {
                    self.bump();
                    return Ok(());
                }
                Some('\\') => {
                    self.bump();
                    match self.bump() {
                        Some('\n') | None => {}
                        Some(c) => {
                            if !"$`\"\\".contains(c) {
                                push_text(word, '\\', true);
                            }
                            push_text(word, c, true);
                        }
                    }
                }
                Some('$' | '`') => self.expansion(true, word)?,
                Some(c) => {
                    self.bump();
                    push_text(word, c, true);
                }
            }
        }
    }

    /// What begins with `$` or a backquote.
    fn expansion(&mut self, quoted: bool, word: &mut Word) -> Result<(), Unsure> {
        if self.eat("`") {
            let Some((text, rest)) = self.rest.split_once('`') else {
                return Err(Unsure::new("a backquote is not closed"));
            };
            if text.contains('\\') {
                return Err(unread("an escape in backquotes"));
            }
            let list = Parser { rest: text, depth: self.depth + 1 }.script()?;
            self.rest = rest;
            word.push(Part::Command { list, quoted });
            return Ok(());
        }
        if self.rest.starts_with("$((") {
            return Err(unread("arithmetic"));
        }
        if self.eat("$(") {
            let list = self.list()?;
            if !self.eat(")") {
                return Err(self.unexpected());
            }
            word.push(Part::Command { list, quoted });
            return Ok(());
        }
        if self.eat("${") {
            let name = self.name();
            let default = if self.eat(":-") {
                let Some((text, _)) = self.rest.split_once('}') else { return Err(self.unexpected()) };
                if text.contains(['$', '`', '"', '\'']) {
                    return Err(unread("a default value with expansions"));
                }
                self.rest = self.rest.get(text.len()..).unwrap_or_default();
                Some(vec![Part::Text { text: text.into(), quoted }])
            } else {
                None
            };
            if name.is_empty() || !self.eat("}") {
                return Err(unread("this form of ${…}"));
            }
            word.push(Part::Variable { name, default, quoted });
            return Ok(());
        }
        self.bump();
        let name = self.name();
        if !name.is_empty() {
            word.push(Part::Variable { name, default: None, quoted });
        } else if self.eat("?") {
            word.push(Part::Variable { name: "?".into(), default: None, quoted });
        } else if self.peek().is_some_and(|c| c.is_ascii_digit() || "@*#$!-".contains(c)) {
            return Err(unread("a parameter of the shell"));
        } else {
            push_text(word, '$', true);
        }
        Ok(())
    }

    fn name(&mut self) -> String {
        let end = self.rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(self.rest.len());
        let name = self.rest.get(..end).unwrap_or_default();
        if !is_name(name) {
            return String::new();
        }
        self.rest = self.rest.get(end..).unwrap_or_default();
        name.to_owned()
    }
}

fn push_text(word: &mut Word, c: char, quoted: bool) {
    if let Some(Part::Text { text, quoted: last }) = word.last_mut()
        && *last == quoted
    {
        text.push(c);
    } else {
        word.push(Part::Text { text: c.into(), quoted });
    }
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
