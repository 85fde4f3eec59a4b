//! Risks of small worlds.

use std::sync::Arc;

use ironsides_core::{Inventory, Object, Origin};

use super::*;
use crate::defaults::missing_default_roles;

/// The objects of a text of several documents, with the default roles that it does not write.
fn world(text: &str) -> (Rbac, Surroundings) {
    let mut inventory = Inventory::default();
    for document in text.split("---\n").filter(|document| !document.trim().is_empty()) {
        let root = ironsides_tree::parse_one(document).unwrap();
        inventory.push(Object::new(root, Origin::Api { request: Arc::from("") }, Vec::new()));
    }
    let defaults = missing_default_roles(inventory.objects());
    let rbac = Rbac::new(inventory.objects().iter().chain(defaults));
    (rbac, Surroundings::of(&inventory))
}

/// A ClusterRole of rules, bound to user `u` for the cluster, or in a namespace.
fn bound(rules: &str, namespace: Option<&str>) -> String {
    let binding = match namespace {
        None => "kind: ClusterRoleBinding, metadata: {name: b}".to_owned(),
        Some(namespace) => format!("kind: RoleBinding, metadata: {{name: b, namespace: {namespace}}}"),
    };
    format!(
        "{{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {{name: r}}, rules: {rules}}}\n---\n\
         {{apiVersion: rbac.authorization.k8s.io/v1, {binding}, roleRef: {{kind: ClusterRole, name: r}},\n\
         subjects: [{{kind: User, name: u}}]}}\n"
    )
}

fn told(rules: &str, namespace: Option<&str>) -> Vec<(&'static str, Severity)> {
    let (rbac, around) = world(&bound(rules, namespace));
    rbac.risks(&around).told.iter().map(|risk| (risk.family.id, risk.severity)).collect()
}

