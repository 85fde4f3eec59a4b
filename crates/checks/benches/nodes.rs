//! What it costs to hold the nodes of a large cluster against each other: `cargo bench -p ironsides-checks`.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a bench may stop where it stands")]

use std::sync::Arc;

use divan::Bencher;
use ironsides_checks::{Judge, Options};
use ironsides_core::{Inventory, Object, Origin};
use ironsides_tree::parse_one;

fn main() {
    divan::main();
}

/// A thousand nodes made of those of the demo: three control planes in ten, and every fiftieth node is set otherwise.
fn nodes() -> Inventory {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../demo/nodes");
    let texts = ["control-plane-1", "worker-1", "worker-2", "worker-3"]
        .map(|name| (name, std::fs::read_to_string(format!("{folder}/{name}.yaml")).unwrap()));
    let mut inventory = Inventory::default();
    for number in 0..1000 {
        let kind = match number % 10 {
            0..=2 => 0,
            _ if number % 50 == 7 => 3,
            _ => 1 + number % 2,
        };
        let (name, text) = &texts[kind];
        let text: Arc<str> = text.replace(name, &format!("node-{number}")).into();
        let origin = Origin::File { path: "nodes.yaml".into(), text: Arc::clone(&text) };
        inventory.push(Object::new(parse_one(&text).unwrap(), origin, Vec::new()));
    }
    inventory
}

#[divan::bench(sample_count = 5)]
fn a_thousand_nodes(bencher: Bencher) {
    let judge = Judge::new(Options { only: vec!["node-differs-from-siblings".into()], ..Options::default() });
    bencher.with_inputs(nodes).bench_local_values(|inventory| {
        let (mut findings, mut counts) = (Vec::new(), judge.counts());
        judge.together(&inventory, &mut findings, &mut counts);
        findings.len()
    });
}
