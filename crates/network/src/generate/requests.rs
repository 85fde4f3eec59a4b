//! Whether a proxy takes a request that was observed.

use crate::flow::Request;
use crate::rule::Proxy;

/// Whether a rule's proxy lets an observed request through.
pub(super) fn takes(proxy: &Proxy, request: &Request) -> bool {
    matches!((proxy, request), (Proxy::Http, Request::Http { .. }) | (Proxy::Dns, Request::Dns { .. }))
}
