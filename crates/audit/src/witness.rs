//! Whether any request is left for a rule once others have had their turn, and which.
//!
//! Every field of a rule only narrows: it lists what fits, and nothing can be excluded. So of all requests that fit some
//! rules, one with values that no other rule names is the least likely to fit others too. It is enough to look at the
//! values that the rules list, and at one fresh value where they list none: this is exact, not a sample.

use std::borrow::Cow;

use crate::policy::{GroupResources, Rule};
use crate::request::{About, Request};

/// Values that no policy names: control characters are in no name that the API server takes.
pub(crate) const FRESH: &str = "\u{1}";

/// The verbs of requests for resources, as the API server makes them of HTTP methods. (Source: `RequestInfoFactory` of
/// `k8s.io/apiserver`.)
pub const RESOURCE_VERBS: [&str; 8] =
    ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"];

/// Which verbs a request may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verbs {
    /// Whatever a rule can name, and others.
    Any,
    /// For resources those of [`RESOURCE_VERBS`] alone.
    Usual,
}

/// A request that fits all of some rules and none of others; `None` where there is no such request. Values that no rule
/// names are the text U+0001 alone.
pub fn witness(fit: &[&Rule], avoid: &[&Rule], verbs: Verbs) -> Option<Request<'static>> {
    let users = common(fit.iter().map(|rule| &rule.users));
    let verb_list = common(fit.iter().map(|rule| &rule.verbs));
    let namespaces = common(fit.iter().map(|rule| &rule.namespaces));
    let groups = group_sets(fit);
    for about in abouts(fit, &namespaces) {
        let is_resource = matches!(about, About::Resource { .. });
        let verb_list: Vec<&str> = match (verbs, is_resource) {
            (Verbs::Usual, true) => {
                let listed = |verb: &&&str| verb_list.contains(*verb) || verb_list == [FRESH];
                RESOURCE_VERBS.iter().filter(listed).copied().collect()
            }
            _ => verb_list.clone(),
        };
        for user in &users {
            for groups in &groups {
                for verb in &verb_list {
                    let request = Request {
                        user: Some(owned(user)),
                        groups: groups.iter().map(|group| owned(group)).collect(),
                        verb: owned(verb),
                        about: about.clone(),
                    };
                    if fit.iter().all(|rule| rule.fits(&request))
                        && !avoid.iter().any(|rule| rule.fits(&request))
                    {
                        return Some(request);
                    }
                }
            }
        }
    }
    None
}

fn owned(text: &str) -> Cow<'static, str> {
    Cow::Owned(text.to_owned())
}

/// What all lists name; a fresh value where none names any.
fn common<'a>(lists: impl Iterator<Item = &'a Vec<String>>) -> Vec<&'a str> {
    let mut narrowed: Option<Vec<&str>> = None;
    for list in lists.filter(|list| !list.is_empty()) {
        let known = narrowed.take();
        let kept = list
            .iter()
            .map(String::as_str)
            .filter(|text| known.as_ref().is_none_or(|own| own.contains(text)));
        narrowed = Some(kept.collect());
    }
    narrowed.unwrap_or_else(|| vec![FRESH])
}

/// The smallest sets of groups that fit all rules: one of each rule's, each once.
fn group_sets<'a>(fit: &[&'a Rule]) -> Vec<Vec<&'a str>> {
    let mut sets: Vec<Vec<&str>> = vec![Vec::new()];
    for rule in fit.iter().filter(|rule| !rule.user_groups.is_empty()) {
        let mut longer = Vec::new();
        for set in &sets {
            if rule.user_groups.iter().any(|group| set.contains(&group.as_str())) {
                longer.push(set.clone());
                continue;
            }
            for group in &rule.user_groups {
                let mut set = set.clone();
                set.push(group);
                longer.push(set);
            }
        }
        sets = longer;
    }
    sets
}

/// What requests that fit all rules may be for.
fn abouts(fit: &[&Rule], namespaces: &[&str]) -> Vec<About<'static>> {
    let mut all = Vec::new();
    let is_of_resources = |rule: &&&Rule| !rule.resources.is_empty() || !rule.namespaces.is_empty();
    if !fit.iter().any(|rule| !rule.non_resource_urls.is_empty()) {
        let entries = || fit.iter().flat_map(|rule| &rule.resources);
        for (group, (resource, subresource), name) in resources(entries) {
            for namespace in namespaces {
                all.push(About::Resource {
                    group: owned(group),
                    resource: owned(resource),
                    subresource: owned(subresource),
                    namespace: owned(namespace),
                    name: owned(name),
                });
            }
        }
    }
    if !fit.iter().any(|rule| is_of_resources(&rule)) {
        let mut paths: Vec<String> = vec![format!("/{FRESH}")];
        for pattern in fit.iter().flat_map(|rule| &rule.non_resource_urls) {
            paths.push(match pattern.strip_suffix('*') {
                // Every path begins with a slash.
                Some("") => continue,
                Some(prefix) => format!("{}{FRESH}", prefix.trim_end_matches('*')),
                None => pattern.clone(),
            });
        }
        paths.sort_unstable();
        paths.dedup();
        all.extend(paths.into_iter().map(|path| About::Path(Cow::Owned(path))));
    }
    all
}

/// The groups, resources with subresources, and names that entries mention, in all combinations, and fresh ones. Resources
/// and subresources of requests are segments of a path: neither holds a slash.
fn resources<'a, I: Iterator<Item = &'a GroupResources>>(
    entries: impl Fn() -> I,
) -> impl Iterator<Item = (&'a str, (&'a str, &'a str), &'a str)> {
    let mut groups = vec![FRESH];
    let mut names = vec![FRESH];
    let (mut plurals, mut subs) = (vec![FRESH], vec!["", FRESH]);
    for entry in entries() {
        if entry.group != "*" {
            groups.push(&entry.group);
        }
        names.extend(entry.resource_names.iter().map(String::as_str));
        for resource in &entry.resources {
            let (plural, sub) = resource.split_once('/').unwrap_or((resource, ""));
            if plural != "*" {
                plurals.push(plural);
            }
            subs.push(sub);
        }
    }
    for list in [&mut groups, &mut names, &mut plurals, &mut subs] {
        list.sort_unstable();
        list.dedup();
    }
    // Fresh values first: where they do, nothing else need be tried.
    names.sort_by_key(|name| *name != FRESH);
    let pairs: Vec<(&str, &str)> =
        plurals.iter().flat_map(|plural| subs.iter().map(|sub| (*plural, *sub))).collect();
    groups.into_iter().flat_map(move |group| {
        let names = names.clone();
        let pairs = pairs.clone();
        pairs.into_iter().flat_map(move |pair| names.clone().into_iter().map(move |name| (group, pair, name)))
    })
}
