//! What happens to traffic.

use std::sync::Arc;

use crate::l7::http::Request;
use crate::matcher::Match;
use crate::rule::{Action, Authentication, Proxy, Rule};

/// What happens to traffic, at one end or at both.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// It goes through.
    Allow,
    /// It goes through as far as all of these let it: sorted, never empty.
    Limited(Vec<Limit>),
    /// It is dropped.
    Deny,
    /// The plug-in cannot work out what its policies say, and keeps what it enforced before, whatever that was.
    Broken,
    /// It depends on what cannot be decided from what is known: in words that go on after "if", each of which may hold
    /// or not.
    Depends(Vec<Arc<str>>),
}

/// What is asked of traffic beyond its addresses and ports.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Limit {
    /// The ends must prove who they are.
    Authentication(Authentication),
    /// A proxy asks these rules (places in the list that was asked) about each HTTP request, in this order: the first
    /// that takes it lets it through. One without a [`crate::rule::Proxy`] takes every request. What none takes is
    /// refused.
    Http(Vec<u32>),
    /// A proxy lets the DNS queries through that one of these rules takes; one without a [`crate::rule::Proxy`] takes
    /// every query.
    Dns(Vec<u32>),
}

impl Verdict {
    /// What both ends make of it together.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Broken, _) | (_, Self::Broken) => Self::Broken,
            (Self::Deny, _) | (_, Self::Deny) => Self::Deny,
            (Self::Depends(a), Self::Depends(b)) => Self::Depends(union(a, b)),
            (depends @ Self::Depends(_), _) | (_, depends @ Self::Depends(_)) => depends.clone(),
            (Self::Limited(a), Self::Limited(b)) => Self::Limited(union(a, b)),
            (Self::Allow, other) | (other, Self::Allow) => other.clone(),
        }
    }

    /// The verdict with these limits: [`Verdict::Allow`] where there are none.
    pub fn limited(mut limits: Vec<Limit>) -> Self {
        limits.sort();
        limits.dedup();
        if limits.is_empty() { Self::Allow } else { Self::Limited(limits) }
    }

    /// Whether some of the traffic goes through for certain, or may with the right credentials and requests.
    pub fn lets_some_through(&self) -> bool {
        matches!(self, Self::Allow | Self::Limited(_))
    }

    /// What is asked of the traffic that goes through.
    pub fn limits(&self) -> &[Limit] {
        if let Self::Limited(limits) = self { limits } else { &[] }
    }

    /// What the ends must prove.
    pub fn authentication(&self) -> Option<Authentication> {
        self.limits()
            .iter()
            .filter_map(|limit| {
                if let Limit::Authentication(authentication) = limit { Some(*authentication) } else { None }
            })
            .max()
    }
}

impl Limit {
    /// Whether it lets an HTTP request through; yes where it does not look at requests. `rules` is the list that was
    /// asked.
    pub fn request(&self, rules: &[Rule], request: &Request) -> Match {
        let Self::Http(chain) = self else { return Match::Yes };
        let mut condition = None;
        for rule in chain.iter().filter_map(|&rule| rules.get(rule as usize)) {
            let answer = match rule.proxy.as_deref() {
                Some(Proxy::Http(http)) => http.answer(request),
                _ if rule.action == Action::Allow => Match::Yes,
                _ => Match::No,
            };
            match answer {
                Match::Yes => return condition.map_or(Match::Yes, Match::If),
                Match::No => {}
                Match::If(why) => condition = condition.or(Some(why)),
            }
        }
        condition.map_or(Match::No, Match::If)
    }

    /// Whether it lets a lookup of a name through; yes where it does not look at lookups. `rules` is the list that was
    /// asked.
    pub fn lookup(&self, rules: &[Rule], name: &str) -> bool {
        let Self::Dns(asked) = self else { return true };
        let passes = |rule: &Rule| match rule.proxy.as_deref() {
            Some(Proxy::Dns(dns)) => dns.passes(name),
            _ => true,
        };
        asked.iter().filter_map(|&rule| rules.get(rule as usize)).any(passes)
    }
}

fn union<T: Clone + Ord>(a: &[T], b: &[T]) -> Vec<T> {
    let mut all: Vec<T> = a.iter().chain(b).cloned().collect();
    all.sort();
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_must_let_it_through() {
        let http = |rule| Verdict::Limited(vec![Limit::Http(vec![rule])]);
        let proof = Verdict::Limited(vec![Limit::Authentication(Authentication::Required)]);
        let depends = Verdict::Depends(vec!["its address is in the block".into()]);
        assert_eq!(Verdict::Allow.and(&Verdict::Allow), Verdict::Allow);
        assert_eq!(Verdict::Allow.and(&http(1)), http(1));
        assert_eq!(http(1).and(&Verdict::Deny), Verdict::Deny);
        assert_eq!(depends.and(&Verdict::Deny), Verdict::Deny);
        assert_eq!(depends.and(&http(1)), depends);
        let both = http(2).and(&http(1)).and(&proof);
        assert_eq!(both.limits().len(), 3);
        assert_eq!(both.authentication(), Some(Authentication::Required));
        assert_eq!(both, proof.and(&http(1)).and(&http(2)));
        assert_eq!(Verdict::Broken.and(&Verdict::Deny), Verdict::Broken);
    }
}
