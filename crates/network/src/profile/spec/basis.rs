//! What the views of a cluster rest on, so that they can be kept when only policies change.

use std::collections::BTreeSet;

use ironsides_tree::Text;
use rustc_hash::FxHashSet;

use super::builder::Builder;
use super::keys::Keys;
use crate::address::AddressRange;
use crate::profile::Options;
use crate::symbol::Symbol;

/// What rules ask of views: views that were made for these questions answer any part of them.
#[derive(Clone, Debug)]
pub(crate) struct Basis {
    options: Options,
    keys: Keys,
    namespaces: FxHashSet<Symbol>,
    port_names: FxHashSet<Text>,
    asked_names: BTreeSet<Text>,
    atoms: Vec<AddressRange>,
    /// Whether any rule asks for addresses: a block of all of them makes no stretches.
    by_address: bool,
}

impl Basis {
    /// What the rules gathered so far ask.
    pub(super) fn of(builder: &Builder<'_>) -> Self {
        Self {
            options: *builder.options,
            keys: builder.keys.clone(),
            namespaces: builder.namespaces.clone(),
            port_names: builder.port_names.clone(),
            asked_names: builder.asked_names.clone(),
            atoms: builder.blocks.atoms(),
            by_address: !builder.blocks.is_empty(),
        }
    }

    /// Whether views made for this answer all that another asks. Stretches of addresses must be the same, because answers
    /// tell of them; symbols must mean the same.
    pub(super) fn covers(&self, other: &Self) -> bool {
        self.options == other.options
            && self.atoms == other.atoms
            && self.by_address == other.by_address
            && self.asked_names == other.asked_names
            && self.keys.cover(&other.keys)
            && self.namespaces.is_superset(&other.namespaces)
            && self.port_names.is_superset(&other.port_names)
    }
}
