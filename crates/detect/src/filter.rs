//! Conditions as they are written: text, tree, text again.

mod expr;
mod operator;
mod parser;
mod quote;
mod syntax;
mod write;

pub use expr::{Check, Expr, FieldRef, Name, Operand, Right, Transformer};
pub use operator::{Modifier, Operator};
pub use parser::parse;
pub(crate) use parser::unquoted;
pub use syntax::{Dialect, FilterError};
