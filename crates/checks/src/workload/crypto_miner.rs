//! A container that looks like a miner.

use super::command;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "crypto-miner",
        title: "container mines cryptocurrency",
        severity: Severity::Critical,
        family: "workload",
        since: "0.1.0",
        page: include_str!("crypto_miner.md"),
    },
    run: Run::Pod(run),
};

/// Last parts of repositories of known miners, and programs of theirs.
const MINERS: [&str; 18] = [
    "bminer",
    "ccminer",
    "cgminer",
    "cpuminer",
    "cpuminer-multi",
    "cpuminer-opt",
    "ethminer",
    "kinsing",
    "lolminer",
    "minerd",
    "monero-miner",
    "nanominer",
    "nbminer",
    "phoenixminer",
    "t-rex-miner",
    "xmr-stak",
    "xmrig",
    "xmrig-proxy",
];

/// How miners name the pools they work for.
const POOLS: [&str; 4] = ["stratum+tcp://", "stratum+ssl://", "stratum+tls://", "stratum2+tcp://"];

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    for container in pod.containers() {
        let image = container.get("image");
        let named = image.str().and_then(miner_image);
        if let Some(name) = named {
            out.fail(&image, format!("{container} runs the image of a miner, {name}"));
        } else {
            out.pass(&image);
        }
        for line in command::lines(&container).chain(command::values(&container)) {
            let text = line.str().unwrap_or_default();
            if POOLS.iter().any(|scheme| text.contains(scheme)) {
                out.fail(&line, format!("{container} is told to mine for a pool"));
            } else if let Some(name) = command::words(text).find_map(miner_program) {
                out.fail(&line, format!("{container} starts a miner, {name}"));
            }
        }
    }
}

fn miner_image(image: &str) -> Option<&'static str> {
    let named = image.split('@').next()?;
    let last = named.rsplit('/').next()?.split(':').next()?;
    MINERS.into_iter().find(|name| *name == last)
}

fn miner_program(word: &str) -> Option<&'static str> {
    let last = word.rsplit('/').next()?;
    MINERS.into_iter().find(|name| *name == last)
}
