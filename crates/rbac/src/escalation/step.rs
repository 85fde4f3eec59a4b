//! Steps as people read them and as the server gets them.

mod pods;

use ironsides_tree::Text;
use serde_json::{Value, json};

use self::pods::{container, create, host, privileged, rewrite, set, volume_calls};
use super::call::{AssumedIdentity, Call};
use super::rights::Held;
use super::way::{Entry, RUNNERS, Runner, SIGNER, User, Way, Whom};
use super::{Power, Step};
use crate::binding::{RoleRef, Subject, SubjectKind};
use crate::identity::service_account_user;
use crate::policy::GROUP;
use crate::request::ResourceRequest;
use crate::surroundings::{RunningPod, Surroundings};

/// What is made is called so.
const NAME: &str = "step";
const CERTIFICATES: &str = "certificates.k8s.io";
const ADMISSION: &str = "admissionregistration.k8s.io";

/// One of several that a step is taken for.
#[derive(Clone, Copy)]
pub(super) struct Chosen<'a> {
    pub power: &'a Power,
    /// The pod through which it is reached.
    pub pod: Option<usize>,
}

/// Makes the steps of one who acts.
pub(super) struct Maker<'a> {
    pub around: &'a Surroundings,
    /// Who acts: whom bindings are made for.
    pub actor: Subject,
}

/// A place and a service account in it.
struct Account {
    namespace: String,
    name: String,
}

