//! Whether rights that are held cover others: the test that guards against handing out more than one has.

use ironsides_core::go_quoted;
use ironsides_tree::Text;
use rustc_hash::FxHashMap;

use crate::rule::Rule;

impl Rule {
    /// The rule in its smallest parts: one group, resource, verb and name each, or one path and verb.
    ///
    /// (Source: `BreakdownRule` of `component-helpers/auth/rbac/validation`.)
    pub fn atoms(&self) -> Vec<Self> {
        let mut atoms = Vec::new();
        let one = |text: &Text| vec![text.clone()];
        for group in &self.api_groups {
            for resource in &self.resources {
                for verb in &self.verbs {
                    let atom = Self {
                        verbs: one(verb),
                        api_groups: one(group),
                        resources: one(resource),
                        ..Self::default()
                    };
                    if self.resource_names.is_empty() {
                        atoms.push(atom);
                        continue;
                    }
                    let names = self.resource_names.iter();
                    atoms.extend(names.map(|name| Self { resource_names: one(name), ..atom.clone() }));
                }
            }
        }
        for url in &self.non_resource_urls {
            let atom = |verb| Self { verbs: one(verb), non_resource_urls: one(url), ..Self::default() };
            atoms.extend(self.verbs.iter().map(atom));
        }
        atoms
    }

    /// Whether it alone allows everything that another rule allows, as the server compares them: `*` is covered only by
    /// `*`, a resource also by `*/sub`, names by the same names or by none, a path by a pattern that it begins with.
    ///
    /// (Source: `ruleCovers` of `component-helpers/auth/rbac/validation/policy_comparator.go`.)
    pub fn covers(&self, other: &Self) -> bool {
        all_or_same(&self.verbs, &other.verbs)
            && all_or_same(&self.api_groups, &other.api_groups)
            && covers_resources(&self.resources, &other.resources)
            && other.non_resource_urls.iter().all(|url| covers_url(&self.non_resource_urls, url))
            && (self.resource_names.is_empty()
                || !other.resource_names.is_empty() && has_all(&self.resource_names, &other.resource_names))
    }

    /// The group, resource and name of a rule that has just one of each (no name for all), which [`compact`] joins.
    fn simple(&self) -> Option<(Text, Text, Option<Text>)> {
        let ([group], [resource], [] | [_]) = (&*self.api_groups, &*self.resources, &*self.resource_names)
        else {
            return None;
        };
        self.non_resource_urls
            .is_empty()
            .then(|| (group.clone(), resource.clone(), self.resource_names.first().cloned()))
    }
}

fn has_all(own: &[Text], others: &[Text]) -> bool {
    others.iter().all(|other| own.contains(other))
}

fn all_or_same(own: &[Text], others: &[Text]) -> bool {
    own.iter().any(|text| text == "*") || has_all(own, others)
}

fn covers_resources(own: &[Text], others: &[Text]) -> bool {
    let covered = |other: &Text| {
        own.contains(other)
            || other.split_once('/').is_some_and(|(_, sub)| {
                own.iter().any(|own| own.strip_prefix("*/").is_some_and(|own| own == sub))
            })
    };
    own.iter().any(|text| text == "*") || others.iter().all(covered)
}

fn covers_url(own: &[Text], url: &str) -> bool {
    own.iter().any(|own| own == url || own.ends_with('*') && url.starts_with(own.trim_end_matches('*')))
}

/// What of the wanted rights no held rule covers, in smallest parts. Each part must be covered by one rule; several
/// rules may cover the parts of one wanted rule.
///
/// (Source: `Covers` of `component-helpers/auth/rbac/validation/policy_comparator.go`.)
pub fn missing<'a>(held: &[&Rule], wanted: impl IntoIterator<Item = &'a Rule>) -> Vec<Rule> {
    let atoms = wanted.into_iter().flat_map(Rule::atoms);
    atoms.filter(|atom| !held.iter().any(|rule| rule.covers(atom))).collect()
}

/// Joins rules for the same resource (and name) into one with all their verbs, repeated ones too; others stay as they are
/// and come first.
///
/// (Source: `CompactRules` of `component-helpers/auth/rbac/validation`; its order is random, here it is that of the
/// first rule of each resource.)
pub fn compact(rules: impl IntoIterator<Item = Rule>) -> Vec<Rule> {
    let mut compacted = Vec::new();
    let mut simple: Vec<Rule> = Vec::new();
    let mut places: FxHashMap<(Text, Text, Option<Text>), usize> = FxHashMap::default();
    for rule in rules {
        let Some(key) = rule.simple() else {
            compacted.push(rule);
            continue;
        };
        let place = *places.entry(key).or_insert(simple.len());
        match simple.get_mut(place) {
            Some(known) => known.verbs.extend(rule.verbs),
            None => simple.push(rule),
        }
    }
    compacted.extend(simple);
    compacted
}

