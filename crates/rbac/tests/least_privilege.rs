//! What events prove, and the roles that follow from it.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeMap;
use std::sync::Arc;

use ironsides_audit::each_event;
use ironsides_core::{Object, Origin};
use ironsides_rbac::{
    Making, Means, Names, Proposal, Rbac, Request, ResourceRequest, Source, Subject, SubjectKind, Usage,
    Used, Why, role_name,
};
use ironsides_tree::Text;
use proptest::prelude::*;

/// An event: user, verb, path, code, and whether it was allowed.
fn event(user: &str, verb: &str, uri: &str, code: u16, is_allowed: bool) -> String {
    let reason = if is_allowed {
        r#"RBAC: allowed by ClusterRoleBinding \"b\" of ClusterRole \"r\" to User \"u\""#
    } else {
        ""
    };
    decided(user, verb, uri, code, is_allowed, reason)
}

/// The same with the reason of the authorizer.
fn decided(user: &str, verb: &str, uri: &str, code: u16, is_allowed: bool, reason: &str) -> String {
    let decision = if is_allowed { "allow" } else { "forbid" };
    format!(
        r#"{{"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":"id-{user}-{verb}","stage":"ResponseComplete","requestURI":"{uri}","verb":"{verb}","user":{{"username":"{user}","groups":["system:authenticated"]}},"responseStatus":{{"code":{code}}},"requestReceivedTimestamp":"2026-11-16T08:00:00.000000Z","stageTimestamp":"2026-11-16T08:00:00.100000Z","annotations":{{"authorization.k8s.io/decision":"{decision}","authorization.k8s.io/reason":"{reason}"}}}}"#
    )
}

fn usage(events: &[String]) -> Usage {
    let mut usage = Usage::default();
    for (line, number) in events.iter().zip(1..) {
        each_event(line, &mut |event| usage.add(event, Source { file: "a.log", line: number })).unwrap();
    }
    usage
}

fn used(events: &[String]) -> BTreeMap<Text, Used> {
    usage(events).by_user()
}

fn rbac(texts: &[&str]) -> Rbac {
    let objects: Vec<Object> = texts
        .iter()
        .map(|text| {
            let root = ironsides_tree::parse_one(text).unwrap();
            Object::new(root, Origin::Api { request: Arc::from("") }, Vec::new())
        })
        .collect();
    Rbac::new(&objects)
}

fn proposal(events: &[String], making: Making) -> Proposal {
    used(events)["x"].proposal(&Rbac::default(), None, making)
}

/// The rules, each with its place.
fn rules(proposal: &Proposal) -> Vec<String> {
    let place = |namespace: &Option<Text>| namespace.as_ref().map_or("*".to_owned(), ToString::to_string);
    let roles = proposal.roles.iter();
    roles
        .flat_map(|role| {
            role.rules.iter().map(move |rule| format!("{}: {}", place(&role.namespace), rule.rule))
        })
        .collect()
}

#[test]
fn refused_requests_prove_nothing_and_impersonated_ones_the_right_of_both() {
    let plain = event("x", "list", "/api/v1/namespaces/a/pods", 200, true);
    let as_y = plain.replace(
        r#""responseStatus""#,
        r#""impersonatedUser":{"username":"y","groups":["g","system:authenticated"]},"responseStatus""#,
    );
    let refused = as_y.replace("\"allow\"", "\"forbid\"").replace("pods", "secrets").replace("200", "403");
    let all = used(&[refused, as_y, event("x", "get", "/api/v1/namespaces/a/secrets/s", 403, false)]);
    let requests = |user: &str| all[user].requests.keys().cloned().collect::<Vec<_>>();
    let act = |resource: &str, name: &str| {
        Request::from(ResourceRequest::new("impersonate", "", resource).named(name))
    };
    // Whoever acts needs the right to, whatever became of the request.
    assert_eq!(requests("x"), [act("groups", "g"), act("users", "y")]);
    assert_eq!(all["x"].refused, 1);
    let list = Request::from(ResourceRequest::new("list", "", "pods").in_namespace("a"));
    assert_eq!(requests("y"), std::slice::from_ref(&list));
    let proof = &all["y"].requests[&list];
    assert_eq!((proof.by.as_deref(), proof.line, &*proof.file), (Some("x"), 2, "a.log"));
    assert_eq!(all["x"].requests[&act("users", "y")].means, Means::Impersonation);
}

