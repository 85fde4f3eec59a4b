//! What events say of fields.

use std::borrow::Cow;
use std::net::IpAddr;

/// The value of a field for one event.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// A text, which need not be UTF-8, or bytes.
    Text(Cow<'a, [u8]>),
    /// A whole number of a signed kind.
    Int(i64),
    /// A whole number of an unsigned kind; times are nanoseconds.
    Uint(u64),
    /// A number with a fraction.
    Double(f64),
    /// True or false.
    Bool(bool),
    /// An address.
    Ip(IpAddr),
    /// The items of a list field.
    List(Vec<Self>),
    /// Several values of a field that is no list, such as the names of all ancestors: a comparison is true if it is
    /// for one of them.
    Any(Vec<Self>),
    /// Both ends of a connection, or one, or none (the descriptor is no socket): a comparison is true if it is for one
    /// end, `!=` if it is for both.
    Ends(Vec<Self>),
}

impl<'a> Value<'a> {
    /// A text.
    pub fn text(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text.as_bytes()))
    }

    /// A text made for this event.
    pub fn owned(text: impl Into<String>) -> Self {
        Self::Text(Cow::Owned(text.into().into_bytes()))
    }

    /// The ends of a connection.
    pub fn ends(ends: impl IntoIterator<Item = Self>) -> Self {
        Self::Ends(ends.into_iter().collect())
    }
}
