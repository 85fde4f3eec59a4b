//! Escalations of small worlds.

use std::fmt::Write;

use ironsides_core::{Inventory, Object, Origin, Server};

use super::*;
use crate::defaults::missing_default_roles;

/// The objects of a text of several documents as manifests, with the default roles that it does not write.
fn world(text: &str) -> (Rbac, Surroundings) {
    read(Inventory::default(), text)
}

/// The same as what was read of a cluster of a version.
fn cluster(version: &str, text: &str) -> (Rbac, Surroundings) {
    read(Inventory::of_cluster(Server { version: version.into(), ..Server::default() }), text)
}

fn read(mut inventory: Inventory, text: &str) -> (Rbac, Surroundings) {
    for document in text.split("---\n").filter(|document| !document.trim().is_empty()) {
        let root = ironsides_tree::parse_one(document).unwrap();
        inventory.push(Object::new(root, Origin::Api { request: Arc::from("") }, Vec::new()));
    }
    let defaults = missing_default_roles(inventory.objects());
    let rbac = Rbac::new(inventory.objects().iter().chain(defaults));
    let around = Surroundings::of(&inventory);
    (rbac, around)
}

/// Who, to what, and the steps, a line each.
fn printed(paths: &[EscalationPath]) -> String {
    paths.iter().fold(String::new(), |mut text, path| {
        let steps: Vec<&str> = path.steps.iter().map(|step| step.does.as_str()).collect();
        writeln!(text, "{} -> {}: {}", path.from, path.to, steps.join("; ")).unwrap();
        text
    })
}

fn role(kind: &str, place: &str, name: &str, rules: &str) -> String {
    format!(
        "{{apiVersion: rbac.authorization.k8s.io/v1, kind: {kind}, metadata: {{name: {name}{place}}}, rules: {rules}}}\n---\n"
    )
}

fn binding(namespace: &str, name: &str, role: &str, subject: &str) -> String {
    let (kind, place) = match namespace {
        "" => ("ClusterRoleBinding", String::new()),
        _ => ("RoleBinding", format!(", namespace: {namespace}")),
    };
    let role_kind = if role.starts_with("local-") { "Role" } else { "ClusterRole" };
    format!(
        "{{apiVersion: rbac.authorization.k8s.io/v1, kind: {kind}, metadata: {{name: {name}{place}}},
           roleRef: {{kind: {role_kind}, name: '{role}'}}, subjects: [{subject}]}}\n---\n"
    )
}

/// What user `u` becomes by rules that are bound for the cluster, or in a namespace, beside other objects.
fn becomes(rules: &str, namespace: &str, others: &str) -> String {
    let text =
        role("ClusterRole", "", "r", rules) + &binding(namespace, "b", "r", "{kind: User, name: u}") + others;
    let (rbac, around) = cluster("v1.36.3", &text);
    printed(&rbac.escalations_of(&Identity::user("u").live(), &around))
}

/// The role and binding of the guide: developers may create deployments, and so run as whatever the namespace holds.
#[test]
fn a_developer_role_that_looks_small_reaches_every_service_account_of_its_namespace() {
    let guide = "
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: developer, namespace: development}
rules:
- {apiGroups: [''], resources: [pods, pods/log, services, configmaps], verbs: [get, list, watch]}
- {apiGroups: [apps], resources: [deployments], verbs: [get, list, watch, create, update, patch]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: developer-binding, namespace: development}
subjects: [{kind: Group, name: developers, apiGroup: rbac.authorization.k8s.io}]
roleRef: {kind: Role, name: developer, apiGroup: rbac.authorization.k8s.io}
";
    let (rbac, around) = world(guide);
    let paths = rbac.escalations(&around);
    assert_eq!(
        printed(&paths),
        "Group developers -> a node: creates a privileged Deployment in namespace development\n\
         Group developers -> any service account of namespace development: creates a Deployment that runs as \
         ServiceAccount development/default\n"
    );
    let call = &paths[1].steps[0].calls[0];
    assert_eq!(
        (call.method(), call.path()),
        ("POST", "/apis/apps/v1/namespaces/development/deployments".into())
    );
    let grant = call.asks[0].grant.unwrap();
    assert_eq!(rbac.binding(grant.binding).unwrap().name, "developer-binding");
    assert_eq!(grant.rule, 1);
    assert!(paths[0].steps[0].condition.as_deref().unwrap().contains("labels are not known"));

    // With an operator in the namespace, developers are cluster admins; where the namespace is restricted, no node is theirs.
    let more = format!(
        "{guide}---\n{{apiVersion: v1, kind: Namespace, metadata: {{name: development,
           labels: {{pod-security.kubernetes.io/enforce: restricted}}}}}}\n---\n{}",
        binding(
            "",
            "operator",
            "cluster-admin",
            "{kind: ServiceAccount, name: operator, namespace: development}"
        )
    );
    let (rbac, around) = world(&more);
    let text = printed(&rbac.escalations(&around));
    assert_eq!(
        text,
        "Group developers -> cluster admin: creates a Deployment that runs as ServiceAccount development/operator\n"
    );
}