#[test]
fn a_request_in_person_proves_better_than_one_by_somebody_else() {
    let plain = event("y", "list", "/api/v1/namespaces/a/pods", 200, true);
    let by_x = event("x", "list", "/api/v1/namespaces/a/pods", 200, true).replace(
        r#""responseStatus""#,
        r#""impersonatedUser":{"username":"y","groups":["system:authenticated"]},"responseStatus""#,
    );
    let all = used(&[by_x.clone(), plain, by_x]);
    let proof = all["y"].requests.values().next().unwrap();
    assert_eq!((proof.by.as_deref(), proof.line, proof.count), (None, 2, 3));
}

#[test]
fn what_the_server_asks_besides_is_needed_too() {
    let apply = event("x", "patch", "/api/v1/namespaces/a/configmaps/c?fieldManager=m", 201, true);
    let shell = event("x", "get", "/api/v1/namespaces/a/pods/p-0/exec?command=sh", 101, true);
    let events = [apply, shell];
    let made = proposal(&events, Making::default());
    assert_eq!(
        rules(&made),
        ["a: create, patch on configmaps named c", "a: create, get on pods/exec named p-0"]
    );
    let means: Vec<Means> = used(&events)["x"].requests.values().map(|proof| proof.means).collect();
    assert_eq!(means, [Means::Creation, Means::Upgrade, Means::Request, Means::Request]);
    // A server that let it through without was older, and did not ask.
    let held = rbac(&[
        "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: r},
          rules: [{apiGroups: [''], resources: [pods/exec], verbs: [get]}]}",
        "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: b},
          roleRef: {kind: ClusterRole, name: r}, subjects: [{kind: User, name: x}]}",
    ]);
    let used = &used(&events)["x"];
    let made = used.proposal(&Rbac::default(), Some(&held), Making::default());
    assert_eq!(rules(&made), ["a: create, patch on configmaps named c", "a: get on pods/exec named p-0"]);
    assert_eq!(made.left_out.len(), 1);
    assert!(used.certificate(&made).newly_denied.is_empty());
}

#[test]
fn whoever_hands_out_a_role_needs_to_bind_it() {
    let bind =
        event("x", "create", "/apis/rbac.authorization.k8s.io/v1/namespaces/a/rolebindings", 201, true);
    let body = r#""requestObject":{"kind":"RoleBinding","roleRef":{"kind":"ClusterRole","name":"view"}},"responseStatus""#;
    let with_body = bind.replace(r#""responseStatus""#, body);
    let made = proposal(&[with_body], Making::default());
    assert_eq!(
        rules(&made),
        [
            "a: bind on clusterroles.rbac.authorization.k8s.io named view",
            "a: create on rolebindings.rbac.authorization.k8s.io"
        ]
    );
    assert!(made.open.is_empty());
    let made = proposal(std::slice::from_ref(&bind), Making::default());
    assert_eq!((rules(&made).len(), made.open.len()), (1, 1));
    // What is held by name of its verb is kept: its use leaves no event.
    let held = rbac(&[
        "{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: r, namespace: a},
          rules: [{apiGroups: [rbac.authorization.k8s.io], resources: [rolebindings], verbs: [create, delete]},
                  {apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], verbs: [bind], resourceNames: [edit]}]}",
        "{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: b, namespace: a},
          roleRef: {kind: Role, name: r}, subjects: [{kind: User, name: x}]}",
    ]);
    let made = used(&[bind])["x"].proposal(&Rbac::default(), Some(&held), Making::default());
    assert_eq!(made.kept.len(), 1);
    assert!(made.open.is_empty());
    assert!(
        rules(&made).contains(&"a: bind on clusterroles.rbac.authorization.k8s.io named edit".to_owned())
    );
    let removed: Vec<String> = made.removed.iter().map(|removed| removed.rule.to_string()).collect();
    assert_eq!(removed, ["delete on rolebindings.rbac.authorization.k8s.io"]);
}

