//! The engine against an evaluator that is slow and obvious: no index, no shortcut, one loop a sentence of the rules.
#![allow(clippy::unwrap_used, reason = "all of this is a test")]

use ironsides_core::{Object, Origin};
use ironsides_rbac::{
    Decision, Identity, Question, Rbac, Request, ResourceRequest, Rule, UrlRequest, Where, Which, missing,
};
use ironsides_tree::Text;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value, json};

#[derive(Clone, Debug)]
struct Role {
    namespace: Option<&'static str>,
    name: &'static str,
    rules: Vec<Rule>,
}

#[derive(Clone, Debug)]
struct Binding {
    namespace: Option<&'static str>,
    name: String,
    role_kind: &'static str,
    role: &'static str,
    /// Kind, namespace and name.
    subjects: Vec<(&'static str, Option<&'static str>, &'static str)>,
}

const NAMESPACES: [&str; 2] = ["a", "b"];

fn texts(from: &'static [&'static str], most: usize) -> impl Strategy<Value = Vec<Text>> {
    subsequence(from.to_vec(), 1..=most).prop_map(|texts| texts.into_iter().map(Text::new).collect())
}

fn rule() -> impl Strategy<Value = Rule> {
    let verbs = || texts(&["get", "list", "create", "*", "Get"], 2);
    let names = prop_oneof![Just(Vec::new()), Just(Vec::new()), texts(&["x", "y", "", "*"], 2)];
    let resources = texts(&["pods", "pods/log", "*", "*/log", "pods/*", "*/*", "jobs", "jobs/log", ""], 2);
    let about_resources = (verbs(), texts(&["", "batch", "*", "Batch"], 2), resources, names).prop_map(
        |(verbs, api_groups, resources, resource_names)| Rule {
            verbs,
            api_groups,
            resources,
            resource_names,
            ..Rule::default()
        },
    );
    let urls = texts(&["/a", "/a*", "/a/*", "/a**", "*", "/*b", "/"], 2);
    let about_urls = (verbs(), urls).prop_map(|(verbs, non_resource_urls)| Rule {
        verbs,
        non_resource_urls,
        ..Rule::default()
    });
    prop_oneof![3 => about_resources, 1 => about_urls]
}

fn role() -> impl Strategy<Value = Role> {
    let namespace = prop_oneof![Just(None), select(&NAMESPACES[..]).prop_map(Some)];
    (namespace, select(&["r", "s", "t"][..]), prop::collection::vec(rule(), 0..3))
        .prop_map(|(namespace, name, rules)| Role { namespace, name, rules })
}

fn binding() -> impl Strategy<Value = Binding> {
    let namespace = prop_oneof![Just(None), select(&NAMESPACES[..]).prop_map(Some)];
    let subject = prop_oneof![
        select(&["u", "v", "*", "system:serviceaccount:a:s"][..]).prop_map(|name| ("User", None, name)),
        select(&["g", "h", "*", "system:authenticated"][..]).prop_map(|name| ("Group", None, name)),
        (prop_oneof![Just(None), Just(Some("a")), Just(Some("b"))], select(&["s", "t"][..]))
            .prop_map(|(namespace, name)| ("ServiceAccount", namespace, name)),
    ];
    let parts = (
        namespace,
        0..4u8,
        select(&["Role", "ClusterRole"][..]),
        select(&["r", "s", "t", "missing"][..]),
        prop::collection::vec(subject, 0..3),
    );
    parts.prop_map(|(namespace, name, role_kind, role, subjects)| Binding {
        namespace,
        name: format!("b{name}"),
        role_kind,
        role,
        subjects,
    })
}

/// Of several objects of one name the last counts.
fn last_of_each<T: Clone, K: PartialEq>(all: Vec<T>, key: impl Fn(&T) -> K) -> Vec<T> {
    let mut kept: Vec<T> = Vec::new();
    for one in all {
        kept.retain(|known| key(known) != key(&one));
        kept.push(one);
    }
    kept
}

