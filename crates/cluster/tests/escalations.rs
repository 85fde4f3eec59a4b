//! Every step of an escalation against a real API server: it accepts what `ironsides-rbac` calls a step, and refuses what
//! it does not. Takes the cluster of `IRONSIDES_TEST_KUBECONFIG`, works in a namespace and with users of its own, and
//! cleans up; calls are dry runs.

#![allow(clippy::print_stderr, reason = "a test that is skipped says so")]
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures::StreamExt as _;
use futures::stream;
use http::{Method, Request, StatusCode};
use ironsides_core::{Extent, Fact, Inventory, Object, Origin, Server};
use ironsides_rbac::{Call, EscalationPath, Identity, Power, Rbac, Step, Subject, SubjectKind, Surroundings};
use kube::client::Body;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use serde_json::{Value, json};

const NAMESPACE: &str = "ironsides-escalations";
const LAX: &str = "ironsides-escalations-lax";
/// All objects outside namespaces carry it.
const LABEL: &str = "ironsides.test/escalations";
const REQUESTS: &str = "/apis/certificates.k8s.io/v1/certificatesigningrequests";
const RBAC: &str = "/apis/rbac.authorization.k8s.io/v1";

/// Verbs, group, resources, names.
type Right = (&'static [&'static str], &'static str, &'static [&'static str], &'static [&'static str]);

/// Rights that lead somewhere, alone or with others.
const RIGHTS: &[Right] = &[
    (&["create"], "", &["pods"], &[]),
    (&["create"], "apps", &["deployments"], &[]),
    (&["create"], "apps", &["daemonsets", "replicasets"], &[]),
    (&["create"], "apps", &["statefulsets"], &[]),
    (&["create"], "batch", &["jobs"], &[]),
    (&["create"], "batch", &["cronjobs"], &[]),
    (&["create"], "", &["replicationcontrollers"], &[]),
    (&["create"], "", &["pods"], &["step"]),
    (&["patch"], "apps", &["deployments"], &[]),
    (&["update"], "apps", &["deployments"], &["web"]),
    (&["patch"], "apps", &["deployments"], &["other"]),
    (&["create"], "", &["serviceaccounts/token"], &[]),
    (&["create"], "", &["serviceaccounts/token"], &["builder"]),
    (&["create", "get"], "", &["secrets"], &[]),
    (&["create"], "", &["secrets"], &[]),
    (&["list"], "", &["secrets"], &[]),
    (&["get"], "", &["secrets"], &["builder-token"]),
    (&["patch"], "", &["secrets"], &["builder-token"]),
    (&["create"], "", &["pods/exec"], &[]),
    (&["get"], "", &["pods/exec"], &[]),
    (&["create"], "", &["pods/attach"], &["idle"]),
    (&["patch"], "", &["pods/ephemeralcontainers"], &[]),
    (&["update"], "", &["pods/ephemeralcontainers"], &["idle"]),
    (&["patch"], "", &["pods"], &[]),
    (&["get"], "", &["nodes/proxy"], &[]),
    (&["create"], "", &["nodes/proxy"], &["node-a"]),
    (&["impersonate"], "", &["users"], &[]),
    (&["impersonate"], "", &["users"], &["ironsides-esc-jane"]),
    (&["impersonate"], "", &["groups"], &[]),
    (&["impersonate"], "", &["groups"], &["ironsides-esc-devs"]),
    (&["impersonate"], "", &["serviceaccounts"], &[]),
    (&["impersonate"], "", &["serviceaccounts"], &["builder"]),
    (&["create"], "rbac.authorization.k8s.io", &["clusterrolebindings"], &[]),
    (&["create"], "rbac.authorization.k8s.io", &["rolebindings"], &[]),
    (&["patch"], "rbac.authorization.k8s.io", &["clusterrolebindings"], &["ironsides-esc-known"]),
    (&["update"], "rbac.authorization.k8s.io", &["rolebindings"], &[]),
    (&["bind"], "rbac.authorization.k8s.io", &["clusterroles"], &[]),
    (&["bind"], "rbac.authorization.k8s.io", &["clusterroles"], &["system:node-proxier"]),
    (&["bind"], "rbac.authorization.k8s.io", &["roles"], &[]),
    (&["patch", "update"], "rbac.authorization.k8s.io", &["clusterroles"], &[]),
    (&["escalate"], "rbac.authorization.k8s.io", &["clusterroles"], &[]),
    (&["patch", "escalate"], "rbac.authorization.k8s.io", &["roles"], &[]),
    (&["create"], "certificates.k8s.io", &["certificatesigningrequests"], &[]),
    (&["update"], "certificates.k8s.io", &["certificatesigningrequests/approval"], &[]),
    (&["approve"], "certificates.k8s.io", &["signers"], &["kubernetes.io/kube-apiserver-client"]),
    (&["approve"], "certificates.k8s.io", &["signers"], &["example.com/other"]),
    (&["create"], "admissionregistration.k8s.io", &["mutatingwebhookconfigurations"], &[]),
    (&["create"], "admissionregistration.k8s.io", &["mutatingadmissionpolicies"], &[]),
    (&["create"], "admissionregistration.k8s.io", &["mutatingadmissionpolicybindings"], &[]),
    (&["patch"], "", &["namespaces"], &[]),
    (&["create"], "", &["namespaces"], &[]),
    (&["create"], "", &["persistentvolumes", "persistentvolumeclaims"], &[]),
];

/// What belongs together: places in [`RIGHTS`] and whether they are bound for the cluster.
const TOGETHER: &[(&[usize], bool)] = &[
    (&[42, 43, 44], true),
    (&[42, 43, 45], true),
    (&[26, 28], true),
    (&[27, 28], true),
    (&[28], true),
    (&[32, 36], true),
    (&[32, 37], true),
    (&[33, 36], false),
    (&[33, 36], true),
    (&[33, 38], false),
    (&[34, 36], true),
    (&[35, 36], false),
    (&[32, 39], true),
    (&[39, 40], true),
    (&[41], false),
    (&[0, 49], false),
    (&[0, 50], true),
    (&[1, 51], true),
    (&[47, 48], true),
    (&[13], false),
    (&[14, 15], false),
    (&[30, 28], true),
];

/// The server, as its admin.
struct Cluster(Client);

/// An answer.
struct Answer {
    code: StatusCode,
    body: Value,
}

impl Cluster {
    async fn connect() -> Option<Self> {
        let Some(path) = std::env::var_os("IRONSIDES_TEST_KUBECONFIG") else {
            eprintln!(
                "SKIPPED: no API server to ask; set IRONSIDES_TEST_KUBECONFIG to the kubeconfig of one"
            );
            return None;
        };
        let kubeconfig = Kubeconfig::read_from(path).unwrap();
        let config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await.unwrap();
        Some(Self(Client::try_from(config).unwrap()))
    }

    async fn ask(&self, method: &str, path: &str, body: Option<&Value>, who: Option<&Identity>) -> Answer {
        let content =
            if method == "PATCH" { "application/strategic-merge-patch+json" } else { "application/json" };
        let mut request = Request::builder()
            .method(Method::from_bytes(method.as_bytes()).unwrap())
            .uri(path)
            .header("Content-Type", content);
        if let Some(who) = who {
            request = request.header("Impersonate-User", who.user.as_str());
            for group in &who.groups {
                request = request.header("Impersonate-Group", group.as_str());
            }
        }
        let body = body.map(|body| serde_json::to_vec(body).unwrap()).unwrap_or_default();
        let response = self.0.send(request.body(Body::from(body)).unwrap()).await.unwrap();
        let code = response.status();
        let bytes = response.into_body().collect_bytes().await.unwrap();
        Answer { code, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null) }
    }

    async fn create(&self, path: &str, body: Value) {
        let answer = self.ask("POST", path, Some(&body), None).await;
        assert!(answer.code.is_success() || answer.code == StatusCode::CONFLICT, "{path}: {}", answer.body);
    }

    /// Removes what an earlier run, or this one, has left.
    async fn clean(&self) {
        for resource in ["clusterrolebindings", "clusterroles"] {
            let path = format!("{RBAC}/{resource}?labelSelector={}", LABEL.replace('/', "%2F"));
            self.ask("DELETE", &path, None, None).await;
        }
        self.ask("DELETE", &format!("{REQUESTS}/step"), None, None).await;
        for namespace in [NAMESPACE, LAX] {
            let path = format!("/api/v1/namespaces/{namespace}");
            self.ask("DELETE", &path, None, None).await;
            for _ in 0..600 {
                if self.ask("GET", &path, None, None).await.code == StatusCode::NOT_FOUND {
                    break;
                }
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
        }
    }

    /// All objects of a list, as the API has them.
    async fn list(&self, path: &str, api_version: &str, kind: &str, into: &mut Inventory) {
        let answer = self.ask("GET", path, None, None).await;
        assert!(answer.code.is_success(), "{path}: {}", answer.body);
        for item in answer.body["items"].as_array().unwrap() {
            let mut item = item.clone();
            item["apiVersion"] = json!(api_version);
            item["kind"] = json!(kind);
            let root = ironsides_tree::parse_one(&item.to_string()).unwrap();
            into.push(Object::new(root, Origin::Api { request: Arc::from(path) }, Vec::new()));
        }
    }

    async fn inventory(&self) -> Inventory {
        let version =
            self.ask("GET", "/version", None, None).await.body["gitVersion"].as_str().unwrap().to_owned();
        let mut all = Inventory::of_cluster(Server { version, ..Server::default() });
        for (resource, kind) in [
            ("roles", "Role"),
            ("clusterroles", "ClusterRole"),
            ("rolebindings", "RoleBinding"),
            ("clusterrolebindings", "ClusterRoleBinding"),
        ] {
            self.list(&format!("{RBAC}/{resource}"), "rbac.authorization.k8s.io/v1", kind, &mut all).await;
        }
        // Other tests work on the same server: of what lies around only what is ours.
        for namespace in [NAMESPACE, LAX] {
            for (resource, kind) in
                [("serviceaccounts", "ServiceAccount"), ("secrets", "Secret"), ("pods", "Pod")]
            {
                let path = format!("/api/v1/namespaces/{namespace}/{resource}");
                self.list(&path, "v1", kind, &mut all).await;
            }
            let path = format!("/apis/apps/v1/namespaces/{namespace}/deployments");
            self.list(&path, "apps/v1", "Deployment", &mut all).await;
        }
        for namespace in [NAMESPACE, LAX] {
            let path = format!("/api/v1/namespaces?fieldSelector=metadata.name%3D{namespace}");
            self.list(&path, "v1", "Namespace", &mut all).await;
        }
        for resource in ["serviceaccounts", "namespaces"] {
            all.coverage.record(Fact::objects("", resource, None), Extent::Complete);
        }
        all
    }
}

/// Replaces the words in angle brackets that a dry run would stumble over.
fn filled(text: &str) -> String {
    text.replace("<own server>", "webhook.example.com").replace("<image>", "registry.example.com/step:1")
}

/// A PEM certificate request in base64, as the API wants it.
fn certificate_request(text: &str) -> String {
    use base64::Engine as _;
    let inner = text.trim_start_matches("<base64 of a PEM certificate request for CN=").trim_end_matches('>');
    let (user, group) = inner.split_once(", O=").map_or((inner, None), |(user, group)| (user, Some(group)));
    let mut params = rcgen::CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(rcgen::DnType::CommonName, user.replace(['<', '>'], ""));
    if let Some(group) = group {
        params.distinguished_name.push(rcgen::DnType::OrganizationName, group.replace(['<', '>'], ""));
    }
    let key = rcgen::KeyPair::generate().unwrap();
    let pem = params.serialize_request(&key).unwrap().pem().unwrap();
    base64::engine::general_purpose::STANDARD.encode(pem)
}

/// What the server says to a call that somebody makes, as a dry run.
async fn replay(cluster: &Cluster, who: &Identity, call: &Call) -> Answer {
    if call.impersonate.is_some() {
        // Who impersonates somebody who impersonates somebody: the server knows one level only, so it is asked.
        let mut last = Answer { code: StatusCode::OK, body: Value::Null };
        for asked in &call.asks {
            let request = &asked.request;
            let review = json!({
                "apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview",
                "spec": {
                    "user": who.user.as_str(),
                    "groups": who.groups.iter().map(ironsides_tree::Text::as_str).collect::<Vec<_>>(),
                    "resourceAttributes": {
                        "verb": request.verb.as_str(), "group": request.group.as_str(),
                        "resource": request.resource.as_str(), "namespace": request.namespace.as_str(),
                        "name": request.name.as_str(),
                    },
                },
            });
            let path = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
            last = cluster.ask("POST", path, Some(&review), None).await;
            if last.body["status"]["allowed"] != json!(true) {
                last.code = StatusCode::FORBIDDEN;
                return last;
            }
        }
        return last;
    }
    let path = call.path();
    let mut body =
        call.body.clone().map(|body| serde_json::from_str::<Value>(&filled(&body.to_string())).unwrap());
    if let Some(request) = body.as_mut().and_then(|body| body.get_mut("spec")?.get_mut("request"))
        && let Some(text) = request.as_str().map(certificate_request)
    {
        *request = json!(text);
    }
    // An update sends all of the object.
    if call.method() == "PUT" {
        let mut whole = cluster.ask("GET", &path, None, None).await.body;
        if let Some(patch) = &body {
            merge(&mut whole, patch);
        }
        body = Some(whole);
    }
    let mut target = match call.method() {
        "GET" => path.clone(),
        _ => format!("{path}?dryRun=All"),
    };
    if call.asks[0].request.subresource == "exec" {
        target = format!("{path}?command=true&stdout=true");
    }
    if call.asks[0].request.verb == "list" || call.asks[0].request.verb == "watch" {
        let name = &call.asks[0].request.name;
        let all = path.trim_end_matches(name.as_str()).trim_end_matches('/');
        target = format!("{all}?fieldSelector=metadata.name%3D{name}");
    }
    cluster.ask(call.method(), &target, body.as_ref(), Some(who)).await
}

/// A strategic merge patch, as far as the steps use it: containers by name, all else as JSON.
fn merge(target: &mut Value, patch: &Value) {
    let Some(fields) = patch.as_object() else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = json!({});
    }
    for (key, value) in fields {
        let by_name = matches!(key.as_str(), "containers" | "ephemeralContainers");
        match value.as_array().filter(|_| by_name) {
            None => merge(&mut target[key], value),
            Some(items) => {
                let mut known = target[key].as_array().cloned().unwrap_or_default();
                for item in items {
                    match known.iter_mut().find(|own| own["name"] == item["name"]) {
                        Some(own) => merge(own, item),
                        None => known.push(item.clone()),
                    }
                }
                target[key] = json!(known);
            }
        }
    }
}

/// Whether a refusal is one of authorization, and not of an object that a dry run has not made.
fn is_refused(answer: &Answer) -> bool {
    let message = answer.body["message"].as_str().unwrap_or_default();
    // Binding a role that does not exist is refused with 404; the roles here exist.
    answer.code == StatusCode::FORBIDDEN
        && !(message.contains("namespace") && message.contains("not found"))
        && !message.contains("error looking up service account")
}

/// Whether all calls of a step are accepted, as far as a dry run tells: an object that the call before would have made is
/// missing in it, and commands need a kubelet.
async fn refusal(cluster: &Cluster, who: &Identity, step: &Step) -> Option<String> {
    for (at, call) in step.calls.iter().enumerate() {
        let answer = replay(cluster, who, call).await;
        let request = &call.asks[0].request;
        let streams = matches!(&*request.subresource, "exec" | "attach" | "proxy");
        // What the call before would have changed, a dry run has not.
        let unchanged = at > 0 && answer.body.to_string().contains("violates PodSecurity");
        if is_refused(&answer) && !unchanged {
            return Some(format!("{} {}: {} {}", call.method(), call.path(), answer.code, answer.body));
        }
        let known = answer.code == StatusCode::CONFLICT && call.method() == "POST";
        if at == 0 && !streams && !known && !answer.code.is_success() {
            return Some(format!(
                "unexpected: {} {}: {} {}",
                call.method(),
                call.path(),
                answer.code,
                answer.body
            ));
        }
    }
    None
}

fn rules(places: &[usize]) -> Value {
    let rule = |place: &usize| {
        let (verbs, group, resources, names) = RIGHTS[*place];
        let mut rule = json!({"verbs": verbs, "apiGroups": [group], "resources": resources});
        if !names.is_empty() {
            rule["resourceNames"] = json!(names);
        }
        rule
    };
    places.iter().map(rule).collect()
}

/// The rights of every user: each alone, in the cluster and in the namespace, what belongs together, and mixtures.
fn users() -> Vec<(Vec<usize>, bool)> {
    let alone = (0..RIGHTS.len()).flat_map(|place| [(vec![place], true), (vec![place], false)]);
    let mut all: Vec<_> = alone.collect();
    all.extend(TOGETHER.iter().map(|(places, wide)| (places.to_vec(), *wide)));
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % u64::try_from(below).unwrap()).unwrap()
    };
    for _ in 0..30 {
        let places = (0..3).map(|_| random(RIGHTS.len())).collect();
        all.push((places, random(2) == 0));
    }
    all
}

