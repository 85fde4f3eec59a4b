//! A real API server, where there is one: `IRONSIDES_TEST_KUBECONFIG` names its admin's kubeconfig.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use ironsides_cluster::{Cluster, Connect, Wanted};
use ironsides_core::{Extent, Facts, Withheld};
use ironsides_tree::Node;
use serde_json::{Value, json};

use crate::fake::{of, why};

/// The kubeconfig of the real server; `None`, said aloud, where there is none.
pub(crate) fn kubeconfig(test: &str) -> Option<PathBuf> {
    let file = std::env::var_os("IRONSIDES_TEST_KUBECONFIG").map(PathBuf::from);
    if file.is_none() {
        eprintln!("SKIPPED: {test} needs a real API server; set IRONSIDES_TEST_KUBECONFIG");
    }
    file
}

/// Objects in a real cluster, which go when this does.
pub(crate) struct Real {
    client: kube::Client,
    pub(crate) connect: Connect,
    pub(crate) namespace: String,
    made: Vec<String>,
}

impl Real {
    pub(crate) async fn new(kubeconfig: PathBuf, name: &str) -> Self {
        let config = kube::config::Kubeconfig::read_from(&kubeconfig).unwrap();
        let config =
            kube::Config::from_custom_kubeconfig(config, &kube::config::KubeConfigOptions::default())
                .await
                .unwrap();
        let namespace = format!("ironsides-{name}-{}", std::process::id());
        let connect = Connect { kubeconfig: vec![kubeconfig], ..Connect::default() };
        let mut real =
            Self { client: kube::Client::try_from(config).unwrap(), connect, namespace, made: Vec::new() };
        let body = json!({"metadata": {"name": real.namespace}});
        real.create("/api/v1/namespaces", &body).await;
        real
    }

    /// Creates an object, and remembers to delete it.
    pub(crate) async fn create(&mut self, path: &str, body: &Value) -> Value {
        let request = http::Request::post(path).header("Content-Type", "application/json");
        let request = request.body(serde_json::to_vec(body).unwrap()).unwrap();
        let made: Value =
            self.client.request(request).await.unwrap_or_else(|error| panic!("{path}: {error} {body}"));
        self.made.push(format!("{path}/{}", made["metadata"]["name"].as_str().unwrap()));
        made
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) {
        let request = http::Request::patch(path).header("Content-Type", "application/merge-patch+json");
        let request = request.body(serde_json::to_vec(body).unwrap()).unwrap();
        self.client.request::<Value>(request).await.unwrap();
    }

    pub(crate) async fn delete(&self, path: &str) {
        let path = format!("{path}?gracePeriodSeconds=0");
        let request = http::Request::delete(path).body(Vec::new()).unwrap();
        _ = self.client.request::<Value>(request).await;
    }

    /// Deletes everything, in the end. A test that fails leaves its namespace for somebody to look at.
    pub(crate) async fn clean(self) {
        for path in self.made.iter().rev() {
            self.delete(path).await;
        }
    }

    async fn list(&self, path: &str) -> BTreeSet<(String, String)> {
        let request = http::Request::get(path).body(Vec::new()).unwrap();
        let list: Value = self.client.request(request).await.unwrap();
        let text = |item: &Value, key: &str| item["metadata"][key].as_str().unwrap_or_default().to_owned();
        let items = list["items"].as_array().unwrap();
        items.iter().map(|item| (text(item, "namespace"), text(item, "name"))).collect()
    }

    async fn collect(&self, user: Option<&str>, wanted: &Wanted) -> Facts {
        let connect = Connect { as_user: user.map(str::to_owned), ..self.connect.clone() };
        let cluster = Cluster::connect(&connect).await.unwrap();
        let plan = cluster.plan(wanted).await.unwrap();
        cluster.collect(&plan, &()).await.unwrap()
    }
}

fn names(objects: &[Node]) -> BTreeSet<(String, String)> {
    let text = |object: &Node, key: &str| {
        object.at(&["metadata", key]).and_then(Node::as_str).unwrap_or_default().to_owned()
    };
    objects.iter().map(|object| (text(object, "namespace"), text(object, "name"))).collect()
}