#[test]
fn a_family_is_found_by_its_requests() {
    use Severity::{Critical, High, Info, Low, Medium};
    type Case = (&'static str, Option<&'static str>, &'static [(&'static str, Severity)]);
    let cases: &[Case] = &[
        ("[{verbs: [get], apiGroups: [''], resources: [secrets]}]", None, &[("secrets-read", Critical)]),
        ("[{verbs: [get], apiGroups: [''], resources: [secrets]}]", Some("a"), &[("secrets-read", High)]),
        ("[{verbs: [get], apiGroups: [''], resources: [secrets]}]", Some("kube-system"), &[("secrets-read", Critical)]),
        // The group counts.
        ("[{verbs: [get], apiGroups: [apps], resources: [secrets]}]", None, &[]),
        // Names are milder.
        (
            "[{verbs: [get], apiGroups: [''], resources: [secrets], resourceNames: [x]}]",
            Some("a"),
            &[("secrets-read", Medium)],
        ),
        // No request to create carries a name, but for subresources.
        ("[{verbs: [create], apiGroups: [''], resources: [pods], resourceNames: [x]}]", None, &[]),
        (
            "[{verbs: [create], apiGroups: [''], resources: [pods/exec], resourceNames: [x]}]",
            None,
            &[("pod-exec", High)],
        ),
        // Subresources are their own resources.
        ("[{verbs: ['*'], apiGroups: [''], resources: ['pods/*']}]", None, &[]),
        ("[{verbs: [create], apiGroups: [''], resources: ['*/exec']}]", None, &[("pod-exec", Critical)]),
        ("[{verbs: [get], apiGroups: [''], resources: [nodes/proxy]}]", None, &[("node-proxy", Critical)]),
        // A RoleBinding grants nothing outside namespaces.
        ("[{verbs: [get], apiGroups: [''], resources: [nodes/proxy]}]", Some("a"), &[]),
        ("[{verbs: [impersonate], apiGroups: [''], resources: [users]}]", Some("a"), &[]),
        (
            "[{verbs: [impersonate], apiGroups: [''], resources: [serviceaccounts]}]",
            Some("a"),
            &[("impersonate", High)],
        ),
        ("[{verbs: [bind], apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles]}]", Some("a"), &[(
            "role-bind",
            High,
        )]),
        ("[{verbs: [escalate], apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles]}]", Some("a"), &[]),
        ("[{verbs: [patch], apiGroups: [''], resources: [namespaces]}]", Some("a"), &[("namespace-write", Medium)]),
        // Everything says it all.
        ("[{verbs: ['*'], apiGroups: ['*'], resources: ['*']}]", None, &[("all-rights", Critical)]),
        ("[{verbs: ['*'], apiGroups: ['*'], resources: ['*']}]", Some("a"), &[("all-rights", High)]),
        // A certificate takes three rights.
        (
            "[{verbs: [create], apiGroups: [certificates.k8s.io], resources: [certificatesigningrequests]},
              {verbs: [update], apiGroups: [certificates.k8s.io], resources: [certificatesigningrequests/approval]}]",
            None,
            &[],
        ),
        (
            "[{verbs: [create], apiGroups: [certificates.k8s.io], resources: [certificatesigningrequests]},
              {verbs: [update], apiGroups: [certificates.k8s.io], resources: [certificatesigningrequests/approval]},
              {verbs: [approve], apiGroups: [certificates.k8s.io], resources: [signers],
               resourceNames: [kubernetes.io/kube-apiserver-client]}]",
            None,
            &[("certificate-issue", High), ("certificate-approve", Medium)],
        ),
        // Constrained impersonation takes two.
        ("[{verbs: ['impersonate:user-info'], apiGroups: [authentication.k8s.io], resources: [users]}]", None, &[]),
        (
            "[{verbs: ['impersonate:user-info'], apiGroups: [authentication.k8s.io], resources: [users]},
              {verbs: ['impersonate-on:user-info:list'], apiGroups: [''], resources: [pods]}]",
            None,
            &[("impersonate-constrained", High)],
        ),
        // The empty name is that of requests without one.
        (
            "[{verbs: [list], apiGroups: [''], resources: [secrets], resourceNames: ['']}]",
            None,
            &[("secrets-read", Critical)],
        ),
        ("[{verbs: [get], apiGroups: [''], resources: [secrets], resourceNames: ['']}]", None, &[]),
        (
            "[{verbs: [delete], apiGroups: [events.k8s.io], resources: [events], resourceNames: [x]}]",
            None,
            &[("event-delete", Info)],
        ),
        ("[{verbs: [patch], apiGroups: [''], resources: [configmaps]}]", Some("kube-system"), &[(
            "system-config-write",
            High,
        )]),
        ("[{verbs: [patch], apiGroups: [''], resources: [configmaps]}]", Some("a"), &[]),
        ("[{verbs: [patch], apiGroups: [''], resources: [configmaps]}]", None, &[("system-config-write", High)]),
        ("[{verbs: [update], apiGroups: [constraints.gatekeeper.sh], resources: [k8sallowedrepos]}]", None, &[(
            "gatekeeper-write",
            High,
        )]),
        ("[{verbs: [update], apiGroups: [networking.k8s.io], resources: [ingresses]}]", Some("a"), &[(
            "route-write",
            Low,
        )]),
    ];
    for (rules, namespace, expected) in cases {
        assert_eq!(told(rules, *namespace), *expected, "{rules} in {namespace:?}");
    }
}

#[test]
fn what_kubernetes_brings_is_quiet_and_what_is_changed_is_told() {
    let defaults = Defaults::get();
    let rbac = Rbac::new(defaults.objects());
    let risks = rbac.risks(&Surroundings::default());
    assert!(risks.told.is_empty(), "{:?}", risks.told.first());
    assert!(risks.built_in.len() > 50, "{}", risks.built_in.len());

    // One more subject of a built-in binding, a built-in name for another role, a rule more in a built-in role.
    for (extra, who, family) in [
        (
            "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: cluster-admin,
              labels: {kubernetes.io/bootstrapping: rbac-defaults}}, roleRef: {kind: ClusterRole, name: cluster-admin},
              subjects: [{kind: Group, name: 'system:masters'}, {kind: User, name: mallory}]}",
            "mallory",
            "all-rights",
        ),
        (
            "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: 'system:kube-dns',
              labels: {kubernetes.io/bootstrapping: rbac-defaults}}, roleRef: {kind: ClusterRole, name: cluster-admin},
              subjects: [{kind: ServiceAccount, name: kube-dns, namespace: kube-system}]}",
            "kube-dns",
            "all-rights",
        ),
        (
            "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: 'system:basic-user',
              labels: {kubernetes.io/bootstrapping: rbac-defaults}},
              rules: [{verbs: [list], apiGroups: [''], resources: [secrets]}]}",
            "system:authenticated",
            "secrets-read",
        ),
    ] {
        let root = ironsides_tree::parse_one(extra).unwrap();
        let extra = Object::new(root, Origin::Api { request: Arc::from("") }, Vec::new());
        let rbac = Rbac::new(defaults.objects().iter().chain([&extra]));
        let told = rbac.risks(&Surroundings::default()).told;
        assert!(
            told.iter().any(|risk| risk.subject.name == who && risk.family.id == family),
            "{who}: {told:?}"
        );
        assert!(told.iter().all(|risk| risk.subject.name == who), "{who}: {told:?}");
    }
}