async fn set_up(cluster: &Cluster) {
    for (namespace, level) in [(NAMESPACE, "restricted"), (LAX, "privileged")] {
        let metadata = json!({"name": namespace, "labels": {"pod-security.kubernetes.io/enforce": level}});
        let body = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata});
        cluster.create("/api/v1/namespaces", body).await;
        for name in ["builder", "deployer"] {
            let body = json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name}});
            cluster.create(&format!("/api/v1/namespaces/{namespace}/serviceaccounts"), body).await;
        }
        let body = json!({
            "apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/service-account-token",
            "metadata": {"name": "builder-token", "annotations": {"kubernetes.io/service-account.name": "builder"}},
        });
        cluster.create(&format!("/api/v1/namespaces/{namespace}/secrets"), body).await;
        let container = json!({
            "name": "c", "image": "registry.example.com/idle:1",
            "securityContext": {
                "allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}, "runAsNonRoot": true,
                "runAsUser": 1000, "seccompProfile": {"type": "RuntimeDefault"},
            },
        });
        let spec = json!({"serviceAccountName": "builder", "containers": [container], "nodeSelector": {"none": "such"}});
        let body = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "idle"}, "spec": spec});
        cluster.create(&format!("/api/v1/namespaces/{namespace}/pods"), body).await;
        let labels = json!({"app": "web"});
        let body = json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
            "spec": {
                "replicas": 0, "selector": {"matchLabels": labels},
                "template": {"metadata": {"labels": labels}, "spec": spec},
            },
        });
        cluster.create(&format!("/apis/apps/v1/namespaces/{namespace}/deployments"), body).await;
        let body = json!({
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "reader"},
            "rules": [{"verbs": ["get"], "apiGroups": [""], "resources": ["secrets"]}],
        });
        cluster.create(&format!("{RBAC}/namespaces/{namespace}/roles"), body).await;
        let body = json!({
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": {"name": "reader"},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "reader"},
            "subjects": [{"kind": "ServiceAccount", "name": "deployer", "namespace": namespace}],
        });
        cluster.create(&format!("{RBAC}/namespaces/{namespace}/rolebindings"), body).await;
    }
    // What is approved must be there: the steps call it so.
    let body = json!({
        "apiVersion": "certificates.k8s.io/v1", "kind": "CertificateSigningRequest", "metadata": {"name": "step"},
        "spec": {
            "request": certificate_request("jane"), "signerName": "kubernetes.io/kube-apiserver-client",
            "usages": ["client auth"],
        },
    });
    cluster.create(REQUESTS, body).await;
    let metadata = |name: &str| json!({"name": name, "labels": {LABEL: "yes"}});
    let body = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding",
        "metadata": metadata("ironsides-esc-known"),
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "system:node-proxier"},
        "subjects": [
            {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "ironsides-esc-jane"},
            {"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "ironsides-esc-devs"},
        ],
    });
    cluster.create(&format!("{RBAC}/clusterrolebindings"), body).await;
    for (number, (places, wide)) in users().into_iter().enumerate() {
        let name = user(number);
        let body = json!({
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": metadata(&name),
            "rules": rules(&places),
        });
        cluster.create(&format!("{RBAC}/clusterroles"), body).await;
        let kind = if wide { "ClusterRoleBinding" } else { "RoleBinding" };
        let body = json!({
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": metadata(&name),
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": name},
            "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": name}],
        });
        let path = if wide {
            format!("{RBAC}/clusterrolebindings")
        } else {
            format!("{RBAC}/namespaces/{NAMESPACE}/rolebindings")
        };
        cluster.create(&path, body).await;
    }
}

