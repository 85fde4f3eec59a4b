//! What is missing of a cluster: which kinds could not be read whole, and what that leaves open.

use std::collections::BTreeMap;
use std::sync::Arc;

use ironsides_core::{
    Confidence, Coverage, Evidence, Extent, Finding, Fingerprint, Inventory, Object, Server, Severity,
    Source, Target, Verdict,
};
use ironsides_schema::{kind_of_resource, kinds};
use ironsides_tree::Text;
use rustc_hash::FxHashMap;

use crate::check::Check;
use crate::scope::Scope;

/// A kind, with its API group first.
pub(crate) type Kind<'a> = (&'a str, &'a str);

/// A resource that was not read whole.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Gap {
    /// The resource, with its group where it has one: `deployments.apps`.
    pub(crate) resource: String,
    /// What is missing, why, and what to do, in one sentence.
    pub(crate) missing: String,
    /// The request that would have read it.
    request: String,
    /// Whether it is of a namespace that nobody asked for, so that the question was not asked either.
    pub(crate) is_left_out: bool,
}

/// Why a question does not arise where only some namespaces were asked for.
pub(crate) const LEFT_OUT: &str = "only some namespaces were looked at";

/// The kind whose objects have the name of the namespace that they are.
const NAMESPACE: Kind<'_> = ("", "Namespace");

/// The namespace that an object is in; that it is, for a namespace.
pub(crate) fn home(object: &Object) -> Option<&Text> {
    let reference = object.reference();
    let is_namespace = (reference.group(), &*reference.kind) == NAMESPACE;
    if is_namespace { Some(&reference.name) } else { reference.namespace.as_ref() }
}

/// A resource that holds the objects of a kind.
#[derive(Clone, Debug)]
struct Resource {
    group: String,
    version: String,
    plural: String,
    namespaced: bool,
}

impl Resource {
    /// With its group where it has one: `deployments.apps`.
    fn name(&self) -> String {
        if self.group.is_empty() { self.plural.clone() } else { format!("{}.{}", self.plural, self.group) }
    }

    /// What was not read whole, and why, of these namespaces or of all.
    fn gap(&self, missing: String) -> Gap {
        let Self { group, version, plural, .. } = self;
        let root = if group.is_empty() { "/api".to_owned() } else { format!("/apis/{group}") };
        let request = format!("GET {root}/{version}/{plural}");
        Gap { resource: self.name(), missing, request, is_left_out: false }
    }

    fn not_read(&self) -> Gap {
        self.gap(format!("{} were not read; read them too", self.name()))
    }

    /// Whether its objects are namespaces: these are read by name where only some namespaces are asked for.
    fn is_of_namespaces(&self) -> bool {
        self.group.is_empty() && self.plural == "namespaces"
    }

    /// What is missing where an object of a namespace, or of none, looks for it. What was asked of the whole cluster is
    /// told of the whole cluster, and what was asked of some namespaces leaves out the others.
    fn lacks(&self, coverage: &Coverage, namespace: Option<&str>) -> Option<Gap> {
        let namespace = namespace.filter(|_| self.namespaced || self.is_of_namespaces());
        let extent = coverage.of_objects(&self.group, &self.plural, namespace);
        let name = self.name();
        let mut known = coverage.resources().filter(|(known, ..)| *known == name).peekable();
        let any = known.peek().is_some();
        let (mut is_whole, mut all_read) = (false, true);
        for (_, of, extent) in known {
            is_whole |= of.is_none();
            all_read &= *extent == Extent::Complete;
        }
        let is_unasked = namespace.is_some()
            && matches!(&extent, Extent::Absent { why } if why == Coverage::NOT_ASKED_FOR);
        let gap = self.gap_of(extent, namespace.filter(|_| !is_whole))?;
        let is_left_out = any && !is_whole && (is_unasked || namespace.is_none() && all_read);
        Some(Gap { is_left_out, ..gap })
    }