#[test]
fn names_are_exact_but_for_generated_ones() {
    let get = |resource: &str, name: &str| {
        event("x", "get", &format!("/api/v1/namespaces/a/{resource}/{name}"), 200, true)
    };
    let events =
        [get("pods", "cart-6f8d9c7b5d-k4vtx"), get("secrets", "a"), get("secrets", "b"), get("pods", "db-0")];
    let made = proposal(&events, Making::default());
    assert_eq!(rules(&made), ["a: get on pods", "a: get on secrets named a, b"]);
    let why: Vec<(Why, usize)> = made.roles[0]
        .rules
        .iter()
        .flat_map(|rule| &rule.generalised)
        .map(|generalised| (generalised.why, generalised.from.len()))
        .collect();
    assert_eq!(why, [(Why::Generated, 2)]);
    let exact = proposal(&events, Making { names: Names::Exact, ..Making::default() });
    assert_eq!(
        rules(&exact),
        ["a: get on pods named cart-6f8d9c7b5d-k4vtx, db-0", "a: get on secrets named a, b"]
    );
    let few = proposal(&events, Making { names: Names::Exact, most: 1, ..Making::default() });
    assert_eq!(rules(&few), ["a: get on pods, secrets"]);
    assert_eq!(few.roles[0].rules[0].generalised.len(), 2);
    let none = proposal(&events, Making { names: Names::None, ..Making::default() });
    assert_eq!(rules(&none), rules(&few));
}

#[test]
fn more_names_than_are_kept_are_counted_and_widen_the_rule() {
    let events: Vec<String> = (0..300)
        .map(|at| event("x", "get", &format!("/api/v1/namespaces/a/secrets/s{at}"), 200, true))
        .collect();
    let used = &used(&events)["x"];
    assert_eq!(used.requests.len(), 256);
    assert_eq!(used.many.values().copied().collect::<Vec<_>>(), [44]);
    let made = used.proposal(&Rbac::default(), None, Making { names: Names::Exact, ..Making::default() });
    assert_eq!(rules(&made), ["a: get on secrets"]);
    assert_eq!(made.roles[0].rules[0].generalised[0].why, Why::Uncounted);
    let certificate = used.certificate(&made);
    assert_eq!(
        (certificate.replayed, certificate.newly_denied.len(), certificate.unproven.len()),
        (300, 0, 0)
    );
}

#[test]
fn what_is_used_everywhere_is_not_granted_twice() {
    let list = |path: &str| event("x", "list", path, 200, true);
    let events =
        [list("/api/v1/pods"), list("/api/v1/namespaces/a/pods"), list("/api/v1/namespaces/a/secrets")];
    assert_eq!(rules(&proposal(&events, Making::default())), ["*: list on pods", "a: list on secrets"]);
    let events = [list("/api/v1/namespaces/a/secrets"), list("/api/v1/namespaces/b/secrets")];
    assert_eq!(rules(&proposal(&events, Making::default())), ["a: list on secrets", "b: list on secrets"]);
    let wide = proposal(&events, Making { everywhere_from: Some(2), ..Making::default() });
    assert_eq!(rules(&wide), ["*: list on secrets"]);
    assert_eq!(wide.roles[0].rules[0].generalised[0].why, Why::Namespaces);
    assert_eq!(wide.roles[0].rules[0].generalised[0].from, ["a", "b"]);
}

#[test]
fn wildcards_are_narrowed_and_the_rest_is_removed() {
    let held = rbac(&[
        "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: r},
          rules: [{apiGroups: ['*'], resources: ['*'], verbs: ['*']}, {nonResourceURLs: [/metrics, /logs], verbs: [get]},
                  {apiGroups: [''], resources: [secrets], verbs: [get, list]}]}",
        "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: b},
          roleRef: {kind: ClusterRole, name: r}, subjects: [{kind: User, name: x}]}",
    ]);
    let events = [event("x", "list", "/api/v1/secrets", 200, true), event("x", "get", "/metrics", 200, true)];
    let made = used(&events)["x"].proposal(&Rbac::default(), Some(&held), Making::default());
    let removed: Vec<(String, bool)> =
        made.removed.iter().map(|removed| (removed.rule.to_string(), removed.is_narrowed)).collect();
    let expected = [("* on *.*", true), ("get on /logs", false), ("get on secrets", false)];
    assert_eq!(removed, expected.map(|(rule, is_narrowed)| (rule.to_owned(), is_narrowed)));
}

