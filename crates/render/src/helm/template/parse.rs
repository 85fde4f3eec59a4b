//! Templates from tokens.

use ironsides_tree::{Span, Text};

use super::Flaw;
use super::ast::{Body, Branch, Command, Expr, ExprKind, Node, Pipeline};
use super::lex::{Kind, Token, tokens};
use super::unquote;
use crate::helm::functions;

/// How deep blocks and parentheses may nest in one template.
const MAX_DEPTH: usize = 200;

/// Reads a template: its own body under the name given, and the bodies that it defines. A body of a name that stood
/// before comes later.
pub(crate) fn parse(name: &str, text: &str) -> Result<Vec<Body>, Flaw> {
    if u32::try_from(text.len()).is_err() {
        return Err(Flaw::new(0, "the template has more than 4 GiB"));
    }
    let tokens = tokens(text)?;
    let mut parser = Parser {
        text,
        tokens,
        at: 0,
        variables: vec![Text::new_static("$")],
        ranges: 0,
        depth: 0,
        bodies: Vec::new(),
    };
    let nodes = parser.file()?;
    parser.define(Text::new(name), nodes, Span::new(0, text.len()))?;
    Ok(parser.bodies)
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    at: usize,
    variables: Vec<Text>,
    /// How many `range` blocks are open.
    ranges: usize,
    depth: usize,
    bodies: Vec<Body>,
}

/// What ended a list of nodes.
#[derive(PartialEq, Eq)]
enum Stop {
    End,
    /// `else`, which `if`, `with` or the end of the action follows.
    Else,
    Eof,
}

type Parsed<T> = Result<T, Flaw>;

