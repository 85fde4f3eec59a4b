//! Real documents with bytes changed: whatever comes of them is read to its end, and decided under every profile, without a
//! panic. The same is done at length by the fuzz targets `policy` and `flows`.

use std::sync::Arc;

use ironsides_core::{Object, Origin, PodTemplates};
use ironsides_network::flow::{Capture, Flows};
use ironsides_network::profile::lower;
use ironsides_network::{Cluster, Engine, Options, Policies, Profile};
use ironsides_tree::{Documents, Limits};
use proptest::prelude::{ProptestConfig, any, proptest};

use crate::calico;
use crate::cilium;
use crate::draw::Choices;

const SEED: &str = include_str!("../../../../fuzz/seeds/policy/cilium.yaml");
const FLOWS: [&[u8]; 2] = [
    include_bytes!("../../../../fuzz/seeds/flows/hubble.jsonl"),
    include_bytes!("../../../../fuzz/seeds/flows/others.jsonl"),
];

/// Changes of bytes: where, how many go, what comes instead.
type Edits = Vec<(usize, usize, Vec<u8>)>;

fn edited(text: &[u8], edits: &Edits) -> Vec<u8> {
    let mut text = text.to_vec();
    for (at, gone, new) in edits {
        let at = at % (text.len() + 1);
        let end = (at + gone % 8).min(text.len());
        text.splice(at..end, new.iter().copied());
    }
    text
}

fn read(text: &str) {
    let origin = || Origin::File { path: Arc::from("test.yaml"), text: Arc::from(text) };
    // What cannot be read as YAML ends the text.
    let documents = Documents::new(text, Limits::default()).map_while(Result::ok);
    let objects: Vec<Object> =
        documents.map(|document| Object::new(document.root, origin(), document.remarks)).collect();
    let (cluster, _) = Cluster::read(&objects, &PodTemplates::default());
    let mut policies = Policies::default();
    for (number, object) in (0..).zip(&objects) {
        policies.read(number, &object.root);
    }
    for profile in Profile::ALL {
        for as_stored in [false, true] {
            let options = Options { as_stored, host_firewall: as_stored, ..Options::of(profile) };
            let lowered = lower(profile, &cluster, &policies, &options);
            for problem in &lowered.problems {
                assert!(problem.place.span.start as usize <= text.len() && !problem.message.is_empty());
            }
            let engine = Engine::new(&lowered);
            let ends: Vec<_> = (0..8).filter_map(|at| engine.class_at(at)).collect();
            for &from in &ends {
                for &to in &ends {
                    engine.between(from, to);
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changed_documents_are_read_and_decided(
        bytes in proptest::collection::vec(any::<u8>(), 420),
        edits in proptest::collection::vec((any::<usize>(), any::<usize>(), proptest::collection::vec(any::<u8>(), 0..4)), 1..12),
    ) {
        let texts = [
            SEED.to_owned(),
            cilium::random::Drawn::of(&mut Choices(bytes.iter())).text,
            calico::random::Drawn::of(&mut Choices(bytes.iter())).text,
        ];
        for text in texts {
            read(&String::from_utf8_lossy(&edited(text.as_bytes(), &edits)));
        }
    }

    #[test]
    fn changed_logs_are_read(
        edits in proptest::collection::vec((any::<usize>(), any::<usize>(), proptest::collection::vec(any::<u8>(), 0..6)), 1..20),
        piece in 1..200_usize,
    ) {
        for log in FLOWS {
            let data = edited(log, &edits);
            let mut flows = Flows::new();
            for (line, text) in (1..).zip(data.split(|&byte| byte == b'\n')) {
                flows.record("flows.log", line, &String::from_utf8_lossy(text));
            }
            let observed = flows.finish();
            let tally = &observed.tally;
            let passed: u64 = tally.passed.values().sum();
            assert_eq!(tally.records, tally.flows + tally.replies + tally.bad + passed);
            let captured = |piece: usize| {
                let mut flows = Flows::new();
                let mut capture = Capture::new("x.pcap");
                for piece in data.chunks(piece) {
                    capture.push(piece, &mut flows);
                }
                capture.end(&mut flows);
                flows.finish()
            };
            assert_eq!(captured(piece), captured(data.len().max(1)), "the pieces in which it comes change nothing");
        }
    }
}
