//! Buffers that overflow.

use super::server::{KUBE_APISERVER, Log, Server};
use crate::prelude::*;
use ironsides_settings::Settings;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "audit-events-dropped",
        title: "audit events are dropped under load",
        severity: Severity::Low,
        family: "audit",
        since: "0.1.0",
        page: include_str!("audit_events_dropped.md"),
    },
    run: Run::Settings(KUBE_APISERVER, run),
};

fn run(settings: &Settings, out: &mut Out<'_>) {
    let server = &Server::of(settings, out);
    let has_log = server.log(out).is_ok_and(|log| log != Log::Nowhere);
    let has_webhook = server.text("audit-webhook-config-file", out).is_ok_and(|file| file.is_some());
    if has_log {
        judge(server, &LOG, out);
    }
    if has_webhook {
        judge(server, &WEBHOOK, out);
    }
}

/// A backend and what it does unless it is told otherwise.
struct Backend {
    name: &'static str,
    mode: &'static str,
    /// Events in a batch.
    batch: f64,
    /// Whether batches are throttled, and to how many a second.
    throttled: bool,
    rate: f64,
}

const LOG: Backend = Backend { name: "log", mode: "blocking", batch: 1.0, throttled: false, rate: 0.0 };
const WEBHOOK: Backend =
    Backend { name: "webhook", mode: "batch", batch: 400.0, throttled: true, rate: 10.0 };

/// The events that every backend keeps unless it is told otherwise, and that a webhook gets in a second.
const BUFFER: f64 = 10_000.0;
const RATE: f64 = 4000.0;

fn judge(server: &Server<'_>, backend: &Backend, out: &mut Out<'_>) {
    let flag = |what: &str| format!("audit-{}-{what}", backend.name);
    let Ok(mode) = server.text(&flag("mode"), out) else { return };
    if mode.as_deref().unwrap_or(backend.mode) != "batch" {
        return server.pass(&flag("mode"), out);
    }
    let [size, batch, qps] = ["batch-buffer-size", "batch-max-size", "batch-throttle-qps"].map(flag);
    if let Ok(buffer) = server.number(&size, out) {
        let buffer = buffer.unwrap_or(BUFFER);
        if buffer < BUFFER {
            let message = format!(
                "the {} keeps {buffer} events that wait, fewer than the {BUFFER} it keeps by default, and drops others",
                backend.name
            );
            server.fail(&size, message, out);
        } else {
            server.pass(&size, out);
        }
    }
    let enabled = flag("batch-throttle-enable");
    let Ok(true) = server.is_on(&enabled, backend.throttled, out) else { return };
    let (Ok(events), Ok(rate)) = (server.number(&batch, out), server.number(&qps, out)) else { return };
    let sent = events.unwrap_or(backend.batch) * rate.unwrap_or(backend.rate);
    let decisive = if rate.is_some() || events.is_none() { &qps } else { &batch };
    if sent < RATE {
        let message = format!(
            "the {} sends at most {sent} events a second, fewer than the {RATE} of the defaults, and drops others",
            backend.name
        );
        server.fail(decisive, message, out);
    } else {
        server.pass(decisive, out);
    }
}