#[test]
fn groups_reach_their_members() {
    let (rbac, around) = world(
        "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: b},
          roleRef: {kind: ClusterRole, name: edit}, subjects: [{kind: Group, name: 'system:serviceaccounts:shop'}]}",
    );
    let told = rbac.risks(&around).told;
    assert!(told.iter().all(|risk| risk.subject.kind == SubjectKind::Group));
    assert!(told.iter().any(|risk| risk.family.id == "service-accounts-access"));
    let of = |namespace: &str| rbac.risks_of(&Identity::service_account(namespace, "cart"), &around).told;
    let reached = of("shop");
    assert!(reached.iter().any(|risk| risk.family.id == "pod-create" && risk.grants.len() == 1));
    assert!(reached.iter().all(|risk| risk.subject.kind == SubjectKind::ServiceAccount));
    assert!(of("other").is_empty());
}

#[test]
fn accounts_that_the_cloud_trusts_are_reached_where_they_are() {
    let text = |namespace: &str| {
        format!(
            "{{apiVersion: v1, kind: ServiceAccount, metadata: {{name: s, namespace: shop,
               annotations: {{eks.amazonaws.com/role-arn: 'arn:aws:iam::1:role/x'}}}}}}\n---\n{}",
            bound("[{verbs: [create], apiGroups: [batch], resources: [jobs]}]", Some(namespace))
        )
    };
    let ids = |namespace: &str| {
        let (rbac, around) = world(&text(namespace));
        rbac.risks(&around).told.iter().map(|risk| risk.family.id).collect::<Vec<_>>()
    };
    assert_eq!(ids("shop"), ["workload-create", "cloud-identity"]);
    assert_eq!(ids("other"), ["workload-create"]);
}

/// The masks against the authorizer itself: every ask, request by request, on random rules.
#[test]
fn masks_agree_with_the_authorizer() {
    use proptest::prelude::*;
    let words = |of: fn(&super::super::Ask) -> Vec<&'static str>| {
        let mut all: Vec<&'static str> = mask::asks().flat_map(|(_, ask)| of(ask)).collect();
        all.extend(["*", "*/exec", "pods/*", "*/status", "other"]);
        all.sort_unstable();
        all.dedup();
        all
    };
    let pick = |all: Vec<&'static str>| {
        proptest::collection::vec(proptest::sample::select(all).prop_map(Text::new), 0..4)
    };
    let rule = (
        pick(words(|ask| ask.verbs.to_vec())),
        pick(words(|ask| vec![ask.group])),
        pick(words(|ask| ask.resources.to_vec())),
        proptest::collection::vec(proptest::sample::select(vec!["", "x", "y"]).prop_map(Text::new), 0..2),
    );
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(2_000));
    let checked = runner.run(&rule, |(verbs, api_groups, resources, resource_names)| {
        let rule = crate::Rule { verbs, api_groups, resources, resource_names, ..crate::Rule::default() };
        let masks = mask::masks(&rule);
        for (bit, ask) in mask::asks() {
            if ask.resources.is_empty() || ask.verbs.iter().any(|verb| verb.ends_with(':')) {
                continue;
            }
            let (mut full, mut named) = (false, false);
            for (verb, resource) in
                ask.verbs.iter().flat_map(|verb| ask.resources.iter().map(move |one| (verb, one)))
            {
                let request = crate::ResourceRequest::new(verb, ask.group, resource);
                let nameless = matches!(*verb, "list" | "watch" | "create" | "deletecollection" | "*")
                    && !(*verb == "create" && resource.contains('/'));
                // Every name, of a request that carries one, is a name that no rule has.
                full |= rule.allows_resource(&request.clone().named("another"))
                    || nameless && *verb != "*" && rule.allows_resource(&request);
                named |= ask.carries_name(verb)
                    && ["x", "y"].iter().any(|name| rule.allows_resource(&request.clone().named(name)));
            }
            prop_assert_eq!(masks.cluster.full & bit != 0, full, "full {:?} {:?}", ask, rule);
            prop_assert_eq!(masks.cluster.any() & bit != 0, full || named, "named {:?} {:?}", ask, rule);
        }
        Ok(())
    });
    checked.unwrap();
}

