//! Objects for commands that look at all of them together: from files, from a fact bundle, or from a live cluster.

#![allow(dead_code, reason = "the commands that use all of it follow")]

mod files;

use std::path::PathBuf;

use anyhow::Result;
use ironsides_core::{Inventory, Object};
use ironsides_report::Problem;

use crate::args::FromArgs;
use crate::say::Say;

/// Where objects come from.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    /// Manifests, read as `ironsides scan` reads them: charts are rendered and kustomizations built.
    Files(Vec<PathBuf>),
}

impl FromArgs {
    /// The place that the arguments name.
    pub(crate) fn place(&self) -> Place {
        Place::Files(self.filename.clone())
    }
}

/// Which objects are wanted: kinds with their API groups, or all.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wanted<'a> {
    /// Every kind.
    All,
    /// These: group (empty for the core group) and kind.
    Kinds(&'a [(&'a str, &'a str)]),
}

impl Wanted<'_> {
    /// Whether an object is wanted.
    fn takes(self, object: &Object) -> bool {
        let reference = object.reference();
        match self {
            Self::All => true,
            Self::Kinds(kinds) => kinds.contains(&(reference.group(), &reference.kind)),
        }
    }
}

/// What was gathered.
#[derive(Debug)]
pub(crate) struct Gathered {
    /// The objects, and for a cluster how much of each kind there is.
    pub(crate) inventory: Inventory,
    /// What could not be read. Each was told already.
    pub(crate) problems: Vec<Problem>,
}

impl Gathered {
    /// Whether everything that was asked for was read. A command that answers all the same ends with
    /// [`crate::exit::Exit::Incomplete`] where not.
    pub(crate) fn is_complete(&self) -> bool {
        self.problems.is_empty() && self.inventory.coverage.is_complete()
    }
}

/// Gathers the wanted objects from a place. What cannot be read is told through `say`, and is in what is returned; an
/// error is what leaves nothing to go on with.
pub(crate) fn gather(place: &Place, wanted: Wanted<'_>, say: &Say) -> Result<Gathered> {
    match place {
        Place::Files(paths) => files::gather(paths, wanted, say),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_charts_and_kustomizations_are_gathered_and_faults_are_told() {
        let demo = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../demo");
        let all = gather(&Place::Files(vec![demo.clone()]), Wanted::All, &Say::mute()).unwrap();
        assert!(all.is_complete(), "{:?}", all.problems);
        assert!(all.inventory.server().is_none());
        let rendered = |object: &&Object| matches!(object.origin, ironsides_core::Origin::Rendered(_));
        assert!(all.inventory.objects().iter().filter(rendered).count() > 3);
        let roles = [("rbac.authorization.k8s.io", "Role"), ("rbac.authorization.k8s.io", "ClusterRole")];
        let some = gather(&Place::Files(vec![demo]), Wanted::Kinds(&roles), &Say::mute()).unwrap();
        let expected: usize =
            roles.iter().map(|(group, kind)| all.inventory.of_kind(group, kind).count()).sum();
        assert!(expected > 0 && some.inventory.objects().len() == expected);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.yaml");
        std::fs::write(&path, "apiVersion: v1\nkind: ConfigMap\n---\nkind: Pod\nmetadata: {}\n---\na: [\n")
            .unwrap();
        let places = vec![path, folder.path().join("missing")];
        let half = gather(&Place::Files(places), Wanted::All, &Say::mute()).unwrap();
        assert_eq!((half.inventory.objects().len(), half.problems.len()), (1, 3), "{:?}", half.problems);
        assert!(!half.is_complete());
    }
}
