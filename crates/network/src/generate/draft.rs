//! Policies before they are written.

use ironsides_tree::Text;

use crate::cluster::Labels;
use crate::flow::Request;
use crate::generate::blocks::Block;
use crate::port::Protocol;
use crate::rule::Direction;

/// A policy before it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// Its namespace.
    pub namespace: Text,
    /// Its name.
    pub name: Text,
    /// What it is for: a comment above it.
    pub purpose: String,
    /// Whom it guards; no labels: every pod of the namespace.
    pub subject: Labels,
    /// The directions in which what it does not allow is denied.
    pub directions: Vec<Direction>,
    /// What it allows.
    pub rules: Vec<DraftRule>,
}

/// One rule of a direction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftRule {
    /// Its direction.
    pub direction: Direction,
    /// Whose traffic it takes.
    pub peers: Vec<DraftPeer>,
    /// Which traffic: sorted stretches. Empty: all of it.
    pub ports: Vec<Span>,
    /// What may be asked on it; all where this is empty. Only for Cilium.
    pub requests: Vec<Asked>,
}

/// Ports of a protocol, or types of ICMP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// The protocol.
    pub protocol: Protocol,
    /// The first.
    pub first: u16,
    /// The last.
    pub last: u16,
}

/// A peer of a rule, and why it is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftPeer {
    /// Who it is.
    pub who: PeerWho,
    /// Why: a comment beside it.
    pub why: String,
}

/// Who a peer of a rule is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PeerWho {
    /// Pods of the namespace of the policy.
    Pods(Labels),
    /// Pods of another namespace; no labels: all of them.
    PodsOf(Text, Labels),
    /// A group of Cilium's own: `kube-apiserver`, `host`.
    Entity(&'static str),
    /// A name outside (Cilium).
    Name(Text),
    /// A block of addresses.
    Block(Block),
}

/// A kind of request that may be made.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Asked {
    /// HTTP: a method, and a path as a regular expression for the whole of it.
    Http {
        /// The method; empty: any.
        method: Text,
        /// The expression; empty: any path.
        path: String,
    },
    /// A name that may be looked up.
    Name(Text),
    /// A pattern of names that may be looked up.
    Pattern(Text),
}

/// Stretches of ports, each as long as what was seen reaches without a gap; two neighbours stay two.
pub fn spans(traffic: impl IntoIterator<Item = (Protocol, u16)>) -> Vec<Span> {
    let mut all: Vec<(Protocol, u16)> = traffic.into_iter().collect();
    all.sort_unstable();
    all.dedup();
    let mut runs: Vec<Span> = Vec::new();
    for (protocol, port) in all {
        match runs.last_mut() {
            Some(run)
                if run.protocol == protocol
                    && protocol.has_ports()
                    && run.last.checked_add(1) == Some(port) =>
            {
                run.last = port;
            }
            _ => runs.push(Span { protocol, first: port, last: port }),
        }
    }
    let single = |run: Span| (run.first..=run.last).map(move |port| Span { first: port, last: port, ..run });
    runs.into_iter()
        .flat_map(|run| if run.last - run.first < 2 { single(run).collect() } else { vec![run] })
        .collect()
}

/// So many paths of a method are written; more become the beginnings that they share.
const PATHS: usize = 12;
/// So many names are written; more become any name.
const NAMES: usize = 64;

/// What may be asked, so that everything that was seen may be asked again: numbers and identifiers in paths stand for
/// others of their kind.
pub fn asked<'a>(requests: impl IntoIterator<Item = &'a Request>) -> Vec<Asked> {
    let mut all = Vec::new();
    let mut https: std::collections::BTreeMap<&Text, std::collections::BTreeSet<(String, bool)>> =
        std::collections::BTreeMap::new();
    for request in requests {
        match request {
            Request::Http { method, path, has_query, .. } => {
                let known = https.entry(method).or_default();
                known.insert((if path == "*" { String::new() } else { pattern(path) }, *has_query));
            }
            Request::Dns { name } => all.push(named(name)),
        }
    }
    all.sort();
    all.dedup();
    if all.len() > NAMES {
        all = vec![Asked::Pattern(Text::new_static("*"))];
    }
    for (method, paths) in https {
        // A client chooses its method, and the field is a regular expression.
        let method = Text::new(regex_syntax::escape(method));
        let is_any = paths.iter().any(|(path, _)| path.is_empty());
        let mut written: std::collections::BTreeMap<String, bool> = std::collections::BTreeMap::new();
        for (path, has_query) in &paths {
            *written.entry(path.clone()).or_default() |= has_query;
        }
        if is_any {
            all.push(Asked::Http { method: method.clone(), path: String::new() });
        } else if written.len() > PATHS {
            let first = |path: &String| match path.get(1..).and_then(|rest| rest.find('/')) {
                Some(end) => format!("{}/.*", path.get(..=end).unwrap_or_default()),
                None => format!("{path}.*"),
            };
            let shared: std::collections::BTreeSet<String> = written.keys().map(first).collect();
            let shared = if shared.len() > PATHS { ["/.*".to_owned()].into() } else { shared };
            all.extend(shared.into_iter().map(|path| Asked::Http { method: method.clone(), path }));
        } else {
            all.extend(written.into_iter().map(|(path, has_query)| Asked::Http {
                method: method.clone(),
                path: if has_query { format!(r"{path}(\?.*)?") } else { path },
            }));
        }
    }
    all
}

