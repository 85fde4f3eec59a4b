//! The tree of a condition.

use std::sync::Arc;

use ironsides_tree::Span;

use super::operator::{Modifier, Operator};

/// A condition, or a part of one.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// True when any part is. Has two parts or more.
    Or(Vec<Self>),
    /// True when all parts are. Has two parts or more.
    And(Vec<Self>),
    /// True when the part is false.
    Not(Box<Self>),
    /// A comparison.
    Check(Box<Check>),
    /// The name of a macro.
    Macro(Name),
}

impl Expr {
    /// Hands every comparison to `visit`, from left to right.
    pub fn checks<'a>(&'a self, visit: &mut impl FnMut(&'a Check)) {
        match self {
            Self::Or(parts) | Self::And(parts) => parts.iter().for_each(|part| part.checks(visit)),
            Self::Not(part) => part.checks(visit),
            Self::Check(check) => visit(check),
            Self::Macro(_) => {}
        }
    }

    /// Hands every macro name to `visit`, from left to right.
    pub fn macros<'a>(&'a self, visit: &mut impl FnMut(&'a Name)) {
        match self {
            Self::Or(parts) | Self::And(parts) => parts.iter().for_each(|part| part.macros(visit)),
            Self::Not(part) => part.macros(visit),
            Self::Check(_) => {}
            Self::Macro(name) => visit(name),
        }
    }
}

/// A name, and where it stands in the condition's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The name.
    pub text: Box<str>,
    /// Its bytes in the condition.
    pub span: Span,
}

/// A comparison of a field.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// What is compared.
    pub left: Operand,
    /// How.
    pub operator: Operator,
    /// Over several values: which of them must match.
    pub modifier: Option<Modifier>,
    /// With what.
    pub right: Right,
    /// Its bytes in the condition.
    pub span: Span,
}

/// The right side of a comparison.
#[derive(Clone, Debug, PartialEq)]
pub enum Right {
    /// Nothing: the operator is `exists`.
    Nothing,
    /// A text or a number, as written, without quotes.
    Text(Box<str>),
    /// Texts in parentheses. Lists are shared, for they can be long.
    List(Arc<[Box<str>]>),
    /// A bare word where a list may stand: the name of a list, or a list of one.
    Word(Name),
    /// A field of the same event.
    Operand(Operand),
}

/// A field, or what a transformer makes of one.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    /// The field itself; `val(field)` on a right side.
    Field(FieldRef),
    /// `transformer(operands…)`.
    Apply {
        /// What is done.
        transformer: Transformer,
        /// To what; only `concat` and `join` take more than one.
        operands: Vec<Self>,
        /// The separator of `join`, the option of `getopt`.
        text: Option<Box<str>>,
        /// Its bytes in the condition.
        span: Span,
    },
}

impl Operand {
    /// Hands every field to `visit`, from left to right.
    pub fn fields<'a>(&'a self, visit: &mut impl FnMut(&'a FieldRef)) {
        match self {
            Self::Field(field) => visit(field),
            Self::Apply { operands, .. } => operands.iter().for_each(|operand| operand.fields(visit)),
        }
    }

    /// Its bytes in the condition.
    pub fn span(&self) -> Span {
        match self {
            Self::Field(field) => field.span,
            Self::Apply { span, .. } => *span,
        }
    }
}

/// A field as a condition or an output names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FieldRef {
    /// The dotted name.
    pub name: Box<str>,
    /// What stands in brackets behind it.
    pub argument: Option<Box<str>>,
    /// Its bytes in the text.
    pub span: Span,
}

/// Functions over field values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transformer {
    /// The value in lower case (ASCII).
    ToLower,
    /// The value in upper case (ASCII).
    ToUpper,
    /// What the value is the base64 form of. Absent where it is not.
    B64,
    /// What follows the last slash.
    Basename,
    /// The number of bytes of a text, of items of a list.
    Len,
    /// Texts one behind the other.
    Concat,
    /// Texts with a separator between them.
    Join,
    /// The value of an option in a command's arguments.
    Getopt,
}

impl Transformer {
    /// All of them, in the order in which messages list them.
    pub const ALL: [Self; 8] = [
        Self::ToLower,
        Self::ToUpper,
        Self::B64,
        Self::Basename,
        Self::Len,
        Self::Concat,
        Self::Join,
        Self::Getopt,
    ];

    /// The name in conditions.
    pub fn name(self) -> &'static str {
        match self {
            Self::ToLower => "tolower",
            Self::ToUpper => "toupper",
            Self::B64 => "b64",
            Self::Basename => "basename",
            Self::Len => "len",
            Self::Concat => "concat",
            Self::Join => "join",
            Self::Getopt => "getopt",
        }
    }

    /// Whether libsinsp 0.23 lacks it.
    pub(crate) fn is_new(self) -> bool {
        matches!(self, Self::Concat | Self::Join | Self::Getopt)
    }
}
