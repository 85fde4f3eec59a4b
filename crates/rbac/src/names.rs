//! How roles, bindings, subjects and rules are named for people: `RoleBinding shop/developers`.

use std::fmt::{self, Display, Formatter};

use ironsides_tree::Text;

use crate::binding::{Binding, Subject};
use crate::role::Role;
use crate::rule::Rule;

/// `KIND NAMESPACE/NAME`, or `KIND NAME` where there is no namespace.
fn named(f: &mut Formatter<'_>, kind: &str, namespace: Option<&str>, name: &str) -> fmt::Result {
    match namespace.filter(|namespace| !namespace.is_empty()) {
        Some(namespace) => write!(f, "{kind} {namespace}/{name}"),
        None => write!(f, "{kind} {name}"),
    }
}

impl Display for Subject {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        named(f, self.kind.as_str(), Some(&self.namespace), &self.name)
    }
}

impl Display for Binding {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        named(f, self.kind(), self.namespace.as_deref(), &self.name)
    }
}

impl Display for Role {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        named(f, self.kind(), self.namespace.as_deref(), &self.name)
    }
}

/// `get, list on pods, deployments.apps`, `get on /healthz` or `get on all paths`, with `named a, b` behind where it is limited to names.
impl Display for Rule {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        list(f, &self.verbs)?;
        f.write_str(" on ")?;
        let mut first = true;
        for resource in &self.resources {
            for group in &self.api_groups {
                if !std::mem::take(&mut first) {
                    f.write_str(", ")?;
                }
                f.write_str(&resource_name(group, resource))?;
            }
        }
        for url in &self.non_resource_urls {
            if !std::mem::take(&mut first) {
                f.write_str(", ")?;
            }
            f.write_str(if url == "*" { "all paths" } else { url })?;
        }
        if first {
            f.write_str("nothing")?;
        }
        if !self.resource_names.is_empty() {
            f.write_str(" named ")?;
            list(f, &self.resource_names)?;
        }
        Ok(())
    }
}

fn list(f: &mut Formatter<'_>, texts: &[Text]) -> fmt::Result {
    for (at, text) in texts.iter().enumerate() {
        if at > 0 {
            f.write_str(", ")?;
        }
        f.write_str(text)?;
    }
    Ok(())
}

/// A resource with its group as kubectl writes it: `pods/log`, `deployments.apps/scale`, `*.*`.
pub fn resource_name(group: &str, resource: &str) -> String {
    match (group, resource.split_once('/')) {
        ("", _) => resource.to_owned(),
        (group, None) => format!("{resource}.{group}"),
        (group, Some((resource, sub))) => format!("{resource}.{group}/{sub}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_read_as_sentences() {
        let rule = |text: &str| Rule::read(&ironsides_tree::parse_one(text).unwrap()).to_string();
        for (text, expected) in [
            (
                "{verbs: [get, list], apiGroups: ['', apps], resources: [pods, deployments/scale]}",
                "get, list on pods, pods.apps, deployments/scale, deployments.apps/scale",
            ),
            ("{verbs: ['*'], nonResourceURLs: [/healthz, /logs/*]}", "* on /healthz, /logs/*"),
            (
                "{verbs: [get], apiGroups: [''], resources: [secrets], resourceNames: [a, b]}",
                "get on secrets named a, b",
            ),
            ("{verbs: [get]}", "get on nothing"),
        ] {
            assert_eq!(rule(text), expected);
        }
    }
}