impl Maker<'_> {
    /// The step of a way to a power, taken for one of several where that is chosen.
    pub(super) fn step(&self, way: &Way, to: &Power, chosen: Option<Chosen<'_>>) -> Step {
        let gives = chosen.map_or(to, |chosen| chosen.power).clone();
        let (does, calls, condition) = self.made(way, &gives, chosen);
        Step { does, calls, gives, condition }
    }

    fn made(
        &self,
        way: &Way,
        gives: &Power,
        chosen: Option<Chosen<'_>>,
    ) -> (String, Vec<Call>, Option<String>) {
        let account = |namespace: &Option<Text>| self.account(gives, namespace.as_deref());
        match way {
            Way::Holds | Way::Member(_) => (format!("is {gives} already"), Vec::new(), None),
            Way::Run { runner, namespace, held } => {
                let Account { namespace, name } = account(namespace);
                let call = create(runner_of(*runner), &namespace, *held, |template| {
                    set(template, "serviceAccountName", json!(name));
                });
                let kind = runner_of(*runner).kind;
                (format!("creates a {kind} that runs as ServiceAccount {namespace}/{name}"), vec![call], None)
            }
            Way::Rewrite { workload, verb, held } => match self.around.workloads.get(*workload) {
                Some(workload) => rewrite(workload, verb, *held, &account(&Some(workload.namespace.clone()))),
                None => Default::default(),
            },
            Way::Token { namespace, held } => {
                let Account { namespace, name } = account(namespace);
                let request = ResourceRequest::new("create", "", "serviceaccounts/token")
                    .in_namespace(&namespace)
                    .named(&name);
                let body =
                    json!({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}});
                let call = Call::new("v1", request, *held).sending(body);
                (format!("asks for a token of ServiceAccount {namespace}/{name}"), vec![call], None)
            }
            Way::TokenSecret { namespace, create, verb, name: secret, read } => {
                let Account { namespace, name } = account(namespace);
                let body = json!({
                    "apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/service-account-token",
                    "metadata": {"name": secret.as_str(), "annotations": {"kubernetes.io/service-account.name": name}},
                });
                let request = ResourceRequest::new("create", "", "secrets").in_namespace(&namespace);
                let create = Call::new("v1", request, *create).sending(body);
                let read = read_secret(&namespace, secret, verb, *read);
                let does =
                    format!("makes a secret for a token of ServiceAccount {namespace}/{name} and reads it");
                (does, vec![create, read], None)
            }
            Way::ReadToken { token, verb, held } => {
                let Some(token) = self.around.tokens.get(*token) else { return Default::default() };
                let call = read_secret(&token.namespace, &token.name, verb, *held);
                let (namespace, name) = (&token.namespace, &token.service_account);
                let does =
                    format!("reads the token of ServiceAccount {namespace}/{name} in secret {}", token.name);
                (does, vec![call], None)
            }
            Way::Enter { entry, verb, namespace, pod, held } => {
                let at = pod.or(chosen.and_then(|chosen| chosen.pod));
                let at = at.or_else(|| {
                    let here = |own: &Text| namespace.as_ref().is_none_or(|wanted| wanted == own);
                    self.around.pods.iter().position(|pod| pod.has_token && here(&pod.namespace))
                });
                self.enter(*entry, verb, namespace.as_deref(), at, *held)
            }
            Way::Kubelet { node, verb, held } => {
                let pod = chosen.and_then(|chosen| chosen.pod).and_then(|at| self.around.pods.get(at));
                let own = pod.map(|pod| pod.node.as_str()).filter(|node| !node.is_empty());
                let node = node.as_deref().or(own).unwrap_or_else(|| self.some_node());
                let call = Call::new("v1", ResourceRequest::new(verb, "", "nodes/proxy").named(node), *held);
                let pod = pod
                    .map_or_else(|| "a pod".to_owned(), |pod| format!("pod {}/{}", pod.namespace, pod.name));
                let does =
                    format!("has the kubelet of node {node} run a command in {pod} and takes its token");
                (does, vec![call], None)
            }
            Way::Impersonate { kind, namespace, held } => {
                self.impersonate(*kind, gives, namespace.as_deref(), *held)
            }
            Way::ImpersonateGroup { group, held, user, user_held } => {
                let (user, first) = match user {
                    User::Named(name) => {
                        (name.clone(), ResourceRequest::new("impersonate", "", "users").named(name))
                    }
                    User::ServiceAccount(namespace, name) => (
                        Text::from(service_account_user(namespace, name)),
                        ResourceRequest::new("impersonate", "", "serviceaccounts")
                            .in_namespace(namespace)
                            .named(name),
                    ),
                };
                let does = format!("impersonates user {user} in group {group}");
                let second = ResourceRequest::new("impersonate", "", "groups").named(group);
                let mut call = Call::new("v1", first, *user_held).guarded(second, *held);
                call.impersonate = Some(AssumedIdentity { user, groups: vec![group.clone()] });
                (does, vec![call.sending(review())], None)
            }
            Way::Constrained { mode, resource, namespace, name, held } => {
                self.constrained(mode, resource, namespace.as_deref(), name.as_deref(), *held)
            }
            Way::Certificate { name, create, verb, approval, signer } => {
                let (user, group) = certificate_of(gives);
                let does =
                    format!("requests a client certificate for {gives}, approves it, and logs in with it");
                let calls = certificate(name, *create, verb, *approval, *signer, &user, group.as_deref());
                (does, calls, None)
            }
            Way::Bind { namespace, role, create, bind } => {
                let namespace = match gives {
                    Power::NamespaceAdmin(Some(own)) => Some(own.as_str()),
                    Power::NamespaceAdmin(None) => Some("kube-system"),
                    _ => namespace.as_deref(),
                };
                let (kind, resource) = binding_kind(namespace);
                let request = in_place(ResourceRequest::new("create", GROUP, resource), namespace);
                let body = json!({
                    "apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": {"name": NAME},
                    "roleRef": role_ref(role), "subjects": [subject(&self.actor)],
                });
                let call = Call::new("rbac.authorization.k8s.io/v1", request, *create)
                    .guarded(bind_request(role, namespace), *bind);
                let place = namespace.map(|own| format!(" in namespace {own}")).unwrap_or_default();
                let does = format!("binds {} to {}{place}", role_text(role), self.actor);
                (does, vec![call.sending(body)], None)
            }
            Way::Join { namespace, binding, role, verb, write, bind } => {
                let namespace = namespace.as_deref();
                let (kind, resource) = binding_kind(namespace);
                let request = in_place(ResourceRequest::new(verb, GROUP, resource), namespace).named(binding);
                let body = json!({"subjects": [subject(&self.actor)]});
                let call = Call::new("rbac.authorization.k8s.io/v1", request, *write)
                    .guarded(bind_request(role, namespace), *bind);
                let does =
                    format!("makes {} a subject of {kind} {binding} of {}", self.actor, role_text(role));
                (does, vec![call.sending(body)], None)
            }
            Way::Raise { namespace, name, verb, write, escalate } => {
                let namespace = namespace.as_deref();
                let resource = if namespace.is_some() { "roles" } else { "clusterroles" };
                let ask =
                    |verb: &str| in_place(ResourceRequest::new(verb, GROUP, resource), namespace).named(name);
                let body = json!({"rules": [{"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}]});
                let call = Call::new("rbac.authorization.k8s.io/v1", ask(verb), *write)
                    .guarded(ask("escalate"), *escalate);
                let kind = if namespace.is_some() { "Role" } else { "ClusterRole" };
                let does = format!("gives every right to {kind} {name}, which it is bound to");
                (does, vec![call.sending(body)], None)
            }
            Way::Webhook { held } => {
                let request = ResourceRequest::new("create", ADMISSION, "mutatingwebhookconfigurations");
                let call = Call::new("admissionregistration.k8s.io/v1", request, *held).sending(webhook());
                ("sets up a webhook that sees and changes every request".to_owned(), vec![call], None)
            }
            Way::Policy { policy, binding } => {
                let ask = |resource: &str| ResourceRequest::new("create", ADMISSION, resource);
                let version = "admissionregistration.k8s.io/v1";
                let calls = vec![
                    Call::new(version, ask("mutatingadmissionpolicies"), *policy).sending(mutation()),
                    Call::new(version, ask("mutatingadmissionpolicybindings"), *binding).sending(json!({
                        "apiVersion": version, "kind": "MutatingAdmissionPolicyBinding", "metadata": {"name": NAME},
                        "spec": {"policyName": NAME},
                    })),
                ];
                ("sets up a policy that changes every request".to_owned(), calls, None)
            }
            Way::Host { runner, namespace, held, lift, known } => {
                host(runner_of(*runner), namespace, *held, *lift, *known)
            }
            Way::NewNamespace { runner, create: made, held } => {
                let runner = runner_of(*runner);
                let request = ResourceRequest::new("create", "", "namespaces");
                let body = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {
                    "name": NAME, "labels": {"pod-security.kubernetes.io/enforce": "privileged"},
                }});
                let calls = vec![
                    Call::new("v1", request, *made).sending(body),
                    create(runner, NAME, *held, privileged),
                ];
                (format!("makes a namespace and a privileged {} in it", runner.kind), calls, None)
            }
            Way::Volume { runner, namespace, volume, claim, held } => {
                let runner = runner_of(*runner);
                let calls = volume_calls(runner, namespace, *volume, *claim, *held);
                let does = format!(
                    "makes a volume of the node's root directory and mounts it in a {} in namespace {namespace}",
                    runner.kind
                );
                (does, calls, None)
            }
        }
    }

    /// The service account that a step is for. Of several one that is there; every namespace has `default`.
    fn account(&self, gives: &Power, namespace: Option<&str>) -> Account {
        const DEFAULT: &str = "default";
        if let Power::Is(Subject { kind: SubjectKind::ServiceAccount, name, namespace }) = gives {
            return Account { namespace: namespace.to_string(), name: name.to_string() };
        }
        let known = &self.around.service_accounts;
        let here = |own: &str| namespace.is_none_or(|wanted| wanted == own);
        let place = namespace.unwrap_or(DEFAULT);
        let first = known.keys().find(|(own, _)| here(own));
        match first.filter(|_| !known.contains_key(&(Text::new(place), Text::new_static(DEFAULT)))) {
            Some((namespace, name)) => Account { namespace: namespace.to_string(), name: name.to_string() },
            None => Account { namespace: place.to_owned(), name: DEFAULT.to_owned() },
        }
    }

    /// The first node that is known.
    fn some_node(&self) -> &str {
        let pods = self.around.pods.iter().map(|pod| &pod.node).filter(|node| !node.is_empty());
        self.around.nodes.iter().chain(pods).next().map_or("<node>", Text::as_str)
    }

    fn impersonate(
        &self,
        kind: Whom,
        gives: &Power,
        namespace: Option<&str>,
        held: Held,
    ) -> (String, Vec<Call>, Option<String>) {
        let (user, request) = match kind {
            Whom::ServiceAccount => {
                let Account { namespace, name } = self.account(gives, namespace);
                let request = ResourceRequest::new("impersonate", "", "serviceaccounts");
                (service_account_user(&namespace, &name), request.in_namespace(&namespace).named(&name))
            }
            Whom::User => {
                let name = match gives {
                    Power::Is(subject) => subject.name.as_str(),
                    _ => "anyone",
                };
                (name.to_owned(), ResourceRequest::new("impersonate", "", "users").named(name))
            }
        };
        let mut call = Call::new("v1", request, held).sending(review());
        call.impersonate = Some(AssumedIdentity { user: Text::from(user.clone()), groups: Vec::new() });
        (format!("impersonates {user}"), vec![call], None)
    }

    fn constrained(
        &self,
        mode: &str,
        resource: &str,
        namespace: Option<&str>,
        name: Option<&str>,
        held: Held,
    ) -> (String, Vec<Call>, Option<String>) {
        let (place, own, user) = match resource {
            "serviceaccounts" => {
                let any = self.account(&Power::ServiceAccounts(None), namespace);
                let (place, own) = match name {
                    Some(name) => (namespace.unwrap_or(&any.namespace).to_owned(), name.to_owned()),
                    None => (any.namespace, any.name),
                };
                let user = service_account_user(&place, &own);
                (Some(place), own, user)
            }
            "nodes" => {
                let node = name.unwrap_or_else(|| self.some_node());
                // The node of a token is asked about as `*`.
                let own = if mode == "associated-node" { "*" } else { node };
                (None, own.to_owned(), format!("system:node:{node}"))
            }
            _ => {
                let name = name.unwrap_or("anyone");
                (None, name.to_owned(), name.to_owned())
            }
        };
        let request = ResourceRequest::new(&format!("impersonate:{mode}"), "authentication.k8s.io", resource);
        let mut call = Call::new("v1", in_place(request, place.as_deref()).named(&own), held);
        call.impersonate = Some(AssumedIdentity { user: Text::from(user.clone()), groups: Vec::new() });
        let condition = format!("for the requests that its verbs impersonate-on:{mode}:… allow");
        (format!("impersonates {user} (mode {mode})"), vec![call], Some(condition))
    }

    /// Commands in a pod that is there.
    fn enter(
        &self,
        entry: Entry,
        verb: &str,
        namespace: Option<&str>,
        at: Option<usize>,
        held: Held,
    ) -> (String, Vec<Call>, Option<String>) {
        let unknown = RunningPod {
            namespace: Text::new(namespace.unwrap_or("<namespace>")),
            name: Text::new_static("<pod>"),
            service_account: Text::new_static("<service account>"),
            node: Text::default(),
            container: Text::new_static("<container>"),
            has_token: true,
        };
        let pod = at.and_then(|at| self.around.pods.get(at)).unwrap_or(&unknown);
        let (resource, does) = match entry {
            Entry::Exec => ("pods/exec", "runs a command in"),
            Entry::Attach => ("pods/attach", "attaches to"),
            Entry::Debug => ("pods/ephemeralcontainers", "puts a debug container into"),
            Entry::Image => ("pods", "changes the image of"),
        };
        let request = ResourceRequest::new(verb, "", resource).in_namespace(&pod.namespace).named(&pod.name);
        let mut call = Call::new("v1", request, held);
        call.body = match entry {
            Entry::Exec | Entry::Attach => None,
            Entry::Debug => Some(json!({"spec": {"ephemeralContainers": [container("step")]}})),
            Entry::Image => {
                Some(json!({"spec": {"containers": [{"name": pod.container.as_str(), "image": "<image>"}]}}))
            }
        };
        let condition = (entry == Entry::Attach)
            .then(|| "the pod's program reads commands from its standard input".to_owned());
        (format!("{does} pod {}/{} and takes its token", pod.namespace, pod.name), vec![call], condition)
    }
}

