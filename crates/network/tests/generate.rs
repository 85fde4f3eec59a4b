//! Policies out of flows and intents: what they hold, and that the engine proves them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use ironsides_core::{Object, Origin, PodTemplates};
use ironsides_network::flow::{Flows, Observed};
use ironsides_network::generate::{Enforcer, Generated, Intent, Wishes, generate};
use ironsides_network::{Cluster, Options, Policies, Profile};
use ironsides_tree::{Documents, Limits};

fn objects(text: &str) -> Vec<Object> {
    let origin = || Origin::File { path: Arc::from("test.yaml"), text: Arc::from(text) };
    Documents::new(text, Limits::default())
        .map(Result::unwrap)
        .filter(|document| !document.envelope && !document.root.is_null())
        .map(|document| Object::new(document.root, origin(), document.remarks))
        .collect()
}

fn flows(text: &str) -> Observed {
    let mut flows = Flows::new();
    for (line, text) in (1..).zip(text.lines()) {
        flows.record("flows.jsonl", line, text);
    }
    let observed = flows.finish();
    assert!(observed.tally.is_whole(), "{:?}", observed.tally);
    observed
}

struct World {
    cluster: Cluster,
    policies: Policies,
    observed: Observed,
    intents: Vec<Intent>,
}

fn world(manifests: &str, log: &str) -> World {
    let objects = objects(manifests);
    let templates = PodTemplates::default();
    let (cluster, _) = Cluster::read(&objects, &templates);
    let mut policies = Policies::default();
    for (number, object) in (0..).zip(&objects) {
        policies.read(number, &object.root);
    }
    World { cluster, policies, observed: flows(log), intents: Vec::new() }
}

fn made(world: &World, wishes: &Wishes, profile: Profile) -> Generated {
    let enforcer = Enforcer { profile, options: Options::of(profile) };
    generate(&world.cluster, &world.policies, &world.observed, &world.intents, wishes, enforcer)
}

/// Everything that a run says, for snapshots.
fn told(generated: &Generated, observed: &Observed) -> String {
    let mut text = generated.text();
    for note in &generated.notes {
        _ = writeln!(text, "note {:?}: {}", note.kind, note.text);
    }
    for left in &generated.left {
        _ = writeln!(text, "left out {}: {}", left.what, left.why);
    }
    let proof = &generated.proof;
    _ = writeln!(text, "asked {} allowed {}", proof.asked, proof.allowed);
    for (kind, list) in
        [("DENIED", &proof.denied), ("denied before", &proof.denied_before), ("undecided", &proof.undecided)]
    {
        for flow in list {
            let seen = &observed.flows[flow.flow as usize];
            _ = writeln!(
                text,
                "{kind} {} to {} {} {}: {}",
                seen.from, seen.to, seen.traffic.protocol, seen.traffic.port, flow.why
            );
        }
    }
    for (kind, list) in [("newly denied", &proof.newly_denied), ("newly allowed", &proof.newly_allowed)] {
        for denied in list {
            let traffic: Vec<String> = denied.traffic.iter().map(ToString::to_string).collect();
            _ = writeln!(
                text,
                "{kind} to {}: {} from {} ({} pairs)",
                denied.to,
                traffic.join(", "),
                denied.from.join(", "),
                denied.pairs
            );
        }
    }
    text
}

fn demo() -> World {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo");
    let mut manifests = String::new();
    let mut files: Vec<_> = demo.join("shop").read_dir().unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    for file in files {
        manifests.push_str("---\n");
        manifests.push_str(&std::fs::read_to_string(file).unwrap());
    }
    world(&manifests, &std::fs::read_to_string(demo.join("flows/hubble.jsonl")).unwrap())
}

#[test]
fn the_demo_is_closed_and_proved() {
    let world = demo();
    let generated = made(&world, &Wishes::default(), Profile::Spec);
    insta::assert_snapshot!(told(&generated, &world.observed));
    assert!(generated.proof.holds());
}
