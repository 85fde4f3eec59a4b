//! The request that an HTTP method and path stand for.

use std::borrow::Cow;

use ironsides_tree::Text;
use smallvec::SmallVec;

use crate::request::{Request, ResourceRequest, UrlRequest};

/// What the authorizer is asked about an HTTP request: the target is a path with its query.
///
/// (Source: `NewRequestInfo` of `k8s.io/apiserver/pkg/endpoints/request`.)
pub fn http_request(method: &str, target: &str) -> Request {
    let (path, query) = split(target);
    match resource(method, &path, query) {
        Some(parts) => Request::from(parts.request()),
        None => {
            Request::from(UrlRequest { verb: Text::from(method.to_lowercase()), path: Text::new(&*path) })
        }
    }
}

/// A request for a resource as it stands in its target.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Parts<'a> {
    pub(crate) verb: &'a str,
    pub(crate) group: &'a str,
    pub(crate) resource: &'a str,
    pub(crate) subresource: &'a str,
    pub(crate) namespace: &'a str,
    pub(crate) name: Name<'a>,
}

/// The name in a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Name<'a> {
    /// Of the path; empty for none.
    Path(&'a str),
    /// None in the path: what the query selects counts.
    Query(&'a str),
}

impl Default for Name<'_> {
    fn default() -> Self {
        Self::Path("")
    }
}

impl<'a> Name<'a> {
    pub(crate) fn text(self) -> Cow<'a, str> {
        match self {
            Self::Path(name) => Cow::Borrowed(name),
            Self::Query(query) => selected(query).map_or(Cow::Borrowed(""), Cow::Owned),
        }
    }
}

impl Parts<'_> {
    pub(crate) fn request(&self) -> ResourceRequest {
        let text = Text::new;
        ResourceRequest {
            verb: text(self.verb),
            group: text(self.group),
            resource: text(self.resource),
            subresource: text(self.subresource),
            namespace: text(self.namespace),
            name: text(&self.name.text()),
        }
    }
}

/// The path of a target, without its escapes, and its query.
pub(crate) fn split(target: &str) -> (Cow<'_, str>, &str) {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let path = if path.contains('%') { Cow::Owned(unescaped(path, false)) } else { Cow::Borrowed(path) };
    (path, query)
}

pub(crate) fn resource<'a>(method: &str, path: &'a str, query: &'a str) -> Option<Parts<'a>> {
    let parts: SmallVec<[&str; 12]> = match path.trim_matches('/') {
        "" => return None,
        path => path.split('/').collect(),
    };
    let (group, mut rest) = match *parts.as_slice() {
        ["api", _, ref rest @ ..] if !rest.is_empty() => ("", rest),
        ["apis", group, _, ref rest @ ..] if !rest.is_empty() => (group, rest),
        _ => return None,
    };
    let mut verb = match method {
        "POST" => "create",
        "GET" | "HEAD" => "get",
        "PUT" => "update",
        "PATCH" => "patch",
        "DELETE" => "delete",
        _ => "",
    };
    if let [special @ ("watch" | "proxy"), inner @ ..] = rest {
        if inner.is_empty() {
            return None;
        }
        (verb, rest) = (special, inner);
    }
    let mut namespace = "";
    if let ["namespaces", name, inner @ ..] = rest {
        namespace = name;
        if !matches!(inner, [] | ["status" | "finalize", ..]) {
            rest = inner;
        }
    }
    let part = |at: usize| rest.get(at).copied().unwrap_or_default();
    // What stands behind a proxied name is the business of whoever is behind the proxy.
    let subresource = if verb == "proxy" { "" } else { part(2) };
    let mut name = Name::Path(part(1));
    if part(1).is_empty() && verb == "get" {
        verb = if watches(query) { "watch" } else { "list" };
        name = Name::Query(query);
    } else if part(1).is_empty() && verb == "delete" {
        verb = "deletecollection";
    }
    Some(Parts { verb, group, resource: part(0), subresource, namespace, name })
}

fn parameter(query: &str, name: &str) -> Option<String> {
    let is = |key: &str| key == name || key.contains(['%', '+']) && unescaped(key, true) == name;
    let mut pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs.find(|(key, _)| is(key)).map(|(_, value)| unescaped(value, true))
}

