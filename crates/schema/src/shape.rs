//! The form of the tables: what a value may be.

use crate::table::{Type, TypeId};

/// What a value may be. Null is always allowed: the API server treats it as absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A string.
    String,
    /// A boolean.
    Bool,
    /// A whole number of 32 bits.
    Int32,
    /// A whole number of 64 bits.
    Int64,
    /// Any number.
    Double,
    /// A base64 string, or a list of numbers from 0 to 255.
    Bytes,
    /// A moment as RFC 3339.
    Time,
    /// A moment as RFC 3339 with exactly six digits after the second.
    MicroTime,
    /// A string or a whole number of 32 bits.
    IntOrString,
    /// An amount such as `500m` or `1.5Gi`: a string or a number.
    Quantity,
    /// Anything: raw extensions, embedded JSON, managed fields.
    Any,
    /// A map with known fields.
    Object(TypeId),
    /// A list.
    List(&'static Self),
    /// A map with free keys.
    Map(&'static Self),
    /// A JSON schema or a boolean. The API server decodes this and the next two by hand and drops unknown fields
    /// within them without a word.
    SchemaOrBool(TypeId),
    /// A JSON schema or a list of them.
    SchemaOrSchemas(TypeId),
    /// A JSON schema or a list of strings.
    SchemaOrStrings(TypeId),
}

impl Shape {
    /// The type of the object that this is, or holds as list item or map value.
    pub fn object(self) -> Option<&'static Type> {
        match self {
            Self::Object(id)
            | Self::SchemaOrBool(id)
            | Self::SchemaOrSchemas(id)
            | Self::SchemaOrStrings(id) => Some(id.get()),
            Self::List(item) | Self::Map(item) => item.object(),
            _ => None,
        }
    }
}
