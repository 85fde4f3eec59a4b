//! Conditions as text. What is written reads as the same tree.

use std::fmt::{self, Display, Formatter};

use super::expr::{Check, Expr, FieldRef, Operand, Right};
use super::quote::quoted;

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.write(f, true)
    }
}

impl Expr {
    fn write(&self, f: &mut Formatter<'_>, outermost: bool) -> fmt::Result {
        match self {
            Self::Or(parts) => joined(f, parts, " or ", outermost),
            Self::And(parts) => joined(f, parts, " and ", outermost),
            Self::Not(part) => {
                f.write_str("not ")?;
                part.write(f, false)
            }
            Self::Check(check) => check.fmt(f),
            Self::Macro(name) => f.write_str(&name.text),
        }
    }
}

fn joined(f: &mut Formatter<'_>, parts: &[Expr], between: &str, outermost: bool) -> fmt::Result {
    if !outermost {
        f.write_str("(")?;
    }
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            f.write_str(between)?;
        }
        part.write(f, false)?;
    }
    if outermost { Ok(()) } else { f.write_str(")") }
}

impl Display for Check {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.left, self.operator.name())?;
        if let Some(modifier) = self.modifier {
            write!(f, " {}", modifier.name())?;
        }
        match &self.right {
            Right::Nothing => Ok(()),
            Right::Text(text) => write!(f, " {}", quoted(text)),
            Right::Word(name) => write!(f, " {}", name.text),
            Right::Operand(operand @ Operand::Field(_)) => write!(f, " val({operand})"),
            Right::Operand(operand) => write!(f, " {operand}"),
            Right::List(items) => {
                f.write_str(" (")?;
                for (at, item) in items.iter().enumerate() {
                    write!(f, "{}{}", if at > 0 { ", " } else { "" }, quoted(item))?;
                }
                f.write_str(")")
            }
        }
    }
}

impl Display for Operand {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(field) => field.fmt(f),
            Self::Apply { transformer, operands, text, .. } => {
                write!(f, "{}(", transformer.name())?;
                let many = operands.len() > 1;
                let texts: Vec<String> = operands.iter().map(Self::to_string).collect();
                let fields = texts.join(", ");
                match (transformer, text) {
                    (super::Transformer::Join, Some(text)) => {
                        write!(f, "{}, ({fields})", always_quoted(text))?;
                    }
                    (_, Some(text)) => write!(f, "{fields}, {}", always_quoted(text))?,
                    (super::Transformer::Concat, None) if !many => write!(f, "{fields}")?,
                    _ => f.write_str(&fields)?,
                }
                f.write_str(")")
            }
        }
    }
}

fn always_quoted(text: &str) -> String {
    let text = quoted(text);
    if text.starts_with('"') { text.into_owned() } else { format!("\"{text}\"") }
}

impl Display for FieldRef {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        match &self.argument {
            Some(argument) if argument.contains(|c: char| c.is_whitespace() || "[]'\"".contains(c)) => {
                write!(f, "[{}]", always_quoted(argument))
            }
            Some(argument) => write!(f, "[{argument}]"),
            None => Ok(()),
        }
    }
}
