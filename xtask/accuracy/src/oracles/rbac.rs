//! The answers of a real API server about RBAC: generated worlds of roles and bindings over the bootstrap roles, with access
//! reviews, rules reviews, attempts to escalate and to impersonate, and the reasons in audit annotations.

mod attempts;
mod reviews;

use std::path::Path;

use anyhow::{Context, Result, bail};
use ironsides_core::Object;
use ironsides_rbac::{Decision, Identity, Rbac, Request, Rule};
use ironsides_tree::{Node, Text, parse_one};
use serde::Deserialize;
use serde_json::Value;

use crate::data;
use crate::objects;
use crate::oracle::{Oracle, Score};

pub(crate) const ORACLE: Oracle =
    Oracle { name: "rbac", files: &["cluster/rbac/bootstrap.json", "cluster/rbac/audit-reasons.json"], run };

/// The objects of a cluster and what its server answered.
#[derive(Deserialize)]
struct World {
    #[serde(rename = "world")]
    number: u64,
    objects: Vec<Value>,
    aggregated: serde_json::Map<String, Value>,
    reviews: Vec<reviews::Review>,
    rules: Vec<reviews::RulesCase>,
    escalation: Vec<attempts::Escalation>,
    impersonation: Vec<attempts::Impersonation>,
}

/// Who a request was made as; the server adds a group.
#[derive(Deserialize)]
struct User {
    #[serde(rename = "user")]
    name: String,
    #[serde(default)]
    groups: Vec<String>,
    #[serde(default)]
    extra: serde_json::Map<String, Value>,
}

impl User {
    /// As it is written.
    fn identity(&self) -> Identity {
        let texts = |values: &Value| {
            values.as_array().into_iter().flatten().filter_map(Value::as_str).map(Text::new).collect()
        };
        Identity {
            user: Text::new(&self.name),
            groups: self.groups.iter().map(Text::new).collect(),
            uid: None,
            extra: self.extra.iter().map(|(key, values)| (Text::new(key), texts(values))).collect(),
        }
    }
}

/// An error of the server.
#[derive(Deserialize)]
struct Refused {
    code: u16,
    message: String,
}

/// A cluster: its roles and bindings, and the objects by name.
struct Cluster {
    rbac: Rbac,
    objects: Vec<Object>,
}

impl Cluster {
    fn new(bootstrap: &[Node], objects: &[Value]) -> Result<Self> {
        let own: Result<Vec<Node>> = objects.iter().map(objects::tree).collect();
        let all = bootstrap.iter().cloned().chain(own?);
        let objects: Vec<Object> = all.map(objects::object).collect();
        Ok(Self { rbac: Rbac::new(&objects), objects })
    }

    /// A stored object.
    fn object(&self, kind: &str, namespace: &str, name: &str) -> Option<&Node> {
        let found = self.objects.iter().find(|object| {
            let reference = object.reference();
            reference.kind == kind
                && reference.namespace.as_deref().unwrap_or_default() == namespace
                && reference.name == name
        });
        found.map(|object| &object.root)
    }

    /// Whether a recorded reason is one that the server may give: it names any of the bindings that grant, those of the
    /// cluster before others.
    fn may_say(&self, identity: &Identity, request: &Request, decision: &Decision, reason: &str) -> bool {
        match decision {
            Decision::Allowed(_) => {
                let grants = self.rbac.grants_of(identity, request);
                let namespace = |at: usize| {
                    let binding = grants.get(at).and_then(|grant| self.rbac.binding(grant.binding));
                    binding.and_then(|binding| binding.namespace.as_ref())
                };
                let in_cluster = namespace(0).is_none();
                let named = (0..grants.len()).filter(|at| namespace(*at).is_none() == in_cluster);
                named.filter_map(|at| grants.get(at)).any(|grant| {
                    self.rbac.allowed_by(grant).is_some_and(|by| reason == format!("RBAC: {by}"))
                })
            }
            Decision::Privileged | Decision::NoOpinion(_) => {
                let ours = self.rbac.reason(decision);
                ordered(&ours) == ordered(reason)
            }
        }
    }
}

/// A message with the complaints at its end, whose order is not fixed, in order.
fn ordered(text: &str) -> String {
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

fn run(folder: &Path) -> Result<Score> {
    let folder = folder.join("cluster/rbac");
    let bootstrap = parse_one(&data::text(&folder.join("bootstrap.json"))?)?;
    let bootstrap = bootstrap.get("items").context("bootstrap.json is no list")?.items().to_vec();
    let mut paths: Vec<_> = std::fs::read_dir(&folder)
        .with_context(|| format!("cannot list {}", folder.display()))?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("world-")))
        .collect();
    paths.sort();
    if paths.is_empty() {
        bail!("{} holds no worlds", folder.display());
    }
    let mut parts: [(&'static str, Score); 6] = [
        ("aggregated", Score::default()),
        ("reviews", Score::default()),
        ("rules", Score::default()),
        ("escalation", Score::default()),
        ("impersonation", Score::default()),
        ("audit-reasons", Score::default()),
    ];
    let audited: Vec<reviews::Audited> =
        serde_json::from_str(&data::text(&folder.join("audit-reasons.json"))?)?;
    for path in paths {
        let world: World = serde_json::from_str(&data::text(&path)?)
            .with_context(|| format!("cannot read {}", path.display()))?;
        let cluster = Cluster::new(&bootstrap, &world.objects)?;
        let [aggregates, accesses, rules, escalation, impersonation, audit] = &mut parts;
        aggregated(&world, &cluster, &mut aggregates.1);
        reviews::accesses(&world, &cluster, &mut accesses.1);
        reviews::rules(&world, &cluster, &mut rules.1);
        attempts::escalation(&world, &cluster, &mut escalation.1);
        attempts::impersonation(&world, &cluster, &mut impersonation.1);
        reviews::audited(&world, &audited, &cluster, &mut audit.1);
    }
    let mut score = Score::default();
    for (name, part) in parts {
        score.add_group(name, part);
    }
    Ok(score)
}

/// The rules of roles that gather them.
fn aggregated(world: &World, cluster: &Cluster, score: &mut Score) {
    for (name, expected) in &world.aggregated {
        let expected: Vec<Rule> = expected.as_array().into_iter().flatten().filter_map(rule).collect();
        let role = cluster.rbac.role_named(None, name).and_then(|id| cluster.rbac.role(id));
        let got = role.with_context(|| format!("there is no role {name}")).map(|role| texts(&role.rules));
        score.compare(|| format!("world {} aggregated {name}", world.number), &texts(&expected), got);
    }
}

fn rule(value: &Value) -> Option<Rule> {
    objects::tree(value).ok().map(|node| Rule::read(&node))
}

/// Rules as one text, in order.
fn texts(rules: &[Rule]) -> String {
    let texts: Vec<String> = rules.iter().map(Rule::in_message).collect();
    texts.join("\n")
}