fn user(number: usize) -> String {
    format!("ironsides-esc-{number:03}")
}

/// Whether all that is asked of the server in a path is about objects that are ours: hubs that are not filled in are not.
fn is_concrete(path: &EscalationPath) -> bool {
    !path.steps.iter().any(|step| {
        step.calls.iter().any(|call| {
            let body = call.body.as_ref().map(|body| filled(&body.to_string())).unwrap_or_default();
            let request = body.contains("certificate request").then_some(()).is_some();
            call.path().contains('<')
                || body.contains('<') && !request
                || call.asks.iter().any(|asked| asked.request.name.contains('<'))
        })
    })
}

/// Who acts after a step, where a dry run can know: an identity, not a right that would have been given.
fn after(step: &Step) -> Option<Identity> {
    match &step.gives {
        Power::Is(Subject { kind: SubjectKind::User, name, .. }) => Some(Identity::user(name)),
        Power::Is(Subject { kind: SubjectKind::ServiceAccount, name, namespace }) => {
            Some(Identity::service_account(namespace, name))
        }
        _ => None,
    }
}

/// What a user becomes, and whether the server accepts the steps.
#[derive(Default)]
struct Accepted {
    count: usize,
    /// What one step gives.
    powers: BTreeSet<Power>,
    /// Steps to try as others, by power and text.
    candidates: Vec<((Power, String), Step)>,
    wrong: Vec<String>,
}

