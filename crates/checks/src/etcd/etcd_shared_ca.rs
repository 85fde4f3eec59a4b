//! One CA for the store and for everybody else.

use ironsides_settings::Settings;

use super::ETCD;
use crate::prelude::*;
use ironsides_settings::{Certificate, Component, File, Host};

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "etcd-shared-ca",
        title: "etcd trusts the CA of the cluster",
        severity: Severity::High,
        family: "etcd",
        since: "0.1.0",
        page: include_str!("etcd_shared_ca.md"),
    },
    run: Run::Settings(ETCD, run),
};

fn run(etcd: &Settings, out: &mut Out<'_>) {
    let Some(trusted) = out.get(etcd, "trusted-ca-file") else { return };
    let Some(path) = trusted.text().map(std::borrow::Cow::into_owned) else {
        let message = "--trusted-ca-file is not set: etcd has no CA of its own for its clients";
        out.fail_setting(etcd, &trusted, message);
        return;
    };
    let Some(host) = out.host() else {
        let message =
            format!("whether the CA in {path} is also that of the cluster is known on the node alone");
        let missing = "the certificates on the node: `ironsides scan --node` there";
        let fact = out.setting(&trusted);
        out.unknown_with(fact, &path, message, missing);
        return;
    };
    let Some(own) = out.look(etcd.file(host, &path), &path) else { return };
    if own.certificates.is_empty() {
        let message = format!("no certificate could be read from {path}");
        let fact = out.file(&path, &path, None);
        out.unknown_with(fact, &path, message, format!("the certificate in {path}"));
        return;
    }
    let others = cluster_cas(host, out.components());
    if others.is_empty() {
        let message = "the CA of the cluster is not in the facts of this node, so it cannot be compared";
        let fact = out.file(&path, &path, None);
        out.unknown_with(fact, &path, message, "the file of --client-ca-file of the API server");
        return;
    }
    for (other, file) in others {
        let is_shared = |certificate: &Certificate| {
            let key = &certificate.public_key;
            !key.is_empty() && own.certificates.iter().any(|own| own.public_key == *key)
        };
        let Some(shared) = file.certificates.iter().find(|certificate| is_shared(certificate)) else {
            continue;
        };
        let message = format!(
            "{path} and {other} hold a CA with the same key, {}: every certificate of the cluster opens etcd",
            shared.subject
        );
        let fact = out.file(&path, &path, Some(shared.subject.clone()));
        out.fail_with(fact, &path, message);
        return;
    }
    let fact =
        out.file(&path, &path, own.certificates.first().map(|certificate| certificate.subject.clone()));
    out.pass_with(fact);
}

/// The files with the CA that signs for clients of the API server: as its flag names it, or where installers put it.
fn cluster_cas<'h>(host: &'h Host, components: &'h [Settings]) -> Vec<(String, &'h File)> {
    let mut found: Vec<(String, &File)> = Vec::new();
    for server in components {
        if server.component() != Component::KubeApiserver {
            continue;
        }
        let path =
            server.get("client-ca-file").ok().and_then(|flag| flag.text().map(std::borrow::Cow::into_owned));
        if let Some((path, file)) = path.and_then(|path| Some((path.clone(), server.file(host, &path)?))) {
            found.push((path, file));
        }
    }
    found.extend(USUAL.iter().filter_map(|path| Some(((*path).to_owned(), host.files.get(*path)?))));
    found.retain(|(_, file)| !file.certificates.is_empty());
    found
}

/// Where kubeadm, k3s and RKE2 keep the CA of the cluster.
const USUAL: [&str; 3] = [
    "/etc/kubernetes/pki/ca.crt",
    "/var/lib/rancher/k3s/server/tls/client-ca.crt",
    "/var/lib/rancher/rke2/server/tls/client-ca.crt",
];
