//! Requests on a connection that goes through one of Cilium's proxies.

pub mod cover;
pub mod dns;
pub mod facts;
pub mod http;
pub mod language;
pub mod re2;

pub use dns::{DnsRules, NamePattern};
pub use http::{HttpRules, Request};