fn engine(roles: &[Role], bindings: &[Binding]) -> Rbac {
    let meta = |namespace: Option<&str>, name: &str| match namespace {
        Some(namespace) => json!({"namespace": namespace, "name": name}),
        None => json!({"name": name}),
    };
    let kind = |namespace: Option<&str>, of: &str| {
        if namespace.is_some() { of.to_owned() } else { format!("Cluster{of}") }
    };
    let version = "rbac.authorization.k8s.io/v1";
    let mut objects: Vec<Value> = Vec::new();
    for role in roles {
        objects.push(json!({"apiVersion": version, "kind": kind(role.namespace, "Role"),
            "metadata": meta(role.namespace, role.name), "rules": role.rules}));
    }
    for binding in bindings {
        let subjects: Vec<Value> = binding
            .subjects
            .iter()
            .map(|(kind, namespace, name)| match namespace {
                Some(namespace) => json!({"kind": kind, "name": name, "namespace": namespace}),
                None => json!({"kind": kind, "name": name}),
            })
            .collect();
        objects.push(json!({"apiVersion": version, "kind": kind(binding.namespace, "RoleBinding"),
            "metadata": meta(binding.namespace, &binding.name), "subjects": subjects,
            "roleRef": {"kind": binding.role_kind, "name": binding.role}}));
    }
    let object = |value: &Value| {
        let root = ironsides_tree::parse_one(&value.to_string()).unwrap();
        Object::new(root, Origin::Api { request: "a list".into() }, Vec::new())
    };
    Rbac::new(&objects.iter().map(object).collect::<Vec<_>>())
}

fn identity() -> impl Strategy<Value = Identity> {
    let user = select(&["u", "v", "*", "", "system:serviceaccount:a:s", "system:serviceaccount:b:t"][..]);
    let groups = prop_oneof![
        9 => subsequence(vec!["g", "h", "*", "system:authenticated"], 0..3),
        1 => Just(vec!["system:masters"]),
    ];
    (user, groups).prop_map(|(user, groups)| Identity {
        groups: groups.into_iter().map(Text::new).collect(),
        ..Identity::user(user)
    })
}

fn request() -> impl Strategy<Value = Request> {
    let verb = || select(&["get", "list", "create", "*", "delete"][..]);
    let resource = (
        verb(),
        select(&["", "batch", "*"][..]),
        select(&["pods", "pods/log", "jobs", "jobs/log", "*", "pods/*", "", "nodes/log"][..]),
        select(&["", "a", "b"][..]),
        select(&["", "x", "y", "*"][..]),
    )
        .prop_map(|(verb, group, resource, namespace, name)| {
            Request::from(ResourceRequest::new(verb, group, resource).in_namespace(namespace).named(name))
        });
    let url = (verb(), select(&["/", "/a", "/a/", "/a/b", "/ab", "/*b", "/a*"][..]))
        .prop_map(|(verb, path)| Request::from(UrlRequest { verb: Text::new(verb), path: Text::new(path) }));
    prop_oneof![4 => resource, 1 => url]
}

/// Whether a binding names somebody.
fn names(binding: &Binding, who: &Identity) -> bool {
    binding.subjects.iter().any(|(kind, namespace, name)| match *kind {
        "User" => who.user == *name,
        "Group" => who.groups.iter().any(|group| group == name),
        _ => match namespace.or(binding.namespace) {
            Some(namespace) => who.user == format!("system:serviceaccount:{namespace}:{name}"),
            None => false,
        },
    })
}

/// The role that a binding hands out.
fn bound<'a>(binding: &Binding, roles: &'a [Role]) -> Option<&'a Role> {
    roles.iter().find(|role| {
        role.name == binding.role
            && match binding.role_kind {
                "ClusterRole" => role.namespace.is_none(),
                _ => role.namespace.is_some() && role.namespace == binding.namespace,
            }
    })
}

