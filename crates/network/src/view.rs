//! What can talk, as a plug-in knows it.

use std::net::IpAddr;
use std::sync::Arc;

use ironsides_tree::Text;
use rustc_hash::FxHashMap;

use crate::port::Protocol;
use crate::symbol::LabelSet;

/// Which [`View`] of a [`crate::Lowered`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ViewId(pub u32);

impl ViewId {
    /// The place in [`crate::Lowered::views`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Views, each kept once.
#[derive(Debug, Default)]
pub struct Views {
    all: Vec<View>,
    known: FxHashMap<View, ViewId>,
}

impl Views {
    /// The place of a view; of one that is there already, the same.
    pub fn add(&mut self, view: View) -> ViewId {
        if let Some(&id) = self.known.get(&view) {
            return id;
        }
        let id = ViewId(u32::try_from(self.all.len()).unwrap_or(u32::MAX));
        self.all.push(view.clone());
        self.known.insert(view, id);
        id
    }

    /// All of them by their places.
    pub fn all(&self) -> &[View] {
        &self.all
    }

    /// All of them, when no more come.
    pub fn into_all(self) -> Vec<View> {
        self.all
    }
}

/// A pod, a node or a stretch of addresses, as the plug-in that enforces knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct View {
    /// Everything by which a rule can select it, as labels: its own labels, those of its namespace, and what the plug-in adds
    /// (its kind, its service account, its identity). The names of the keys are the profile's own affair.
    pub labels: LabelSet,
    /// How rules by address see it.
    pub addresses: Addresses,
    /// Its named ports as the destination of traffic that it judges itself (ingress).
    pub ports: Arc<[NamedPort]>,
    /// Its named ports as others see them who send to it (egress). Most plug-ins: the same.
    pub peer_ports: Arc<[NamedPort]>,
}

/// How rules by address see something.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Addresses {
    /// By these addresses.
    Known(Arc<[IpAddr]>),
    /// Every address of this stretch behaves alike.
    Range(IpAddr, IpAddr),
    /// It has an address that is not known: whether a rule by address takes it depends on that.
    Unknown,
    /// Not at all: rules by address never take it, whatever its address.
    #[default]
    Unseen,
}

/// A named port of a container.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NamedPort {
    /// The name, folded already where the plug-in folds case.
    pub name: Text,
    /// The protocol.
    pub protocol: Protocol,
    /// The number.
    pub number: u16,
}