#[test]
fn families_are_well_written() {
    assert!(mask::asks().count() <= 128, "one bit each");
    let mut ids: Vec<&str> = families().iter().map(|family| family.id).collect();
    for family in families() {
        assert!(family.severity >= family.in_namespace, "{}", family.id);
        assert!(family.attack.ends_with('.') && !family.instead.ends_with('.'), "{}", family.id);
        for ask in family.asks().iter().copied().flatten() {
            let subresources = ask.resources.iter().filter(|resource| resource.contains('/')).count();
            assert!(subresources == 0 || subresources == ask.resources.len(), "{}", family.id);
        }
    }
    ids.sort_unstable();
    let count = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), count);
}

/// Everything with some names is one risk, like everything.
#[test]
fn what_follows_from_all_rights_with_names_is_counted() {
    let all = "[{verbs: ['*'], apiGroups: ['*'], resources: ['*'], resourceNames: [my-app]}]";
    let (rbac, around) = world(&bound(all, None));
    let risks = rbac.risks_of(&Identity::user("u").live(), &around);
    let told: Vec<_> = risks.told.iter().map(|risk| (risk.family.id, risk.severity)).collect();
    assert_eq!(told, [("all-rights", Severity::High)]);
    assert!(risks.implied > 30, "{}", risks.implied);
    // What another rule gives is told.
    let more = "[{verbs: ['*'], apiGroups: ['*'], resources: ['*'], resourceNames: [my-app]},
                 {verbs: [get], apiGroups: [''], resources: [secrets], resourceNames: [other]}]";
    let ids: Vec<_> = self::told(more, None).into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids, ["all-rights", "secrets-read"]);
}

/// Manifests are judged as by the version whose policy is built in.
#[test]
fn the_get_of_exec_counts_only_for_servers_that_take_it() {
    let (rbac, mut around) = world(&bound("[{verbs: [get], apiGroups: [''], resources: [pods/exec]}]", None));
    assert!(rbac.risks(&around).told.is_empty());
    around.minor = Some(34);
    assert_eq!(rbac.risks(&around).told[0].family.id, "pod-exec");
    around.minor = Some(36);
    assert!(rbac.risks(&around).told.is_empty());
}

/// The kinds whose pods are judged are those whose writers are told.
#[test]
fn custom_kinds_with_pod_templates_are_in_the_family() {
    let asks: Vec<_> =
        Family::named("custom-workload-write").unwrap().asks().iter().copied().flatten().collect();
    for (group, kind) in ironsides_core::PodTemplates::default().kinds() {
        let one = kind.to_ascii_lowercase();
        let plural = if one.ends_with('x') { one + "es" } else { one + "s" };
        assert!(
            asks.iter().any(|ask| ask.group == group && ask.resources.contains(&&*plural)),
            "{plural}.{group}"
        );
    }
}

#[test]
fn what_is_dangerous_beyond_the_workloads_of_kubernetes_is_told() {
    use Severity::{Critical, High, Low, Medium};
    let cases = [
        ("create", "apps.kruise.io", "clonesets", "custom-workload-write", High),
        ("patch", "serving.knative.dev", "services", "custom-workload-write", High),
        ("create", "tekton.dev", "taskruns", "custom-workload-write", High),
        ("create", "helm.cattle.io", "helmcharts", "helm-chart-write", Critical),
        ("use", "security.openshift.io", "securitycontextconstraints", "scc-use", High),
        ("create", "", "pods/binding", "pod-binding", Medium),
        ("create", "", "bindings", "pod-binding", Medium),
        ("get", "", "nodes/log", "node-logs", Medium),
        ("delete", "", "limitranges", "quota-write", Low),
        ("delete", "crd.projectcalico.org", "globalnetworkpolicies", "network-policy-write", Medium),
        ("patch", "apps", "controllerrevisions", "revision-write", Medium),
    ];
    for (verb, group, resource, family, severity) in cases {
        let rule = format!("[{{verbs: [{verb}], apiGroups: ['{group}'], resources: [{resource}]}}]");
        assert_eq!(told(&rule, None), [(family, severity)], "{rule}");
    }
    let all = told("[{verbs: [deletecollection], apiGroups: ['*'], resources: ['*']}]", None);
    assert!(all.contains(&("delete-all", High)), "{all:?}");
    // Not of one group.
    let one = told("[{verbs: [deletecollection], apiGroups: [apps], resources: ['*']}]", None);
    assert!(one.iter().all(|(family, _)| *family != "delete-all"), "{one:?}");
}
