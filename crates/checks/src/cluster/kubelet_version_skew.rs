//! A node whose kubelet is too old or too new for its API server.

use ironsides_core::{Inventory, Server};

use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "kubelet-version-skew",
        title: "kubelet is of a version that the API server does not support",
        severity: Severity::Medium,
        family: "cluster",
        since: "0.1.0",
        page: include_str!("kubelet_version_skew.md"),
    },
    run: Run::Together { judges: &[("", "Node")], needs: &[], welcomes: &[], run },
};

/// How many minor versions a kubelet may be behind. (Source: the version skew policy of Kubernetes; from 1.25 on
/// kubelets, two before.)
const BEHIND: u64 = 3;
const BEHIND_BEFORE_25: u64 = 2;

fn run(node: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let at = node.cursor().at(&["status", "nodeInfo", "kubeletVersion"]);
    let Some(server) = inventory.server() else {
        return out.not_applicable("files do not tell the version of the API server");
    };
    let Some(newest) = server.minor() else {
        out.unknown(
            &at,
            "the version of the API server is not known",
            "the answer of the API server to /version",
        );
        return;
    };
    let version = Server { version: at.str().unwrap_or_default().into(), ..Server::default() };
    let Some(own) = version.minor() else {
        out.unknown(&at, "the node does not tell its version", "the status that the kubelet writes");
        return;
    };
    let behind = if own < 25 { BEHIND_BEFORE_25 } else { BEHIND };
    if own > newest {
        out.fail(&at, format!("the kubelet is of 1.{own}, newer than the API server's 1.{newest}"));
    } else if own + behind < newest {
        let message = format!(
            "the kubelet is of 1.{own}, more than {behind} versions behind the API server's 1.{newest}"
        );
        out.fail(&at, message);
    } else {
        out.pass(&at);
    }
}
