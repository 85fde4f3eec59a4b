//! Logs: whatever the bytes are, they are read to their end, and no record is empty, too long or at the wrong place.
#![no_main]

use ironsides_streams::{Log, LogOptions};
use libfuzzer_sys::fuzz_target;

const LIMIT: usize = 200;

fuzz_target!(|data: &[u8]| {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.log");
    std::fs::write(&path, data).unwrap();
    let options = LogOptions { line_limit: LIMIT, ..LogOptions::default() };
    let mut log = Log::open(&[path], options).unwrap();
    let (mut records, mut last) = (0, (0, 0));
    while let Some(stretch) = log.next().unwrap() {
        for record in stretch.records() {
            let place = (record.place.line, record.place.offset);
            assert!(!record.text.is_empty() && record.text.len() <= 3 * LIMIT);
            assert!(records == 0 || place > last);
            (records, last) = (records + 1, place);
        }
    }
    assert_eq!(records, log.tally().records);
});