fn allows(rule: &Rule, request: &Request) -> bool {
    let star_or = |list: &[Text], text: &str| list.iter().any(|own| own == "*" || own == text);
    match request {
        Request::Url(url) => {
            star_or(&rule.verbs, &url.verb)
                && rule.non_resource_urls.iter().any(|own| {
                    let mut prefix = own.to_string();
                    while prefix.ends_with('*') {
                        prefix.pop();
                    }
                    *own == url.path || own.ends_with('*') && url.path.starts_with(&prefix)
                })
        }
        Request::Resource(asked) => {
            let full = if asked.subresource.is_empty() {
                asked.resource.to_string()
            } else {
                format!("{}/{}", asked.resource, asked.subresource)
            };
            let any = format!("*/{}", asked.subresource);
            star_or(&rule.verbs, &asked.verb)
                && star_or(&rule.api_groups, &asked.group)
                && rule
                    .resources
                    .iter()
                    .any(|own| own == "*" || *own == full || !asked.subresource.is_empty() && *own == any)
                && (rule.resource_names.is_empty() || rule.resource_names.contains(&asked.name))
        }
    }
}

/// The names of bindings that grant, and those that dangle.
fn granting(
    roles: &[Role],
    bindings: &[Binding],
    who: &Identity,
    request: &Request,
) -> (Vec<String>, Vec<String>) {
    let (mut grants, mut dangling) = (Vec::new(), Vec::new());
    for binding in bindings {
        let reaches = match binding.namespace {
            None => true,
            Some(namespace) => matches!(request, Request::Resource(asked) if asked.namespace == namespace),
        };
        if !reaches || !names(binding, who) {
            continue;
        }
        let name = format!("{:?} {}", binding.namespace, binding.name);
        match bound(binding, roles) {
            None => dangling.push(name),
            Some(role) if role.rules.iter().any(|rule| allows(rule, request)) => grants.push(name),
            Some(_) => {}
        }
    }
    grants.sort();
    dangling.sort();
    (grants, dangling)
}

/// Whether one of the rules allows one part of another rule.
fn holds(held: &[Rule], group: &str, resource: &str, verb: &str, name: Option<&Text>) -> bool {
    held.iter().any(|rule| {
        let star_or = |list: &[Text], text: &str| list.iter().any(|own| own == "*" || own == text);
        let by_sub = resource.split_once('/').map(|(_, sub)| format!("*/{sub}"));
        star_or(&rule.verbs, verb)
            && star_or(&rule.api_groups, group)
            && (star_or(&rule.resources, resource)
                || by_sub.is_some_and(|any| rule.resources.iter().any(|own| *own == any)))
            && (rule.resource_names.is_empty() || name.is_some_and(|name| rule.resource_names.contains(name)))
    })
}

fn holds_all(held: &[Rule], wanted: &Rule) -> bool {
    for verb in &wanted.verbs {
        for group in &wanted.api_groups {
            for resource in &wanted.resources {
                if wanted.resource_names.is_empty() && !holds(held, group, resource, verb, None) {
                    return false;
                }
                if wanted.resource_names.iter().any(|name| !holds(held, group, resource, verb, Some(name))) {
                    return false;
                }
            }
        }
        for url in &wanted.non_resource_urls {
            let covered = held.iter().any(|rule| {
                rule.verbs.iter().any(|own| own == "*" || own == verb)
                    && rule.non_resource_urls.iter().any(|own| {
                        own == url || own.ends_with('*') && url.starts_with(own.trim_end_matches('*'))
                    })
            });
            if !covered {
                return false;
            }
        }
    }
    true
}

