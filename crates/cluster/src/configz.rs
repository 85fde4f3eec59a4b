//! The configuration that runs in kubelets, as they tell it themselves (`/configz`), asked through the API server.
//!
//! It takes `get` on `nodes/proxy`, which is more than reading: who has it asks kubelets for anything in the name of the API
//! server, and can run commands in pods. So it is read only where somebody wants it.
//! Source: <https://kubernetes.io/docs/reference/access-authn-authz/kubelet-authn-authz/>.

use futures::StreamExt as _;
use futures::stream;
use ironsides_core::{Extent, Listing};
use ironsides_tree::{Map, Node, Text, Value};

use crate::collect::AT_ONCE;
use crate::discovery::parse;
use crate::permission::Permission;
use crate::session::Session;
use crate::trouble::Trouble;

/// The resource that has to be readable.
pub(crate) const RESOURCE: &str = "nodes/proxy";

/// The request, for any node.
pub(crate) const REQUEST: &str = "GET /api/v1/nodes/NODE/proxy/configz";

/// What stands for what may be secret, as in the facts of nodes.
const CONCEALED: &str = "********";

/// Asks the kubelet of each node. The answers are documents of kind `NodeFacts`, which hold nothing else.
pub(crate) async fn read(session: &Session, listings: &[Listing]) -> Listing {
    let nodes = listings.iter().find(|listing| listing.group.is_empty() && &*listing.resource == "nodes");
    let names: Vec<String> = nodes
        .iter()
        .flat_map(|nodes| &nodes.objects)
        .filter_map(|node| node.at(&["metadata", "name"]).and_then(Node::as_str).map(str::to_owned))
        .collect();
    let ask = |name: String| async move {
        let answer = one(session, &name).await;
        (name, answer)
    };
    let answers: Vec<_> = stream::iter(names).map(ask).buffered(AT_ONCE).collect().await;
    let (mut objects, mut failed) = (Vec::new(), Vec::new());
    for (name, answer) in answers {
        match answer {
            Ok(object) => objects.push(object),
            Err(why) => failed.push((name, why)),
        }
    }
    let extent = match (nodes, failed.first()) {
        (Some(nodes), None) if !nodes.objects.is_empty() => nodes.extent.clone(),
        (_, None) => Extent::Absent { why: "the nodes are not known".into() },
        (_, Some((name, why))) => {
            let others = failed.len() - 1;
            let more = if others == 0 { String::new() } else { format!(" (and of {others} others)") };
            let why = format!("of node {name}{more}: {why}");
            if objects.is_empty() { Extent::Absent { why } } else { Extent::Partial { why } }
        }
    };
    Listing {
        request: REQUEST.into(),
        group: Text::new_static("ironsides.dev"),
        version: Text::new_static("v1"),
        resource: Text::new_static("nodefacts"),
        kind: Text::new_static("NodeFacts"),
        namespace: None,
        extent,
        objects,
    }
}

/// What one kubelet answers.
async fn one(session: &Session, name: &str) -> Result<Node, String> {
    let path = format!("/api/v1/nodes/{name}/proxy/configz");
    let reply = match session.get(&path, "application/json").await {
        Ok(reply) => reply,
        Err(Trouble::Status(status)) if status.code == 403 => {
            let right = Permission { verb: "get", group: "", resource: RESOURCE, namespace: None };
            let grant = right.grant(&status.message);
            return Err(format!(
                "{}; {grant}; it allows far more than reading, so leave out --configz where nobody should have it",
                Extent::FORBIDDEN
            ));
        }
        Err(trouble) => return Err(format!("GET {path}: {trouble}")),
    };
    let root = parse(&reply.body).map_err(|trouble| format!("GET {path}: {trouble}"))?;
    let Some(own) = root.get("kubeletconfig").filter(|own| own.as_map().is_some()) else {
        return Err(format!("GET {path}: the answer holds no kubeletconfig"));
    };
    let text = |text: &str| Node::bare(text.into());
    Ok(map([
        ("apiVersion", text("ironsides.dev/v1")),
        ("kind", text("NodeFacts")),
        ("metadata", map([("name", text(name))])),
        ("configz", concealed(own)),
    ]))
}

/// The configuration without the credentials of requests for static pods, in headers and in the address.
fn concealed(own: &Node) -> Node {
    let fields = own.as_map().into_iter().flat_map(Map::iter).map(|(key, value)| {
        let is_secret =
            key == "staticPodURLHeader" && value.as_map().is_some_and(|map| map.iter().next().is_some());
        let login = value.as_str().filter(|_| key == "staticPodURL").and_then(without_login);
        let value = match login {
            Some(address) => Node::bare(address.as_str().into()),
            None if is_secret => Node::bare(CONCEALED.into()),
            None => value.clone(),
        };
        (Text::new(key), value)
    });
    Node::bare(Value::Map(std::sync::Arc::new(fields.collect())))
}

/// An address without who logs in by it; `None` where nobody does.
fn without_login(address: &str) -> Option<String> {
    let (scheme, rest) = address.split_once("://")?;
    let (_, host) = rest.rsplit_once('@')?;
    Some(format!("{scheme}://{CONCEALED}@{host}"))
}

fn map<'a>(fields: impl IntoIterator<Item = (&'a str, Node)>) -> Node {
    let fields = fields.into_iter().map(|(key, value)| (Text::new(key), value));
    Node::bare(Value::Map(std::sync::Arc::new(fields.collect())))
}
