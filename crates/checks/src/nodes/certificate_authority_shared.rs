//! One key where there should be several: of authorities for different purposes, of nodes.

use ironsides_core::Inventory;
use ironsides_settings::{Certificate, Component, Host, Settings};
use ironsides_tree::Text;
use rustc_hash::FxHashSet;

use super::gathered::Nodes;
use super::keys::own;
use crate::check::NODE_FACTS;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "certificate-authority-shared",
        title: "One key serves as several",
        severity: Severity::Medium,
        family: "nodes",
        since: "0.1.0",
        page: include_str!("certificate_authority_shared.md"),
    },
    run: Run::Together { judges: &[NODE_FACTS], needs: &[], welcomes: &[], run },
};

fn run(node: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    if out.say_unreadable() {
        return;
    }
    let Some(host) = out.host() else { return };
    let gathered = Nodes::of(inventory);
    let mut told = FxHashSet::default();
    for (path, certificate) in own(host) {
        let fact = out.file(path, path, Some(certificate.subject.clone()));
        let nodes = gathered.keys.nodes(&certificate.public_key);
        let mut others: Vec<&str> = nodes.into_iter().flatten().map(Text::as_str).collect();
        others.retain(|other| *other != node.reference().name.as_str());
        others.sort_unstable();
        let Some(first) = others.first() else {
            out.pass_with(fact);
            continue;
        };
        if told.insert(&certificate.public_key) {
            let more =
                if others.len() > 1 { format!(" and {} more", others.len() - 1) } else { String::new() };
            let message = format!("the key of {} in {path} is also on {first}{more}", certificate.subject);
            out.fail_with(fact, path, message);
        }
    }
    for server in out.components().iter().filter(|one| one.component() == Component::KubeApiserver) {
        front_proxy(host, server, out);
    }
}

/// The authority whose clients speak for others must not be that of all clients.
fn front_proxy<'a>(host: &'a Host, server: &Settings, out: &mut Out<'a>) {
    let path =
        |key| server.get(key).ok().and_then(|setting| setting.text().map(std::borrow::Cow::into_owned));
    let (Some(front), Some(clients)) = (path("requestheader-client-ca-file"), path("client-ca-file")) else {
        return;
    };
    let Some(of_front) = out.look(server.file(host, &front), &front) else { return };
    let Some(of_clients) = out.look(server.file(host, &clients), &clients) else { return };
    let key = |certificate: &Certificate| Some(certificate.public_key.clone()).filter(|key| !key.is_empty());
    let known: FxHashSet<String> = of_clients.certificates.iter().filter_map(key).collect();
    let shared = of_front.certificates.iter().find(|one| known.contains(&one.public_key));
    let fact =
        out.file(&front, &front, shared.or(of_front.certificates.first()).map(|one| one.subject.clone()));
    match shared {
        Some(shared) => {
            let message = format!(
                "{front} and {clients} hold a CA with the same key, {}: clients of the API server may pass for its front proxy",
                shared.subject
            );
            out.fail_with(fact, &front, message);
        }
        None => out.pass_with(fact),
    }
}