async fn accepted(cluster: &Cluster, rbac: &Rbac, around: &Surroundings, number: usize) -> Accepted {
    let who = Identity::user(&user(number)).live();
    let mut asked = Accepted::default();
    for path in rbac.escalations_of(&who, around) {
        let once = path.steps.len() == 1;
        if once {
            asked.powers.insert(path.to.clone());
        }
        if path.steps.len() > 2 || !is_concrete(&path) {
            continue;
        }
        let mut actor = Some(who.clone());
        for step in &path.steps {
            let Some(own) = &actor else { break };
            match refusal(cluster, own, step).await {
                None => asked.count += 1,
                Some(why) => {
                    let rights = &users()[number];
                    let does = &step.does;
                    asked.wrong.push(format!("{} {rights:?} -> {}: {does}: {why}", path.from, path.to));
                }
            }
            // Roles are held by some anyway, and what is limited to requests is judged by them.
            // Of many that are reached, the call shows one: others may reach that one too.
            let many = matches!(path.to, Power::ServiceAccounts(_) | Power::Pods(_) | Power::Users);
            if once && !many && !matches!(path.to, Power::Role { .. } | Power::ActsAs { .. }) {
                let does = step.does.replace(&user(number), "it");
                asked.candidates.push(((path.to.clone(), does), step.clone()));
            }
            actor = after(step);
        }
    }
    asked
}

