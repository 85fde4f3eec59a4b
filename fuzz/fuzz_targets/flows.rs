//! Flow logs and captures: whatever the bytes are, they are read to their end, every record is in exactly one count, and the
//! pieces in which a capture comes change nothing.
#![no_main]

use ironsides_network::flow::{Capture, Flows, Observed};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut flows = Flows::new();
    for (line, text) in (1..).zip(data.split(|&byte| byte == b'\n')) {
        flows.record("flows.log", line, &String::from_utf8_lossy(text));
    }
    counted(&flows.finish());
    let whole = captured(data, data.len().max(1));
    counted(&whole);
    assert_eq!(captured(data, 7), whole);
});

fn captured(data: &[u8], piece: usize) -> Observed {
    let mut flows = Flows::new();
    let mut capture = Capture::new("x.pcap");
    for piece in data.chunks(piece) {
        capture.push(piece, &mut flows);
    }
    capture.end(&mut flows);
    flows.finish()
}

fn counted(observed: &Observed) {
    let tally = &observed.tally;
    let passed: u64 = tally.passed.values().sum();
    assert_eq!(tally.records, tally.flows + tally.replies + tally.bad + passed);
    assert!(observed.flows.iter().all(|flow| flow.count >= 1));
}