#[test]
fn an_answer_shows_what_a_missing_decision_does_not() {
    let bare = |code: u16| {
        let event = event("x", "list", "/api/v1/pods", code, true);
        let (front, _) = event.split_once(r#","annotations""#).unwrap();
        format!("{front}}}")
    };
    let usage = usage(&[bare(200), bare(403), bare(401), bare(500)]);
    assert_eq!((usage.seen.allowed, usage.seen.inferred, usage.seen.undecided), (1, 1, 3));
}

#[test]
fn role_names_tell_subjects_apart() {
    let subject = |kind, namespace: &str, name: &str| Subject {
        kind,
        namespace: Text::new(namespace),
        name: Text::new(name),
    };
    let account = subject(SubjectKind::ServiceAccount, "shop", "cart");
    assert_eq!(role_name(&account), "least-privilege:serviceaccount:shop:cart");
    let odd = role_name(&subject(SubjectKind::User, "", "https://issuer/a%b"));
    assert!(odd.starts_with("least-privilege:user:https:--issuer-a-b-"), "{odd}");
    assert_ne!(odd, role_name(&subject(SubjectKind::User, "", "https://issuer-a%b")));
}

proptest! {
    /// Whatever was used, the roles allow it, hold nothing that no event proves, and with exact names nothing more.
    #[test]
    fn roles_allow_what_was_used_and_no_more(
        requests in prop::collection::vec((0..4_usize, 0..4_usize, 0..3_usize, 0..4_usize, any::<bool>()), 1..40),
        names in prop::sample::select(vec![Names::Exact, Names::Stable, Names::None]),
        most in prop::sample::select(vec![1, 2, usize::MAX]),
        everywhere_from in prop::option::of(2..3_usize),
    ) {
        const VERBS: [&str; 4] = ["get", "update", "delete", "list"];
        const RESOURCES: [&str; 4] = ["api/v1|pods", "api/v1|secrets", "apis/apps/v1|deployments", "api/v1|nodes"];
        const SPACES: [&str; 3] = ["", "namespaces/a/", "namespaces/b/"];
        const NAMES: [&str; 4] = ["cart", "cart-x7f2z", "db-0", "e"];
        let events: Vec<String> = requests
            .iter()
            .map(|(verb, resource, space, name, is_allowed)| {
                let (version, resource) = RESOURCES[*resource].split_once('|').unwrap();
                let name = if VERBS[*verb] == "list" { String::new() } else { format!("/{}", NAMES[*name]) };
                let uri = format!("/{version}/{}{resource}{name}", SPACES[*space]);
                event("x", VERBS[*verb], &uri, if *is_allowed { 200 } else { 403 }, *is_allowed)
            })
            .collect();
        let making = Making { names, most, everywhere_from };
        let Some(used) = used(&events).remove("x") else { return Ok(()) };
        let proposal = used.proposal(&Rbac::default(), None, making);
        let certificate = used.certificate(&proposal);
        prop_assert!(certificate.newly_denied.is_empty(), "{:?}", certificate.newly_denied);
        prop_assert!(certificate.unproven.is_empty(), "{:?}", certificate.unproven);
        // What is wider than what was used is told of.
        for (verb, resource, space, name, _) in &requests {
            let (version, resource) = RESOURCES[*resource].split_once('|').unwrap();
            let group = if version == "api/v1" { "" } else { "apps" };
            let name = if VERBS[*verb] == "list" { "" } else { NAMES[*name] };
            let space = SPACES[*space].split('/').nth(1).unwrap_or_default();
            let request = ResourceRequest::new(VERBS[*verb], group, resource).in_namespace(space).named(name);
            let request = Request::from(request);
            let is_told = proposal.roles.iter().flat_map(|role| &role.rules).flat_map(|rule| &rule.generalised).any(
                |generalised| generalised.verb == VERBS[*verb] && generalised.resource == resource,
            );
            // Only a ClusterRole grants what is asked outside of namespaces, and it grants the same within.
            let everywhere = ResourceRequest::new(VERBS[*verb], group, resource);
            let was_everywhere = ["", name]
                .iter()
                .any(|name| used.requests.contains_key(&Request::from(everywhere.clone().named(name))));
            if proposal.allows(&request) && !is_told && !was_everywhere {
                prop_assert!(used.requests.contains_key(&request), "{request:?}");
            }
        }
    }
}

#[test]
fn what_is_called_like_a_wildcard_is_left_out_and_told() {
    let events = [
        event("x", "get", "/*", 404, true),
        event("x", "get", "/foo/*", 200, true),
        event("x", "get", "/f*o", 200, true),
        event("x", "list", "/api/v1/namespaces/shop/*", 404, true),
        event("x", "list", "/apis/*/v1/namespaces/shop/pods", 404, true),
        event("x", "list", "/api/v1/namespaces/*/pods", 200, true),
        event("x", "*", "/healthz", 405, true),
        event("x", "get", "/api/v1/namespaces/shop/pods/*", 404, true),
    ];
    let used = &used(&events)["x"];
    let made = used.proposal(&Rbac::default(), None, Making::default());
    assert_eq!(rules(&made), ["*: get on /f*o", "shop: get on pods named *"]);
    assert_eq!(made.inexpressible.len(), 6);
    let certificate = used.certificate(&made);
    assert_eq!((certificate.replayed, certificate.newly_denied.len(), certificate.unproven.len()), (2, 0, 0));
}

#[test]
fn what_another_authorizer_allowed_needs_no_role() {
    let other = |uri: &str, reason: &str| decided("x", "list", uri, 200, true, reason);
    let events = [
        other("/api/v1/pods", "access granted by IAM permissions."),
        other("/api/v1/services", ""),
        other("/api/v1/nodes", "EKS Access Policy: allowed by ClusterRoleBinding"),
        event("x", "list", "/api/v1/nodes", 200, true),
        event("x", "list", "/api/v1/events", 200, true),
    ];
    let used = &used(&events)["x"];
    let made = used.proposal(&Rbac::default(), None, Making::default());
    assert_eq!(rules(&made), ["*: list on events, nodes"]);
    let reasons: Vec<Option<&str>> = made.elsewhere.iter().map(|(_, proof)| proof.other.as_deref()).collect();
    assert_eq!(reasons, [Some("access granted by IAM permissions."), Some("")]);
    assert_eq!(used.certificate(&made).newly_denied, []);

    // What today's roles allow as well is RBAC's.
    let held = rbac(&[
        "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: r},
          rules: [{apiGroups: [''], resources: [pods], verbs: [list]}]}",
        "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: b},
          roleRef: {kind: ClusterRole, name: r}, subjects: [{kind: User, name: x}]}",
    ]);
    let made = used.proposal(&Rbac::default(), Some(&held), Making::default());
    assert_eq!(rules(&made), ["*: list on events, nodes, pods"]);
    assert_eq!(made.elsewhere.len(), 1);
}