/// A path as a regular expression: identifiers stand for their kind, all else for itself.
fn pattern(path: &str) -> String {
    let mut out = String::new();
    for (at, part) in path.split('/').enumerate() {
        if at > 0 {
            out.push('/');
        }
        if is_identifier(part) {
            out.push_str("[^/?]+");
            continue;
        }
        for letter in part.chars() {
            if r"\.+*?()|[]{}^$".contains(letter) {
                out.push('\\');
            }
            out.push(letter);
        }
    }
    out
}

/// Numbers, UUIDs, hashes: parts of paths that name one of many things.
fn is_identifier(part: &str) -> bool {
    let digits = part.bytes().filter(u8::is_ascii_digit).count();
    let hex = part.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    !part.is_empty() && (digits == part.len() || (hex && part.len() >= 16 && digits > 0))
}

/// A name, or for names within the cluster the pattern of their kind: those of services come and go.
fn named(name: &Text) -> Asked {
    for end in [".svc.cluster.local", ".cluster.local"] {
        if let Some(front) = name.strip_suffix(end) {
            let stars: Vec<&str> = front.split('.').map(|_| "*").collect();
            return Asked::Pattern(Text::from(format!("{}{end}", stars.join("."))));
        }
    }
    Asked::Name(name.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn http(method: &str, path: &str, has_query: bool) -> Request {
        Request::Http { method: Text::new(method), path: Text::new(path), host: Text::default(), has_query }
    }

    #[test]
    fn paths_become_expressions_that_hold_what_was_seen() {
        let requests = [
            http("GET", "/items/1", false),
            http("GET", "/items/2", true),
            http("GET", "/a.b", false),
            http("POST", "/x/3f2504e0-4f89-11d3-9a0c-0305e82c3301", false),
        ];
        let shown: Vec<String> = asked(&requests)
            .into_iter()
            .map(|asked| match asked {
                Asked::Http { method, path } => format!("{method} {path}"),
                Asked::Name(name) | Asked::Pattern(name) => name.to_string(),
            })
            .collect();
        assert_eq!(shown, [r"GET /a\.b", r"GET /items/[^/?]+(\?.*)?", "POST /x/[^/?]+"]);
        let many: Vec<Request> =
            (0..30).map(|at| http("GET", &format!("/shop/{}", "x".repeat(at + 1)), false)).collect();
        assert_eq!(asked(&many), [Asked::Http { method: Text::new("GET"), path: "/shop/.*".to_owned() }]);
        let open = [http("GET", "*", true), http("GET", "/a", false)];
        assert_eq!(asked(&open), [Asked::Http { method: Text::new("GET"), path: String::new() }]);
    }

    #[test]
    fn names_of_the_cluster_become_patterns() {
        let names = ["cart.shop.svc.cluster.local", "db.data.svc.cluster.local", "api.example.com"];
        let names = names.map(|name| Request::Dns { name: Text::new(name) });
        assert_eq!(
            asked(&names),
            [Asked::Name(Text::new("api.example.com")), Asked::Pattern(Text::new("*.*.svc.cluster.local")),]
        );
    }

    #[test]
    fn ports_without_gaps_are_one() {
        let tcp = |ports: &[u16]| spans(ports.iter().map(|&port| (Protocol::Tcp, port)));
        let shown = |spans: Vec<Span>| spans.iter().map(|span| (span.first, span.last)).collect::<Vec<_>>();
        assert_eq!(shown(tcp(&[80, 81])), [(80, 80), (81, 81)]);
        assert_eq!(shown(tcp(&[7003, 7001, 7002, 80])), [(80, 80), (7001, 7003)]);
        assert_eq!(shown(tcp(&[65535])), [(65535, 65535)]);
    }
}