fn runner_of(at: usize) -> &'static Runner {
    RUNNERS.get(at).unwrap_or(&RUNNERS[0])
}

fn in_place(request: ResourceRequest, namespace: Option<&str>) -> ResourceRequest {
    request.in_namespace(namespace.unwrap_or_default())
}

/// Reads a secret. A patch that changes nothing answers with all of it.
fn read_secret(namespace: &str, name: &str, verb: &str, held: Held) -> Call {
    let request = ResourceRequest::new(verb, "", "secrets").in_namespace(namespace).named(name);
    let call = Call::new("v1", request, held);
    if verb == "patch" { call.sending(json!({})) } else { call }
}

fn review() -> Value {
    json!({"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"})
}

/// The name and group that a certificate for a power carries.
fn certificate_of(gives: &Power) -> (String, Option<String>) {
    match gives {
        Power::Is(Subject { kind: SubjectKind::User, name, .. }) => (name.to_string(), None),
        Power::Is(Subject { kind: SubjectKind::Group, name, .. }) => {
            ("anyone".to_owned(), Some(name.to_string()))
        }
        Power::Is(Subject { namespace, name, .. }) => {
            (service_account_user(namespace, name), Some(format!("system:serviceaccounts:{namespace}")))
        }
        _ => ("<user>".to_owned(), Some("<group>".to_owned())),
    }
}