impl Rule {
    /// On one line, as the server's messages have it: `{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}`.
    pub fn in_message(&self) -> String {
        let parts = [
            ("APIGroups", &self.api_groups),
            ("Resources", &self.resources),
            ("NonResourceURLs", &self.non_resource_urls),
            ("ResourceNames", &self.resource_names),
            ("Verbs", &self.verbs),
        ];
        let filled = parts.iter().filter(|(_, texts)| !texts.is_empty());
        let filled: Vec<String> = filled.map(|(name, texts)| format!("{name}:{}", go_list(texts))).collect();
        format!("{{{}}}", filled.join(", "))
    }
}

/// A list of strings as Go prints it with `%q`.
pub(crate) fn go_list(texts: &[Text]) -> String {
    let quoted: Vec<String> = texts.iter().map(|text| go_quoted(text)).collect();
    format!("[{}]", quoted.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(text: &str) -> Rule {
        Rule::read(&ironsides_tree::parse_one(text).unwrap())
    }

    #[test]
    fn covering_is_the_server_s() {
        for (held, wanted, expected) in [
            (
                "{apiGroups: [''], resources: [pods], verbs: [get, list]}",
                "{apiGroups: [''], resources: [pods], verbs: [get]}",
                true,
            ),
            (
                "{apiGroups: [''], resources: [pods], verbs: [get, list, watch, create, update, patch, delete]}",
                "{apiGroups: [''], resources: [pods], verbs: ['*']}",
                false,
            ),
            (
                "{apiGroups: ['*'], resources: ['*/scale'], verbs: [get]}",
                "{apiGroups: [apps], resources: [deployments/scale], verbs: [get]}",
                true,
            ),
            (
                "{apiGroups: [''], resources: ['pods/*'], verbs: [get]}",
                "{apiGroups: [''], resources: [pods/log], verbs: [get]}",
                false,
            ),
            (
                "{apiGroups: [''], resources: ['*/*'], verbs: [get]}",
                "{apiGroups: [''], resources: [pods/log], verbs: [get]}",
                false,
            ),
            (
                "{apiGroups: [''], resources: ['*'], verbs: [get]}",
                "{apiGroups: [''], resources: [pods/log], verbs: [get]}",
                true,
            ),
            (
                "{apiGroups: [''], resources: [pods], verbs: [get], resourceNames: [a]}",
                "{apiGroups: [''], resources: [pods], verbs: [get]}",
                false,
            ),
            (
                "{apiGroups: [''], resources: [pods], verbs: [get], resourceNames: [a, b]}",
                "{apiGroups: [''], resources: [pods], verbs: [get], resourceNames: [b]}",
                true,
            ),
            (
                "{apiGroups: [''], resources: [pods], verbs: [get]}",
                "{apiGroups: [''], resources: [pods], verbs: [get], resourceNames: ['']}",
                true,
            ),
            (
                "{nonResourceURLs: ['/healthz*'], verbs: [get]}",
                "{nonResourceURLs: ['/healthz/*'], verbs: [get]}",
                true,
            ),
            (
                "{nonResourceURLs: ['/healthz/*'], verbs: [get]}",
                "{nonResourceURLs: ['/healthz'], verbs: [get]}",
                false,
            ),
            ("{nonResourceURLs: ['*'], verbs: ['*']}", "{nonResourceURLs: ['/x'], verbs: [post]}", true),
            // A rule without verbs asks for nothing.
            ("{}", "{apiGroups: [''], resources: [pods], verbs: []}", true),
        ] {
            let held = rule(held);
            let missing = missing(&[&held], [&rule(wanted)]);
            assert_eq!(missing.is_empty(), expected, "{held} and {wanted}");
        }
    }

    #[test]
    fn several_rules_may_cover_one() {
        let (a, b) = (
            rule("{apiGroups: [''], resources: [pods], verbs: [get]}"),
            rule("{apiGroups: [''], resources: [pods, secrets], verbs: [list]}"),
        );
        let wanted = rule("{apiGroups: [''], resources: [pods], verbs: [get, list]}");
        assert_eq!(missing(&[&a, &b], [&wanted]), []);
        assert_eq!(missing(&[&b], [&wanted]), [a]);
    }

    #[test]
    fn compacting_joins_verbs() {
        let rules =
            rule("{apiGroups: ['', apps], resources: [pods], verbs: [get, list], resourceNames: [x]}")
                .atoms();
        let texts: Vec<String> = compact(rules).iter().map(Rule::in_message).collect();
        assert_eq!(
            texts,
            [
                r#"{APIGroups:[""], Resources:["pods"], ResourceNames:["x"], Verbs:["get" "list"]}"#,
                r#"{APIGroups:["apps"], Resources:["pods"], ResourceNames:["x"], Verbs:["get" "list"]}"#,
            ]
        );
        let urls = rule("{nonResourceURLs: [/a, /b], verbs: [get]}").atoms();
        assert_eq!(compact(urls.clone()), urls);
    }
}
