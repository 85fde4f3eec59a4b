//! Requests.

use ironsides_core::Object;
use ironsides_podsecurity::admission::{AUDIT_VIOLATIONS, ENFORCE_POLICY, ERROR, EXEMPT};
use ironsides_podsecurity::labels::{AUDIT, ENFORCE, WARN};
use ironsides_podsecurity::{
    Admission, AdmissionError, Answer, Configuration, Evaluator, Exemptions, Labels, Level, LevelVersion,
    Operation, Policy, Request, Surroundings, Version,
};

use crate::support::{SAFE_CONTAINER, SAFE_POD, object, pod};

/// A namespace with labels and pods, or one that cannot be read.
#[derive(Default)]
struct Namespace {
    labels: Vec<(&'static str, &'static str)>,
    pods: Vec<Object>,
    broken: bool,
}

impl Surroundings for Namespace {
    fn labels(&self) -> Option<Labels<'_>> {
        (!self.broken).then(|| self.labels.iter().copied().collect())
    }

    fn pods(&self) -> Option<Vec<&Object>> {
        (!self.broken).then(|| self.pods.iter().collect())
    }
}

fn labelled(labels: &[(&'static str, &'static str)]) -> Namespace {
    Namespace { labels: labels.to_vec(), ..Namespace::default() }
}

fn request<'a>(path: &'a str, object: Option<&'a Object>, old: Option<&'a Object>) -> Request<'a> {
    let mut parts = path.split('/');
    Request {
        operation: if old.is_some() { Operation::Update } else { Operation::Create },
        group: parts.next().unwrap(),
        resource: parts.next().unwrap(),
        subresource: parts.next().unwrap_or_default(),
        namespace: "ns",
        name: "",
        user: "someone",
        object,
        old_object: old,
    }
}

fn admit(request: &Request<'_>, namespace: &Namespace) -> Answer {
    Admission::default().admit(request, namespace).unwrap()
}