fn certificate(
    name: &str,
    create: Held,
    verb: &str,
    approval: Held,
    signer: Held,
    user: &str,
    group: Option<&str>,
) -> Vec<Call> {
    let version = "certificates.k8s.io/v1";
    let group = group.map(|group| format!(", O={group}")).unwrap_or_default();
    let request = json!({
        "apiVersion": version, "kind": "CertificateSigningRequest", "metadata": {"name": name},
        "spec": {
            "request": format!("<base64 of a PEM certificate request for CN={user}{group}>"),
            "signerName": SIGNER, "usages": ["client auth"],
        },
    });
    let approved = json!({"status": {"conditions": [{
        "type": "Approved", "status": "True", "reason": "step", "message": "step",
    }]}});
    let resource = "certificatesigningrequests";
    let approval_request =
        ResourceRequest::new(verb, CERTIFICATES, "certificatesigningrequests/approval").named(name);
    vec![
        Call::new(version, ResourceRequest::new("create", CERTIFICATES, resource), create).sending(request),
        Call::new(version, approval_request, approval)
            .guarded(ResourceRequest::new("approve", CERTIFICATES, "signers").named(SIGNER), signer)
            .sending(approved),
    ]
}

fn binding_kind(namespace: Option<&str>) -> (&'static str, &'static str) {
    match namespace {
        None => ("ClusterRoleBinding", "clusterrolebindings"),
        Some(_) => ("RoleBinding", "rolebindings"),
    }
}