    /// The gap that an extent is, of a namespace or of all.
    fn gap_of(&self, extent: Extent, namespace: Option<&str>) -> Option<Gap> {
        let namespaces: Vec<&str> = namespace.into_iter().collect();
        let (absent, why) = match extent {
            Extent::Complete => return None,
            Extent::Absent { why } if why == Coverage::NOT_ASKED_FOR => return Some(self.not_read()),
            Extent::Partial { why } => (false, why),
            Extent::Absent { why } => (true, why),
        };
        Some(self.gap(told(&self.name(), &namespaces, absent, &why)))
    }
}

/// What is missing of one cluster.
pub(crate) struct Gaps<'a> {
    coverage: &'a Coverage,
    server: &'a Server,
    /// Whether only some namespaces were asked for: then what is in none was left out on purpose.
    some_namespaces: bool,
    /// What was found out already: for a kind, and where it is looked up.
    known: FxHashMap<(Text, Text, Option<Text>), Option<Gap>>,
}

impl<'a> Gaps<'a> {
    /// What an inventory lacks; `None` where it is of files.
    pub(crate) fn of(inventory: &'a Inventory, scope: &Scope) -> Option<Self> {
        let server = inventory.server()?;
        let coverage = &inventory.coverage;
        let mut listed = coverage.resources();
        let some_namespaces = !scope.only.is_empty()
            || listed.clone().any(|(_, namespace, _)| namespace.is_some())
                && listed
                    .all(|(resource, namespace, _)| namespace.is_some() || !is_namespaced(server, resource));
        Some(Self { coverage, server, some_namespaces, known: FxHashMap::default() })
    }

    /// What is missing of the objects of a kind, of all that were asked for.
    pub(crate) fn judged(&self, (group, kind): (&str, &str)) -> Option<Gap> {
        let resource = self.resource(group, kind)?;
        let name = resource.name();
        // The namespaces that have the same thing to say are named together.
        let mut whys: BTreeMap<(bool, &str), Vec<&str>> = BTreeMap::new();
        let mut any = false;
        for (_, namespace, extent) in self.coverage.resources().filter(|(known, ..)| *known == name) {
            any = true;
            let (absent, why) = match extent {
                Extent::Complete => continue,
                Extent::Partial { why } => (false, why.as_str()),
                Extent::Absent { why } => (true, why.as_str()),
            };
            whys.entry((absent, why)).or_default().extend(namespace);
        }
        if !any {
            let left_out = self.some_namespaces && !resource.namespaced;
            return (!left_out).then(|| resource.not_read());
        }
        let told: Vec<String> = whys
            .into_iter()
            .map(|((absent, why), namespaces)| told(&name, &namespaces, absent, why))
            .collect();
        (!told.is_empty()).then(|| resource.gap(told.join("; ")))
    }

    /// What is missing of the objects of a kind that could matter to an object in a namespace, or in none.
    pub(crate) fn needed(&mut self, (group, kind): Kind<'_>, namespace: Option<&Text>) -> Option<Gap> {
        let key = (Text::new(group), Text::new(kind), namespace.cloned());
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        let gap = self
            .resource(group, kind)
            .and_then(|resource| resource.lacks(self.coverage, namespace.map(Text::as_str)));
        self.known.insert(key, gap.clone());
        gap
    }

    /// Where the objects of a kind are; `None` where the server serves no such kind, so that there are none.
    fn resource(&self, group: &str, kind: &str) -> Option<Resource> {
        resource(self.server, group, kind)
    }
}

/// Why it is not known whether an object of a kind is in a namespace, or in the cluster; `None` where all of them were
/// read, and for files.
pub(crate) fn unseen(
    inventory: &Inventory,
    (group, kind): (&str, &str),
    namespace: Option<&str>,
) -> Option<Gap> {
    let resource = resource(inventory.server()?, group, kind)?;
    resource.lacks(&inventory.coverage, namespace)
}

