//! What a server serves.

use futures::StreamExt as _;
use futures::stream;
use ironsides_core::ApiResource;
use ironsides_tree::Node;

use crate::session::Session;
use crate::trouble::Trouble;

/// What a server serves, and where that could not be learned.
#[derive(Clone, Debug, Default)]
pub(crate) struct Discovery {
    /// By group, version and name.
    pub(crate) resources: Vec<ApiResource>,
    /// The groups whose resources could not be learned, and why: mostly those of another server that is down.
    pub(crate) broken: Vec<(String, String)>,
    /// Why nothing is known of the groups beside the core group, or nothing at all.
    pub(crate) unknown: Option<String>,
    /// In which order the versions of a group are preferred.
    ranks: Vec<(String, String)>,
}

/// How the answer is asked for: all groups in one document, or else the list of groups, which every server has.
const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,\
                          application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";

const JSON: &str = "application/json";
/// How many groups are asked for at the same time.
const AT_ONCE: usize = 8;

impl Discovery {
    /// Asks a server. Only where it does not answer at all is that an error; what it refuses to tell is kept.
    pub(crate) async fn of(session: &Session) -> Result<Self, Trouble> {
        let mut discovery = Self::default();
        let (core, groups) =
            futures::join!(session.get("/api", AGGREGATED), session.get("/apis", AGGREGATED));
        for (path, reply) in [("/api", core), ("/apis", groups)] {
            let root = match reply.and_then(|reply| parse(&reply.body)) {
                Ok(root) => root,
                Err(trouble @ Trouble::Status(_)) if trouble.code() != Some(401) => {
                    let why = format!("the server did not say what it serves under {path}: {trouble}");
                    discovery.unknown.get_or_insert(why);
                    continue;
                }
                Err(trouble) => return Err(trouble),
            };
            match root.get("kind").and_then(Node::as_str) {
                Some("APIGroupDiscoveryList") => discovery.aggregated(&root),
                Some("APIVersions") => {
                    let versions = root.get("versions").map(Node::items).unwrap_or_default();
                    let versions = versions.iter().filter_map(Node::as_str);
                    let asked = versions.map(|version| (String::new(), version.to_owned())).collect();
                    discovery.one_by_one(session, asked).await?;
                }
                Some("APIGroupList") => discovery.one_by_one(session, versions(&root)).await?,
                _ => {
                    return Err(Trouble::Malformed(format!(
                        "what stands under {path} is no list of API groups"
                    )));
                }
            }
        }
        discovery.resources.sort();
        discovery
            .resources
            .dedup_by(|a, b| (&a.group, &a.version, &a.name) == (&b.group, &b.version, &b.name));
        discovery.broken.sort();
        discovery.broken.dedup_by(|a, b| a.0 == b.0);
        Ok(discovery)
    }

    /// Reads the document that has everything.
    fn aggregated(&mut self, root: &Node) {
        for group in root.get("items").map(Node::items).unwrap_or_default() {
            let name = text(group, &["metadata", "name"]);
            for (at, version) in group.get("versions").map(Node::items).unwrap_or_default().iter().enumerate()
            {
                let number = text(version, &["version"]);
                self.ranks.push((name.clone(), number.clone()));
                if version.get("freshness").and_then(Node::as_str) == Some("Stale") {
                    let why = format!(
                        "the server behind the API group {name} ({number}) does not answer; look at kubectl get apiservice \
                         {number}.{name}"
                    );
                    self.broken.push((name.clone(), why));
                }
                for item in version.get("resources").map(Node::items).unwrap_or_default() {
                    let resource = ApiResource {
                        group: name.clone(),
                        version: number.clone(),
                        name: text(item, &["resource"]),
                        kind: text(item, &["responseKind", "kind"]),
                        namespaced: item.get("scope").and_then(Node::as_str) == Some("Namespaced"),
                        verbs: verbs(item),
                        preferred: at == 0,
                    };
                    for below in item.get("subresources").map(Node::items).unwrap_or_default() {
                        self.resources.push(ApiResource {
                            name: format!("{}/{}", resource.name, text(below, &["subresource"])),
                            kind: text(below, &["responseKind", "kind"]),
                            verbs: verbs(below),
                            ..resource.clone()
                        });
                    }
                    self.resources.push(resource);
                }
            }
        }
    }