impl Parser<'_> {
    fn peek(&self) -> Token {
        let last = Token { kind: Kind::End, start: self.text.len(), end: self.text.len(), spaced: false };
        self.tokens.get(self.at).copied().unwrap_or(last)
    }

    fn next(&mut self) -> Token {
        let token = self.peek();
        self.at += 1;
        token
    }

    fn slice(&self, token: Token) -> &str {
        self.text.get(token.start..token.end).unwrap_or_default()
    }

    fn eat_name(&mut self, name: &str) -> bool {
        let token = self.peek();
        let there = token.kind == Kind::Name && self.slice(token) == name;
        self.at += usize::from(there);
        there
    }

    fn unexpected<T>(&self, token: Token, within: &str) -> Parsed<T> {
        let what = match token.kind {
            Kind::End => "the end of the template".to_owned(),
            Kind::Close => "the end of the action".to_owned(),
            _ => format!("{:?}", self.slice(token)),
        };
        Err(Flaw::new(token.start, format!("{what} does not belong into {within}")))
    }

    fn close(&mut self, within: &str) -> Parsed<usize> {
        let token = self.next();
        if token.kind == Kind::Close { Ok(token.end) } else { self.unexpected(token, within) }
    }

    fn deeper(&mut self, at: usize) -> Parsed<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Flaw::new(at, format!("blocks or parentheses nest deeper than {MAX_DEPTH} levels")));
        }
        Ok(())
    }

    fn define(&mut self, name: Text, nodes: Vec<Node>, span: Span) -> Parsed<()> {
        let empty = nodes.iter().all(|node| match node {
            Node::Text(span) => span.slice(self.text).unwrap_or_default().trim().is_empty(),
            _ => false,
        });
        let body = Body { name, nodes, empty };
        match self.bodies.iter_mut().find(|before| before.name == body.name) {
            None => self.bodies.push(body),
            Some(before) if before.empty => *before = body,
            Some(_) if body.empty => {}
            Some(_) => {
                let message = format!("template {:?} is defined more than once in this file", body.name);
                return Err(Flaw::new(span.start as usize, message));
            }
        }
        Ok(())
    }

    fn file(&mut self) -> Parsed<Vec<Node>> {
        let mut nodes = Vec::new();
        loop {
            let open = self.peek();
            if open.kind == Kind::Open {
                self.at += 1;
                if self.eat_name("define") {
                    self.definition(open)?;
                    continue;
                }
                self.at -= 1;
            }
            match self.node(&mut nodes)? {
                None => {}
                Some(Stop::Eof) => return Ok(nodes),
                Some(Stop::End) => return Err(Flaw::new(open.start, "end without a block that it ends")),
                Some(Stop::Else) => return Err(Flaw::new(open.start, "else without an if, with or range")),
            }
        }
    }

    fn name(&mut self, within: &str) -> Parsed<Text> {
        let token = self.next();
        if !matches!(token.kind, Kind::Str | Kind::RawStr) {
            return self.unexpected(token, within);
        }
        let name = unquote::unquote(self.slice(token)).and_then(|bytes| String::from_utf8(bytes).ok());
        name.map(Text::new).ok_or_else(|| Flaw::new(token.start, "the name has a wrong escape"))
    }

    fn definition(&mut self, open: Token) -> Parsed<()> {
        let name = self.name("define")?;
        let start = self.close("define")?;
        let (nodes, end) = self.body(open)?;
        self.define(name, nodes, Span::new(start, end))
    }

    /// The nodes up to an `end`, with variables of their own, and where that `end` begins.
    fn body(&mut self, open: Token) -> Parsed<(Vec<Node>, usize)> {
        self.deeper(open.start)?;
        let variables = std::mem::replace(&mut self.variables, vec![Text::new_static("$")]);
        let ranges = std::mem::take(&mut self.ranges);
        let (nodes, stop, end) = self.list()?;
        if stop != Stop::End {
            return Err(Flaw::new(open.start, "this define or block is not closed with {{ end }}"));
        }
        self.variables = variables;
        self.ranges = ranges;
        self.depth -= 1;
        Ok((nodes, end))
    }

    fn list(&mut self) -> Parsed<(Vec<Node>, Stop, usize)> {
        let mut nodes = Vec::new();
        loop {
            let start = self.peek().start;
            if let Some(stop) = self.node(&mut nodes)? {
                return Ok((nodes, stop, start));
            }
        }
    }

    /// Reads one node, or what ends a list of them.
    fn node(&mut self, nodes: &mut Vec<Node>) -> Parsed<Option<Stop>> {
        let token = self.next();
        match token.kind {
            Kind::Text => {
                nodes.push(Node::Text(token.span()));
                Ok(None)
            }
            Kind::End => Ok(Some(Stop::Eof)),
            Kind::Open => self.action(token, nodes),
            _ => self.unexpected(token, "the text"),
        }
    }

    fn action(&mut self, open: Token, nodes: &mut Vec<Node>) -> Parsed<Option<Stop>> {
        let first = self.peek();
        let word = if first.kind == Kind::Name { self.slice(first).to_owned() } else { String::new() };
        let keyword = matches!(
            word.as_str(),
            "if" | "with" | "range" | "end" | "else" | "template" | "block" | "break" | "continue" | "define"
        );
        self.at += usize::from(keyword);
        let node = match word.as_str() {
            "if" => Node::If(self.branch(open, "if")?),
            "with" => Node::With(self.branch(open, "with")?),
            "range" => Node::Range(self.branch(open, "range")?),
            "end" => {
                self.close("end")?;
                return Ok(Some(Stop::End));
            }
            "else" => {
                let next = self.peek();
                if !(next.kind == Kind::Name && matches!(self.slice(next), "if" | "with")) {
                    self.close("else")?;
                }
                return Ok(Some(Stop::Else));
            }
            "break" | "continue" => {
                self.close(&word)?;
                if self.ranges == 0 {
                    return Err(Flaw::new(first.start, format!("{word} stands outside of range")));
                }
                if word == "break" { Node::Break } else { Node::Continue }
            }
            "template" => {
                let name = self.name("template")?;
                let (argument, end) = if self.peek().kind == Kind::Close {
                    (None, self.close("template")?)
                } else {
                    let (pipeline, end) = self.pipeline("template", Kind::Close)?;
                    (Some(pipeline), end)
                };
                Node::Template { span: Span::new(open.start, end), name, argument }
            }
            "block" => {
                let name = self.name("block")?;
                let (pipeline, end) = self.pipeline("block", Kind::Close)?;
                let (body, until) = self.body(open)?;
                self.define(name.clone(), body, Span::new(end, until))?;
                Node::Template { span: Span::new(open.start, end), name, argument: Some(pipeline) }
            }
            "define" => return Err(Flaw::new(first.start, "define stands inside of another block")),
            _ => {
                let (pipeline, end) = self.pipeline("an action", Kind::Close)?;
                Node::Print(Span::new(open.start, end), pipeline)
            }
        };
        nodes.push(node);
        Ok(None)
    }

    fn branch(&mut self, open: Token, keyword: &str) -> Parsed<Branch> {
        self.deeper(open.start)?;
        let variables = self.variables.len();
        let (pipeline, _) = self.pipeline(keyword, Kind::Close)?;
        let looping = usize::from(keyword == "range");
        self.ranges += looping;
        let (then, stop, _) = self.list()?;
        self.ranges -= looping;
        let unclosed = || Flaw::new(open.start, format!("this {keyword} is not closed with {{{{ end }}}}"));
        let otherwise = match stop {
            Stop::End => None,
            Stop::Eof => return Err(unclosed()),
            Stop::Else => {
                let chained = self.peek();
                if keyword != "range" && self.eat_name(keyword) {
                    let branch = self.branch(chained, keyword)?;
                    Some(vec![if keyword == "if" { Node::If(branch) } else { Node::With(branch) }])
                } else if chained.kind == Kind::Name && matches!(self.slice(chained), "if" | "with") {
                    // `else with` in an `if`: an action of its own, with an end of its own.
                    let mut nodes = Vec::new();
                    self.action(Token { kind: Kind::Open, ..chained }, &mut nodes)?;
                    let (rest, stop, _) = self.list()?;
                    if stop != Stop::End {
                        return Err(unclosed());
                    }
                    nodes.extend(rest);
                    Some(nodes)
                } else {
                    let (nodes, stop, at) = self.list()?;
                    match stop {
                        Stop::End => Some(nodes),
                        Stop::Else => return Err(Flaw::new(at, format!("this {keyword} has two else"))),
                        Stop::Eof => return Err(unclosed()),
                    }
                }
            }
        };
        self.variables.truncate(variables);
        self.depth -= 1;
        Ok(Branch { pipeline, then, otherwise })
    }

    /// A pipeline up to the token that ends it, and where that ends.
    fn pipeline(&mut self, within: &str, end: Kind) -> Parsed<(Pipeline, usize)> {
        let start = self.peek().start;
        let mut names = Vec::new();
        let mut assigns = false;
        while self.peek().kind == Kind::Variable {
            let variable = self.next();
            let name = Text::new(self.slice(variable));
            let next = self.peek();
            match next.kind {
                Kind::Assign | Kind::Declare => {
                    self.at += 1;
                    assigns = next.kind == Kind::Assign;
                    if assigns && !self.variables.contains(&name) {
                        return Err(Flaw::new(variable.start, format!("{name} is not declared")));
                    }
                    names.push(name.clone());
                    self.variables.push(name);
                    break;
                }
                Kind::Comma if within == "range" && names.is_empty() => {
                    self.at += 1;
                    names.push(name.clone());
                    self.variables.push(name);
                    if self.peek().kind != Kind::Variable {
                        return Err(Flaw::new(next.start, "a second variable has to follow the comma"));
                    }
                }
                Kind::Comma => {
                    return Err(Flaw::new(next.start, format!("{within} cannot declare so many variables")));
                }
                _ => {
                    self.at -= 1;
                    break;
                }
            }
        }
        let mut commands = Vec::new();
        loop {
            let token = self.peek();
            if token.kind == end {
                self.at += 1;
                if commands.is_empty() {
                    return Err(Flaw::new(token.start, format!("{within} has no value")));
                }
                let pipeline = Pipeline { span: Span::new(start, token.start), names, assigns, commands };
                return Ok((pipeline, token.end));
            }
            let command = self.command(within)?;
            if !commands.is_empty()
                && matches!(
                    command.head.kind,
                    ExprKind::Bool(_)
                        | ExprKind::Dot
                        | ExprKind::Nil
                        | ExprKind::Number(_)
                        | ExprKind::Str(_)
                        | ExprKind::Binary(_)
                )
            {
                let message = "a constant cannot take the value that the pipeline gives it";
                return Err(Flaw::new(command.head.span.start as usize, message));
            }
            commands.push(command);
        }
    }

    fn command(&mut self, within: &str) -> Parsed<Command> {
        let Some(head) = self.operand()? else {
            let token = self.peek();
            return self.unexpected(token, within);
        };
        let mut args = Vec::new();
        loop {
            let token = self.peek();
            match token.kind {
                Kind::Close | Kind::RightParen => break,
                Kind::Pipe => {
                    self.at += 1;
                    let next = self.peek();
                    if matches!(next.kind, Kind::Close | Kind::RightParen) {
                        return Err(Flaw::new(token.start, "nothing follows this |"));
                    }
                    break;
                }
                _ if token.spaced => match self.operand()? {
                    Some(operand) => args.push(operand),
                    None => return self.unexpected(token, "an operand"),
                },
                _ => return self.unexpected(token, "an operand"),
            }
        }
        Ok(Command { head, args })
    }

    fn operand(&mut self) -> Parsed<Option<Expr>> {
        let start = self.peek();
        let Some(mut term) = self.term()? else { return Ok(None) };
        let mut fields = Vec::new();
        let mut end = term.span.end;
        while self.peek().kind == Kind::Field && !self.peek().spaced {
            let token = self.next();
            fields.push(Text::new(self.slice(token).get(1..).unwrap_or_default()));
            end = token.span().end;
        }
        if fields.is_empty() {
            return Ok(Some(term));
        }
        let span = Span { start: term.span.start, end };
        match &mut term.kind {
            ExprKind::Field(names) | ExprKind::Variable(_, names) => {
                names.extend(fields);
                term.span = span;
                Ok(Some(term))
            }
            ExprKind::Function(_) | ExprKind::Pipeline(_) => {
                Ok(Some(Expr { span, kind: ExprKind::Chain(Box::new(term), fields) }))
            }
            _ => Err(Flaw::new(start.start, "a constant has no fields")),
        }
    }

    fn term(&mut self) -> Parsed<Option<Expr>> {
        let token = self.peek();
        let text = self.slice(token).to_owned();
        let wrong = |what: &str| Flaw::new(token.start, format!("{text} is no {what}"));
        let kind = match token.kind {
            Kind::Dot => ExprKind::Dot,
            Kind::Field => ExprKind::Field(vec![Text::new(text.get(1..).unwrap_or_default())]),
            Kind::Variable => {
                if !self.variables.iter().any(|known| known == text.as_str()) {
                    return Err(Flaw::new(token.start, format!("{text} is not declared")));
                }
                ExprKind::Variable(Text::new(text), Vec::new())
            }
            Kind::Name => match text.as_str() {
                "nil" => ExprKind::Nil,
                "true" => ExprKind::Bool(true),
                "false" => ExprKind::Bool(false),
                "if" | "with" | "range" | "end" | "else" | "template" | "block" | "break" | "continue"
                | "define" => {
                    return self.unexpected(token, "a command");
                }
                name => ExprKind::Function(
                    functions::find(name)
                        .ok_or_else(|| Flaw::new(token.start, format!("Helm has no function {name:?}")))?,
                ),
            },
            Kind::Number => ExprKind::Number(unquote::number(&text).ok_or_else(|| wrong("number"))?),
            Kind::Char => ExprKind::Number(unquote::character(&text).ok_or_else(|| wrong("character"))?),
            Kind::Str | Kind::RawStr => {
                let bytes = unquote::unquote(&text).ok_or_else(|| wrong("string: an escape is wrong"))?;
                match String::from_utf8(bytes) {
                    Ok(text) => ExprKind::Str(Text::new(text)),
                    Err(error) => ExprKind::Binary(error.into_bytes().into()),
                }
            }
            Kind::LeftParen => {
                self.at += 1;
                self.deeper(token.start)?;
                let (pipeline, end) = self.pipeline("parentheses", Kind::RightParen)?;
                self.depth -= 1;
                let span = Span::new(token.start, end);
                return Ok(Some(Expr { span, kind: ExprKind::Pipeline(Box::new(pipeline)) }));
            }
            _ => return Ok(None),
        };
        self.at += 1;
        Ok(Some(Expr { span: token.span(), kind }))
    }
}
