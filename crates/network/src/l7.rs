//! Requests on a connection that goes through one of Cilium's proxies.

pub mod dns;
pub mod http;
pub mod re2;

pub use dns::{DnsRules, NamePattern};
pub use http::{HttpRules, Request};