fn kinds(kinds: &[(&str, &str)], namespaces: &[&str]) -> Wanted {
    Wanted {
        kinds: kinds.iter().map(|(group, kind)| ((*group).to_owned(), (*kind).to_owned())).collect(),
        namespaces: namespaces.iter().map(|name| (*name).to_owned()).collect(),
        ..Wanted::default()
    }
}

#[tokio::test]
async fn everything_that_the_server_lists_is_read() {
    let Some(file) = kubeconfig("everything_that_the_server_lists_is_read") else { return };
    let mut real = Real::new(file, "all").await;
    let namespace = real.namespace.clone();
    let within = |resource: &str| format!("/api/v1/namespaces/{namespace}/{resource}");
    // More than fit on the first page.
    for number in 0..130 {
        let body =
            json!({"metadata": {"name": format!("settings-{number:03}")}, "data": {"a": "b".repeat(300)}});
        real.create(&within("configmaps"), &body).await;
    }
    let secret =
        json!({"metadata": {"name": "password"}, "stringData": {"password": "Tr0ub4dor&3", "empty": ""}});
    real.create(&within("secrets"), &secret).await;
    let windows = json!({"metadata": {"name": "windows"}, "spec": {
        "os": {"name": "windows"}, "nodeSelector": {"kubernetes.io/os": "windows"},
        "automountServiceAccountToken": false,
        "containers": [{"name": "app", "image": "mcr.microsoft.com/windows/nanoserver:ltsc2022",
            "securityContext": {"windowsOptions": {"hostProcess": false}}}]}});
    real.create(&within("serviceaccounts"), &json!({"metadata": {"name": "app"}})).await;
    let mut windows = windows;
    windows["spec"]["serviceAccountName"] = json!("app");
    real.create(&within("pods"), &windows).await;
    let node = format!("{namespace}-node");
    let body = json!({"metadata": {"name": node, "labels": {"kubernetes.io/os": "windows"}}});
    real.create("/api/v1/nodes", &body).await;
    let group = format!("{namespace}.example.com");
    let schema = json!({"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}});
    let definition = json!({"metadata": {"name": format!("things.{group}")}, "spec": {"group": group,
        "names": {"plural": "things", "singular": "thing", "kind": "Thing", "listKind": "ThingList"},
        "scope": "Namespaced", "versions": [{"name": "v1", "served": true, "storage": true, "schema": schema}]}});
    real.create("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", &definition).await;
    let things = format!("/apis/{group}/v1/namespaces/{namespace}/things");
    for _ in 0..50 {
        if real.client.request::<Value>(http::Request::get(&things).body(Vec::new()).unwrap()).await.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    real.create(
        &things,
        &json!({"apiVersion": format!("{group}/v1"), "kind": "Thing", "metadata": {"name": "mine"}}),
    )
    .await;

    // Discovery learns of a new group within seconds.
    let wanted = Wanted { all_kinds: true, ..Wanted::default() };
    let mut facts = real.collect(None, &wanted).await;
    for _ in 0..50 {
        if facts.listings.iter().any(|listing| *listing.group == *group) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
        facts = real.collect(None, &wanted).await;
    }
    assert!(facts.server.version.starts_with("v1."), "{}", facts.server.version);
    for listing in &facts.listings {
        // Other tests come and go, their groups too.
        if listing.group.contains(".example.com") && *listing.group != *group {
            continue;
        }
        assert_eq!(listing.extent, Extent::Complete, "{}", listing.request);
        let path = listing.request.strip_prefix("GET ").unwrap();
        let mine = |(of, name): &(String, String)| {
            *of == namespace || name.contains(&namespace) || name.starts_with("system:")
        };
        let expected: BTreeSet<_> = real.list(path).await.into_iter().filter(mine).collect();
        let found: BTreeSet<_> = names(&listing.objects).into_iter().filter(mine).collect();
        assert_eq!(found, expected, "{path}");
        let count = names(&listing.objects).len();
        assert_eq!(count, listing.objects.len(), "{path}: an object stands twice");
    }
    for resource in ["things", "nodes", "clusterroles", "configmaps", "roles", "apiservices"] {
        assert!(!of(&facts, resource, None).objects.is_empty(), "{resource}");
    }
    let own = |resource: &str| -> Vec<Node> {
        let objects = &of(&facts, resource, None).objects;
        let is_own =
            |object: &&Node| object.at(&["metadata", "namespace"]).and_then(Node::as_str) == Some(&namespace);
        objects.iter().filter(is_own).cloned().collect()
    };
    assert!(own("configmaps").len() >= 130);
    assert_eq!(own("pods")[0].at(&["spec", "os", "name"]).unwrap().as_str(), Some("windows"));
    let secrets = own("secrets");
    let secret = secrets
        .iter()
        .find(|secret| secret.at(&["metadata", "name"]).unwrap().as_str() == Some("password"))
        .unwrap();
    let withheld = Withheld::of(secret.at(&["data", "password"]).unwrap().as_str().unwrap()).unwrap();
    assert_eq!(withheld.size, 11);
    assert!(
        !facts.listings.iter().any(|listing| format!("{:?}", listing.objects).contains("VHIwdWI0ZG9yJjM="))
    );
    assert!(own("pods")[0].at(&["metadata", "managedFields"]).is_none());
    real.clean().await;
}

#[tokio::test]
async fn what_an_identity_may_not_read_is_named_and_granting_it_is_enough() {
    let Some(file) = kubeconfig("what_an_identity_may_not_read_is_named_and_granting_it_is_enough") else {
        return;
    };
    let mut real = Real::new(file, "rights").await;
    let namespace = real.namespace.clone();
    let user = format!("{namespace}-user");
    let wanted = kinds(
        &[("", "Pod"), ("", "Secret"), ("apps", "Deployment"), ("rbac.authorization.k8s.io", "ClusterRole")],
        &[],
    );
    let facts = real.collect(Some(&user), &wanted).await;
    for (resource, full) in [
        ("pods", "pods"),
        ("secrets", "secrets"),
        ("deployments", "deployments.apps"),
        ("clusterroles", "clusterroles.rbac.authorization.k8s.io"),
    ] {
        let listing = of(&facts, resource, None);
        assert!(matches!(listing.extent, Extent::Absent { .. }), "{:?}", listing.extent);
        let command = format!("--verb=list --resource={full} && ");
        assert!(
            why(listing).contains(&command) && why(listing).contains(&format!("--user={user}")),
            "{}",
            why(listing)
        );
    }

    // What the plan says is granted is enough, for this and for nothing else.
    let connect = Connect { as_user: Some(user.clone()), ..real.connect.clone() };
    let cluster = Cluster::connect(&connect).await.unwrap();
    let plan = cluster.plan(&wanted).await.unwrap();
    let [role] = &plan.roles[..] else { panic!("{}", plan.roles_yaml()) };
    let mut role: Value = serde_json::from_str(&ironsides_tree::print::json(role)).unwrap();
    role["metadata"]["name"] = json!(user);
    real.create("/apis/rbac.authorization.k8s.io/v1/clusterroles", &role).await;
    let subject = json!([{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": user}]);
    let binding = json!({"metadata": {"name": user}, "subjects": subject,
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": user}});
    real.create("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", &binding).await;
    let mut facts = cluster.collect(&plan, &()).await.unwrap();
    for _ in 0..50 {
        if facts.listings.iter().all(|listing| listing.extent == Extent::Complete) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
        facts = cluster.collect(&plan, &()).await.unwrap();
    }
    for listing in &facts.listings {
        assert_eq!(listing.extent, Extent::Complete, "{}", listing.request);
    }
    assert!(of(&facts, "clusterroles", None).objects.len() > 50);
    let more = kinds(&[("", "ConfigMap"), ("", "Secret")], &[]);
    let facts = real.collect(Some(&user), &more).await;
    assert_eq!(of(&facts, "secrets", None).extent, Extent::Complete);
    assert!(matches!(of(&facts, "configmaps", None).extent, Extent::Absent { .. }));
    real.clean().await;
}

#[tokio::test]
async fn a_role_in_a_namespace_is_enough_for_that_namespace() {
    let Some(file) = kubeconfig("a_role_in_a_namespace_is_enough_for_that_namespace") else { return };
    let mut real = Real::new(file, "role").await;
    let namespace = real.namespace.clone();
    let user = format!("{namespace}-user");
    real.create(&format!("/api/v1/namespaces/{namespace}/configmaps"), &json!({"metadata": {"name": "own"}}))
        .await;
    let wanted = kinds(&[("", "ConfigMap"), ("apps", "Deployment"), ("", "Namespace")], &[&namespace]);
    let connect = Connect { as_user: Some(user.clone()), ..real.connect.clone() };
    let cluster = Cluster::connect(&connect).await.unwrap();
    let plan = cluster.plan(&wanted).await.unwrap();
    let role = plan.roles.iter().find(|role| role.get("kind").unwrap().as_str() == Some("Role")).unwrap();
    let role: Value = serde_json::from_str(&ironsides_tree::print::json(role)).unwrap();
    let base = format!("/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}");
    real.create(&format!("{base}/roles"), &role).await;
    let binding = json!({"metadata": {"name": "reader"},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": user}],
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": role["metadata"]["name"]}});
    real.create(&format!("{base}/rolebindings"), &binding).await;
    let mut facts = cluster.collect(&plan, &()).await.unwrap();
    for _ in 0..50 {
        if facts.listings.iter().all(|listing| listing.extent == Extent::Complete) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
        facts = cluster.collect(&plan, &()).await.unwrap();
    }
    for listing in &facts.listings {
        assert_eq!(listing.extent, Extent::Complete, "{}", listing.request);
    }
    let found = names(&of(&facts, "configmaps", Some(&namespace)).objects);
    assert!(found.contains(&(namespace.clone(), "own".to_owned())), "{found:?}");
    assert_eq!(of(&facts, "namespaces", Some(&namespace)).objects.len(), 1);
    // In another namespace, nothing.
    let other = kinds(&[("", "ConfigMap")], &["kube-system"]);
    let facts = real.collect(Some(&user), &other).await;
    let gap = of(&facts, "configmaps", Some("kube-system"));
    assert!(
        why(gap).contains("kubectl create role ironsides-list-configmaps -n kube-system"),
        "{}",
        why(gap)
    );
    real.clean().await;
}

#[tokio::test]
async fn a_wrong_authority_and_a_wrong_token_are_told_apart() {
    let Some(file) = kubeconfig("a_wrong_authority_and_a_wrong_token_are_told_apart") else { return };
    let admin = Connect { kubeconfig: vec![file], ..Connect::default() };
    let cluster = Cluster::connect(&admin).await.unwrap();
    let (address, folder) = (cluster.address(), tempfile::tempdir().unwrap());
    let other = rcgen::generate_simple_self_signed(["other".to_owned()]).unwrap();
    let authority = folder.path().join("ca.crt");
    std::fs::write(&authority, other.cert.pem()).unwrap();
    let wrong = Connect { certificate_authority: Some(authority), ..admin.clone() };
    let error = Cluster::connect(&wrong).await.unwrap_err().to_string();
    assert!(error.contains("was not signed by the configured authority"), "{error}");
    let bare = Connect { kubeconfig: vec!["/dev/null".into()], server: Some(address), ..Connect::default() };
    let wrong = Connect { token: Some("wrong".into()), insecure_skip_tls_verify: Some(true), ..bare };
    let error = Cluster::connect(&wrong).await.unwrap_err().to_string();
    assert!(error.contains("does not accept these credentials (401)"), "{error}");
    let named = Connect { tls_server_name: Some("elsewhere.example.com".into()), ..admin };
    let error = Cluster::connect(&named).await.unwrap_err().to_string();
    assert!(error.contains("its certificate is for other names"), "{error}");
}
