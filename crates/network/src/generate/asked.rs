//! What may be asked on a connection, so that everything that was seen may be asked again.

use std::collections::{BTreeMap, BTreeSet};

use ironsides_tree::Text;

use crate::flow::Request;

/// What may be asked on a connection.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Asking {
    /// The kinds of requests; empty: any.
    pub kinds: Vec<Asked>,
    /// Where they let through more than was seen, in words: `90 paths of GET stand as /items/[^/?]+`.
    pub wider: Vec<String>,
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

/// So many paths of a method are written one by one; of more those that differ in one place become one.
const PATHS: usize = 64;
/// So many names are written; more become any name.
const NAMES: usize = 256;

/// What may be asked, so that everything that was seen may be asked again: numbers and identifiers in paths stand for
/// others of their kind.
pub fn asked<'a>(requests: impl IntoIterator<Item = &'a Request>) -> Asking {
    let mut asking = Asking::default();
    let mut https: BTreeMap<&Text, Paths> = BTreeMap::new();
    for request in requests {
        match request {
            Request::Http { method, path, has_query, .. } => {
                let paths = https.entry(method).or_default();
                *paths.seen.entry(Path::of(path)).or_default() |= has_query;
            }
            Request::Many { method } => https.entry(method).or_default().is_any = true,
            Request::Dns { name } => asking.kinds.push(named(name)),
        }
    }
    asking.kinds.sort();
    asking.kinds.dedup();
    if asking.kinds.len() > NAMES {
        asking.wider.push(format!("{} names were looked up: any name may be", asking.kinds.len()));
        asking.kinds = vec![Asked::Pattern(Text::new_static("*"))];
    }
    for (method, paths) in https {
        // A client chooses its method, and the field is a regular expression.
        let field = Text::new(regex_syntax::escape(method));
        if paths.is_any {
            let text = format!("more paths of {method} were seen than are kept: any may be asked for");
            asking.wider.push(text);
            asking.kinds.push(Asked::Http { method: field, path: String::new() });
            continue;
        }
        for (path, has_query) in paths.few(method, &mut asking.wider) {
            let path = if has_query { format!(r"{path}(\?.*)?") } else { path.to_string() };
            asking.kinds.push(Asked::Http { method: field.clone(), path });
        }
    }
    asking
}

/// The paths of one method, each with whether a query followed it.
#[derive(Default)]
struct Paths {
    seen: BTreeMap<Path, bool>,
    is_any: bool,
}

impl Paths {
    /// No more paths than can be read: the place where most of them differ stands for whatever may stand there, again and
    /// again until they are few.
    fn few(self, method: &str, wider: &mut Vec<String>) -> BTreeMap<Path, bool> {
        let mut paths = self.seen;
        while paths.len() > PATHS {
            let Some((front, at)) = widest(&paths) else {
                // None differ in one place: only their beginning is kept.
                let count = paths.len();
                let mut fronts: BTreeMap<Path, bool> = BTreeMap::new();
                for path in paths.keys() {
                    fronts.insert(Path(path.0.iter().take(1).cloned().chain([Part::Rest]).collect()), false);
                }
                let fronts =
                    if fronts.len() > PATHS { [(Path(vec![Part::Rest]), false)].into() } else { fronts };
                let told: Vec<String> = fronts.keys().map(ToString::to_string).collect();
                wider.push(format!("{count} paths of {method} stand as {}", told.join(", ")));
                return fronts;
            };
            let mut count = 0;
            let mut fewer: BTreeMap<Path, bool> = BTreeMap::new();
            let mut stands = front.clone();
            stands.push(Part::Any);
            for (path, has_query) in paths {
                let mut path = path;
                if path.0.starts_with(&front)
                    && let Some(part) = path.0.get_mut(at)
                {
                    count += 1;
                    *part = Part::Any;
                }
                *fewer.entry(path).or_default() |= has_query;
            }
            paths = fewer;
            wider.push(format!("{count} paths of {method} stand as {}", Path(stands)));
        }
        paths
    }
}

/// The beginning after which paths differ most, with the place of the part that does; `None` where none differ in a place.
fn widest(paths: &BTreeMap<Path, bool>) -> Option<(Vec<Part>, usize)> {
    let mut below: BTreeMap<&[Part], BTreeSet<&Part>> = BTreeMap::new();
    for path in paths.keys() {
        for (at, part) in path.0.iter().enumerate() {
            below.entry(path.0.get(..at).unwrap_or_default()).or_default().insert(part);
        }
    }
    let most = below.into_iter().filter(|(_, parts)| parts.len() > 1);
    let (front, _) = most.max_by_key(|(front, parts)| (parts.len(), front.len()))?;
    Some((front.to_vec(), front.len()))
}

/// A path, part by part.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Path(Vec<Part>);

/// What stands between two slashes of a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    /// Itself.
    Word(String),
    /// Anything.
    Any,
    /// Anything, slashes and more parts too.
    Rest,
}

