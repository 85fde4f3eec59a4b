//! The API server, asked over plain HTTP.

use std::error::Error;

use futures::{StreamExt as _, stream};
use ironsides_core::{Object, Origin};
use kube::client::Body;
use kube::config::{AuthInfo, KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use serde_json::Value;

pub(crate) type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// How many requests are under way at once.
const AT_ONCE: usize = 24;

#[derive(Clone)]
pub(crate) struct Server {
    config: Config,
    client: Client,
}

/// A request.
#[derive(Clone, Default)]
pub(crate) struct Call {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) content_type: &'static str,
    pub(crate) body: Option<Value>,
}

impl Call {
    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self { method: "GET", path: path.into(), ..Self::default() }
    }

    pub(crate) fn post(path: impl Into<String>, body: Value) -> Self {
        Self { method: "POST", path: path.into(), body: Some(body), ..Self::default() }
    }

    /// The same call in somebody else's name.
    pub(crate) fn by(mut self, user: &str, groups: &[String]) -> Self {
        self.headers.push(("Impersonate-User".into(), user.to_owned()));
        self.headers.extend(groups.iter().map(|group| ("Impersonate-Group".into(), group.clone())));
        self
    }
}

impl Server {
    pub(crate) async fn connect(kubeconfig: &str) -> Result<Self> {
        let options = KubeConfigOptions::default();
        let config = Config::from_custom_kubeconfig(Kubeconfig::read_from(kubeconfig)?, &options).await?;
        Ok(Self { client: Client::try_from(config.clone())?, config })
    }

    /// The same server, asked with a token.
    pub(crate) fn with_token(&self, token: &str) -> Result<Self> {
        let auth_info = AuthInfo { token: Some(token.to_owned().into()), ..AuthInfo::default() };
        let mut config = self.config.clone();
        config.auth_info = auth_info;
        Ok(Self { client: Client::try_from(config.clone())?, config })
    }

    /// The status and the body: text where it is no JSON.
    pub(crate) async fn send(&self, call: Call) -> Result<(u16, Value)> {
        let mut request = http::Request::builder().method(call.method).uri(&call.path);
        for (name, value) in &call.headers {
            request = request.header(name, http::HeaderValue::from_bytes(value.as_bytes())?);
        }
        let body = match call.body {
            Some(body) => {
                let kind = if call.content_type.is_empty() { "application/json" } else { call.content_type };
                request = request.header("Content-Type", kind);
                Body::from(body.to_string().into_bytes())
            }
            None => Body::empty(),
        };
        let response = self.client.send(request.body(body)?).await?;
        let status = response.status().as_u16();
        let bytes = response.into_body().collect_bytes().await?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Ok((status, serde_json::from_str(&text).unwrap_or(Value::String(text))))
    }

    /// Answers in the order of the calls.
    pub(crate) async fn send_all(&self, calls: Vec<Call>) -> Result<Vec<(u16, Value)>> {
        let answers: Vec<Result<(u16, Value)>> =
            stream::iter(calls).map(|call| self.send(call)).buffered(AT_ONCE).collect().await;
        answers.into_iter().collect()
    }

    /// Sends, and fails with what the server says unless it is content.
    pub(crate) async fn expect(&self, call: Call) -> Result<Value> {
        let what = format!("{} {}", call.method, call.path);
        match self.send(call).await? {
            (200..300, body) => Ok(body),
            (status, body) => Err(format!("{what}: {status} {}", body["message"]).into()),
        }
    }

    /// The stored objects of a kind, as the server writes a single one.
    pub(crate) async fn list(&self, resource: &str, kind: &str) -> Result<Vec<Value>> {
        let list = self.expect(Call::get(format!("{RBAC}/{resource}"))).await?;
        let mut items = list["items"].as_array().cloned().unwrap_or_default();
        for item in &mut items {
            item["apiVersion"] = "rbac.authorization.k8s.io/v1".into();
            item["kind"] = kind.into();
        }
        Ok(items)
    }
}

/// Where roles and bindings are.
pub(crate) const RBAC: &str = "/apis/rbac.authorization.k8s.io/v1";

/// The resources of roles and bindings, and their kinds.
pub(crate) const KINDS: [(&str, &str); 4] = [
    ("clusterroles", "ClusterRole"),
    ("clusterrolebindings", "ClusterRoleBinding"),
    ("roles", "Role"),
    ("rolebindings", "RoleBinding"),
];

/// An object for the engine.
pub(crate) fn object(value: &Value) -> Result<Object> {
    let root = ironsides_tree::parse_one(&value.to_string())?;
    Ok(Object::new(root, Origin::Api { request: "a list".into() }, Vec::new()))
}

/// A message whose last part, a list of complaints without order, is in order.
pub(crate) fn ordered(text: &str) -> String {
    let Some((before, list)) = text.strip_suffix(']').and_then(|text| text.rsplit_once('[')) else {
        return text.to_owned();
    };
    let mut complaints: Vec<&str> = list.trim_end_matches(']').split(", ").collect();
    if !complaints.iter().all(|complaint| complaint.ends_with("not found")) {
        return text.to_owned();
    }
    complaints.sort_unstable();
    format!("{before}[{}]", complaints.join(", "))
}
