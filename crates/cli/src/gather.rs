//! What commands look at: objects from files, from a fact bundle, or from a live cluster.
//!
//! [`gather`] makes an inventory for commands that look at all objects together; [`facts`] gives what was read of a cluster
//! as it was read. Neither ever holds a value of a Secret of a cluster.

mod bundle;
mod cluster;
mod files;
mod show;

use std::path::PathBuf;

use anyhow::Result;
use ironsides_core::{Extent, Facts, Inventory, Listing, Object};
use ironsides_files::{Bundle, BundleOf};
use ironsides_report::Problem;

pub(crate) use self::bundle::{made_of_files, redactor};
pub(crate) use self::cluster::{Live, dry_run, plan};
pub(crate) use self::show::{count, line, moment, show};
use crate::args::FromArgs;
use crate::say::Say;

/// Where objects come from.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    /// Manifests, read as `ironsides scan` reads them: charts are rendered and kustomizations built.
    Files(Vec<PathBuf>),
    /// A fact bundle.
    Facts(PathBuf),
    /// A live cluster.
    Cluster(Box<Live>),
}

impl FromArgs {
    /// The place that the arguments name: the cluster that kubectl would talk to, unless files or a bundle are named. Of
    /// a cluster these namespaces are read, or all where none is named.
    pub(crate) fn place(&self, namespaces: &[String]) -> Place {
        match &self.facts {
            Some(path) => Place::Facts(path.clone()),
            None if !self.filename.is_empty() => Place::Files(self.filename.clone()),
            None => Place::Cluster(Box::new(Live {
                connect: self.connect.connect(),
                namespaces: namespaces.to_vec(),
                anonymous: false,
                configz: false,
            })),
        }
    }
}

/// Which objects are wanted: kinds with their API groups, or all.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wanted<'a> {
    /// Every kind there is; of a cluster these are asked for even where its server tells of none.
    All(&'a [(&'a str, &'a str)]),
    /// These: group (empty for the core group) and kind.
    Kinds(&'a [(&'a str, &'a str)]),
}

/// The documents with facts of nodes, as objects.
const NODE_FACTS: (&str, &str) = ("ironsides.dev", ironsides_settings::KIND);

impl Wanted<'_> {
    /// Whether objects of a kind are wanted.
    fn takes(self, group: &str, kind: &str) -> bool {
        match self {
            Self::All(_) => true,
            // Facts of nodes are there because somebody asked for them.
            Self::Kinds(kinds) => kinds.contains(&(group, kind)) || (group, kind) == NODE_FACTS,
        }
    }
}

/// What was gathered.
#[derive(Debug)]
pub(crate) struct Gathered {
    /// The objects, and for a cluster how much of each kind there is.
    pub(crate) inventory: Inventory,
    /// What could not be read. Each was told already. A command that answers all the same ends with
    /// [`crate::exit::Exit::Incomplete`] where there is any.
    pub(crate) problems: Vec<Problem>,
}

/// Gathers the wanted objects from a place. What cannot be read is told through `say`, and is in what is returned; an
/// error is what leaves nothing to go on with.
pub(crate) fn gather(place: &Place, wanted: Wanted<'_>, say: &Say) -> Result<Gathered> {
    if let Place::Files(paths) = place {
        return files::gather(paths, wanted, say);
    }
    let Bundle { of, facts, .. } = facts(place, wanted, say)?;
    match of {
        BundleOf::Cluster => {
            let problems = tell(&facts, say);
            Ok(Gathered { inventory: facts.inventory(), problems })
        }
        BundleOf::Files => {
            Ok(Gathered { inventory: bundle::inventory_of_files(facts), problems: Vec::new() })
        }
    }
}

/// Reads the wanted facts from a place: from a cluster, from a bundle of one, or objects of files as if they were listings.
/// What cannot be read of a cluster is said in the extents of the listings, and not told here.
pub(crate) fn facts(place: &Place, wanted: Wanted<'_>, say: &Say) -> Result<Bundle> {
    match place {
        Place::Files(paths) => Ok(made_of_files(&files::gather(paths, wanted, say)?.inventory)),
        Place::Facts(path) => bundle::read(path, wanted),
        Place::Cluster(live) => cluster::read(live, wanted, say),
    }
}

/// Tells what is missing of facts, and gives it. What is missing of many listings for want of rights is told in one line,
/// because one role mends it.
pub(crate) fn tell(facts: &Facts, say: &Say) -> Vec<Problem> {
    let is_forbidden = |listing: &&Listing| listing.extent.is_forbidden();
    let forbidden: Vec<String> = facts.listings.iter().filter(is_forbidden).map(name).collect();
    let is_many = forbidden.len() > EACH;
    let mut problems = Vec::new();
    for listing in &facts.listings {
        let Some(problem) = problem(listing) else { continue };
        if !is_many || !is_forbidden(&listing) {
            say.problem(&problem);
        }
        problems.push(problem);
    }
    if is_many {
        let message = format!("cannot read {}: forbidden", forbidden.join(", "));
        say.problem(&Problem { path: String::new(), line: None, column: None, message, hint: None });
        say.hint(&"with --dry-run, `ironsides collect` and `ironsides scan --cluster` print the role that allows all of it");
    }
    problems
}

/// Up to so many listings that are forbidden are told one by one, each with the commands that grant it.
const EACH: usize = 4;

/// The objects of a listing in words: `deployments.apps in namespace shop`.
fn name(listing: &Listing) -> String {
    let what = match (&*listing.resource, &*listing.group) {
        ("*", "") => "all kinds".to_owned(),
        ("*", group) => format!("the kinds of {group}"),
        (resource, "") => resource.to_owned(),
        (resource, group) => format!("{resource}.{group}"),
    };
    match &listing.namespace {
        Some(namespace) => format!("{what} in namespace {namespace}"),
        None => what,
    }
}