impl Path {
    fn of(path: &str) -> Self {
        let part = |part: &str| if is_identifier(part) { Part::Any } else { Part::Word(part.to_owned()) };
        Self(path.strip_prefix('/').unwrap_or(path).split('/').map(part).collect())
    }
}

impl std::fmt::Display for Path {
    /// As a regular expression.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for part in &self.0 {
            match part {
                Part::Word(word) => write!(out, "/{}", regex_syntax::escape(word))?,
                Part::Any => out.write_str("/[^/?]+")?,
                Part::Rest => out.write_str("(/.*)?")?,
            }
        }
        Ok(())
    }
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
    use crate::generate::requests::takes;
    use crate::kinds::cilium::HttpRule;
    use crate::l7::http::HttpRules;
    use crate::rule::Proxy;

    fn http(method: &str, path: &str, has_query: bool) -> Request {
        Request::Http { method: Text::new(method), path: Text::new(path), host: Text::default(), has_query }
    }

    fn shown(requests: &[Request]) -> (Vec<String>, Vec<String>) {
        let asking = asked(requests);
        let one = |asked: &Asked| match asked {
            Asked::Http { method, path } => format!("{method} {path}"),
            Asked::Name(name) | Asked::Pattern(name) => name.to_string(),
        };
        (asking.kinds.iter().map(one).collect(), asking.wider)
    }

    #[test]
    fn paths_become_expressions_that_hold_what_was_seen() {
        let requests = [
            http("GET", "/items/1", false),
            http("GET", "/items/2", true),
            http("GET", "/a.b", false),
            http("POST", "/x/3f2504e0-4f89-11d3-9a0c-0305e82c3301", false),
            http("OPTIONS", "*", false),
        ];
        let (kinds, wider) = shown(&requests);
        assert_eq!(kinds, [r"GET /a\.b", r"GET /items/[^/?]+(\?.*)?", r"OPTIONS /\*", "POST /x/[^/?]+"]);
        assert!(wider.is_empty());
    }

    #[test]
    fn what_stands_for_more_than_was_seen_is_told() {
        let many: Vec<Request> =
            (0..90).map(|at| http("GET", &format!("/shop/{}", "x".repeat(at + 1)), at == 7)).collect();
        let (kinds, wider) = shown(&many);
        assert_eq!(kinds, [r"GET /shop/[^/?]+(\?.*)?"]);
        assert_eq!(wider, ["90 paths of GET stand as /shop/[^/?]+"]);
        let few: Vec<Request> = many.into_iter().take(PATHS).collect();
        let (kinds, wider) = shown(&few);
        assert_eq!((kinds.len(), wider.len()), (PATHS, 0));
        let (kinds, wider) = shown(&[Request::Many { method: Text::new("GET") }, http("GET", "/a", false)]);
        assert_eq!(kinds, ["GET "]);
        assert_eq!(wider, ["more paths of GET were seen than are kept: any may be asked for"]);
        let deep: Vec<Request> = (0..90).map(|at| http("GET", &"/a".repeat(at + 1), false)).collect();
        let (kinds, wider) = shown(&deep);
        assert_eq!(kinds, ["GET /a(/.*)?"]);
        assert_eq!(wider, ["90 paths of GET stand as /a(/.*)?"]);
        let names: Vec<Request> =
            (0..300).map(|at| Request::Dns { name: Text::from(format!("a{at}.example")) }).collect();
        let (kinds, wider) = shown(&names);
        assert_eq!(kinds, ["*"]);
        assert_eq!(wider, ["300 names were looked up: any name may be"]);
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig { cases: 24, ..Default::default() })]

        /// Whatever was seen is taken by what is written, however much of it there is.
        #[test]
        fn nothing_that_was_seen_is_lost(
            paths in proptest::collection::vec((0u8..3, proptest::collection::vec("[a-c]{1,3}|[0-9]{1,2}|.", 0..4)), 0..200),
        ) {
            let seen: Vec<Request> = paths
                .iter()
                .map(|(kind, parts)| {
                    let method = ["GET", "POST", "G.T"][usize::from(*kind)];
                    let parts: Vec<String> =
                        parts.iter().map(|part| part.replace(['/', '?', '\n'], "_")).collect();
                    http(method, &format!("/{}", parts.join("/")), *kind == 1)
                })
                .collect();
            let rules: Vec<HttpRule> = asked(&seen)
                .kinds
                .into_iter()
                .map(|kind| match kind {
                    Asked::Http { method, path } => HttpRule { method, path: Text::from(path), ..HttpRule::default() },
                    other => panic!("{other:?}"),
                })
                .collect();
            let proxy = Proxy::Http(HttpRules::new(&rules));
            for request in &seen {
                assert!(takes(&proxy, request), "{request:?} by {rules:?}");
            }
        }
    }
}