#[test]
fn what_kubernetes_brings_is_no_escalation_to_tell() {
    let (rbac, around) = (Rbac::new(Defaults::get().objects()), Surroundings::default());
    assert_eq!(printed(&rbac.escalations(&around)), "");
    // It is one where somebody asks.
    let controller = Identity::service_account("kube-system", "clusterrole-aggregation-controller");
    assert_eq!(
        printed(&rbac.escalations_of(&controller, &around)),
        "ServiceAccount kube-system/clusterrole-aggregation-controller -> cluster admin: gives every right to ClusterRole \
         system:controller:clusterrole-aggregation-controller, which it is bound to\n"
    );
}

#[test]
fn what_the_server_refuses_is_no_step() {
    let accounts = "{apiVersion: v1, kind: ServiceAccount, metadata: {name: s, namespace: a}}";
    for (rules, namespace) in [
        // Bindings and roles without bind and escalate: only what one has.
        ("[{verbs: ['*'], apiGroups: [rbac.authorization.k8s.io], resources: [clusterrolebindings]}]", ""),
        ("[{verbs: [create, bind], apiGroups: [rbac.authorization.k8s.io], resources: [rolebindings]}]", "a"),
        ("[{verbs: [create, update, patch], apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles]}]", ""),
        // bind without the right to write bindings.
        ("[{verbs: [bind], apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles]}]", ""),
        ("[{verbs: [escalate], apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles]}]", ""),
        // Create carries no name.
        ("[{verbs: [create], apiGroups: [''], resources: [pods], resourceNames: [x]}]", "a"),
        // A secret for a token that nobody reads.
        ("[{verbs: [create], apiGroups: [''], resources: [secrets]}]", "a"),
        // Other groups, subresources and places.
        ("[{verbs: [create], apiGroups: [extensions], resources: [deployments]}]", "a"),
        ("[{verbs: [create], apiGroups: [''], resources: [pods/status]}]", "a"),
        ("[{verbs: [get], apiGroups: [''], resources: [nodes/proxy]}]", "a"),
        ("[{verbs: [impersonate], apiGroups: [''], resources: [users, groups]}]", "a"),
        // A group goes with a user.
        ("[{verbs: [impersonate], apiGroups: [''], resources: [groups]}]", ""),
        // Half of constrained impersonation.
        ("[{verbs: ['impersonate:user-info'], apiGroups: [authentication.k8s.io], resources: [users]}]", ""),
        // A certificate that nobody approves, or whose signer is another.
        ("[{verbs: [create], apiGroups: [certificates.k8s.io], resources: [certificatesigningrequests]},
           {verbs: [update], apiGroups: [certificates.k8s.io], resources: [certificatesigningrequests/approval]},
           {verbs: [approve], apiGroups: [certificates.k8s.io], resources: [signers], resourceNames: [example.com/x]}]", ""),
        // The get of a WebSocket, since 1.35.
        ("[{verbs: [get], apiGroups: [''], resources: [pods/exec]}]", ""),
    ] {
        let pod = format!(
            "{accounts}\n---\n{{apiVersion: v1, kind: Pod, metadata: {{name: p, namespace: a}},
               spec: {{serviceAccountName: s, nodeName: node-1, containers: [{{name: c}}]}}}}"
        );
        assert_eq!(becomes(rules, namespace, &pod), "", "{rules} in {namespace:?}");
    }
}

