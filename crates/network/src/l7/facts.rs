//! What is odd about an HTTP rule: expressions that are right and hardly mean what they say.

use std::fmt;

use regex_syntax::hir::{Dot, Hir, HirKind};

use super::http::{Expression, Rule};
use super::language::{Found, Language};
use super::re2::{Malformed, PROGRAM_LIMIT, WholeMatch};

/// Something odd about a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// A field is no expression: Envoy refuses the policy of the endpoint as a whole.
    Malformed(&'static str, Malformed),
    /// About how large the program of a field is: beyond the limit of Envoy, which then refuses the policy as a whole.
    TooLarge(&'static str, usize),
    /// No path that begins with a slash matches.
    PathWithoutSlash,
    /// No method in upper case matches.
    MethodWithoutUpperCase,
    /// GET passes and HEAD does not.
    GetWithoutHead,
    /// A path passes, and not with a query behind it.
    PathWithoutQuery,
    /// A host passes, and not with a port behind it.
    HostWithoutPort,
    /// A dot in the host stands for any character.
    DotInHost,
    /// `^` or `$` at an end of a field, where they change nothing.
    Anchors(&'static str),
}

impl fmt::Display for Fact {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(field, error) => {
                write!(out, "{field} is no regular expression ({error}): Envoy refuses every policy of these pods with it")
            }
            Self::TooLarge(field, size) => write!(
                out,
                "{field} makes a program of about {size}, and Envoy takes {PROGRAM_LIMIT} unless that is raised: it refuses \
                 every policy of these pods with it"
            ),
            Self::PathWithoutSlash => out.write_str("path matches nothing that begins with /, as every path does"),
            Self::MethodWithoutUpperCase => out.write_str("method matches no word in upper case, as methods are"),
            Self::GetWithoutHead => out.write_str("GET passes and HEAD does not"),
            Self::PathWithoutQuery => {
                out.write_str("path must match with the query: nothing with ? in it passes; end it with (\\?.*)? if it should")
            }
            Self::HostWithoutPort => {
                out.write_str("host must match with the port: nothing with one passes; end it with (:[0-9]+)? if it should")
            }
            Self::DotInHost => out.write_str("a dot in host stands for any character: write \\. for a dot"),
            Self::Anchors(field) => write!(out, "{field} is matched as a whole: ^ and $ change nothing"),
        }
    }
}

impl Rule {
    /// Fields with which Envoy refuses the policy of the endpoint as a whole.
    pub fn refused_by_envoy(&self) -> impl Iterator<Item = Fact> {
        self.expressions().filter_map(|(field, expression)| match expression {
            Err(error) => Some(Fact::Malformed(field, error.clone())),
            Ok(expression) => {
                let size = expression.program_size();
                (size > PROGRAM_LIMIT).then_some(Fact::TooLarge(field, size))
            }
        })
    }

    /// What is odd about it.
    pub fn facts(&self) -> Vec<Fact> {
        let mut facts: Vec<Fact> = self.refused_by_envoy().collect();
        for (field, expression) in self.expressions() {
            let Ok(expression) = expression else { continue };
            if expression.source().starts_with('^') || ends_with_anchor(expression.source()) {
                facts.push(Fact::Anchors(field));
            }
        }
        if let Some(path) = ready(self.path.as_ref()) {
            if never(path, "/.*|\\*") {
                facts.push(Fact::PathWithoutSlash);
            } else if never(path, ".*\\?.*") {
                facts.push(Fact::PathWithoutQuery);
            }
        }
        if let Some(method) = ready(self.method.as_ref()) {
            if never(method, "[A-Z-]+") {
                facts.push(Fact::MethodWithoutUpperCase);
            } else if method.matches("GET") && !method.matches("HEAD") {
                facts.push(Fact::GetWithoutHead);
            }
        }
        if let Some(host) = ready(self.host.as_ref()) {
            if never(host, ".*:[0-9]+") {
                facts.push(Fact::HostWithoutPort);
            }
            if has_bare_dot(host.hir()) {
                facts.push(Fact::DotInHost);
            }
        }
        facts
    }
}

fn ready(expression: Option<&Expression>) -> Option<&WholeMatch> {
    expression?.as_ref().ok()
}

/// Whether nothing that has a form matches; what is too large to tell may.
fn never(expression: &WholeMatch, form: &str) -> bool {
    let found = Language::new(expression).zip(Language::known(form)).map(|(this, form)| this.overlap(&form));
    found == Some(Found::Nothing)
}

/// Whether the last character is `$` and no backslash takes its meaning away.
fn ends_with_anchor(source: &str) -> bool {
    let Some(rest) = source.strip_suffix('$') else { return false };
    let backslashes = rest.len() - rest.trim_end_matches('\\').len();
    backslashes.is_multiple_of(2)
}

/// Whether a dot stands for itself alone: between other characters, not repeated.
fn has_bare_dot(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Repetition(_) => false,
        HirKind::Class(_) => *hir == Hir::dot(Dot::AnyCharExceptLF),
        _ => hir.kind().subs().iter().any(has_bare_dot),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::cilium::HttpRule;

    fn facts(path: &str, method: &str, host: &str) -> Vec<Fact> {
        let rule =
            HttpRule { path: path.into(), method: method.into(), host: host.into(), ..HttpRule::default() };
        Rule::new(&rule).facts()
    }

    #[test]
    fn what_hardly_means_what_it_says() {
        assert_eq!(facts("", "", ""), []);
        assert_eq!(facts("/public(\\?.*)?", "GET|HEAD", "web\\.shop(:[0-9]+)?"), []);
        assert_eq!(
            facts("public", "get", "web.shop"),
            [Fact::PathWithoutSlash, Fact::MethodWithoutUpperCase, Fact::HostWithoutPort, Fact::DotInHost]
        );
        assert_eq!(
            facts("^/a$", "GET", ""),
            [Fact::Anchors("path"), Fact::PathWithoutQuery, Fact::GetWithoutHead]
        );
        assert_eq!(facts("/a\\$.*", "", ".*"), []);
        assert_eq!(facts("/.*/.*/.*/.*/.*/.*/.*/.*", "", ""), [Fact::TooLarge("path", 124)]);
        assert!(matches!(facts("", "", "*.shop")[..], [Fact::Malformed("host", _)]));
    }
}
