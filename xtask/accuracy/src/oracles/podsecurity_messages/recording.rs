//! What the recordings have in common: the pods, the server, and how answers are compared.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context, Result};
use ironsides_core::Object;
use ironsides_podsecurity::{
    Admission, Answer, Configuration, Evaluator, Exemptions, Labels, Operation, Request, Surroundings,
};
use ironsides_tree::{Node, parse_one};
use serde::Deserialize;

use super::super::podsecurity::PodText;
use crate::data;
use crate::objects::{text, tree, with_at};

/// The pods that were sent and the server they were sent to.
pub(super) struct Recording {
    pub(super) admission: Admission,
    pods: HashMap<String, Node>,
}

#[derive(Deserialize)]
struct OwnPod {
    pod: String,
    manifest: serde_json::Value,
}

impl Recording {
    pub(super) fn open(folder: &Path) -> Result<Self> {
        let here = folder.join("cluster/podsecurity");
        let mut pods = HashMap::new();
        let own = here.join("own_pods.jsonl");
        if own.exists() {
            for pod in data::lines::<OwnPod>(&own)? {
                pods.insert(pod.pod, tree(&pod.manifest)?);
            }
        }
        let published = folder.join("podsecurity/pods.jsonl");
        if published.exists() {
            for pod in data::lines::<PodText>(&published)? {
                pods.insert(pod.pod.to_string(), parse_one(&pod.yaml)?);
            }
        }
        let evaluator = server(&here).map_or_else(Evaluator::default, Evaluator::of_server);
        Ok(Self { admission: Admission::new(configuration(), evaluator), pods })
    }

    /// A pod by the name that answers give it, with a name of its own that a server takes.
    pub(super) fn pod(&self, name: &serde_json::Value) -> Result<Node> {
        let name = label(name);
        let pod = self.pods.get(&name).with_context(|| format!("there is no pod {name}"))?;
        match pod.at(&["metadata", "name"]).and_then(Node::as_str) {
            Some(name) => Ok(with_at(pod, &["metadata", "name"], text(&name.replace('_', "-")))),
            None => Ok(pod.clone()),
        }
    }

    /// The answer to the creation of an object in a namespace with these labels.
    pub(super) fn create(
        &self,
        [group, resource]: [&str; 2],
        object: &Object,
        labels: Labels<'_>,
    ) -> Result<Answer> {
        let request = Request {
            operation: Operation::Create,
            group,
            resource,
            subresource: "",
            namespace: "recorded",
            name: object.reference().name.as_str(),
            user: "recorded",
            object: Some(object),
            old_object: None,
        };
        Ok(self.admission.admit(&request, &Namespace { labels, pods: &[] })?)
    }
}

/// A namespace as a recording shows it.
pub(super) struct Namespace<'a> {
    pub(super) labels: Labels<'a>,
    pub(super) pods: &'a [Object],
}

impl Surroundings for Namespace<'_> {
    fn labels(&self) -> Option<Labels<'_>> {
        Some(self.labels)
    }

    fn pods(&self) -> Option<Vec<&Object>> {
        Some(self.pods.iter().collect())
    }
}

/// What recordings of this layout configure the plug-in with.
fn configuration() -> Configuration {
    let one = |name: &str| vec![name.to_owned()];
    let exemptions = Exemptions {
        usernames: one("exempt-user"),
        namespaces: one("exempt-namespace"),
        runtime_classes: one("exempt-runtime"),
    };
    Configuration { exemptions, ..Configuration::default() }
}

/// The minor version of the server, from the words that describe the recording: only it tells what "latest" meant.
fn server(folder: &Path) -> Option<u64> {
    let text = data::text(&folder.join("README.md")).ok()?;
    let (_, version) = text.split_once("kube-apiserver 1.")?;
    let digits = version.find(|c: char| !c.is_ascii_digit()).unwrap_or(version.len());
    version.get(..digits)?.parse().ok()
}

/// A pod's name in a file of answers: a number or a text.
pub(super) fn label(name: &serde_json::Value) -> String {
    name.as_str().map_or_else(|| name.to_string(), str::to_owned)
}

/// Whether a text is Pod Security's and not another part's of the server.
pub(super) fn is_pod_security(text: &str) -> bool {
    text.contains("PodSecurity \"") || text.contains("pod-security.kubernetes.io/")
}

/// Whether a refusal is for Pod Security to explain; other parts of the server refuse for reasons of their own.
pub(super) fn is_comparable(status: u16, message: &str) -> bool {
    status < 300 || is_pod_security(message)
}

/// The verdict in one text: `allowed`, or the status and message of a refusal.
pub(super) fn verdict(status: u16, message: &str) -> String {
    if status < 300 { "allowed".to_owned() } else { format!("{status} {message}") }
}

/// The same of an answer that was computed.
pub(super) fn verdict_of(answer: &Answer) -> String {
    answer
        .refusal
        .as_ref()
        .map_or_else(|| verdict(200, ""), |refusal| verdict(refusal.code, &refusal.message))
}