#[test]
fn every_kind_of_step() {
    let others = "{apiVersion: v1, kind: ServiceAccount, metadata: {name: s, namespace: a}}\n---\n\
        {apiVersion: v1, kind: Namespace, metadata: {name: a, labels: {pod-security.kubernetes.io/enforce: restricted}}}\n---\n\
        {apiVersion: v1, kind: Pod, metadata: {name: p, namespace: a},
          spec: {serviceAccountName: s, nodeName: node-1, containers: [{name: c}]}}\n---\n\
        {apiVersion: apps/v1, kind: Deployment, metadata: {name: d, namespace: a}}\n---\n\
        {apiVersion: v1, kind: Secret, metadata: {name: t, namespace: a,
          annotations: {kubernetes.io/service-account.name: s}}, type: kubernetes.io/service-account-token}\n---\n";
    let mut all = String::new();
    for (rules, namespace) in [
        ("[{verbs: [create], apiGroups: [''], resources: [serviceaccounts/token]}]", "a"),
        ("[{verbs: [create], apiGroups: [''], resources: [serviceaccounts/token], resourceNames: [s]}]", ""),
        ("[{verbs: [create, get], apiGroups: [''], resources: [secrets]}]", "a"),
        ("[{verbs: [get], apiGroups: [''], resources: [secrets], resourceNames: [t]}]", "a"),
        ("[{verbs: [create], apiGroups: [batch], resources: [cronjobs]}]", "a"),
        ("[{verbs: [patch], apiGroups: [apps], resources: [deployments], resourceNames: [d]}]", "a"),
        ("[{verbs: [create], apiGroups: [''], resources: [pods/exec]}]", ""),
        ("[{verbs: [update], apiGroups: [''], resources: [pods/ephemeralcontainers], resourceNames: [p]}]", "a"),
        ("[{verbs: [patch], apiGroups: [''], resources: [pods]}]", "a"),
        ("[{verbs: [get], apiGroups: [''], resources: [nodes/proxy]}]", ""),
        ("[{verbs: [get], apiGroups: [''], resources: [nodes/proxy], resourceNames: [node-1]}]", ""),
        ("[{verbs: [impersonate], apiGroups: [''], resources: [users, groups]}]", ""),
        ("[{verbs: [impersonate], apiGroups: [''], resources: [serviceaccounts]}]", "a"),
        ("[{verbs: ['impersonate:user-info'], apiGroups: [authentication.k8s.io], resources: [users], resourceNames: [jane]},
           {verbs: ['impersonate-on:user-info:list'], apiGroups: [''], resources: [pods]}]", ""),
        ("[{verbs: [create, bind], apiGroups: [rbac.authorization.k8s.io], resources: [clusterrolebindings, clusterroles]}]", ""),
        ("[{verbs: [create, bind], apiGroups: [rbac.authorization.k8s.io], resources: [rolebindings, clusterroles]}]", "a"),
        ("[{verbs: [create], apiGroups: [rbac.authorization.k8s.io], resources: [clusterrolebindings]},
           {verbs: [bind], apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], resourceNames: ['system:node-proxier']}]", ""),
        ("[{verbs: [patch], apiGroups: [rbac.authorization.k8s.io], resources: [clusterrolebindings], resourceNames: [b]},
           {verbs: [bind], apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles]}]", ""),
        ("[{verbs: [update, escalate], apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles]}]", ""),
        ("[{verbs: [create], apiGroups: [admissionregistration.k8s.io], resources: [mutatingwebhookconfigurations]}]", ""),
        ("[{verbs: [create], apiGroups: [admissionregistration.k8s.io],
            resources: [mutatingadmissionpolicies, mutatingadmissionpolicybindings]}]", ""),
        ("[{verbs: [create], apiGroups: [''], resources: [pods]}, {verbs: [patch], apiGroups: [''], resources: [namespaces]}]", "a"),
        ("[{verbs: [create], apiGroups: [''], resources: [pods, namespaces]}]", ""),
        ("[{verbs: [create], apiGroups: [certificates.k8s.io], resources: [certificatesigningrequests]},
           {verbs: [update], apiGroups: [certificates.k8s.io], resources: [certificatesigningrequests/approval]},
           {verbs: [approve], apiGroups: [certificates.k8s.io], resources: [signers],
            resourceNames: [kubernetes.io/kube-apiserver-client]}]", ""),
    ] {
        let others = if rules.contains("certificates") { "" } else { others };
        writeln!(all, "# {} in {namespace:?}", rules.split_whitespace().collect::<Vec<_>>().join(" ")).unwrap();
        let text = becomes(rules, namespace, others);
        assert!(!text.is_empty(), "{rules}");
        all += &text;
    }
    insta::assert_snapshot!(all);
}