async fn refused(
    cluster: &Cluster,
    number: usize,
    own: &Accepted,
    candidates: &BTreeMap<(Power, String), Step>,
) -> (usize, Vec<String>) {
    let who = Identity::user(&user(number)).live();
    let (mut count, mut wrong) = (0, Vec::new());
    for (at, ((power, does), step)) in candidates.iter().enumerate() {
        // Some of all pairs.
        let others = (at + number).is_multiple_of(7);
        let itself = matches!(power, Power::Is(subject) if subject.name == who.user);
        if !others || itself || own.powers.contains(power) || own.powers.contains(&Power::ClusterAdmin) {
            continue;
        }
        match refusal(cluster, &who, step).await {
            Some(_) => count += 1,
            None => wrong.push(format!("{} {:?} becomes {power} too: {does}", who.user, users()[number])),
        }
    }
    (count, wrong)
}

/// What a dry run does not show: that a patch which changes nothing answers with the token in a secret, and that no
/// certificate is requested for `system:masters`.
async fn beyond_dry_runs(cluster: &Cluster) {
    let number = users().iter().position(|own| *own == (vec![17], false)).unwrap();
    let who = Identity::user(&user(number)).live();
    let path = format!("/api/v1/namespaces/{NAMESPACE}/secrets/builder-token");
    let answer = cluster.ask("PATCH", &path, Some(&json!({})), Some(&who)).await;
    assert!(answer.body["data"]["token"].is_string(), "{}: {}", answer.code, answer.body["message"]);
    assert_eq!(cluster.ask("GET", &path, None, Some(&who)).await.code, StatusCode::FORBIDDEN);
    for (group, expected) in
        [("ironsides-esc-devs", StatusCode::CREATED), ("system:masters", StatusCode::FORBIDDEN)]
    {
        let body = json!({
            "apiVersion": "certificates.k8s.io/v1", "kind": "CertificateSigningRequest",
            "metadata": {"name": "ironsides-esc"},
            "spec": {
                "request": certificate_request(&format!("jane, O={group}")),
                "signerName": "kubernetes.io/kube-apiserver-client", "usages": ["client auth"],
            },
        });
        let answer = cluster.ask("POST", &format!("{REQUESTS}?dryRun=All"), Some(&body), None).await;
        assert_eq!(answer.code, expected, "{group}: {}", answer.body["message"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_accepts_every_step_and_refuses_what_is_none() {
    let Some(cluster) = Cluster::connect().await else { return };
    cluster.clean().await;
    set_up(&cluster).await;
    let inventory = cluster.inventory().await;
    let rbac = Rbac::new(inventory.objects());
    let around = Surroundings::of(&inventory);
    beyond_dry_runs(&cluster).await;
    let numbers = 0..users().len();
    let asked = stream::iter(numbers.clone()).map(|number| accepted(&cluster, &rbac, &around, number));
    let asked: Vec<Accepted> = asked.buffered(16).collect().await;
    // Whoever does not get a power in one step is refused the steps by which others get it.
    let candidates: BTreeMap<_, _> = asked.iter().flat_map(|asked| asked.candidates.clone()).collect();
    let tried = stream::iter(numbers.zip(&asked))
        .map(|(number, asked)| refused(&cluster, number, asked, &candidates));
    let tried: Vec<(usize, Vec<String>)> = tried.buffered(16).collect().await;
    let accepted: usize = asked.iter().map(|asked| asked.count).sum();
    let refused: usize = tried.iter().map(|(count, _)| count).sum();
    let wrong: Vec<&String> = asked
        .iter()
        .flat_map(|asked| &asked.wrong)
        .chain(tried.iter().flat_map(|(_, wrong)| wrong))
        .collect();
    cluster.clean().await;
    eprintln!(
        "{accepted} steps accepted, {refused} that are none refused, {} kinds of steps",
        candidates.len()
    );
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong
            .iter()
            .take(25)
            .map(|line| line.chars().take(700).collect::<String>())
            .collect::<Vec<_>>()
            .join("\n")
    );
    assert!(accepted > 150 && refused > 500, "{accepted} accepted, {refused} refused");
}
