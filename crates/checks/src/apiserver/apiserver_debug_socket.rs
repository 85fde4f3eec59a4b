//! A door beside the port.

use ironsides_settings::Settings;

use super::KUBE_APISERVER;
use crate::flags::Unwanted;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "apiserver-debug-socket",
        title: "API server serves profiles on a socket without a guard",
        severity: Severity::Medium,
        family: "apiserver",
        since: "0.1.0",
        page: include_str!("apiserver_debug_socket.md"),
    },
    run: Run::Settings(KUBE_APISERVER, run),
};

fn run(server: &Settings, out: &mut Out<'_>) {
    UNWANTED.judge(server, out);
}

const UNWANTED: Unwanted = Unwanted {
    key: "debug-socket-path",
    why: "whoever may open the socket takes profiles, without credentials",
};
