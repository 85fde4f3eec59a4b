//! What a rule asks of requests on a connection.

use ironsides_tree::Text;

use crate::kinds::cilium::peer::FqdnSelector;
use crate::place::Place;

/// `rules` of an item of `toPorts`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct L7 {
    /// Where it is written.
    pub place: Place,
    /// `http`; `None` where absent.
    pub http: Option<Vec<HttpRule>>,
    /// `dns`; `None` where absent.
    pub dns: Option<Vec<DnsRule>>,
}

/// A rule on names that are looked up. Where both are set, a name passes by either.
pub type DnsRule = FqdnSelector;

impl L7 {
    /// Whether neither list has an item: then it is as if `rules` were not written.
    pub fn is_empty(&self) -> bool {
        self.http.as_ref().is_none_or(Vec::is_empty) && self.dns.as_ref().is_none_or(Vec::is_empty)
    }
}

/// One item of `http`: all that is set must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HttpRule {
    /// Where it is written.
    pub place: Place,
    /// `path`: a regular expression for the whole path with its query; empty for any.
    pub path: Text,
    /// `method`: a regular expression for the whole method; empty for any.
    pub method: Text,
    /// `host`: a regular expression for the whole host, with the port if the request has one; empty for any.
    pub host: Text,
    /// `headers`: `Name` must be present, `Name: value` must have exactly that value.
    pub headers: Vec<Text>,
    /// `headerMatches`.
    pub header_matches: Vec<HeaderMatch>,
}

/// One item of `headerMatches`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeaderMatch {
    /// Where it is written.
    pub place: Place,
    /// `name`.
    pub name: Text,
    /// `value`: exactly; empty for any.
    pub value: Text,
    /// `secret`, which holds the value.
    pub secret: Option<Secret>,
    /// `mismatch`.
    pub mismatch: Mismatch,
}

/// Where the value of a header is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Secret {
    /// `namespace`; empty where absent.
    pub namespace: Text,
    /// `name`.
    pub name: Text,
}

/// What happens to a request whose header is another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Mismatch {
    /// It is refused.
    #[default]
    Refuse,
    /// `LOG`: it passes, and a line is logged.
    Log,
    /// `ADD`: it passes with the value added.
    Add,
    /// `DELETE`: it passes without the header.
    Delete,
    /// `REPLACE`: it passes with the value instead.
    Replace,
    /// Another word; the agent refuses it.
    Unknown(Text),
}

impl Mismatch {
    /// The meaning of a word, in exactly its case.
    pub fn named(word: &str) -> Self {
        match word {
            "" => Self::Refuse,
            "LOG" => Self::Log,
            "ADD" => Self::Add,
            "DELETE" => Self::Delete,
            "REPLACE" => Self::Replace,
            other => Self::Unknown(Text::new(other)),
        }
    }
}