#[test]
fn names_that_another_authorizer_let_through_beyond_those_kept_are_not_newly_denied() {
    let get = |number: u32| {
        decided("x", "get", &format!("/api/v1/namespaces/a/secrets/s{number}"), 200, true, "by a webhook")
    };
    let events: Vec<String> = (0..300).map(get).collect();
    let used = &used(&events)["x"];
    let made = used.proposal(&Rbac::default(), None, Making::default());
    assert_eq!((made.roles.len(), used.certificate(&made).newly_denied.len()), (0, 0));
}

#[test]
fn whoever_is_not_named_proves_nothing() {
    let acting = |target: &str| {
        let event = event("bot", "get", "/api/v1/namespaces/a/pods/p", 200, true);
        event.replacen(r#""responseStatus""#, &format!(r#""impersonatedUser":{target},"responseStatus""#), 1)
    };
    let events = [
        acting(r#"{"groups":["dev"]}"#),
        acting(r#"{"username":"x","groups":["","system:authenticated"]}"#),
        event("", "list", "/api/v1/pods", 200, true),
    ];
    let usage = usage(&events);
    assert_eq!(usage.seen.nameless, 2);
    let users = usage.by_user();
    assert_eq!(users.keys().map(Text::as_str).collect::<Vec<_>>(), ["bot", "x"]);
    let made = users["bot"].proposal(&Rbac::default(), None, Making::default());
    assert_eq!(rules(&made), ["*: impersonate on users named x"]);
}
