//! The volumes of a pod and the kinds they are of.

use ironsides_tree::{Cursor, Map, Node};

use super::reader::Reader;

/// A volume.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Volume<'a> {
    pub(crate) name: &'a str,
    pub(crate) index: usize,
    /// Whether it is a directory of the node, whatever else it may be.
    pub(crate) host_path: bool,
    pub(crate) kind: VolumeKind<'a>,
}

/// What a volume is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) enum VolumeKind<'a> {
    /// Something a restricted pod may have.
    Allowed,
    /// Something it may not have, in the server's words, and the field that says so.
    Restricted { word: &'static str, field: &'a str },
}

/// What a restricted pod may mount.
const ALLOWED: [&str; 9] = [
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
];

/// What the server has a word for among the rest, in the order in which it looks.
const NAMED: [&str; 21] = [
    "hostPath",
    "gcePersistentDisk",
    "awsElasticBlockStore",
    "gitRepo",
    "nfs",
    "iscsi",
    "glusterfs",
    "rbd",
    "flexVolume",
    "cinder",
    "cephfs",
    "flocker",
    "fc",
    "azureFile",
    "vsphereVolume",
    "quobyte",
    "azureDisk",
    "photonPersistentDisk",
    "portworxVolume",
    "scaleIO",
    "storageos",
];

impl<'a> Volume<'a> {
    /// Reads one volume. Without any source it is an `emptyDir`. A source that is not known here may be one that a
    /// newer server knows, so it counts as restricted.
    pub(super) fn read(reader: &mut Reader<'a>, at: &Cursor<'a>, index: usize) -> Self {
        let mut found: Option<(usize, VolumeKind<'a>)> = None;
        let mut host_path = false;
        for (key, value) in at.node().and_then(Node::as_map).into_iter().flat_map(Map::iter) {
            if key == "name" || value.is_null() {
                continue;
            }
            if value.as_map().is_none() {
                reader.fault(at.get(key));
            }
            host_path |= key == "hostPath";
            let (rank, kind) = if ALLOWED.contains(&key) {
                (0, VolumeKind::Allowed)
            } else if let Some((place, word)) = NAMED.iter().enumerate().find(|(_, word)| **word == key) {
                (1 + place, VolumeKind::Restricted { word, field: key })
            } else {
                (usize::MAX, VolumeKind::Restricted { word: "unknown", field: key })
            };
            if found.is_none_or(|(best, _)| rank < best) {
                found = Some((rank, kind));
            }
        }
        let name = reader.str(at, &["name"]).unwrap_or_default();
        Self { name, index, host_path, kind: found.map_or(VolumeKind::Allowed, |(_, kind)| kind) }
    }
}
