//! An API server that serves profiles.

use ironsides_settings::Settings;

use super::KUBE_APISERVER;
use crate::node::set_flag;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "apiserver-profiling",
        title: "API server serves profiles",
        severity: Severity::Low,
        family: "apiserver",
        since: "0.1.0",
        page: include_str!("apiserver_profiling.md"),
    },
    run: Run::Settings(KUBE_APISERVER, run),
};

fn run(server: &Settings, out: &mut Out<'_>) {
    let Some(profiling) = out.get(server, "profiling") else { return };
    if profiling.is_on() == Some(false) {
        return out.pass_setting(&profiling);
    }
    let message = if profiling.is_given() {
        "--profiling is on: /debug/pprof tells whoever may read it about the inside of the API server"
    } else {
        "--profiling is not set, and on by default: /debug/pprof tells about the inside of the API server"
    };
    let edit = set_flag(server, &profiling, "false");
    let draft = out.fail_setting(server, &profiling, message);
    if let Some(edit) = edit {
        draft.safe_fix("set --profiling to false", || [edit]);
    }
}
