//! Why a rule is not about a request.

use crate::decide::path_fits;
use crate::policy::{GroupResources, Rule};
use crate::request::{About, Request};

/// What of a rule keeps it from a request; of several, the first in the order in which the API server looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// It names other users.
    User,
    /// It names other groups.
    Group,
    /// It names other verbs.
    Verb,
    /// It is about paths, and the request is for a resource.
    Paths,
    /// It is about resources, and the request is for a path.
    Resources,
    /// It names other namespaces.
    Namespace,
    /// It names other API groups, resources or subresources.
    Resource,
    /// It names other objects.
    Name,
    /// It names other paths.
    Path,
}

impl Rule {
    /// What keeps the rule from a request; `None` where it fits. An empty list is no restriction; names compare exactly.
    pub fn misfit(&self, request: &Request<'_>) -> Option<Misfit> {
        let misfit = self.first_misfit(request)?;
        let (Misfit::Resource, About::Resource { group, resource, subresource, .. }) =
            (misfit, &request.about)
        else {
            return Some(misfit);
        };
        let is_named = self.resources.iter().any(|entry| {
            !entry.resource_names.is_empty() && entry.fits_but_for_names(group, resource, subresource)
        });
        Some(if is_named { Misfit::Name } else { misfit })
    }

    /// What keeps the rule from a request, where other names of objects count as other resources.
    pub(crate) fn first_misfit(&self, request: &Request<'_>) -> Option<Misfit> {
        let has = |list: &[String], text: &str| list.iter().any(|own| own == text);
        if !self.users.is_empty() && !request.user.as_ref().is_some_and(|user| has(&self.users, user)) {
            return Some(Misfit::User);
        }
        let is_in_group =
            || request.user.is_some() && request.groups.iter().any(|own| has(&self.user_groups, own));
        if !self.user_groups.is_empty() && !is_in_group() {
            return Some(Misfit::Group);
        }
        if !self.verbs.is_empty() && !has(&self.verbs, &request.verb) {
            return Some(Misfit::Verb);
        }
        let of_resources = !self.namespaces.is_empty() || !self.resources.is_empty();
        match &request.about {
            About::Resource { .. } if !of_resources => {
                (!self.non_resource_urls.is_empty()).then_some(Misfit::Paths)
            }
            About::Resource { group, resource, subresource, namespace, name } => {
                if !self.namespaces.is_empty() && !has(&self.namespaces, namespace) {
                    return Some(Misfit::Namespace);
                }
                if self.resources.is_empty()
                    || self.resources.iter().any(|entry| entry.fits(group, resource, subresource, name))
                {
                    return None;
                }
                Some(Misfit::Resource)
            }
            About::Path(_) if of_resources => Some(Misfit::Resources),
            About::Path(path) => {
                let fits = self.non_resource_urls.is_empty()
                    || self.non_resource_urls.iter().any(|pattern| path_fits(pattern, path));
                (!fits).then_some(Misfit::Path)
            }
        }
    }

    /// What keeps the rule from a request, in words, with what is easily overlooked: lower case, no full stop.
    pub fn why_not(&self, request: &Request<'_>) -> Option<String> {
        let misfit = self.misfit(request)?;
        let list =
            |list: &[String]| list.iter().map(|text| format!("{text:?}")).collect::<Vec<_>>().join(", ");
        Some(match misfit {
            Misfit::User if request.user.is_none() => {
                "it names users, and a request whose credentials are refused has none".into()
            }
            Misfit::Group if request.user.is_none() => {
                "it names groups, and a request whose credentials are refused is in none".into()
            }
            Misfit::User => format!("its users are {}{}", list(&self.users), star(&self.users)),
            Misfit::Group => format!("its groups are {}{}", list(&self.user_groups), star(&self.user_groups)),
            Misfit::Verb => format!("its verbs are {}{}", list(&self.verbs), star(&self.verbs)),
            Misfit::Paths => "it is about paths alone, never about resources".into(),
            Misfit::Resources => "it is about resources, never about paths".into(),
            Misfit::Namespace => {
                format!("its namespaces are {}{}", list(&self.namespaces), star(&self.namespaces))
            }
            Misfit::Resource => self.other_resources(request),
            Misfit::Name => match &request.about {
                About::Resource { name, .. } if name.is_empty() => {
                    "it names objects, and the request carries no name, as create, list and deletecollection"
                        .into()
                }
                _ => "it names other objects".into(),
            },
            Misfit::Path => format!("its paths are {}", list(&self.non_resource_urls)),
        })
    }