fn resource(server: &Server, group: &str, kind: &str) -> Option<Resource> {
    let served = server
        .resources
        .iter()
        .find(|known| known.group == group && known.kind == kind && !known.name.contains('/'));
    if let Some(served) = served {
        return Some(Resource {
            group: served.group.clone(),
            version: served.version.clone(),
            plural: served.name.clone(),
            namespaced: served.namespaced,
        });
    }
    // Where the server did not say what it serves, built-in kinds are taken to be there.
    let built_in = || kinds().iter().find(|known| known.group == group && known.kind == kind);
    built_in().filter(|_| server.resources.is_empty()).map(|kind| Resource {
        group: kind.group.to_owned(),
        version: kind.version.to_owned(),
        plural: kind.plural.to_owned(),
        namespaced: kind.namespaced,
    })
}

fn is_namespaced(server: &Server, resource: &str) -> bool {
    let (plural, group) = resource.split_once('.').unwrap_or((resource, ""));
    let served = server.resources.iter().find(|known| known.name == plural && known.group == group);
    let built_in = || kind_of_resource(group, plural);
    // Of what is neither served nor built in there is nothing, in no namespace.
    served.map(|known| known.namespaced).or_else(|| built_in().map(|kind| kind.namespaced)).unwrap_or(false)
}

/// How many namespaces are named.
const NAMED: usize = 5;

fn told(name: &str, namespaces: &[&str], absent: bool, why: &str) -> String {
    let named = namespaces.get(..NAMED.min(namespaces.len())).unwrap_or_default().join(", ");
    let more = match namespaces.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let place = if namespaces.is_empty() { String::new() } else { format!(" in {named}{more}") };
    if absent {
        format!("{name}{place} could not be listed: {why}")
    } else {
        format!("not all {name}{place} could be listed: {why}")
    }
}

/// What gaps leave open, summed up: the same gap is told once a check.
#[derive(Default)]
pub(crate) struct Open {
    /// By gap and check: how many objects could not be decided, and whether objects could not be seen at all.
    by_gap: BTreeMap<Gap, BTreeMap<&'static str, (u64, bool)>>,
}

impl Open {
    /// A check could not be decided for one more object.
    pub(crate) fn object(&mut self, check: &'static Check, gap: Gap) {
        self.by_gap.entry(gap).or_default().entry(check.meta.id).or_default().0 += 1;
    }

    /// A check could not see objects that it judges. Says whether that is news.
    pub(crate) fn resource(&mut self, check: &'static Check, gap: Gap) -> bool {
        let (_, unseen) = self.by_gap.entry(gap).or_default().entry(check.meta.id).or_default();
        !std::mem::replace(unseen, true)
    }

    /// Adds a finding for each gap and check, in a fixed order.
    pub(crate) fn tell(self, findings: &mut Vec<Finding>) {
        for (gap, checks) in self.by_gap {
            let source = Source::Api { request: Arc::from(gap.request) };
            let looked_at = Arc::from(gap.resource.as_str());
            let fact =
                Evidence { looked_at, raw: None, effective: None, rule: None, source, causes: Vec::new() };
            let target = Arc::new(Target::Resource { resource: gap.resource });
            for (check, (objects, unseen)) in checks {
                let message = match (objects, unseen) {
                    (0, _) => "nothing can be said about what was not read".to_owned(),
                    (1, false) => "1 object could not be decided without it".to_owned(),
                    (count, false) => format!("{count} objects could not be decided without it"),
                    (1, true) => {
                        "nothing can be said about what was not read, nor about 1 other object".to_owned()
                    }
                    (count, true) => {
                        format!(
                            "nothing can be said about what was not read, nor about {count} other objects"
                        )
                    }
                };
                findings.push(Finding {
                    check,
                    target: Arc::clone(&target),
                    verdict: Verdict::Unknown { missing: gap.missing.clone() },
                    message,
                    severity: Severity::Info,
                    confidence: Confidence::High,
                    path: Arc::from(""),
                    evidence: vec![fact.clone()],
                    fingerprint: Fingerprint::new(check, &target, "", ""),
                    fix: None,
                    waived: None,
                    pods: 0,
                });
            }
        }
    }
}
