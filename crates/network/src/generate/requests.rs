//! Whether a proxy takes a request that was observed.

use crate::flow::Request;
use crate::l7::http;
use crate::matcher::Match;
use crate::rule::Proxy;

/// Whether a rule's proxy lets an observed request through for certain. Of a query only its beginning is known.
pub(super) fn takes(proxy: &Proxy, request: &Request) -> bool {
    match (proxy, request) {
        (Proxy::Http(rules), Request::Http { method, path, host, has_query }) => {
            let path = if *has_query { format!("{path}?") } else { path.to_string() };
            let request = http::Request {
                method: method.to_string(),
                path,
                host: host.to_string(),
                headers: Vec::new(),
            };
            rules.answer(&request) == Match::Yes
        }
        (Proxy::Dns(rules), Request::Dns { name }) => rules.passes(name),
        _ => false,
    }
}