#[test]
fn steps_follow_one_another_and_groups_are_told_once() {
    let text = role("ClusterRole", "", "r", "[{verbs: [create], apiGroups: [''], resources: [pods]}]")
        + &role(
            "ClusterRole",
            "",
            "t",
            "[{verbs: [create], apiGroups: [''], resources: [serviceaccounts/token]}]",
        )
        + &binding(
            "a",
            "b",
            "r",
            "{kind: Group, name: 'system:serviceaccounts:web'}, {kind: User, name: jane}",
        )
        + &binding("b", "b", "t", "{kind: ServiceAccount, name: s, namespace: a}")
        + &binding("", "c", "cluster-admin", "{kind: ServiceAccount, name: root, namespace: b}")
        + &binding("web", "d", "view", "{kind: ServiceAccount, name: w, namespace: web}");
    let (rbac, around) = world(&text);
    insta::assert_snapshot!(printed(&rbac.escalations(&around)));
    // The service account of the group can do as much, and is told of where it is asked about.
    let of = printed(&rbac.escalations_of(&Identity::service_account("web", "w"), &around));
    assert!(
        of.contains(
            "ServiceAccount web/w -> cluster admin: creates a Pod that runs as ServiceAccount a/s; asks for"
        ),
        "{of}"
    );
}

/// Everything with one name: of nodes and service accounts those that are there.
#[test]
fn names_that_nothing_has_are_no_steps() {
    let all = "[{apiGroups: ['*'], resources: ['*'], verbs: ['*'], resourceNames: [my-app, 'Not:a/name']}]";
    let text = role("ClusterRole", "", "r", all) + &binding("", "b", "r", "{kind: User, name: u}");
    let told = |more: &str, complete: bool| {
        let (rbac, mut around) = cluster("v1.36.3", &format!("{text}{more}"));
        around.complete.nodes = complete;
        around.complete.service_accounts = complete;
        let paths = rbac.escalations_of(&Identity::user("u").live(), &around);
        let calls = paths.iter().flat_map(|path| &path.steps).flat_map(|step| &step.calls);
        let bad = |call: &crate::Call| {
            call.path().contains('<') || call.impersonate.as_ref().is_some_and(|own| own.user.contains('<'))
        };
        assert!(!calls.into_iter().any(bad));
        printed(&paths)
    };
    let node = "{apiVersion: v1, kind: Node, metadata: {name: node-1}}\n---\n";
    let lone = told(node, true);
    assert!(!lone.contains("node") && !lone.contains("ServiceAccount"), "{lone}");
    // One way for a name, whatever the mode.
    assert_eq!(lone.matches("my-app").count(), 2, "{lone}");
    let with = told(
        &format!(
            "{node}{}{}",
            node.replace("node-1", "my-app"),
            "{apiVersion: v1, kind: ServiceAccount, metadata: {name: my-app, namespace: shop}}\n---\n"
        ),
        true,
    );
    assert!(with.contains("any pod on node my-app:") && !with.contains("Not:a/name on"), "{with}");
    assert!(
        with.contains("ServiceAccount shop/my-app: impersonates system:serviceaccount:shop:my-app"),
        "{with}"
    );
    // Who does not know all nodes does not know that this one is none.
    assert!(told(node, false).contains("any pod on node my-app:"));
}

#[test]
fn a_condition_that_was_decided_is_not_told() {
    let pods = "[{apiGroups: [''], resources: [pods], verbs: [create]}]";
    let told = |labels: &str| {
        let namespace =
            format!("{{apiVersion: v1, kind: Namespace, metadata: {{name: shop, labels: {{{labels}}}}}}}\n");
        let text = role("ClusterRole", "", "r", pods)
            + &binding("shop", "b", "r", "{kind: User, name: u}")
            + &namespace;
        let (rbac, around) = cluster("v1.36.3", &text);
        let paths = rbac.escalations_of(&Identity::user("u").live(), &around);
        paths.into_iter().find(|path| path.to == Power::Node)
    };
    assert_eq!(told("").unwrap().steps[0].condition, None);
    assert_eq!(told("pod-security.kubernetes.io/enforce: baseline"), None);
}

#[test]
fn the_call_that_makes_a_cluster_admin_is_told_once() {
    let deployment = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: d, namespace: shop}}\n---\n";
    let admin = binding("", "ci", "cluster-admin", "{kind: ServiceAccount, name: ci, namespace: shop}");
    let patch = "[{apiGroups: [apps], resources: [deployments], verbs: [patch]}]";
    let others = format!("{deployment}{admin}");
    assert_eq!(
        becomes(patch, "shop", &others),
        "User u -> cluster admin: has Deployment shop/d run as ServiceAccount shop/ci\n"
    );
}
