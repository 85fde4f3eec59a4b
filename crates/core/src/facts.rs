//! What was read of a cluster: the same whether it comes from the API server or from a fact bundle.

use std::sync::Arc;

use ironsides_tree::{Node, Text};
use serde::{Deserialize, Serialize};

use crate::coverage::{Extent, Fact};
use crate::inventory::Inventory;
use crate::object::{Object, Origin};

/// Everything that was read of one cluster at one time.
///
/// Listings stand in the order of their requests' resources (group, resource, namespace) and objects in the order of the
/// server (namespace, name), so that the same cluster gives the same facts.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// When reading began: milliseconds since 1970, UTC.
    pub taken: u64,
    /// The API server.
    pub server: Server,
    /// What was listed, and what could not be.
    pub listings: Vec<Listing>,
}

/// What an API server tells of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Server {
    /// Where it was reached: `https://10.0.0.1:6443`.
    pub address: String,
    /// The kubeconfig context that named it; empty where there was none (in a pod).
    pub context: String,
    /// Its version as `/version` gives it: `v1.36.3`; empty where that could not be read.
    pub version: String,
    /// What it serves, by group, version and name; subresources are `pods/log`. Empty where discovery failed.
    pub resources: Vec<ApiResource>,
    /// What it answered to requests without credentials.
    pub anonymous: Vec<Answer>,
}

/// A resource that an API server serves.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ApiResource {
    /// The API group; empty for the core group.
    pub group: String,
    /// The version: `v1`.
    pub version: String,
    /// The plural name, with the subresource where it is one: `pods/log`.
    pub name: String,
    /// The kind of its objects.
    pub kind: String,
    /// Whether its objects are in namespaces.
    pub namespaced: bool,
    /// What may be asked of it: `get`, `list`, ….
    pub verbs: Vec<String>,
    /// Whether this is the version that the server prefers for its group.
    pub preferred: bool,
}

/// How a server answered a request.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Answer {
    /// The request: `GET /version`.
    pub request: String,
    /// The status code; 0 where there was no answer.
    pub status: u16,
    /// What the answer says, where that matters: the message of a refusal.
    pub message: String,
}

/// The objects of one resource, in all namespaces or in one.
#[derive(Clone, Debug)]
pub struct Listing {
    /// The request that read them, without paging: `GET /apis/apps/v1/deployments`.
    pub request: Arc<str>,
    /// The API group; empty for the core group.
    pub group: Text,
    /// The version they were read in.
    pub version: Text,
    /// The plural name of the resource.
    pub resource: Text,
    /// The kind of the objects.
    pub kind: Text,
    /// The namespace that was asked for; `None` for all, and for resources without namespaces.
    pub namespace: Option<Text>,
    /// Whether these are all.
    pub extent: Extent,
    /// The objects, each with `apiVersion` and `kind`.
    pub objects: Vec<Node>,
}

impl Listing {
    /// Why nothing was read of a namespace that does not exist.
    pub const NO_NAMESPACE: &str = "there is no such namespace";

    /// The namespace that was asked for where it does not exist: its own object was not found.
    pub fn missing_namespace(&self) -> Option<&Text> {
        let is_missing = matches!(&self.extent, Extent::Absent { why } if why == Self::NO_NAMESPACE);
        self.namespace.as_ref().filter(|_| is_missing)
    }

    /// The fact that this listing is about.
    pub fn fact(&self) -> Fact {
        Fact::objects(&self.group, &self.resource, self.namespace.as_deref())
    }
}

impl Server {
    /// The minor version: 36 for `v1.36.3`; `None` where the version is not known.
    pub fn minor(&self) -> Option<u64> {
        let mut parts = self.version.trim_start_matches('v').split('.');
        let minor = parts.nth(1)?;
        minor.chars().take_while(char::is_ascii_digit).collect::<String>().parse().ok()
    }
}

impl Facts {
    /// All of it as an inventory: every object with the request that read it, the coverage of every listing, and the
    /// server.
    pub fn inventory(self) -> Inventory {
        let mut inventory = Inventory::of_cluster(self.server);
        for listing in self.listings {
            inventory.coverage.record(listing.fact(), listing.extent);
            for root in listing.objects {
                let origin = Origin::Api { request: Arc::clone(&listing.request) };
                inventory.push(Object::new(root, origin, Vec::new()));
            }
        }
        inventory
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minor_versions_are_read_as_servers_write_them() {
        for (version, expected) in [
            ("v1.36.3", Some(36)),
            ("v1.29.1-eks-508b6b3", Some(29)),
            ("1.31+", Some(31)),
            ("", None),
            ("v1", None),
        ] {
            let server = Server { version: version.into(), ..Server::default() };
            assert_eq!(server.minor(), expected, "{version}");
        }
    }

    #[test]
    fn an_inventory_says_what_it_lacks() {
        let refused = Extent::Absent { why: "forbidden".into() };
        let listing = |resource: &str, extent, namespace: Option<&str>| Listing {
            request: Arc::from(format!("GET /api/v1/{resource}")),
            group: Text::default(),
            version: Text::new("v1"),
            resource: Text::new(resource),
            kind: Text::new("Pod"),
            namespace: namespace.map(Text::new),
            extent,
            objects: vec![
                ironsides_tree::parse_one("{apiVersion: v1, kind: Pod, metadata: {name: a}}").unwrap(),
            ],
        };
        let facts = Facts {
            listings: vec![
                listing("pods", Extent::Complete, None),
                listing("secrets", refused.clone(), None),
                listing("services", Extent::Complete, Some("shop")),
            ],
            ..Facts::default()
        };
        let inventory = facts.inventory();
        assert!(inventory.server().is_some());
        assert_eq!(inventory.objects().len(), 3);
        let of = |resource, namespace| inventory.coverage.of_objects("", resource, namespace);
        assert_eq!(of("pods", None), Extent::Complete);
        assert_eq!(of("pods", Some("shop")), Extent::Complete);
        assert_eq!(of("secrets", Some("shop")), refused);
        assert_eq!(of("services", Some("shop")), Extent::Complete);
        assert!(matches!(of("services", None), Extent::Partial { .. }));
        assert!(matches!(of("nodes", None), Extent::Absent { .. }));
    }
}
