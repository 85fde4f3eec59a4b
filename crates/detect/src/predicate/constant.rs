//! The right sides of comparisons, read by the type of the field.

use std::net::IpAddr;

use crate::kind::{Family, Kind};
use crate::net;
use crate::number::{cut_signed, cut_unsigned, signed, unsigned};

/// A value that a rule gives.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Constant {
    Text(Box<[u8]>),
    Int(i64),
    Uint(u64),
    Double(f64),
    Bool(bool),
    Ip(IpAddr),
    Network(net::Network),
}

impl Constant {
    /// Reads a text as a value of a kind.
    pub(crate) fn read(text: &str, kind: Kind) -> Result<Self, String> {
        let no_number = || format!("{text} is not a valid number");
        match kind.family() {
            _ if kind == Kind::Port => net::port(text).map(Self::Uint),
            Family::Number { bits, signed: true } => {
                signed(text).map(|number| Self::Int(cut_signed(number, bits))).ok_or_else(no_number)
            }
            Family::Number { bits, signed: false } => {
                unsigned(text).map(|number| Self::Uint(cut_unsigned(number, bits))).ok_or_else(no_number)
            }
            Family::Double => text.trim_start().parse().map(Self::Double).map_err(|_| no_number()),
            Family::Bool => match text {
                "true" => Ok(Self::Bool(true)),
                "false" => Ok(Self::Bool(false)),
                other => Err(format!("filter error: unrecognized boolean value {other}")),
            },
            Family::Address => net::address(text).map(Self::Ip),
            Family::Network => net::Network::parse(text).map(Self::Network),
            Family::Text | Family::Bytes => Ok(Self::Text(text.as_bytes().into())),
            Family::Opaque => {
                Err(format!("filter error: no value can be compared with type '{}'", kind.name()))
            }
        }
    }
}

/// The bytes that hexadecimal digits stand for.
pub(crate) fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    digits.chunks_exact(2).map(|pair| Some(digit(*pair.first()?)? << 4 | digit(*pair.get(1)?)?)).collect()
}
