//! Which keys stand on which nodes.

use ironsides_core::Object;
use ironsides_settings::{Certificate, File, Host};
use ironsides_tree::Text;
use rustc_hash::{FxHashMap, FxHashSet};

/// The names of the nodes on which each public key stands beside its private one.
#[derive(Default)]
pub(super) struct Keys(FxHashMap<Text, FxHashSet<Text>>);

impl Keys {
    /// Remembers the keys of a node.
    pub(super) fn add(&mut self, node: &Object, host: &Host) {
        for (_, certificate) in own(host) {
            let nodes = self.0.entry(Text::new(&certificate.public_key)).or_default();
            nodes.insert(node.reference().name.clone());
        }
    }

    /// The names of the nodes on which a public key stands beside its private one.
    pub(super) fn nodes(&self, public_key: &str) -> Option<&FxHashSet<Text>> {
        self.0.get(public_key)
    }
}

/// The certificates of a node whose private keys are there, authorities apart.
pub(super) fn own(host: &Host) -> impl Iterator<Item = (&str, &Certificate)> {
    let has_key = |path: &str, file: &File| {
        let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
        let beside = || [format!("{stem}.key"), format!("{stem}-key.pem")].into_iter();
        file.key.is_some() || beside().any(|path| host.files.get(&path).is_some_and(|key| key.key.is_some()))
    };
    let with_keys =
        host.files.iter().filter(move |(path, file)| !file.certificates.is_empty() && has_key(path, file));
    // The first is the one that the key belongs to; what follows is the chain.
    let first = with_keys.filter_map(|(path, file)| Some((path.as_str(), file.certificates.first()?)));
    first.filter(|(_, certificate)| !certificate.is_ca && !certificate.public_key.is_empty())
}
