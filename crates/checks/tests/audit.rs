//! Audit policies of the kind that is handed around: what is wrong with each is found, and no more than that.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop where it stands")]

use std::fmt::Write;
use std::sync::Arc;

use ironsides_checks::{CATALOGUE, Judge, Options};
use ironsides_core::{Finding, Object, Origin, Severity, Source};
use ironsides_tree::{Documents, Limits, Lines};

/// The findings of the family about the policies of a text.
fn findings(text: &str) -> Vec<Finding> {
    let of_family = CATALOGUE.iter().copied().flatten().filter(|check| check.meta.family == "audit");
    let only = of_family.map(|check| check.meta.id.to_owned()).collect();
    let judge = Judge::new(Options { only, ..Options::default() });
    let (mut findings, mut counts) = (Vec::new(), judge.counts());
    for document in Documents::new(text, Limits::default()) {
        let document = document.unwrap();
        let origin = Origin::File { path: Arc::from("policy.yaml"), text: Arc::from(text) };
        let object = Object::new(document.root, origin, document.remarks);
        judge.object(&object, &mut findings, &mut counts);
    }
    findings
}

/// `check line`, of findings that are more than advice.
fn told(text: &str) -> Vec<String> {
    let lines = Lines::new(text);
    let line = |finding: &Finding| match &finding.evidence[0].source {
        Source::File { span, .. } => lines.position(text, span.start).line,
        Source::Api { .. } | Source::Host { .. } => panic!("{finding:?}"),
    };
    let mut told: Vec<_> = findings(text)
        .iter()
        .filter(|finding| finding.severity >= Severity::Low)
        .map(|finding| (line(finding), finding.check))
        .collect();
    told.sort_unstable();
    told.into_iter().map(|(line, check)| format!("{line} {check}")).collect()
}

/// A hardening guide's sample: it says that it logs all requests and failed logins, and does neither.
#[test]
fn a_policy_that_promises_more_than_it_records() {
    let policy = "\
apiVersion: audit.k8s.io/v1
kind: Policy
rules:
# every request, without bodies
- level: Metadata
  resources:
  - group: ''
    resources: [configmaps, secrets, persistentvolumeclaims]
# shells
- level: RequestResponse
  omitStages: [RequestReceived]
  resources:
  - group: ''
    resources: [pods/attach, pods/exec]
# those who cannot log in
- level: Metadata
  nonResourceURLs: [/version, '/apis*', '/api*']
";
    assert_eq!(
        told(policy),
        [
            "3 audit-policy-without-catch-all",
            "17 failed-logins-unrecorded",
            "17 resource-paths-in-audit-rule",
            "17 resource-paths-in-audit-rule",
        ]
    );
    let login = |policy: &str| {
        findings(policy)
            .into_iter()
            .find(|own| own.check == "failed-logins-unrecorded")
            .unwrap()
            .message
            .clone()
    };
    assert_eq!(
        login(policy),
        "the rule sees failed logins only for /version, /apis* and /api*; those for resources leave nothing: \
         list pods in default"
    );
    let named = policy.replace("'/api*']", "'/api*']\n  users: [jane]");
    assert!(
        login(&named).starts_with("no rule sees failed logins for resources, which leave nothing"),
        "{named}"
    );
    let users = policy.replace("nonResourceURLs: [/version, '/apis*', '/api*']", "users: [jane]");
    assert_eq!(
        login(&users),
        "no rule sees a failed login, which has neither user nor group, and this one names users: list pods in default"
    );
}

/// A detection tool's sample: workloads under the core group, and half of RBAC.
#[test]
fn a_policy_with_dead_entries_and_half_of_a_group() {
    let policy = "\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Metadata
  resources:
  - group: ''
    resources: [secrets, configmaps, serviceaccounts/token]
- level: RequestResponse
  resources:
  - group: ''
    resources: [pods, deployments, daemonsets]
- level: RequestResponse
  resources:
  - group: rbac.authorization.k8s.io
    resources: [clusterroles, clusterrolebindings]
- level: Metadata
";
    assert_eq!(
        told(policy),
        ["12 misplaced-audit-resource", "12 misplaced-audit-resource", "16 role-changes-without-bodies",]
    );
    let message =
        findings(policy).into_iter().find(|own| own.check == "role-changes-without-bodies").unwrap();
    assert!(message.message.contains("rolebindings and roles"), "{}", message.message);
}

