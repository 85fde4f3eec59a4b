//! Bodies that are taken out of large events.

use super::server::{KUBE_APISERVER, Log, Server};
use crate::prelude::*;
use ironsides_settings::Settings;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "audit-events-truncated",
        title: "audit events are cut at a size",
        severity: Severity::Info,
        family: "audit",
        since: "0.1.0",
        page: include_str!("audit_events_truncated.md"),
    },
    run: Run::Settings(KUBE_APISERVER, run),
};

fn run(settings: &Settings, out: &mut Out<'_>) {
    let server = &Server::of(settings, out);
    let has_log = server.log(out).is_ok_and(|log| log != Log::Nowhere);
    let has_webhook = server.text("audit-webhook-config-file", out).is_ok_and(|file| file.is_some());
    for (name, is_there) in [("log", has_log), ("webhook", has_webhook)] {
        if !is_there {
            continue;
        }
        let flag = format!("audit-{name}-truncate-enabled");
        let Ok(is_on) = server.is_on(&flag, false, out) else { continue };
        if is_on {
            let most = format!("audit-{name}-truncate-max-event-size");
            let Ok(most) = server.number(&most, out) else { continue };
            let message = format!(
                "events above {} bytes lose their bodies in the {name}, and are dropped where that is not enough",
                most.unwrap_or(DEFAULT)
            );
            server.fail(&flag, message, out);
        } else {
            server.pass(&flag, out);
        }
    }
}

/// The size of an event unless set otherwise, in bytes.
const DEFAULT: f64 = 102_400.0;