    /// Asks for each group and version; the first of a group is its preferred one.
    async fn one_by_one(&mut self, session: &Session, asked: Vec<(String, String)>) -> Result<(), Trouble> {
        let ask = |(group, version): (String, String)| async move {
            let reply = session.get(&crate::plan::base(&group, &version), JSON).await;
            let root = reply.and_then(|reply| parse(&reply.body));
            (group, version, root)
        };
        let answers: Vec<_> = stream::iter(asked).map(ask).buffered(AT_ONCE).collect().await;
        for (group, version, root) in answers {
            let preferred = !self.ranks.iter().any(|(known, _)| *known == group);
            self.ranks.push((group.clone(), version.clone()));
            let root = match root {
                Ok(root) => root,
                Err(trouble) if trouble.code() == Some(401) => return Err(trouble),
                Err(trouble) => {
                    let why = format!(
                        "the server behind the API group {group} ({version}) does not answer: {trouble}"
                    );
                    self.broken.push((group, why));
                    continue;
                }
            };
            for item in root.get("resources").map(Node::items).unwrap_or_default() {
                self.resources.push(ApiResource {
                    group: group.clone(),
                    version: version.clone(),
                    name: text(item, &["name"]),
                    kind: text(item, &["kind"]),
                    namespaced: item.get("namespaced").and_then(Node::as_bool).unwrap_or(false),
                    verbs: verbs(item),
                    preferred,
                });
            }
        }
        Ok(())
    }

    /// The resource of a kind that can be listed, in the version that the server likes best.
    pub(crate) fn listable(&self, group: &str, kind: &str) -> Option<&ApiResource> {
        self.best(self.lists().filter(|found| found.group == group && found.kind == kind))
    }

    /// Every resource that can be listed, each once.
    pub(crate) fn all(&self) -> Vec<&ApiResource> {
        let mut names: Vec<(&str, &str)> =
            self.lists().map(|found| (found.group.as_str(), found.name.as_str())).collect();
        names.sort_unstable();
        names.dedup();
        let best = |(group, name): (&str, &str)| {
            self.best(self.lists().filter(|found| found.group == group && found.name == name))
        };
        names.into_iter().filter_map(best).collect()
    }

    /// Why it is not known whether a group is served; `None` where that is known.
    pub(crate) fn doubt(&self, group: &str) -> Option<&str> {
        let broken = self.broken.iter().find(|(known, _)| known == group);
        broken.map(|(_, why)| why.as_str()).or(self.unknown.as_deref())
    }

    fn lists(&self) -> impl Iterator<Item = &ApiResource> {
        let can_list = |found: &&ApiResource| found.verbs.iter().any(|verb| verb == "list");
        self.resources.iter().filter(|found| !found.name.contains('/')).filter(can_list)
    }

    fn best<'a>(&self, found: impl Iterator<Item = &'a ApiResource>) -> Option<&'a ApiResource> {
        let rank = |found: &&ApiResource| {
            let same =
                |(group, version): &(String, String)| *group == found.group && *version == found.version;
            self.ranks.iter().position(same).unwrap_or(usize::MAX)
        };
        found.min_by_key(rank)
    }
}

/// The groups of a server and their versions, preferred ones first.
fn versions(root: &Node) -> Vec<(String, String)> {
    let mut asked = Vec::new();
    for group in root.get("groups").map(Node::items).unwrap_or_default() {
        let name = text(group, &["name"]);
        let preferred = text(group, &["preferredVersion", "version"]);
        let listed = group.get("versions").map(Node::items).unwrap_or_default();
        let others =
            listed.iter().map(|version| text(version, &["version"])).filter(|other| *other != preferred);
        let first = Some(preferred.clone()).filter(|version| !version.is_empty());
        asked.extend(first.into_iter().chain(others).map(|version| (name.clone(), version)));
    }
    asked
}

fn text(node: &Node, keys: &[&str]) -> String {
    node.at(keys).and_then(Node::as_str).unwrap_or_default().to_owned()
}

fn verbs(node: &Node) -> Vec<String> {
    let verbs = node.get("verbs").map(Node::items).unwrap_or_default();
    verbs.iter().filter_map(Node::as_str).map(str::to_owned).collect()
}

/// Reads an answer.
pub(crate) fn parse(body: &str) -> Result<Node, Trouble> {
    use ironsides_tree::{Documents, Format, Limits};
    let limits = Limits { split_lists: false, ..Limits::default() };
    match Documents::with_format(body, Format::Json, limits).next() {
        Some(Ok(document)) if document.root.as_map().is_some() => Ok(document.root),
        Some(Ok(document)) => Err(Trouble::Malformed(format!("it is a JSON {}", document.root.shape()))),
        Some(Err(error)) => {
            Err(Trouble::Malformed(format!("it is no JSON ({error} at byte {})", error.offset)))
        }
        None => Err(Trouble::Malformed("it is empty".into())),
    }
}