fn role_text(role: &RoleRef) -> String {
    format!("{} {}", if role.cluster { "ClusterRole" } else { "Role" }, role.name)
}

fn role_ref(role: &RoleRef) -> Value {
    let kind = if role.cluster { "ClusterRole" } else { "Role" };
    json!({"apiGroup": GROUP, "kind": kind, "name": role.name.as_str()})
}

fn bind_request(role: &RoleRef, namespace: Option<&str>) -> ResourceRequest {
    let resource = if role.cluster { "clusterroles" } else { "roles" };
    in_place(ResourceRequest::new("bind", GROUP, resource), namespace).named(&role.name)
}

fn subject(subject: &Subject) -> Value {
    match subject.kind {
        SubjectKind::ServiceAccount => {
            json!({"kind": "ServiceAccount", "name": subject.name.as_str(), "namespace": subject.namespace.as_str()})
        }
        kind => json!({"apiGroup": GROUP, "kind": kind.as_str(), "name": subject.name.as_str()}),
    }
}

fn webhook() -> Value {
    json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingWebhookConfiguration",
        "metadata": {"name": NAME},
        "webhooks": [{
            "name": "step.example.com", "admissionReviewVersions": ["v1"], "sideEffects": "None",
            "failurePolicy": "Ignore", "clientConfig": {"url": "https://<own server>/"},
            "rules": [{"operations": ["*"], "apiGroups": ["*"], "apiVersions": ["*"], "resources": ["*/*"]}],
        }],
    })
}

fn mutation() -> Value {
    json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingAdmissionPolicy",
        "metadata": {"name": NAME},
        "spec": {
            "reinvocationPolicy": "Never",
            "matchConstraints": {"resourceRules": [{
                "operations": ["CREATE", "UPDATE"], "apiGroups": ["*"], "apiVersions": ["*"], "resources": ["*"],
            }]},
            "mutations": [{
                "patchType": "JSONPatch",
                "jsonPatch": {"expression": "[JSONPatch{op: \"test\", path: \"/kind\", value: \"Pod\"}]"},
            }],
        },
    })
}