fn called(rbac: &Rbac, ids: impl IntoIterator<Item = ironsides_rbac::BindingId>) -> Vec<String> {
    let name =
        |id| rbac.binding(id).map(|binding| format!("{:?} {}", binding.namespace.as_deref(), binding.name));
    let mut names: Vec<String> = ids.into_iter().filter_map(name).collect();
    names.sort();
    names
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn decisions_and_grants(
        roles in prop::collection::vec(role(), 1..8),
        bindings in prop::collection::vec(binding(), 1..10),
        questions in prop::collection::vec((identity(), request()), 1..20),
    ) {
        let roles = last_of_each(roles, |role| (role.namespace, role.name));
        let bindings = last_of_each(bindings, |binding| (binding.namespace, binding.name.clone()));
        let rbac = engine(&roles, &bindings);
        for (who, request) in questions {
            let (grants, dangling) = granting(&roles, &bindings, &who, &request);
            let granted = rbac.grants_of(&who, &request);
            prop_assert_eq!(&called(&rbac, granted.iter().map(|grant| grant.binding)), &grants);
            match rbac.decide(&who, &request) {
                Decision::Privileged => prop_assert!(who.is_in("system:masters")),
                Decision::Allowed(grant) => prop_assert!(granted.contains(&grant), "{:?}", grant),
                Decision::NoOpinion(ids) => {
                    prop_assert!(grants.is_empty());
                    prop_assert_eq!(called(&rbac, ids), dangling);
                }
            }
            // Whoever is asked about, the index of rules knows the same grants.
            let all = rbac.grants(&Question::from(&request));
            let own = all.iter().filter(|grant| {
                rbac.binding(grant.binding).is_some_and(|binding| binding.subjects[grant.subject].is(&who))
            });
            let mut own = called(&rbac, own.map(|grant| grant.binding));
            own.dedup();
            prop_assert_eq!(own, grants);
        }
    }

    #[test]
    fn open_questions_are_all_their_answers(
        roles in prop::collection::vec(role(), 1..8),
        bindings in prop::collection::vec(binding(), 1..10),
        verb in select(&["get", "list", "*"][..]),
        resource in select(&["pods", "pods/log", "jobs", "nodes/log"][..]),
    ) {
        let rbac = engine(&roles, &bindings);
        let asked = ResourceRequest::new(verb, "", resource);
        let mut expected = Vec::new();
        for namespace in ["", "a", "b"] {
            for name in ["", "x", "y", "*"] {
                let request = Request::from(asked.clone().in_namespace(namespace).named(name));
                expected.extend(rbac.grants(&Question::from(&request)));
            }
        }
        expected.sort_unstable_by_key(|grant| (grant.binding, grant.subject, grant.rule));
        expected.dedup();
        let ResourceRequest { verb, group, resource, subresource, .. } = asked;
        let question =
            Question::Resource { verb, group, resource, subresource, namespace: Where::Anywhere, name: Which::Any };
        prop_assert_eq!(&rbac.grants(&question), &expected);
        let told: usize = rbac.who_can(&question).holders.iter().map(|holder| holder.grants.len()).sum();
        prop_assert!(told <= expected.len(), "service accounts of no namespace are nobody");
    }

    #[test]
    fn rules_that_reach_somebody(
        roles in prop::collection::vec(role(), 1..8),
        bindings in prop::collection::vec(binding(), 1..10),
        who in identity(),
        namespace in select(&["", "a", "b"][..]),
    ) {
        let roles = last_of_each(roles, |role| (role.namespace, role.name));
        let bindings = last_of_each(bindings, |binding| (binding.namespace, binding.name.clone()));
        let rbac = engine(&roles, &bindings);
        let mut expected: Vec<Rule> = Vec::new();
        for binding in &bindings {
            if binding.namespace.is_none_or(|own| own == namespace) && names(binding, &who) {
                expected.extend(bound(binding, &roles).into_iter().flat_map(|role| role.rules.clone()));
            }
        }
        let held = rbac.held(&who, namespace);
        let mut got: Vec<Rule> = held.grants.iter().filter_map(|grant| rbac.rule(grant)).cloned().collect();
        expected.sort();
        got.sort();
        prop_assert_eq!(got, expected);
    }

    #[test]
    fn covering(held in prop::collection::vec(rule(), 0..4), wanted in rule()) {
        let refs: Vec<&Rule> = held.iter().collect();
        prop_assert_eq!(missing(&refs, [&wanted]).is_empty(), holds_all(&held, &wanted));
        // Whoever has a rule has it.
        let mut with = refs.clone();
        with.push(&wanted);
        prop_assert!(missing(&with, [&wanted]).is_empty());
    }
}
