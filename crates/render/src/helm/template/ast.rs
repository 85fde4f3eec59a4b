//! Parsed templates.

use ironsides_tree::{Span, Text};

use crate::helm::functions::Function;

/// A named body: the text of a file, or what stands between `define` and `end`.
#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) name: Text,
    pub(crate) nodes: Vec<Node>,
    /// Whether it holds nothing but space and comments; such a body replaces no other.
    pub(crate) empty: bool,
}

/// A piece of a body.
#[derive(Debug)]
pub(crate) enum Node {
    /// Text as it stands, trimmed.
    Text(Span),
    /// An action that prints, or declares or sets a variable.
    Print(Span, Pipeline),
    If(Branch),
    With(Branch),
    Range(Branch),
    Template {
        span: Span,
        name: Text,
        argument: Option<Pipeline>,
    },
    Break,
    Continue,
}

impl Node {
    /// Where it stands; nowhere for what has no operand.
    pub(crate) fn span(&self) -> Span {
        match self {
            Self::Text(span) | Self::Print(span, _) | Self::Template { span, .. } => *span,
            Self::If(branch) | Self::With(branch) | Self::Range(branch) => branch.pipeline.span,
            Self::Break | Self::Continue => Span::NONE,
        }
    }
}

/// `if`, `with` and `range`.
#[derive(Debug)]
pub(crate) struct Branch {
    pub(crate) pipeline: Pipeline,
    pub(crate) then: Vec<Node>,
    pub(crate) otherwise: Option<Vec<Node>>,
}

/// Commands, each given the value of the one before as its last argument.
#[derive(Debug)]
pub(crate) struct Pipeline {
    pub(crate) span: Span,
    /// Variables that take the value; a range may have two.
    pub(crate) names: Vec<Text>,
    /// Whether the variables exist already.
    pub(crate) assigns: bool,
    pub(crate) commands: Vec<Command>,
}

/// An operand, or a function or method and its arguments.
#[derive(Debug)]
pub(crate) struct Command {
    pub(crate) head: Expr,
    pub(crate) args: Vec<Expr>,
}

/// An operand and where it stands.
#[derive(Debug)]
pub(crate) struct Expr {
    pub(crate) span: Span,
    pub(crate) kind: ExprKind,
}

/// The kinds of operands.
#[derive(Debug)]
pub(crate) enum ExprKind {
    Dot,
    Nil,
    Bool(bool),
    Number(Number),
    Str(Text),
    /// A string constant that is not UTF-8.
    Binary(Box<[u8]>),
    /// `.a.b`
    Field(Vec<Text>),
    /// `$x.a.b`; the name has the `$`.
    Variable(Text, Vec<Text>),
    /// `(…).a.b` or `name.a`
    Chain(Box<Expr>, Vec<Text>),
    Function(&'static Function),
    Pipeline(Box<Pipeline>),
}

/// A number constant: a whole number where it can be one, and whether it is written as a fraction.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Number {
    pub(crate) int: Option<i64>,
    pub(crate) float: Option<f64>,
    /// Whether it is a float where any type would do.
    pub(crate) fraction: bool,
}
