//! The host's firewall rules that leave etcd to API servers and to its own peers.

use std::net::IpAddr;

use crate::options::Options;
use crate::yaml::Text;

/// The rules as a file for `nft -f`.
pub(crate) fn text(options: &Options) -> String {
    let addresses = options.etcd_clients();
    let mut text = Text::new();
    text.comment(
        "Leaves etcd to the API servers and to its own members: 2379 for clients, 2380 for peers. For nodes that run \
         etcd. Load it with `nft -f` (twice is the same as once), and have nftables.service include it. May break: \
         backups and collectors of metrics that reach etcd from elsewhere: their connections time out; the counter in \
         `nft list table inet ironsides_etcd` tells.",
    );
    if addresses.is_empty() {
        text.comment(
            "No addresses were given: as it stands only this host itself reaches etcd, which is right for a single \
             control plane node. Name the others with --control-plane.",
        );
    }
    text.comment("So that the file can be loaded again.");
    text.line("table inet ironsides_etcd").line("delete table inet ironsides_etcd");
    text.line("table inet ironsides_etcd {").within(|text| {
        set(text, "control_plane4", "ipv4_addr", addresses.iter().filter(|one| one.is_ipv4()));
        set(text, "control_plane6", "ipv6_addr", addresses.iter().filter(|one| one.is_ipv6()));
        text.line("chain input {").within(|text| {
            text.comment("Before the chains of others, which may still refuse what is let through here.");
            text.line("type filter hook input priority filter - 10; policy accept;");
            text.comment("The API server reaches the etcd beside it over loopback.");
            text.line("iifname \"lo\" accept");
            text.line("tcp dport { 2379, 2380 } ip saddr @control_plane4 accept");
            text.line("tcp dport { 2379, 2380 } ip6 saddr @control_plane6 accept");
            text.comment("Everybody else, pods on this node too.");
            text.line("tcp dport { 2379, 2380 } counter drop");
        });
        text.line("}");
    });
    text.line("}");
    text.finish()
}

fn set<'a>(text: &mut Text, name: &str, ty: &str, addresses: impl Iterator<Item = &'a IpAddr>) {
    let list: Vec<String> = addresses.map(ToString::to_string).collect();
    text.line(&format!("set {name} {{")).within(|text| {
        text.line(&format!("type {ty}"));
        if !list.is_empty() {
            text.line(&format!("elements = {{ {} }}", list.join(", ")));
        }
    });
    text.line("}");
}