fn watches(query: &str) -> bool {
    parameter(query, "watch").is_some_and(|value| !matches!(&*value.to_lowercase(), "false" | "0"))
}

/// The name that a field selector asks for, where it can be one.
fn selected(query: &str) -> Option<String> {
    let selector = parameter(query, "fieldSelector")?;
    let name = selector.split(',').find_map(|term| {
        let (key, value) = term.split_once('=')?;
        (key == "metadata.name").then(|| value.strip_prefix('=').unwrap_or(value).to_owned())
    })?;
    let segment = !matches!(&*name, "" | "." | "..") && !name.contains(['/', '%']);
    segment.then_some(name)
}

/// A text without its percent-escapes; a wrong escape is left as it is. In queries `+` is a space.
pub(crate) fn unescaped(text: &str, plus: bool) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let escaped = || match (first, tail) {
            (b'%', [high, low, tail @ ..]) => {
                let digits = [char::from(*high).to_digit(16)?, char::from(*low).to_digit(16)?];
                Some((u8::try_from(digits[0] * 16 + digits[1]).ok()?, tail))
            }
            _ => None,
        };
        let (byte, tail) = escaped().unwrap_or((if plus && *first == b'+' { b' ' } else { *first }, tail));
        out.push(byte);
        rest = tail;
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_read_as_the_server_reads_them() {
        let named = |verb, resource, namespace, name| {
            Request::from(ResourceRequest::new(verb, "", resource).in_namespace(namespace).named(name))
        };
        let url = |verb: &str, path: &str| {
            Request::from(UrlRequest { verb: Text::new(verb), path: Text::new(path) })
        };
        for (method, target, expected) in [
            ("GET", "/api/v1/namespaces/a/pods", named("list", "pods", "a", "")),
            ("GET", "/api/v1/namespaces/a/pods?watch=1", named("watch", "pods", "a", "")),
            ("GET", "/api/v1/namespaces/a/pods?watch=false&limit=5", named("list", "pods", "a", "")),
            ("GET", "/api/v1/watch/namespaces/a/pods", named("watch", "pods", "a", "")),
            ("HEAD", "/api/v1/namespaces/a/pods/p", named("get", "pods", "a", "p")),
            ("OPTIONS", "/api/v1/namespaces/a/pods/p", named("", "pods", "a", "p")),
            ("POST", "/api/v1/namespaces/a/pods/p/exec?command=ls", named("create", "pods/exec", "a", "p")),
            ("GET", "/api/v1/namespaces", named("list", "namespaces", "", "")),
            ("GET", "/api/v1/namespaces/a", named("get", "namespaces", "a", "a")),
            ("PUT", "/api/v1/namespaces/a/finalize", named("update", "namespaces/finalize", "a", "a")),
            ("DELETE", "/api/v1/namespaces/a/pods", named("deletecollection", "pods", "a", "")),
            (
                "GET",
                "/api/v1/pods?fieldSelector=metadata.name%3Dx,spec.nodeName=y",
                named("list", "pods", "", "x"),
            ),
            ("GET", "/api/v1/pods?fieldSelector=metadata.name!=x", named("list", "pods", "", "")),
            (
                "DELETE",
                "/api/v1/namespaces/a/pods?fieldSelector=metadata.name=x",
                named("deletecollection", "pods", "a", ""),
            ),
            (
                "DELETE",
                "/apis/rbac.authorization.k8s.io/v1/clusterroles/a%3Ab",
                Request::from(
                    ResourceRequest::new("delete", "rbac.authorization.k8s.io", "clusterroles").named("a:b"),
                ),
            ),
            ("GET", "/api/v1/nodes/n/proxy/metrics", named("get", "nodes/proxy", "", "n")),
            ("GET", "/api/v1", url("get", "/api/v1")),
            ("GET", "/apis/apps/v1", url("get", "/apis/apps/v1")),
            ("GET", "/healthz/etcd", url("get", "/healthz/etcd")),
            ("POST", "/", url("post", "/")),
        ] {
            assert_eq!(http_request(method, target), expected, "{method} {target}");
        }
        let apps = ResourceRequest::new("patch", "apps", "deployments/scale").in_namespace("a").named("d");
        assert_eq!(
            http_request("PATCH", "/apis/apps/v1/namespaces/a/deployments/d/scale"),
            Request::from(apps)
        );
    }
}
