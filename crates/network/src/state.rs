//! What was read, and what it would be after changes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ironsides_core::{Object, PodTemplates};
use ironsides_tree::Node;
use ironsides_tree::edit::{Edit, EditError, apply_to};

use crate::cluster::Cluster;
use crate::kinds::Policies;
use crate::lowered::Lowered;
use crate::place::{PolicyName, Problem};
use crate::profile::{Options, Profile};

/// What was read of a cluster: what can talk, and the policies with their documents.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// What can talk.
    pub cluster: Arc<Cluster>,
    /// The policies.
    pub policies: Policies,
    /// What is wrong with the documents of what can talk.
    pub problems: Vec<Problem>,
    /// The documents that hold policies, with their numbers.
    documents: Vec<(u32, Node)>,
    /// The number of the next document.
    next: u32,
}

/// A change to policies.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// A new document.
    Add(Node),
    /// Edits of a document, by its number.
    Edit {
        /// The document.
        document: u32,
        /// What is done to it, one after the other.
        edits: Vec<Edit>,
    },
}

impl State {
    /// Reads objects. Documents are counted in their order; `templates` says where pods stand in kinds that are not built in.
    pub fn read<'a>(
        objects: impl IntoIterator<Item = &'a Object, IntoIter: Clone>,
        templates: &PodTemplates,
    ) -> Self {
        let objects = objects.into_iter();
        Self::of(Cluster::read(objects.clone(), templates), objects)
    }

    /// Reads objects as netpol-analyzer does: see [`Cluster::read_as_written`].
    pub fn read_as_written<'a>(objects: impl IntoIterator<Item = &'a Object, IntoIter: Clone>) -> Self {
        let objects = objects.into_iter();
        Self::of(Cluster::read_as_written(objects.clone()), objects)
    }

    fn of<'a>(
        (cluster, problems): (Cluster, Vec<Problem>),
        objects: impl Iterator<Item = &'a Object>,
    ) -> Self {
        let mut state = Self { cluster: Arc::new(cluster), problems, ..Self::default() };
        for (number, object) in (0..).zip(objects) {
            if state.policies.read(number, &object.root) {
                state.documents.push((number, object.root.clone()));
            }
            state.next = number + 1;
        }
        state.policies.latest();
        state
    }

    /// What it is for a plug-in.
    pub fn lower(&self, profile: Profile, options: &Options) -> Lowered {
        crate::profile::lower(profile, &self.cluster, &self.policies, options)
    }

    /// The same for a state that came of another by changes to policies, with what that is for the plug-in.
    pub fn lower_again(&self, before: &Self, lowered: &Lowered, options: &Options) -> Lowered {
        if Arc::ptr_eq(&self.cluster, &before.cluster) {
            return crate::profile::lower_again(lowered, &self.cluster, &self.policies, options);
        }
        self.lower(lowered.profile, options)
    }

    /// Whether there is a policy of whatever kind.
    pub fn has_policies(&self) -> bool {
        !self.documents.is_empty()
    }

    /// The document of a number, if it holds policies.
    pub fn document(&self, number: u32) -> Option<&Node> {
        let at = self.documents.binary_search_by_key(&number, |(number, _)| *number).ok()?;
        self.documents.get(at).map(|(_, root)| root)
    }

    /// What each policy says: its `spec`, or its `specs`.
    pub fn written(&self) -> BTreeMap<&PolicyName, [Option<&Node>; 2]> {
        let written = self.policies.named().filter_map(|(name, place)| {
            let root = self.document(place.document)?;
            // The items of lists are policies too.
            let item = place.path.strip_prefix("items[").and_then(|rest| rest.split(']').next());
            let item = item.and_then(|index| index.parse::<usize>().ok());
            let own = match item {
                Some(item) => root.get("items")?.items().get(item)?,
                None => root,
            };
            Some((name, [own.get("spec"), own.get("specs")]))
        });
        written.collect()
    }

    /// The policies that do not say the same in two states, or are in one alone.
    pub fn altered(&self, other: &Self) -> BTreeSet<PolicyName> {
        let (own, others) = (self.written(), other.written());
        let names = own.keys().chain(others.keys());
        names.filter(|name| own.get(*name) != others.get(*name)).map(|&name| name.clone()).collect()
    }

    /// The same after changes. New documents are numbered behind all others.
    ///
    /// # Errors
    ///
    /// An edit that cannot be made.
    pub fn after(&self, changes: &[Change]) -> Result<Self, EditError> {
        let mut state = Self {
            cluster: Arc::clone(&self.cluster),
            policies: Policies::default(),
            problems: Vec::new(),
            documents: self.documents.clone(),
            next: self.next,
        };
        for change in changes {
            match change {
                Change::Add(root) => {
                    state.documents.push((state.next, root.clone()));
                    state.next += 1;
                }
                Change::Edit { document, edits } => {
                    for (_, root) in state.documents.iter_mut().filter(|(number, _)| number == document) {
                        *root = apply_to(root, edits)?;
                    }
                }
            }
        }
        for (number, root) in &state.documents {
            state.policies.read(*number, root);
        }
        state.policies.latest();
        Ok(state)
    }
}
