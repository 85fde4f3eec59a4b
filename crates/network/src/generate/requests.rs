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
        // Which they were is not known: every path of the method must pass.
        (Proxy::Http(rules), Request::Many { method }) => rules.rules().iter().any(|rule| {
            let is_method = |method_of: &http::Expression| {
                method_of.as_ref().is_ok_and(|method_of| method_of.matches(method))
            };
            rule.path.is_none()
                && rule.host.is_none()
                && rule.headers.is_empty()
                && rule.method.as_ref().is_none_or(is_method)
        }),
        (Proxy::Dns(rules), Request::Dns { name }) => rules.passes(name),
        _ => false,
    }
}