/// What clouds ship: the noise of each component by name, and all else recorded.
#[test]
fn a_careful_policy_is_let_alone() {
    let policy = "\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
omitManagedFields: true
rules:
- level: None
  users: ['system:kube-proxy']
  verbs: [watch]
  resources:
  - group: ''
    resources: [endpoints, services, services/status]
- level: None
  userGroups: ['system:nodes']
  verbs: [get]
  resources:
  - group: ''
    resources: [nodes, nodes/status]
- level: None
  users: ['system:kube-controller-manager', 'system:serviceaccount:kube-system:endpoint-controller']
  verbs: [get, update]
  namespaces: [kube-system]
  resources:
  - group: ''
    resources: [endpoints]
- level: None
  users: ['system:apiserver']
- level: None
  nonResourceURLs: ['/healthz*', /version, '/swagger*']
- level: None
  verbs: [create, patch, update]
  resources:
  - group: ''
    resources: [events]
- level: Metadata
  resources:
  - group: ''
    resources: [secrets, configmaps, serviceaccounts/token]
  - group: authentication.k8s.io
    resources: [tokenreviews]
- level: Metadata
  verbs: [get, list, watch]
- level: RequestResponse
  resources:
  - group: ''
  - group: apps
  - group: rbac.authorization.k8s.io
- level: Metadata
";
    assert_eq!(told(policy), [] as [&str; 0]);
}

/// What the server refuses or takes otherwise than it is written.
#[test]
fn broken_policies_are_refused_and_nothing_else() {
    for (policy, expected) in [
        ("apiVersion: audit.k8s.io/v1\nkind: Policy\n", "there are no rules"),
        ("apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: {}\n", "rules is a map, not a list"),
        ("apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [null]\n", "level is missing"),
        ("apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: 1}]\n", "level is a"),
        (
            "apiVersion: audit.k8s.io/v1alpha1\nkind: Policy\nrules: [{level: Metadata}]\n",
            "only audit.k8s.io/v1",
        ),
        // The server takes the kind for granted.
        ("apiVersion: audit.k8s.io/v1\nrules: [{level: metadata}]\n", "level is \"metadata\""),
    ] {
        let found = findings(policy);
        assert!(found.iter().all(|own| own.check == "audit-policy-refused"), "{policy}: {found:#?}");
        assert!(found.iter().any(|own| own.message.contains(expected)), "{policy}: {found:#?}");
    }
}

/// The policies of a list are judged one by one.
#[test]
fn policies_of_a_list_are_judged() {
    let list = "\
apiVersion: v1
kind: List
items:
- apiVersion: audit.k8s.io/v1
  kind: Policy
  rules: [{level: Request}]
- apiVersion: audit.k8s.io/v1
  kind: Policy
  rules: [{level: None}]
";
    let told = told(list);
    assert!(told.contains(&"6 secret-bodies-in-audit-log".to_owned()), "{told:?}");
    assert!(told.contains(&"9 audit-policy-without-catch-all".to_owned()), "{told:?}");
}

#[test]
fn a_policy_of_thousands_of_rules_is_judged() {
    let mut policy = String::from("apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n");
    for at in 0..1500 {
        let number = at % 1000;
        let _ = writeln!(
            policy,
            "- {{level: Request, namespaces: [n{number}], verbs: [create, update], users: [u{at}]}}"
        );
        let _ = writeln!(policy, "- {{level: None, namespaces: [n{number}], verbs: [get, list]}}");
    }
    policy.push_str("- level: Metadata\n");
    let found = findings(&policy);
    let of = |check: &str| found.iter().filter(|own| own.check == check).count();
    assert_eq!(of("duplicate-audit-rule"), 500);
    assert_eq!(of("shadowed-audit-rule"), 0);
    // Each of the first thousand silences reads of secrets in a namespace of its own.
    assert_eq!(of("sensitive-requests-unrecorded"), 1000);
}
