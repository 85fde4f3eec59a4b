//! Checks of the files of a node: who may read and write them, whose they are, and what certificates and keys they hold.

use crate::check::Check;

mod admin_kubeconfig_foreign_owner;
mod admin_kubeconfig_readable;
mod apiserver_manifest_foreign_owner;
mod apiserver_manifest_readable;
mod certificate_expired;
mod certificate_expires_soon;
mod certificate_writable;
mod certificates;
mod client_ca_foreign_owner;
mod client_ca_writable;
mod cni_configuration_foreign_owner;
mod cni_configuration_readable;
mod controller_manager_kubeconfig_foreign_owner;
mod controller_manager_kubeconfig_readable;
mod controller_manager_manifest_foreign_owner;
mod controller_manager_manifest_readable;
mod etcd_data_foreign_owner;
mod etcd_data_readable;
mod etcd_manifest_foreign_owner;
mod etcd_manifest_readable;
mod insecure_image_registry;
mod judge;
mod kube_proxy_kubeconfig_foreign_owner;
mod kube_proxy_kubeconfig_readable;
mod kubelet_configuration_foreign_owner;
mod kubelet_configuration_readable;
mod kubelet_kubeconfig_foreign_owner;
mod kubelet_kubeconfig_readable;
mod kubelet_unit_foreign_owner;
mod kubelet_unit_readable;
mod manifest_differs_from_process;
mod pki_foreign_owner;
mod pki_key_readable;
mod place;
mod runtime;
mod scheduler_kubeconfig_foreign_owner;
mod scheduler_kubeconfig_readable;
mod scheduler_manifest_foreign_owner;
mod scheduler_manifest_readable;
mod weak_certificate_key;

pub(crate) const CHECKS: &[&Check] = &[
    &admin_kubeconfig_foreign_owner::CHECK,
    &admin_kubeconfig_readable::CHECK,
    &apiserver_manifest_foreign_owner::CHECK,
    &apiserver_manifest_readable::CHECK,
    &certificate_expired::CHECK,
    &certificate_expires_soon::CHECK,
    &certificate_writable::CHECK,
    &client_ca_foreign_owner::CHECK,
    &client_ca_writable::CHECK,
    &cni_configuration_foreign_owner::CHECK,
    &cni_configuration_readable::CHECK,
    &controller_manager_kubeconfig_foreign_owner::CHECK,
    &controller_manager_kubeconfig_readable::CHECK,
    &controller_manager_manifest_foreign_owner::CHECK,
    &controller_manager_manifest_readable::CHECK,
    &etcd_data_foreign_owner::CHECK,
    &etcd_data_readable::CHECK,
    &etcd_manifest_foreign_owner::CHECK,
    &etcd_manifest_readable::CHECK,
    &insecure_image_registry::CHECK,
    &kube_proxy_kubeconfig_foreign_owner::CHECK,
    &kube_proxy_kubeconfig_readable::CHECK,
    &kubelet_configuration_foreign_owner::CHECK,
    &kubelet_configuration_readable::CHECK,
    &kubelet_kubeconfig_foreign_owner::CHECK,
    &kubelet_kubeconfig_readable::CHECK,
    &kubelet_unit_foreign_owner::CHECK,
    &kubelet_unit_readable::CHECK,
    &manifest_differs_from_process::CHECK,
    &pki_foreign_owner::CHECK,
    &pki_key_readable::CHECK,
    &scheduler_kubeconfig_foreign_owner::CHECK,
    &scheduler_kubeconfig_readable::CHECK,
    &scheduler_manifest_foreign_owner::CHECK,
    &scheduler_manifest_readable::CHECK,
    &weak_certificate_key::CHECK,
];