#[test]
fn a_pod_is_refused_audited_and_warned_about() {
    let bad = pod("p", "", ", hostPID: true");
    let restricted = labelled(&[(ENFORCE, "baseline"), (AUDIT, "restricted"), (WARN, "restricted")]);
    let answer = admit(&request("/pods", Some(&bad), None), &restricted);
    let refusal = answer.refusal.as_ref().unwrap();
    assert_eq!((refusal.code, refusal.reason), (403, "Forbidden"));
    assert_eq!(
        refusal.message,
        r#"pods "p" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostPID=true)"#
    );
    assert!(answer.warnings.is_empty(), "whoever is refused is not warned as well");
    assert_eq!(answer.audit[ENFORCE_POLICY], "baseline:latest");
    assert!(
        answer.audit[AUDIT_VIOLATIONS]
            .starts_with(r#"would violate PodSecurity "restricted:latest": host namesp"#)
    );
    let fair = pod("p", "", "");
    let answer = admit(&request("/pods", Some(&fair), None), &restricted);
    assert!(answer.is_allowed() && answer.warnings[0].starts_with("would violate"));
    assert_eq!(admit(&request("/pods/binding", Some(&bad), None), &restricted), Answer::default());
    assert!(!admit(&request("/pods/invented", Some(&bad), None), &restricted).is_allowed());
}

#[test]
fn a_privileged_namespace_is_told_in_the_audit_log_and_nothing_more() {
    let answer = admit(&request("/pods", None, None), &Namespace::default());
    assert!(answer.is_allowed() && answer.audit[ENFORCE_POLICY] == "privileged:latest");
    assert_eq!(admit(&request("apps/deployments", None, None), &Namespace::default()), Answer::default());
    assert_eq!(
        admit(&request("/secrets", None, None), &labelled(&[(ENFORCE, "restricted")])),
        Answer::default()
    );
}

#[test]
fn workloads_are_never_refused() {
    let deployment = object(
        "{apiVersion: apps/v1, kind: Deployment, spec: {template: {spec: {hostIPC: true, containers: [{name: a}]}}}}",
    );
    let namespace = labelled(&[(ENFORCE, "baseline")]);
    let answer = admit(&request("apps/deployments", Some(&deployment), None), &namespace);
    assert!(answer.is_allowed() && answer.audit.is_empty());
    assert_eq!(
        answer.warnings,
        [r#"would violate PodSecurity "baseline:latest": host namespaces (hostIPC=true)"#]
    );
    assert_eq!(
        admit(&request("apps/deployments/scale", Some(&deployment), None), &namespace),
        Answer::default()
    );
    let empty = object("{apiVersion: v1, kind: ReplicationController, spec: {replicas: 1}}");
    assert_eq!(admit(&request("/replicationcontrollers", Some(&empty), None), &namespace), Answer::default());
}

#[test]
fn only_what_a_pod_runs_makes_an_update_significant() {
    let namespace = labelled(&[(ENFORCE, "baseline")]);
    let old = pod("p", "", ", hostPID: true");
    let judged = |new: &Object| !admit(&request("/pods", Some(new), Some(&old)), &namespace).is_allowed();
    assert!(!judged(&pod("p", ", tty: true", ", hostPID: true, activeDeadlineSeconds: 1")));
    assert!(judged(&pod("p", "2", ", hostPID: true")));
    assert!(judged(&pod("p", "", ", hostPID: true, initContainers: [{name: i, image: x}]")));
    assert!(judged(&pod("p", "", ", hostPID: true, ephemeralContainers: [{name: d, image: x}]")));
    let missing = Admission::default()
        .admit(&Request { old_object: None, ..request("/pods", Some(&old), Some(&old)) }, &namespace);
    assert_eq!(missing, Err(AdmissionError::Missing("old object")));
}

#[test]
fn the_exempt_are_not_looked_at() {
    let one = |name: &str| vec![name.to_owned()];
    let exemptions =
        Exemptions { usernames: one("someone"), namespaces: one("kube"), runtime_classes: one("vm") };
    let configuration = Configuration { exemptions, ..Configuration::default() };
    let admission = Admission::new(configuration, Evaluator::default());
    let (strict, bad) = (labelled(&[(ENFORCE, "restricted")]), pod("p", "", ", runtimeClassName: vm"));
    let exempt =
        |request: &Request<'_>| admission.admit(request, &strict).unwrap().audit.get(EXEMPT).cloned();
    let by_user = request("/pods", Some(&bad), None);
    assert_eq!(exempt(&by_user).as_deref(), Some("user"));
    assert_eq!(exempt(&Request { namespace: "kube", ..by_user }).as_deref(), Some("namespace"));
    assert_eq!(exempt(&Request { user: "other", ..by_user }).as_deref(), Some("runtimeClass"));
    let deployment = Request { user: "", ..request("apps/deployments", Some(&bad), None) };
    assert!(matches!(admission.admit(&deployment, &strict), Err(AdmissionError::Kind { .. })));
}

#[test]
fn what_cannot_be_known_is_told() {
    let safe = pod("p", SAFE_CONTAINER, SAFE_POD);
    let unreadable = Namespace { broken: true, ..Namespace::default() };
    let answer = admit(&request("/pods", Some(&safe), None), &unreadable);
    assert_eq!(answer.refusal.as_ref().map(|refusal| refusal.code), Some(500));
    let answer = admit(&request("apps/deployments", Some(&safe), None), &unreadable);
    assert!(answer.is_allowed() && answer.audit.contains_key(ERROR));
    let wrong = labelled(&[(ENFORCE, "strict")]);
    let answer = admit(&request("/pods", Some(&pod("p", "", "")), None), &wrong);
    assert!(!answer.is_allowed(), "a level that is not valid is enforced as the strictest");
    assert!(
        answer.audit[ERROR]
            .starts_with("Failed to parse policy: metadata.labels[pod-security.kubernetes.io/enforce]")
    );
    let odd = pod("p", "", ", hostPID: 'yes'");
    let refused =
        Admission::default().admit(&request("/pods", Some(&odd), None), &labelled(&[(ENFORCE, "baseline")]));
    assert_eq!(refused, Err(AdmissionError::Malformed { paths: vec!["spec.hostPID".into()] }));
}

fn namespace(labels: &str) -> Object {
    object(&format!("{{apiVersion: v1, kind: Namespace, metadata: {{name: ns, labels: {{{labels}}}}}}}"))
}

#[test]
fn wrong_labels_are_refused_only_while_they_are_new() {
    let wrong = namespace("pod-security.kubernetes.io/enforce: x");
    let both = namespace("pod-security.kubernetes.io/enforce: x, team: a");
    let none = Namespace::default();
    let created = admit(&request("/namespaces", Some(&wrong), None), &none);
    assert_eq!(created.refusal.unwrap().code, 422);
    assert!(admit(&request("/namespaces", Some(&both), Some(&wrong)), &none).is_allowed());
    assert!(!admit(&request("/namespaces", Some(&wrong), Some(&namespace(""))), &none).is_allowed());
    assert!(admit(&request("/namespaces/finalize", Some(&wrong), Some(&namespace(""))), &none).is_allowed());
}

#[test]
fn existing_pods_are_tried_when_a_policy_gets_stricter() {
    let (new, old) = (namespace("pod-security.kubernetes.io/enforce: baseline"), namespace(""));
    let owned = |name: &str| {
        object(&format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: {name}, ownerReferences: [{{uid: u, controller: true}}]}}, \
             spec: {{hostPID: true, containers: [{{name: a}}]}}}}"
        ))
    };
    let mut around =
        Namespace { pods: vec![owned("b"), owned("a"), pod("c", "", "")], ..Namespace::default() };
    let answer = admit(&request("/namespaces", Some(&new), Some(&old)), &around);
    let heading =
        r#"existing pods in namespace "ns" violate the new PodSecurity enforce level "baseline:latest""#;
    assert_eq!(answer.warnings, [heading, "a (and 1 other pod): host namespaces"]);
    around.pods.extend((0..3000).map(|_| owned("z")));
    let answer = admit(&request("/namespaces", Some(&new), Some(&old)), &around);
    assert_eq!(
        answer.warnings[0],
        "new PodSecurity enforce level only checked against the first 3000 of 3003 existing pods"
    );
    assert_eq!(
        answer.warnings[2], "a (and 2998 other pods): host namespaces",
        "one pod of a controller comes first"
    );
    assert!(admit(&request("/namespaces", Some(&old), Some(&new)), &around).warnings.is_empty());
}

#[test]
fn labels_of_exempt_namespaces_are_told_to_do_nothing() {
    let exemptions = Exemptions { namespaces: vec!["ns".into()], ..Exemptions::default() };
    let mut admission =
        Admission::new(Configuration { exemptions, ..Configuration::default() }, Evaluator::default());
    let new = namespace(
        "pod-security.kubernetes.io/enforce: baseline, pod-security.kubernetes.io/audit: privileged, pod-security.kubernetes.io/warn-version: v1.9",
    );
    let answer = admission.admit(&request("/namespaces", Some(&new), None), &Namespace::default()).unwrap();
    assert_eq!(
        answer.warnings,
        [
            r#"namespace "ns" is exempt from Pod Security, and the policy (enforce=baseline:latest, warn=baseline:v1.9) will be ignored"#
        ]
    );
    let baseline = LevelVersion::new(Level::Baseline, Version::Latest);
    let warned = LevelVersion::new(Level::Baseline, Version::V(9));
    admission.configuration.defaults = Policy { enforce: baseline, warn: warned, ..Policy::default() };
    let answer = admission.admit(&request("/namespaces", Some(&new), None), &Namespace::default()).unwrap();
    assert!(answer.warnings.is_empty(), "what is asked anyway is no news");
}