/// What is missing of a listing, where something is.
pub(crate) fn problem(listing: &Listing) -> Option<Problem> {
    let what = name(listing);
    let message = match &listing.extent {
        Extent::Complete => return None,
        Extent::Partial { why } => format!("cannot read all of {what}: {why}"),
        Extent::Absent { why } => format!("cannot read {what}: {why}"),
    };
    Some(Problem { path: listing.request.to_string(), line: None, column: None, message, hint: None })
}

/// The API group and the kind of an object.
fn kind(object: &Object) -> (&str, &str) {
    (object.reference().group(), &object.reference().kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_charts_and_kustomizations_are_gathered_and_faults_are_told() {
        let demo = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../demo");
        let all = gather(&Place::Files(vec![demo.clone()]), Wanted::All(&[]), &Say::mute()).unwrap();
        assert!(all.problems.is_empty(), "{:?}", all.problems);
        assert!(all.inventory.server().is_none());
        let rendered = |object: &&Object| matches!(object.origin, ironsides_core::Origin::Rendered(_));
        assert!(all.inventory.objects().iter().filter(rendered).count() > 3);
        let roles = [("rbac.authorization.k8s.io", "Role"), ("rbac.authorization.k8s.io", "ClusterRole")];
        let some = gather(&Place::Files(vec![demo]), Wanted::Kinds(&roles), &Say::mute()).unwrap();
        let expected: usize = roles
            .iter()
            .chain([&NODE_FACTS])
            .map(|(group, kind)| all.inventory.of_kind(group, kind).count())
            .sum();
        assert!(expected > 0 && some.inventory.objects().len() == expected);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.yaml");
        std::fs::write(&path, "apiVersion: v1\nkind: ConfigMap\n---\nkind: Pod\nmetadata: {}\n---\na: [\n")
            .unwrap();
        let places = vec![path, folder.path().join("missing")];
        let half = gather(&Place::Files(places), Wanted::All(&[]), &Say::mute()).unwrap();
        assert_eq!((half.inventory.objects().len(), half.problems.len()), (1, 3), "{:?}", half.problems);
    }
    #[test]
    fn a_bundle_is_gathered_like_what_it_was_made_of_and_tells_what_it_lacks() {
        let resource = |group: &str, name: &str, kind: &str| ironsides_core::ApiResource {
            group: group.into(),
            version: "v1".into(),
            name: name.into(),
            kind: kind.into(),
            ..ironsides_core::ApiResource::default()
        };
        let listing = |resource: &str, kind: &str, extent| Listing {
            request: std::sync::Arc::from(format!("GET /api/v1/{resource}")),
            group: "".into(),
            version: "v1".into(),
            resource: resource.into(),
            kind: kind.into(),
            namespace: None,
            extent,
            objects: vec![
                ironsides_tree::parse_one(&format!(
                    "{{apiVersion: v1, kind: {kind}, metadata: {{name: a}}}}"
                ))
                .unwrap(),
            ],
        };
        let partial = Extent::Partial { why: "the list ended".into() };
        let facts = Facts {
            server: ironsides_core::Server {
                address: "https://a".into(),
                resources: vec![
                    resource("", "pods", "Pod"),
                    resource("", "nodes", "Node"),
                    resource("", "nodes/proxy", "X"),
                ],
                ..ironsides_core::Server::default()
            },
            listings: vec![
                listing("pods", "Pod", Extent::Complete),
                listing("services", "Service", partial.clone()),
                listing("secrets", "Secret", Extent::Complete),
            ],
            ..Facts::default()
        };
        let folder = tempfile::tempdir().unwrap();
        let write = |of, name: &str| {
            let path = folder.path().join(name);
            let file = std::fs::File::create(&path).unwrap();
            ironsides_files::write_bundle(file, of, &facts, &redactor().unwrap()).unwrap();
            Place::Facts(path)
        };
        let wanted = [("", "Pod"), ("", "Service"), ("", "Node"), ("", "X"), ("a.b", "Made")];
        let gathered = |place: &Place| gather(place, Wanted::Kinds(&wanted), &Say::mute()).unwrap();
        let cluster = gathered(&write(BundleOf::Cluster, "cluster"));
        assert_eq!(cluster.inventory.server().map(|server| server.address.as_str()), Some("https://a"));
        // Secrets are not wanted.
        assert_eq!(cluster.inventory.objects().len(), 2);
        let of = |group, resource| cluster.inventory.coverage.of_objects(group, resource, None);
        assert_eq!(of("", "pods"), Extent::Complete);
        assert_eq!(of("", "services"), partial);
        assert!(matches!(of("", "nodes"), Extent::Absent { why } if why.contains("collected without it")));
        // What is not served is not there, and nobody knows a name for it.
        let named: Vec<&str> =
            cluster.inventory.coverage.resources().map(|(resource, ..)| resource).collect();
        assert_eq!(named, ["nodes", "pods", "services"]);
        let told: Vec<&str> = cluster.problems.iter().map(|problem| problem.message.as_str()).collect();
        assert_eq!(told.len(), 2, "{told:?}");
        assert_eq!(told[0], "cannot read all of services: the list ended");
        assert!(!cluster.inventory.coverage.is_complete());
        let files = gathered(&write(BundleOf::Files, "files"));
        assert!(files.inventory.server().is_none() && files.problems.is_empty(), "{:?}", files.problems);
        assert_eq!(files.inventory.objects().len(), 2);
    }
}
