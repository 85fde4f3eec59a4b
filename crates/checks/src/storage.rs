//! Checks of volumes and what provides them.

use crate::check::Check;

mod host_path_persistent_volume;
mod loose_volume_mode;
mod recycled_volume;
mod removed_volume_plugin;
mod several_default_storage_classes;
mod unencrypted_storage_class;

const PERSISTENT_VOLUME: &[(&str, &str)] = &[("", "PersistentVolume")];
const STORAGE_CLASS: &[(&str, &str)] = &[("storage.k8s.io", "StorageClass")];

/// The checks of this family, in alphabetical order.
pub(crate) static CHECKS: &[&Check] = &[
    &host_path_persistent_volume::CHECK,
    &loose_volume_mode::CHECK,
    &recycled_volume::CHECK,
    &removed_volume_plugin::CHECK,
    &several_default_storage_classes::CHECK,
    &unencrypted_storage_class::CHECK,
];
