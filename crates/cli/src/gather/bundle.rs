//! Objects from fact bundles, and objects of files as a bundle holds them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use ironsides_core::{Extent, Facts, Inventory, Listing, Object, Origin, Redacted, Redactor, Server};
use ironsides_files::{Bundle, BundleOf, FileError};
use ironsides_tree::Text;
use rayon::prelude::*;

use super::{Wanted, kind};
use crate::exit;

/// Reads a bundle. Of one of a cluster, kinds that are wanted and were not collected become listings that are absent.
pub(super) fn read(path: &Path, wanted: Wanted<'_>) -> Result<Bundle> {
    let mut bundle = ironsides_files::read_bundle(path).map_err(|error| match error {
        FileError::BundleDamaged { .. } | FileError::BundleTooLarge { .. } | FileError::Io { .. } => {
            exit::unread(error.into())
        }
        error => error.into(),
    })?;
    let facts = &mut bundle.facts;
    // Groups whose own server did not answer, and why.
    let is_group = |listing: &&Listing| &*listing.resource == ANY;
    let down: Vec<Listing> = facts.listings.iter().filter(is_group).cloned().collect();
    facts.listings.retain(|listing| wanted.takes(&listing.group, &listing.kind));
    redacted(facts)?;
    if bundle.of == BundleOf::Cluster {
        let (Wanted::All(kinds) | Wanted::Kinds(kinds)) = wanted;
        for (group, kind) in kinds {
            let is_there = |listing: &Listing| listing.group == *group && listing.kind == *kind;
            if facts.listings.iter().any(is_there) {
                continue;
            }
            let listing = missing(group, kind, &facts.server, &down);
            let is_new =
                |listing: &Listing| facts.listings.iter().all(|known| known.fact() != listing.fact());
            facts.listings.extend(listing.filter(is_new));
        }
    }
    Ok(bundle)
}

/// The resource of a listing that stands for a whole group.
const ANY: &str = "*";

/// A listing of what was not collected. What the server does not serve has no objects; and no name either, where it is not
/// built in, so that there is no listing of it.
fn missing(group: &str, kind: &str, server: &Server, down: &[Listing]) -> Option<Listing> {
    let is_served =
        |resource: &&ironsides_core::ApiResource| resource.group == group && resource.kind == kind;
    let served = server.resources.iter().find(|resource| is_served(resource) && !resource.name.contains('/'));
    let down = down.iter().find(|listing| *listing.group == *group);
    let why = "the fact bundle was collected without it; collect it again, without --resource";
    let extent = match (served, down) {
        (None, Some(down)) => down.extent.clone(),
        (None, None) if !server.resources.is_empty() => Extent::Complete,
        _ => Extent::Absent { why: why.into() },
    };
    let (version, resource) = match served {
        Some(served) => (Text::new(&served.version), Text::new(&served.name)),
        None => match built_in(group, kind) {
            Some(known) => known,
            None if extent == Extent::Complete => return None,
            None => (Text::default(), Text::new(ANY)),
        },
    };
    Some(Listing {
        request: Arc::from(""),
        group: Text::new(group),
        version,
        resource,
        kind: Text::new(kind),
        namespace: None,
        extent,
        objects: Vec::new(),
    })
}

/// The newest version of a built-in kind and the name of its resource.
fn built_in(group: &str, kind: &str) -> Option<(Text, Text)> {
    let known = ironsides_schema::kinds().iter().rfind(|known| known.group == group && known.kind == kind);
    known.map(|known| (Text::new(known.version), Text::new(known.plural)))
}

/// The objects of a bundle of files: of what else a cluster holds it says nothing.
pub(super) fn inventory_of_files(facts: Facts) -> Inventory {
    let mut inventory = Inventory::default();
    for listing in facts.listings {
        for root in listing.objects {
            let origin = Origin::Api { request: Arc::clone(&listing.request) };
            inventory.push(Object::new(root, origin, Vec::new()));
        }
    }
    inventory
}

/// Objects of files as a bundle holds them: by group, kind and file. Values of Secrets are still in it.
pub(crate) fn made_of_files(inventory: &Inventory) -> Bundle {
    let mut listings: BTreeMap<(Text, Text, Arc<str>), Listing> = BTreeMap::new();
    for object in inventory.objects() {
        let (group, kind) = kind(object);
        let request = match &object.origin {
            Origin::File { path, .. } => Arc::clone(path),
            Origin::Rendered(rendered) => {
                rendered.files.first().map(|file| Arc::clone(&file.path)).unwrap_or_default()
            }
            Origin::Api { request } => Arc::clone(request),
        };
        // No file tells the name of the resource of a kind that is not built in.
        let resource = built_in(group, kind).map_or_else(|| Text::new(kind), |(_, resource)| resource);
        let key = (Text::new(group), resource.clone(), Arc::clone(&request));
        let listing = listings.entry(key).or_insert_with(|| {
            let version = object.reference().api_version.rsplit('/').next().unwrap_or_default();
            Listing {
                request,
                group: Text::new(group),
                version: Text::new(version),
                resource,
                kind: Text::new(kind),
                namespace: None,
                extent: Extent::Partial { why: "read from files: nobody knows what else there is".into() },
                objects: Vec::new(),
            }
        });
        listing.objects.push(object.root.clone());
    }
    let facts = Facts {
        taken: crate::scan::started(),
        server: Server::default(),
        listings: listings.into_values().collect(),
    };
    Bundle { of: BundleOf::Files, ironsides: env!("CARGO_PKG_VERSION").into(), facts }
}

/// A redactor whose key nobody knows.
pub(crate) fn redactor() -> Result<Redactor> {
    let mut key = [0; 32];
    getrandom::fill(&mut key).context("the operating system gives no random numbers")?;
    Ok(Redactor::new(key))
}

/// Takes out what values of Secrets there are: bundles may be made by anybody, and no report may repeat any.
fn redacted(facts: &mut Facts) -> Result<()> {
    let redactor = redactor()?;
    for listing in &mut facts.listings {
        listing.objects.par_iter_mut().with_min_len(64).for_each(|object| {
            if let Some(new) = redactor.object(object, &mut Redacted::default()) {
                *object = new;
            }
        });
    }
    Ok(())
}