    fn other_resources(&self, request: &Request<'_>) -> String {
        let About::Resource { group, resource, subresource, .. } = &request.about else {
            return String::new();
        };
        let mut listed = self.resources.iter().flat_map(|entry| {
            entry.resources.iter().map(move |resource| (entry.group.as_str(), resource.as_str()))
        });
        if !subresource.is_empty()
            && listed.clone().any(|(own, plain)| (own == group || own == "*") && plain == resource)
        {
            return format!("{resource} in it does not mean {resource}/{subresource}");
        }
        let whole =
            if subresource.is_empty() { resource.to_string() } else { format!("{resource}/{subresource}") };
        if let Some((own, _)) = listed.find(|(_, own)| **own == whole) {
            let (own, group) = (said(own), said(group));
            return format!("it has {whole} of {own}, and the request is for {whole} of {group}");
        }
        let all: Vec<String> = self.resources.iter().flat_map(GroupResources::names).collect();
        let shown = all.get(..SHOWN).filter(|_| all.len() > SHOWN + 1);
        let more = shown.map(|shown| format!(" and {} more", all.len() - shown.len())).unwrap_or_default();
        format!("its resources are {}{more}", shown.unwrap_or(&all).join(", "))
    }
}

/// How many resources of a rule are named.
const SHOWN: usize = 5;

impl GroupResources {
    /// What it lists, each with its group: `pods`, `deployments.apps`, `all of batch`.
    fn names(&self) -> Vec<String> {
        match (self.group.as_str(), self.resources.as_slice()) {
            (group, []) => vec![format!("all of {}", said(group))],
            ("", resources) => resources.to_vec(),
            (group, resources) => resources.iter().map(|own| format!("{own}.{group}")).collect(),
        }
    }
}

fn said(group: &str) -> String {
    if group.is_empty() { "the core group".into() } else { format!("the group {group}") }
}

/// What is to be said of a star where none has a meaning.
fn star(list: &[String]) -> &'static str {
    if list.iter().any(|text| text.contains('*')) {
        ", compared letter by letter: a * means nothing here"
    } else {
        ""
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Policy;

    fn why(rule: &str, request: &Request<'_>) -> Option<String> {
        let text = format!("apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{rule}]");
        Policy::read(&text).unwrap().policy.rules[0].why_not(request)
    }

    fn request(verb: &'static str, about: &[&'static str; 5]) -> Request<'static> {
        let [group, resource, subresource, namespace, name] = about.map(Into::into);
        Request {
            user: Some("alice".into()),
            groups: vec!["ops".into()],
            verb: verb.into(),
            about: About::Resource { group, resource, subresource, namespace, name },
        }
    }

    #[test]
    fn what_keeps_a_rule_from_a_request_is_said() {
        let exec = request("get", &["", "pods", "exec", "shop", "web"]);
        let nobody = Request { user: None, groups: Vec::new(), ..exec.clone() };
        let create = request("create", &["apps", "deployments", "", "shop", ""]);
        let path = Request { about: About::Path("/healthz".into()), ..exec.clone() };
        for (rule, request, said) in [
            ("{level: None, users: [bob]}", &exec, "its users are \"bob\""),
            (
                "{level: None, users: ['system:*']}",
                &exec,
                "its users are \"system:*\", compared letter by letter",
            ),
            ("{level: None, userGroups: [ops]}", &nobody, "it names groups, and a request whose credentials"),
            ("{level: None, verbs: [create]}", &exec, "its verbs are \"create\""),
            ("{level: None, namespaces: [data]}", &exec, "its namespaces are \"data\""),
            ("{level: None, nonResourceURLs: [/api*]}", &exec, "it is about paths alone"),
            ("{level: None, nonResourceURLs: [/api*]}", &path, "its paths are \"/api*\""),
            ("{level: None, namespaces: ['']}", &path, "it is about resources"),
            ("{level: None, resources: [{resources: [pods]}]}", &exec, "pods in it does not mean pods/exec"),
            (
                "{level: None, resources: [{resources: [deployments]}]}",
                &create,
                "it has deployments of the core group, and the request is for deployments of the group apps",
            ),
            (
                "{level: None, resources: [{group: apps, resources: [deployments], resourceNames: [cart]}]}",
                &create,
                "it names objects, and the request carries no name",
            ),
            (
                "{level: None, resources: [{group: batch}]}",
                &create,
                "its resources are all of the group batch",
            ),
        ] {
            let why = why(rule, request).unwrap();
            assert!(why.starts_with(said), "{rule}: {why}");
        }
        assert_eq!(why("{level: None, verbs: [get], namespaces: [shop]}", &exec), None);
    }
}
